"""document.ocr: scanned pages are read for real; what cannot be read is told."""

import defusedxml.ElementTree as ElementTree
import pytest
from hdp_plugins.document import reading
from hdp_plugins.document.ocr import ReadScans
from PIL import Image

from hdp.sdk import ComponentError

needs_reader = pytest.mark.skipif(
    bool(reading.missing()), reason="on purpose: the extra ocr is not installed"
)


@pytest.fixture(scope="module")
def reader():
    one = ReadScans()
    yield one
    one.close()


def texts(result):
    return [result.files[port][0].path.read_text(encoding="utf-8") for port in ("text", "hocr")]


@needs_reader
def test_a_picture_of_text(run, scan, reader):
    page = scan("Excavation report 1934", "Three walls <stand>", name="Blatt ü.png")
    result = run(reader, page, media="image/png", language="en")
    text, hocr = texts(result)
    assert "Excavation report 1934" in text and text.index("Three walls") > text.index("1934")
    root = ElementTree.fromstring(hocr.encode())
    lines = [one for one in root.iter() if one.get("class") == "ocr_line"]
    assert len(lines) == 2 and root.get("lang") == "en"
    left, top, right, bottom = map(int, lines[0].get("title").split(";")[0].split()[1:])
    assert 40 <= left <= 60 and 40 <= top <= 70 and right > 300 and 70 < bottom < 120
    assert result.values["confidence"] > 0.9 and not result.findings


@needs_reader
def test_a_scanned_pdf_of_two_pages(run, scan, reader, tmp_path):
    pages = [
        Image.open(scan(f"Page number {word}", name=f"{word}.png")) for word in ("seven", "eight")
    ]
    pages[0].save(tmp_path / "s.pdf", save_all=True, append_images=pages[1:], resolution=150)
    result = run(reader, tmp_path / "s.pdf", page_marks=True)
    text, hocr = texts(result)
    assert "--- 1 ---\nPage number seven" in text and "--- 2 ---\nPage number eight" in text
    assert hocr.count("ocr_page") == 3 and result.values["pages"] == 2


@needs_reader
def test_a_tiff_of_two_pages(run, scan, reader, tmp_path):
    pages = [Image.open(scan(f"Folio {word}", name=f"{word}.png")) for word in ("alpha", "omega")]
    pages[0].save(tmp_path / "s.tif", save_all=True, append_images=pages[1:])
    text, _ = texts(run(reader, tmp_path / "s.tif", media="image/tiff", pages="2"))
    assert "omega" in text and "alpha" not in text


@needs_reader
def test_an_empty_page_and_a_huge_one(run, reader, pdf):
    result = run(reader, pdf("", size=(14_400, 200)), dpi=600)
    assert [one.code for one in result.findings] == ["ocr-nothing"]


def test_letters_that_cannot_be_read_are_refused(run, scan):
    with pytest.raises(ComponentError, match="Cyrillic"):
        run(ReadScans(), scan("x"), media="image/png", language="uk")


def test_a_locked_and_a_broken_one(run, pdf, tmp_path):
    with pytest.raises(ComponentError, match="password"):
        run(ReadScans(), pdf("x", password="geheim"))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n")
    with pytest.raises(ComponentError, match=r"a\.png"):
        run(ReadScans(), tmp_path / "a.png", media="image/png")


def test_without_the_extra_it_says_how_to_get_it(run, scan, monkeypatch):
    monkeypatch.setattr(reading, "find_spec", lambda name: None)
    (finding,) = ReadScans().check()
    assert finding.code == "ocr-missing" and "[ocr]" in finding.hint
    with pytest.raises(ComponentError, match="not installed") as caught:
        run(ReadScans(), scan("x"), media="image/png")
    assert "[ocr]" in caught.value.hint
