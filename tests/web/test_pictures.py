import pytest
from PIL import Image

from hdp.ingest.thumbnails import MOST_PIXELS, SIZE, make_thumbnail


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "CMYK", "1", "I;16", "I", "F"])
def test_every_kind_of_image_becomes_a_small_jpeg(tmp_path, mode):
    source, target = tmp_path / "a.tif", tmp_path / "sub" / "a.jpg"
    if mode in ("LA", "P"):
        source = tmp_path / "a.png"
    Image.new(mode, (400, 200)).save(source)
    before = source.read_bytes()
    assert make_thumbnail(source, target)
    with Image.open(target) as made:
        assert (made.format, made.size) == ("JPEG", (SIZE, SIZE // 2))
        assert made.mode in ("RGB", "L")
    assert source.read_bytes() == before
    assert [one.name for one in target.parent.iterdir()] == ["a.jpg"]


def test_clear_parts_are_white_and_16_bits_are_stretched(tmp_path):
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert make_thumbnail(tmp_path / "a.png", tmp_path / "a.jpg")
    with Image.open(tmp_path / "a.jpg") as made:
        assert made.getpixel((4, 4)) == (255, 255, 255)
    deep = Image.new("I;16", (64, 64), 300)
    deep.paste(4000, (0, 0, 32, 64))
    deep.save(tmp_path / "b.tif")
    assert make_thumbnail(tmp_path / "b.tif", tmp_path / "b.jpg")
    with Image.open(tmp_path / "b.jpg") as made:
        low, high = made.convert("L").getextrema()
        assert low < 20 and high > 235


def test_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 200)).save(tmp_path / "a.jpg", exif=exif)
    assert make_thumbnail(tmp_path / "a.jpg", tmp_path / "t.jpg")
    with Image.open(tmp_path / "t.jpg") as made:
        assert made.size == (SIZE // 2, SIZE)


def _huge(path):
    side = int(MOST_PIXELS**0.5) + 1
    header = bytearray(Image.new("1", (1, 1)).tobytes())
    small = path.with_suffix(".bmp")
    Image.new("1", (1, 1)).save(small)
    header = bytearray(small.read_bytes())
    header[18:26] = side.to_bytes(4, "little") * 2
    path.write_bytes(header)


@pytest.mark.parametrize("what", ["missing", "empty", "text", "cut", "huge", "folder"])
def test_what_is_no_picture_makes_none_and_leaves_nothing(tmp_path, what):
    source = tmp_path / "a.png"
    if what == "empty":
        source.write_bytes(b"")
    elif what == "text":
        source.write_text("no image")
    elif what == "cut":
        Image.effect_noise((500, 500), 50).save(source)
        source.write_bytes(source.read_bytes()[:2000])
    elif what == "huge":
        _huge(source)
    elif what == "folder":
        source.mkdir()
    assert not make_thumbnail(source, tmp_path / "t" / "a.jpg")
    assert not (tmp_path / "t").exists() or list((tmp_path / "t").iterdir()) == []
