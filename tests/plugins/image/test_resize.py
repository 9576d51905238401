"""image.resize keeps colours, direction and metadata, and never enlarges."""

import logging
from types import SimpleNamespace

import numpy
import pytest
from hdp_plugins.image.resize import Resize, ResizeParams
from PIL import Image, ImageCms

from hdp.sdk import ComponentError, LocalFile, Record


@pytest.fixture
def resize(tmp_path):
    def go(path, **params):
        work = tmp_path / "work"
        work.mkdir()
        step = SimpleNamespace(
            inputs={"images": [LocalFile(path, path.name, "image/x")]},
            params=ResizeParams(**params),
            record=Record({}), workdir=work, log=logging.getLogger("t"),
            progress=lambda *one: None, check_cancelled=lambda: None,
        )  # fmt: skip
        result = Resize().run(step)
        return result.files["images"][0].path, result.findings

    return go


def photo(path, size=(300, 200), mode="RGB", **save):
    Image.linear_gradient("L").resize(size).convert(mode).save(path, **save)
    return path


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_keeps_the_format(resize, tmp_path, suffix):
    path, findings = resize(photo(tmp_path / f"a.{suffix}"), longest_side=100)
    with Image.open(path) as made:
        assert (path.name, made.size) == (f"a.{suffix}", (100, 67))
    assert not findings


def test_never_enlarges_and_says_so(resize, tmp_path):
    path, findings = resize(photo(tmp_path / "a.jpg"), longest_side=900)
    assert Image.open(path).size == (300, 200)
    assert [one.code for one in findings] == ["image-not-enlarged"]


def test_direction_metadata_and_profile(resize, tmp_path):
    exif = Image.Exif()
    exif[0x0112], exif[0x013B], exif[0x0100] = 6, "Ada", 300
    exif.get_ifd(0x8769)[0xA002] = 300
    exif.get_ifd(0x8769)[0x9003] = "2020:01:02 03:04:05"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = photo(tmp_path / "a.jpg", exif=exif, icc_profile=profile, dpi=(300, 300))
    path, _ = resize(source, longest_side=90)
    with Image.open(path) as made:
        assert made.size == (60, 90)
        tags = made.getexif()
        assert tags[0x013B] == "Ada" and 0x0112 not in tags and 0x0100 not in tags
        assert tags.get_ifd(0x8769)[0xA002] == 60
        assert tags.get_ifd(0x8769)[0x9003] == "2020:01:02 03:04:05"
        assert made.info["icc_profile"] == profile
        assert tuple(map(float, made.info["dpi"])) == (300, 300)


@pytest.mark.parametrize("kind", ["keep", "jpeg", "png", "webp"])
def test_sixteen_bit_gray_is_not_clipped(resize, tmp_path, kind):
    pixels = numpy.linspace(0, 65535, 400).astype("uint16").reshape(1, 400).repeat(300, 0)
    Image.fromarray(pixels).save(tmp_path / "a.tif")
    path, _ = resize(tmp_path / "a.tif", longest_side=100, format=kind)
    with Image.open(path) as made:
        values = numpy.asarray(made if made.mode != "RGB" else made.convert("L")).astype(float)
    full = 65535 if values.max() > 255 else 255
    assert abs(values.mean() / full - 0.5) < 0.02
    assert made.size == (100, 75)


PIXELS = [("CMYK", "jpg"), ("P", "png"), ("RGBA", "png"), ("LA", "png"), ("1", "png"), ("L", "jpg")]


@pytest.mark.parametrize(("mode", "source"), PIXELS)
@pytest.mark.parametrize("kind", ["keep", "jpeg", "png", "webp"])
def test_every_kind_of_pixels(resize, tmp_path, mode, source, kind):
    path, _ = resize(photo(tmp_path / f"a.{source}", mode=mode), longest_side=60, format=kind)
    with Image.open(path) as made:
        made.load()
        assert made.size == (60, 40)


def test_a_damaged_file_and_no_image_at_all(resize, tmp_path):
    whole = photo(tmp_path / "a.jpg", size=(900, 900)).read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ComponentError, match=r"cut\.jpg cannot be read"):
        resize(tmp_path / "cut.jpg", longest_side=50)


def test_no_image_at_all(resize, tmp_path):
    (tmp_path / "a.jpg").write_text("hello")
    with pytest.raises(ComponentError, match=r"a\.jpg cannot be read: this is no image"):
        resize(tmp_path / "a.jpg")


def test_a_bomb_is_refused_by_its_header(resize, tmp_path):
    import struct
    import zlib

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + data)
    with pytest.raises(ComponentError, match=r"a\.png is too large") as caught:
        resize(tmp_path / "a.png")
    assert caught.value.name == "image-too-large"


def test_a_format_that_cannot_be_written(resize, tmp_path):
    photo(tmp_path / "a.gif")
    with pytest.raises(ComponentError, match="in the format GIF cannot be made"):
        resize(tmp_path / "a.gif")
