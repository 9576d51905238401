"""image.privacy: nothing of people and places is left, and no pixel is another."""

from __future__ import annotations

import contextlib
import io
import logging
import shutil
import struct
import subprocess
from types import SimpleNamespace

import numpy
import pytest
from hdp_plugins.image.privacy import Privacy
from hdp_plugins.image.segments import Broken, clean_jpeg, clean_png, clean_webp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from hdp.sdk import ComponentError, LocalFile, Record

SECRETS = (b"SERIAL-77", b"anna@example.org", b"Hauptstr", b"OWNER", b"maker's own", b"trailer")
XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"
xmlns:I="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/"
xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="51,0N" aux:SerialNumber="SERIAL-77"
xmpRights:WebStatement="https://creativecommons.org/licenses/by/4.0/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Vase &amp; Krug</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>Anna</rdf:li></rdf:Seq></dc:creator>
<I:CreatorContactInfo I:CiEmailWork="anna@example.org" I:CiAdrExtadr="Hauptstr"/>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def private(**more):
    exif = Image.Exif()
    exif[0x0112], exif[0x013B], exif[0x0110], exif[0xA430] = 6, "Anna", "X-100", "OWNER"
    details = exif.get_ifd(0x8769)
    details[0x9003], details[0xA431], details[0x927C] = (
        "2020:01:02 03:04:05",
        "SERIAL-77",
        b"maker's own",
    )
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (51.0, 2.0, 3.0)
    for name, value in more.items():
        exif[int(name, 16)] = value
    return exif


def picture(mode="RGB"):
    return Image.effect_noise((64, 48), 80).convert(mode)


@pytest.fixture
def clean(tmp_path):
    def go(path, **params):
        work = tmp_path / f"work-{path.name}"
        work.mkdir()
        step = SimpleNamespace(
            inputs={"images": [LocalFile(path, path.name, "image/x")]},
            params=Privacy.params(**params), record=Record({}), workdir=work,
            log=logging.getLogger("t"), progress=lambda *one: None, check_cancelled=lambda: None,
        )  # fmt: skip
        return Privacy().run(step).files["images"][0].path

    return go


def stored(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    extra = {"xmp": XMP} if suffix != "png" else {}
    picture().save(path, exif=private(), icc_profile=profile, **extra)
    return path, profile


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_pixels_colours_and_rights_stay_and_the_rest_is_gone(clean, tmp_path, suffix):
    path, profile = stored(tmp_path, suffix)
    if suffix == "jpg":
        path.write_bytes(path.read_bytes() + b"\xff\xd8\xff\xe1trailer")
    before = path.read_bytes()
    made = clean(path)
    assert path.read_bytes() == before
    assert not [one for one in SECRETS if one in made.read_bytes()]
    with Image.open(path) as old, Image.open(made) as new:
        assert numpy.array_equal(numpy.asarray(old), numpy.asarray(new))
        assert new.info["icc_profile"] == profile
        exif = new.getexif()
        assert (exif[0x013B], exif[0x0110]) == ("Anna", "X-100")
        assert exif.get(0x0112, 1) == (1 if suffix == "tif" else 6)  # a TIFF is turned upright
        assert exif.get_ifd(0x8825) == {} and 0xA431 not in exif.get_ifd(0x8769)
        assert exif.get_ifd(0x8769).get(0x9003, "2020").startswith("2020")
        if suffix in ("jpg", "webp"):
            packet = new.info["xmp"]
            assert b"Vase &amp; Krug" in packet and b"licenses/by/4.0" in packet
            assert b"GPS" not in packet


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_another_program_finds_nothing_either(clean, tmp_path, suffix):
    tool = shutil.which("exiftool")
    if tool is None:
        pytest.skip("privacy: exiftool is not installed")
    path, _ = stored(tmp_path, suffix)
    told = subprocess.run(
        [tool, "-a", "-G", clean(path)], capture_output=True, text=True, check=True
    )
    words = told.stdout.casefold()
    assert "warning" not in words
    assert not [one for one in ("gps", "serial", "owner", "email", "maker note") if one in words]


def test_what_may_stay_is_chosen(clean, tmp_path):
    path, _ = stored(tmp_path, "jpg")
    made = clean(path, rights=False, description=False, time=False, camera=False)
    with Image.open(made) as new:
        assert dict(new.getexif()) == {0x0112: 6}
        assert "xmp" not in new.info


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "I;16", "1", "CMYK", "LA"])
def test_every_kind_of_pixel(clean, tmp_path, mode):
    if mode == "I;16":
        image = Image.fromarray(numpy.arange(64 * 48, dtype="uint16").reshape(48, 64))
    else:
        image = picture("RGB").convert(mode)
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    image.save(path)
    with Image.open(path) as old, Image.open(clean(path)) as new:
        assert old.mode == new.mode
        assert numpy.array_equal(numpy.asarray(old), numpy.asarray(new))


def test_pages_and_animations_stay(clean, tmp_path):
    frames = [Image.new("RGB", (20, 10), color) for color in ("red", "green", "blue")]
    for suffix in ("tif", "png", "webp"):
        path = tmp_path / f"many.{suffix}"
        frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True)
        with Image.open(clean(path)) as new:
            assert new.n_frames == 3
            new.seek(2)
            assert new.convert("RGB").getpixel((5, 5)) == (0, 0, 255)


def test_progressive_and_thumbnail(clean, tmp_path):
    path = tmp_path / "p.jpg"
    picture().save(path, progressive=True, exif=private(), comment=b"anna@example.org")
    with Image.open(path) as old, Image.open(clean(path)) as new:
        assert numpy.array_equal(numpy.asarray(old), numpy.asarray(new))
        assert "comment" not in new.info


def test_what_cannot_be_cleaned_is_said(clean, tmp_path):
    picture("L").save(tmp_path / "a.gif")
    with pytest.raises(ComponentError, match="cannot be cleaned without changing it"):
        clean(tmp_path / "a.gif")
    whole = io.BytesIO()
    picture().save(whole, "JPEG", exif=private())
    (tmp_path / "cut.jpg").write_bytes(whole.getvalue()[:-200])
    with pytest.raises(ComponentError, match="it is cut off"):
        clean(tmp_path / "cut.jpg")
    (tmp_path / "text.jpg").write_text("no image")
    with pytest.raises(ComponentError, match="cannot be read"):
        clean(tmp_path / "text.jpg")


def test_hostile_blocks_do_no_harm(clean, tmp_path):
    path = tmp_path / "a.jpg"
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    picture().save(path, exif=b"Exif\0\0II*\0\xff\xff\xff\xff", xmp=bomb)
    with Image.open(clean(path)) as new:
        assert "xmp" not in new.info


@given(
    st.binary(max_size=400),
    st.sampled_from([b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]),
)
def test_any_bytes_are_cleaned_or_refused(noise, head):
    for cleaner in (clean_jpeg, clean_png, clean_webp):
        with contextlib.suppress(Broken, IndexError, struct.error):
            cleaner(head + noise, b"", b"")
