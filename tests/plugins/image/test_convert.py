"""image.convert, thumbnails and contact_sheet: pixels, colours, direction, and what is told."""

from __future__ import annotations

import io
import json
import logging
import shutil
import struct
import subprocess
import zlib
from types import SimpleNamespace

import numpy
import pytest
from hdp_plugins.image.convert import Convert
from hdp_plugins.image.modes import is_deep
from hdp_plugins.image.resize import Resize
from hdp_plugins.image.sheets import ContactSheet, Thumbnails
from PIL import Image, ImageCms

from hdp.sdk import ComponentError, LocalFile, Record

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

# The same with red and green exchanged, under another name.
OTHER = (
    SRGB.replace(b"rXYZ", b"----").replace(b"gXYZ", b"rXYZ").replace(b"----", b"gXYZ")
    .replace("sRGB".encode("utf-16-be"), "Wide".encode("utf-16-be"))
)  # fmt: skip


@pytest.fixture
def play(tmp_path):
    def go(kind, *paths, **params):
        work = tmp_path / f"work-{len(list(tmp_path.iterdir()))}"
        work.mkdir()
        step = SimpleNamespace(
            inputs={"images": [LocalFile(one, one.name, "image/x") for one in paths]},
            params=kind.params(**params), record=Record({}), workdir=work,
            log=logging.getLogger("t"), progress=lambda *one: None, check_cancelled=lambda: None,
        )  # fmt: skip
        result = kind().run(step)
        (outputs,) = result.files.values()
        return [one.path for one in outputs], [one.code for one in result.findings]

    return go


@pytest.fixture
def picture(tmp_path):
    def make(name, mode="RGB", size=(64, 48), **save):
        path = tmp_path / name
        if mode == "I;16":
            image = Image.fromarray(
                numpy.arange(size[0] * size[1], dtype="uint16").reshape(size[::-1])
            )
        else:
            image = Image.effect_noise(size, 80).convert("RGB").convert(mode)
        image.save(path, **save)
        return path

    return make


@pytest.mark.parametrize(
    ("format", "suffix", "exact"),
    [("png", ".png", True), ("tiff", ".tif", True), ("jpeg", ".jpg", False),
     ("webp", ".webp", False), ("jp2", ".jp2", False)],
)  # fmt: skip
def test_every_format_looks_the_same(play, picture, format, suffix, exact):
    path = picture("Bild ä.png", icc_profile=SRGB, dpi=(300, 300))
    (made,), told = play(Convert, path, format=format, quality=95)
    assert made.name == f"Bild ä{suffix}" and told == []
    with Image.open(path) as old, Image.open(made) as new:
        difference = numpy.abs(numpy.asarray(old, int) - numpy.asarray(new.convert("RGB"), int))
        assert difference.mean() < (0.001 if exact else 8)
        assert (new.info.get("icc_profile") == SRGB) or format == "jp2"


@pytest.mark.parametrize("format", ["webp", "jp2"])
def test_without_loss(play, picture, format):
    path = picture("a.png")
    (made,), _ = play(Convert, path, format=format, lossless=True)
    assert numpy.array_equal(numpy.asarray(Image.open(path)), numpy.asarray(Image.open(made)))


@pytest.mark.parametrize(
    ("name", "mode", "format", "told"),
    [
        ("a.png", "RGBA", "jpeg", ["image-transparency"]),
        ("a.png", "RGBA", "png", []),
        ("a.png", "I;16", "jpeg", ["image-depth"]),
        ("a.png", "I;16", "tiff", []),
        ("a.tif", "CMYK", "png", ["image-colours"]),
        ("a.tif", "CMYK", "jpeg", []),
        ("a.gif", "P", "jpeg", []),
        ("a.png", "1", "webp", []),
        ("a.png", "LA", "jp2", []),
    ],
)
def test_what_cannot_come_along_is_told(play, picture, name, mode, format, told):
    (made,), codes = play(Convert, picture(name, mode), format=format)
    assert codes == told
    with Image.open(made) as new:
        new.load()
        if mode == "I;16" and format == "tiff":
            assert new.mode == "I;16" and numpy.asarray(new).max() == 64 * 48 - 1


def test_sixteen_bits_become_eight_where_asked(play, picture):
    (made,), told = play(Convert, picture("a.png", "I;16"), format="png", depth="8")
    assert told == [] and Image.open(made).mode == "L"


def deep_colours(path):
    """A PNG with 48 bits a pixel, which Pillow itself cannot write."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(b"\0" + struct.pack(">12H", *range(0, 60000, 5000)) for _ in range(4))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 16, 2, 0, 0, 0))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
    return path


def test_colours_of_sixteen_bits_are_not_lost_in_silence(play, tmp_path):
    _, told = play(Convert, deep_colours(tmp_path / "deep.png"), format="tiff")
    assert told == ["image-depth"]


def test_direction_metadata_and_pages(play, picture, tmp_path):
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "Ada"
    path = picture("a.jpg", exif=exif, xmp=b"<x/>")
    with Image.open(play(Convert, path, format="webp")[0][0]) as new:
        assert new.size == (48, 64) and new.getexif()[0x013B] == "Ada"
        assert 0x0112 not in new.getexif() and new.info["xmp"] == b"<x/>"
    with Image.open(play(Convert, path, format="jpeg", upright=False)[0][0]) as new:
        assert new.size == (64, 48) and new.getexif()[0x0112] == 6
    with Image.open(play(Convert, path, format="jpeg", metadata="drop")[0][0]) as new:
        assert "exif" not in new.info and "xmp" not in new.info
    assert play(Convert, path, format="jp2")[1] == ["image-metadata"]
    assert play(Convert, path, format="tiff")[1] == []
    exif.get_ifd(0x8769)[0x9003] = "2020:01:02 03:04:05"
    path = picture("a.jpg", exif=exif)
    assert play(Convert, path, format="tiff")[1] == ["image-metadata"]
    assert play(Resize, play(Convert, path, format="tiff")[0][0], longest_side=20)[1] == []
    frames = [Image.new("RGB", (9, 9), color) for color in ("red", "blue")]
    frames[0].save(tmp_path / "m.tif", save_all=True, append_images=frames[1:])
    assert play(Convert, tmp_path / "m.tif", format="png")[1] == ["image-first-page"]


def test_wide_colours_become_srgb_where_no_profile_can_be_written(play, picture):
    path = picture("a.png", icc_profile=OTHER)
    (made,), told = play(Convert, path, format="jp2", lossless=True)
    assert told == ["image-colours"]
    with Image.open(path) as old, Image.open(made) as new:
        wanted = ImageCms.profileToProfile(
            old, ImageCms.ImageCmsProfile(io.BytesIO(OTHER)), ImageCms.createProfile("sRGB")
        )
        assert numpy.array_equal(numpy.asarray(wanted), numpy.asarray(new))


def test_colours_become_srgb(play, picture):
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    assert lab  # the library is there
    (made,), _ = play(Convert, picture("a.png", icc_profile=SRGB), format="jpeg", colours="srgb")
    assert "icc_profile" not in Image.open(made).info
    (made,), _ = play(
        Convert, picture("b.png", icc_profile=b"broken"), format="png", colours="srgb"
    )
    assert Image.open(made).size == (64, 48)


def test_thumbnails(play, picture):
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "Ada"
    made, _ = play(Thumbnails, picture("a.jpg", size=(800, 400), exif=exif), picture("b.png", "P"),
                   side=100)  # fmt: skip
    assert [one.name for one in made] == ["a_thumb.jpg", "b_thumb.jpg"]
    with Image.open(made[0]) as small:
        assert small.size == (50, 100) and not small.getexif()


def test_a_contact_sheet(play, picture, tmp_path):
    files = [picture(f"{'x' * 80} {number}.png", "RGB", (300, 100 + number)) for number in range(7)]
    (tmp_path / "broken.png").write_bytes(b"no")
    (sheet,), told = play(ContactSheet, *files, tmp_path / "broken.png", side=120, columns=3)
    assert told == ["image-unreadable"]
    with Image.open(sheet) as page:
        assert page.size == (3 * 132 + 12, 3 * 150 + 12)
        assert page.getpixel((2, 2)) == (255, 255, 255)
        assert page.crop((12, 12, 132, 132)).getcolors(9999) is None or len(
            page.crop((12, 12, 132, 132)).getcolors(99999)) > 50  # fmt: skip
    with pytest.raises(ComponentError, match="no image for a contact sheet"):
        play(ContactSheet, tmp_path / "broken.png")


def test_another_program_reads_what_was_kept(play, picture):
    """exiftool finds no damage, and colours, author and title where they are promised."""
    tool = shutil.which("exiftool")
    if tool is None:
        pytest.skip("image.convert: exiftool is not installed")
    path = picture("a.jpg", icc_profile=SRGB)
    subprocess.run(
        [tool, "-q", "-overwrite_original", "-EXIF:Artist=Anna", "-EXIF:Orientation#=6",
         "-XMP-dc:Title=Vase", path], check=True,
    )  # fmt: skip
    found = {}
    for kind, params in (
        (Convert, {"format": "jpeg"}), (Convert, {"format": "png"}), (Convert, {"format": "webp"}),
        (Convert, {"format": "tiff"}), (Convert, {"format": "jp2"}), (Resize, {"longest_side": 40}),
    ):  # fmt: skip
        made, codes = play(kind, path, **params)
        told = subprocess.run(
            [tool, "-j", "-G", "-n", made[0]], capture_output=True, text=True, check=True
        )
        (facts,) = json.loads(told.stdout)
        assert not [one for one in facts if "Warning" in one or "Error" in one], facts
        assert facts.get("EXIF:Orientation", 1) == 1
        assert (facts.get("ICC_Profile:ColorSpaceData", "").strip() == "RGB") != (
            made[0].suffix == ".jp2"
        )
        found[params.get("format", "resized")] = (
            facts.get("EXIF:Artist"), facts.get("XMP:Title"), codes
        )  # fmt: skip
    everything = ("Anna", "Vase", [])
    assert found == {
        "jpeg": everything, "png": everything, "webp": everything, "tiff": everything,
        "resized": everything, "jp2": (None, None, ["image-metadata"]),
    }  # fmt: skip


def test_the_depth_of_jpeg_2000_is_that_of_its_code_stream(tmp_path):
    path = tmp_path / "a.jp2"
    Image.new("RGB", (16, 16), "red").save(path)
    shallow = path.read_bytes().ljust(1600, b"\0")  # Pillow hands on the length: no depth
    at = shallow.index(b"\xff\x4f\xff\x51") + 42
    for data, deep in ((shallow, False), (shallow[:at] + b"\x0f" + shallow[at + 1 :], True)):
        path.write_bytes(data)
        with Image.open(path) as image:
            assert is_deep(image) is deep
