"""document.text: what is written in documents, and what is told of those that cannot be read."""

import pytest
from hdp_plugins.document.opening import DOCX, chosen_pages
from hdp_plugins.document.text import TakeText

from hdp.sdk import ComponentError, InvalidInput

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def written(result):
    return result.files["text"][0].path.read_text(encoding="utf-8")


def test_pages_of_a_pdf(run, pdf):
    result = run(TakeText(), pdf("Die Mauern über Athen", "Zweite Seite"), page_marks=True)
    assert written(result) == "--- 1 ---\nDie Mauern über Athen\n\n--- 2 ---\nZweite Seite\n"
    assert result.values["pages"] == 2 and "Athen" in result.values["text"]
    assert result.files["text"][0].path.name == "Grabung Ä.txt" and not result.findings


def test_chosen_pages_and_a_short_value(run, pdf):
    result = run(TakeText(), pdf("eins", "zwei", "drei"), pages="2-9", value_characters=3)
    assert written(result) == "zwei\n\ndrei\n" and result.values["text"] == "zwe"


def test_pages_are_understood_or_told():
    assert chosen_pages("3, 1-2", 5) == [0, 1, 2] and chosen_pages("", 2) == [0, 1]
    for wrong in ("x", "0", "3-1", "9", "1-99999999999x"):
        with pytest.raises(InvalidInput):
            chosen_pages(wrong, 5)
    assert chosen_pages("1-99999999999999999999", 2) == [0, 1]


def test_scanned_pages_are_told(run, pdf):
    result = run(TakeText(), pdf("text", ""))
    assert [(one.code, one.args["pages"]) for one in result.findings] == [("document-no-text", 1)]
    assert "(2)" in result.findings[0].message and "document.ocr" in result.findings[0].hint


def test_a_locked_pdf(run, pdf):
    with pytest.raises(ComponentError, match="password") as caught:
        run(TakeText(), pdf("secret", password="geheim"))
    assert caught.value.name == "document-locked"


def test_a_pdf_locked_against_changes_only(run, pdf):
    assert "readable" in written(run(TakeText(), pdf("readable", password="")))


def test_a_huge_page(run, pdf):
    assert "map" in written(run(TakeText(), pdf("map", size=(14_400, 14_400))))


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n%%EOF", b"<html>", b"%PDF-1.7" + b"\0" * 999])
def test_broken_pdfs_are_told(run, tmp_path, data):
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    with pytest.raises(ComponentError, match=r"a\.pdf"):
        run(TakeText(), path)


def test_a_pdf_cut_short_is_text_or_told(run, pdf, tmp_path):
    whole = pdf("one", "two").read_bytes()
    path = tmp_path / "b.pdf"
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        try:
            run(TakeText(), path)
        except ComponentError as error:
            assert error.name.startswith("document-")


def test_word(run, docx):
    xml = (
        f"<w:document {W}><w:body><w:p><w:r><w:t>Über</w:t><w:tab/><w:t>uns</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Zelle</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        "</w:body></w:document>"
    )
    assert written(run(TakeText(), docx(xml), media=DOCX)) == "Über\tuns\nZelle\n"


BOMB = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize("xml", ["", "<a", BOMB])
def test_hostile_word(run, docx, xml):
    with pytest.raises(ComponentError, match="damaged or hostile"):
        run(TakeText(), docx(xml), media=DOCX)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1") + b"x"])
def test_broken_word(run, tmp_path, data):
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    with pytest.raises(ComponentError, match=r"a\.docx"):
        run(TakeText(), path, media=DOCX)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_plain_text(run, tmp_path, encoding):
    path = tmp_path / "n.md"
    path.write_bytes("# Füße\r\n".encode(encoding))
    assert written(run(TakeText(), path, media="text/markdown")) == "# Füße\n"


def test_what_is_no_text_is_told(run, tmp_path):
    path = tmp_path / "n.txt"
    path.write_bytes(b"a\0b")
    with pytest.raises(ComponentError, match="no text"):
        run(TakeText(), path, media="text/plain")
