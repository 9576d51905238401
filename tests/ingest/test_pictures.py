import os
import struct

import numpy
import pytest
from PIL import Image

from hdp.ingest.pictures import flat
from hdp.ingest.pictures.flat import MOST_PIXELS
from hdp.ingest.pictures.making import Wanted, about_file, kind_of_picture, make_picture


def make(source, target, size=96, page=1, kind="image"):
    return make_picture(Wanted(kind, str(source), {size: str(target)}, page))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "CMYK", "1", "I;16", "I", "F"])
def test_every_kind_of_image_becomes_a_small_jpeg(tmp_path, mode):
    source, target = tmp_path / "a.tif", tmp_path / "sub" / "a.jpg"
    if mode in ("LA", "P"):
        source = tmp_path / "a.png"
    Image.new(mode, (400, 200)).save(source)
    before = source.read_bytes()
    assert make(source, target) == ""
    with Image.open(target) as made:
        assert (made.format, made.size) == ("JPEG", (96, 48))
        assert made.mode in ("RGB", "L")
    assert source.read_bytes() == before
    assert [one.name for one in target.parent.iterdir()] == ["a.jpg"]


@pytest.mark.parametrize("form", ["jp2", "webp", "gif", "bmp", "tga"])
def test_other_formats(tmp_path, form):
    Image.new("RGB", (400, 200), "navy").save(tmp_path / f"a.{form}")
    assert make(tmp_path / f"a.{form}", tmp_path / "t.jpg") == ""
    with Image.open(tmp_path / "t.jpg") as made:
        assert made.size == (96, 48) and made.getpixel((9, 9))[2] > 100


def test_heic(tmp_path):
    heif = pytest.importorskip("pi_heif", reason="on purpose: pi-heif is not installed")
    sample = tmp_path / "a.heic"
    if not hasattr(heif, "from_pillow"):
        pytest.skip("on purpose: pi-heif only reads")
    try:
        heif.from_pillow(Image.new("RGB", (64, 32), "red")).save(sample)
    except Exception:
        pytest.skip("on purpose: pi-heif only reads")
    assert make(sample, tmp_path / "t.jpg") == ""


def test_clear_parts_are_white_and_16_bits_are_stretched(tmp_path):
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert make(tmp_path / "a.png", tmp_path / "a.jpg") == ""
    with Image.open(tmp_path / "a.jpg") as made:
        assert made.getpixel((4, 4)) == (255, 255, 255)
    deep = Image.new("I;16", (64, 64), 300)
    deep.paste(4000, (0, 0, 32, 64))
    deep.save(tmp_path / "b.tif")
    assert make(tmp_path / "b.tif", tmp_path / "b.jpg") == ""
    with Image.open(tmp_path / "b.jpg") as made:
        low, high = made.convert("L").getextrema()
        assert low < 20 and high > 235


def test_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 200)).save(tmp_path / "a.jpg", exif=exif)
    assert make(tmp_path / "a.jpg", tmp_path / "t.jpg") == ""
    with Image.open(tmp_path / "t.jpg") as made:
        assert made.size == (48, 96)
    told = about_file("image", str(tmp_path / "a.jpg"))
    assert told == {"pages": 1, "width": 200, "height": 400}


def test_pages_of_a_tiff(tmp_path):
    pages = [Image.new("RGB", (30, 20), one) for one in ("red", "lime", "blue")]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    assert about_file("image", str(tmp_path / "a.tif"))["pages"] == 3
    assert make(tmp_path / "a.tif", tmp_path / "t.jpg", page=2) == ""
    with Image.open(tmp_path / "t.jpg") as made:
        assert made.getpixel((9, 9))[1] > 200
    assert make(tmp_path / "a.tif", tmp_path / "u.jpg", page=4)
    assert not (tmp_path / "u.jpg").exists()


def test_too_many_pixels_but_a_way_to_read_fewer(tmp_path, monkeypatch):
    monkeypatch.setattr(flat, "MOST_PIXELS", 200_000)
    Image.new("RGB", (1600, 1200), "teal").save(tmp_path / "a.jpg")
    Image.new("RGB", (1600, 1200), "teal").save(tmp_path / "a.jp2")
    Image.new("RGB", (1600, 1200), "teal").save(tmp_path / "a.png")
    assert make(tmp_path / "a.jpg", tmp_path / "t1.jpg") == ""
    assert make(tmp_path / "a.jp2", tmp_path / "t2.jpg") == ""
    assert "pixels" in make(tmp_path / "a.png", tmp_path / "t3.jpg")


def test_the_overview_of_a_large_tiff_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(flat, "MOST_PIXELS", 200_000)
    whole, small = Image.new("RGB", (1600, 1200), "teal"), Image.new("RGB", (400, 300), "teal")
    small.encoderinfo = {"tiffinfo": {254: 1}}
    whole.save(tmp_path / "a.tif", save_all=True, append_images=[small])
    assert make(tmp_path / "a.tif", tmp_path / "t.jpg") == ""
    assert "pixels" in make(tmp_path / "a.tif", tmp_path / "t.jpg", size=480)


def test_camera_raw_is_not_shown_by_its_preview(tmp_path):
    Image.new("RGB", (90, 60)).save(tmp_path / "a.tif", tiffinfo={50706: b"\1\4\0\0"})
    assert "RAW" in make(tmp_path / "a.tif", tmp_path / "t.jpg")
    assert kind_of_picture("image/x-adobe-dng") == kind_of_picture("image/x-nikon-nef") == ""


def test_pdf(tmp_path):
    pytest.importorskip("pypdfium2", reason="on purpose: pypdfium2 is not installed")
    pages = [Image.new("RGB", (300, 200), one) for one in ("red", "blue")]
    pages[0].save(tmp_path / "a.pdf", save_all=True, append_images=pages[1:])
    assert about_file("document", str(tmp_path / "a.pdf"))["pages"] == 2
    assert make(tmp_path / "a.pdf", tmp_path / "t.jpg", 480, 2, "document") == ""
    with Image.open(tmp_path / "t.jpg") as made:
        assert made.size == (480, 320) and made.getpixel((100, 100))[2] > 200
    assert make(tmp_path / "a.pdf", tmp_path / "u.jpg", 96, 3, "document")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 and nothing")
    assert make(tmp_path / "b.pdf", tmp_path / "u.jpg", 96, 1, "document")
    assert about_file("document", str(tmp_path / "b.pdf"))["note"]
    assert not (tmp_path / "u.jpg").exists()


def _huge(path):
    side = int(MOST_PIXELS**0.5) + 1
    small = path.with_suffix(".bmp")
    Image.new("1", (1, 1)).save(small)
    header = bytearray(small.read_bytes())
    header[18:26] = struct.pack("<I", side) * 2
    path.write_bytes(header)


@pytest.mark.parametrize("what", ["missing", "empty", "text", "cut", "huge", "folder", "pipe"])
def test_what_is_no_picture_makes_none_and_leaves_nothing(tmp_path, what):
    source = tmp_path / "a.png"
    if what == "empty":
        source.write_bytes(b"")
    elif what == "text":
        source.write_text("no image")
    elif what == "cut":
        noise = numpy.random.default_rng(1).integers(0, 255, (500, 500), numpy.uint8)
        Image.fromarray(noise).save(source)
        source.write_bytes(source.read_bytes()[:2000])
    elif what == "huge":
        _huge(source)
    elif what == "folder":
        source.mkdir()
    elif what == "pipe":
        if not hasattr(os, "mkfifo"):
            pytest.skip("on purpose: no named pipes here")
        os.mkfifo(source)  # opened, it would wait for ever
    assert make(source, tmp_path / "t" / "a.jpg")
    assert not (tmp_path / "t").exists() or list((tmp_path / "t").iterdir()) == []


def test_a_full_disk_is_no_reason_to_remember(tmp_path):
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
    (tmp_path / "t").write_text("a file where the folder should be")
    with pytest.raises(OSError):
        make(tmp_path / "a.png", tmp_path / "t" / "a.jpg")
