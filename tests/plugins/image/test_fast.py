"""Shrinking by libvips: the same picture as by Pillow, and never a damaged one without a word."""

from __future__ import annotations

from types import SimpleNamespace

import numpy
import pytest
from hdp_plugins.image import fast, resize
from PIL import Image, ImageCms

from hdp.sdk import ComponentError, LocalFile

pytestmark = pytest.mark.skipif(not fast.is_there(), reason="on purpose: libvips is not installed")


def picture(mode="RGB", size=(1800, 1200)):
    noise = numpy.random.default_rng(7).integers(0, 255, (12, 18, 4), dtype="uint8")
    large = Image.fromarray(noise, "RGBA").resize(size, Image.Resampling.BICUBIC)
    if mode == "RGBA":
        large.putalpha(200)
    return large.convert(mode)


def resized(tmp_path, path, **params):
    out = tmp_path / f"out-{len(list(tmp_path.iterdir()))}"
    out.mkdir()
    step = SimpleNamespace(
        inputs={"images": [LocalFile(path, path.name)]}, workdir=out,
        params=resize.ResizeParams(longest_side=500, **params), check_cancelled=lambda: None,
        progress=lambda *_: None,
    )  # fmt: skip
    (made,) = resize.Resize().run(step).files["images"]
    return Image.open(made.path)


@pytest.fixture
def counted(monkeypatch):
    done = []

    def shrink(*args):
        small = fast.shrink(*args)
        done.append(small is not None)
        return small

    monkeypatch.setattr(resize, "shrink", shrink)
    return done


@pytest.mark.parametrize(
    ("name", "mode", "settings"),
    [
        ("a.jpg", "RGB", {}), ("gray.jpg", "L", {}), ("a.tif", "RGB", {}),
        ("lzw.tif", "RGBA", {"compression": "tiff_lzw"}), ("a.webp", "RGB", {"lossless": True}),
        ("wide.jpg", "RGB", {"icc_profile": ImageCms.ImageCmsProfile(
            ImageCms.createProfile("LAB")).tobytes()}),
    ],
)  # fmt: skip
def test_the_same_as_by_pillow(tmp_path, monkeypatch, counted, name, mode, settings):
    exif = Image.Exif()
    exif[0x0112] = 6  # on its side
    picture(mode).save(tmp_path / name, exif=exif, **settings)
    ours = resized(tmp_path, tmp_path / name)
    monkeypatch.setattr(resize, "shrink", lambda *_: None)
    theirs = resized(tmp_path, tmp_path / name)
    assert counted == [True]
    assert (ours.size, ours.mode) == (theirs.size, theirs.mode) == ((333, 500), theirs.mode)
    assert ours.info.get("icc_profile") == theirs.info.get("icc_profile")
    gap = numpy.abs(numpy.asarray(ours, dtype=float) - numpy.asarray(theirs, dtype=float))
    assert gap.mean() < 2


@pytest.mark.parametrize("mode", ["P", "CMYK", "I;16"])
def test_what_it_does_not_do_is_left_to_pillow(tmp_path, counted, mode):
    image = picture("L").convert("I;16") if mode == "I;16" else picture().convert(mode)
    path = tmp_path / "a.tif"
    image.save(path)
    assert resized(tmp_path, path).size == (500, 333)
    assert counted == [False]


def test_a_small_picture_is_not_worth_it(tmp_path, counted):
    picture(size=(900, 600)).save(tmp_path / "a.jpg")
    assert resized(tmp_path, tmp_path / "a.jpg").size == (500, 333)
    assert counted == [False]


@pytest.mark.parametrize("name", ["a.jpg", "a.tif", "a.webp"])
def test_a_cut_file_is_an_error(tmp_path, name):
    whole = tmp_path / name
    picture().save(whole)
    data = whole.read_bytes()
    whole.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(ComponentError):
        resized(tmp_path, whole)
