"""general.checksums, rename, zip and validate on real files."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zipfile

import pytest
from hdp_plugins.general.archive import Zip
from hdp_plugins.general.checksums import Checksums
from hdp_plugins.general.names import safe
from hdp_plugins.general.rename import Rename
from hdp_plugins.general.validate import Validate
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hdp.sdk import ComponentError, InvalidInput


def only(result, port):
    (output,) = result.files[port]
    return output.path


@pytest.mark.parametrize("algorithm", ["sha256", "md5", "sha512"])
def test_the_fields_own_tool_checks_the_manifest(play, source, tmp_path, algorithm):
    tool = shutil.which(f"{algorithm}sum")
    files = [
        source("b ä.txt", b"b"),
        source("a.txt", b"a", sha256=hashlib.sha256(b"a").hexdigest()),
    ]
    manifest = only(play(Checksums, files, algorithm=algorithm), "manifest")
    assert [line.split("  ")[1] for line in manifest.read_text("utf-8").splitlines()] == [
        "a.txt", "b ä.txt",
    ]  # fmt: skip
    if tool is None:
        pytest.skip("on purpose: no coreutils here")
    subprocess.run([tool, "--strict", "-c", manifest], cwd=tmp_path / "in", check=True,
                   capture_output=True)  # fmt: skip


def test_two_files_of_one_name_have_no_manifest(play, source):
    with pytest.raises(ComponentError, match="would both be called"):
        play(
            Checksums, [source("a/x.txt", relpath="a/x.txt"), source("b/X.txt", relpath="b/X.txt")]
        )


def test_copies_get_the_names_of_the_pattern(play, source):
    files = [source("Große Vase.JPG"), source("ølampe 2.JPG")]
    result = play(Rename, files, pattern="{key}_{n:03}_{stem}{ext}", spaces="_", ascii=True,
                  case="lower")  # fmt: skip
    names = [one.path.name for one in result.files["files"]]
    assert names == ["sh-1_001_grosse_vase.jpg", "sh-1_002_olampe_2.jpg"]
    assert result.files["files"][0].path.read_bytes() == b"abc" == files[0].path.read_bytes()
    with pytest.raises(ComponentError, match="would both be called same"):
        play(Rename, files, pattern="same{ext}")
    with pytest.raises(InvalidInput, match=r"no \{nothing\} to fill in"):
        play(Rename, files, pattern="{nothing}")


@given(st.text())
def test_names_are_safe_on_every_system(text):
    try:
        name = safe(text)
    except InvalidInput:
        return
    assert name == safe(name)
    assert not set(name) & set('<>:"/\\|?*\0\n') and 0 < len(name) <= 200
    assert name not in (".", "..") and name.rstrip(" .") == name
    assert name.split(".")[0].upper() not in ("CON", "NUL", "COM1")


def test_the_same_files_give_the_same_archive(play, source, tmp_path):
    texture = source("t.png", b"png" * 99, relpath="m/tex/t.png", media_type="image/png")
    model = source("m.obj", b"v 0 0 0\n" * 500, relpath="m/m.obj", references=(texture,))
    other = source("../up.txt", b"up", relpath="up.txt")
    first = only(
        play(Zip, [model, other], name="{key} {title}", fields={"title": "A/B"}), "archive"
    )
    again = only(play(Zip, [other, model, texture], name="x"), "archive")
    assert first.name == "SH-1 A-B.zip"
    assert first.read_bytes() == again.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert archive.namelist() == ["m/m.obj", "m/tex/t.png", "up.txt"]
        assert archive.testzip() is None
        kinds = {one.filename: one.compress_type for one in archive.infolist()}
    assert kinds["m/tex/t.png"] == zipfile.ZIP_STORED
    assert kinds["m/m.obj"] == zipfile.ZIP_DEFLATED
    flat = only(play(Zip, [model], folders=False), "archive")
    assert zipfile.ZipFile(flat).namelist() == ["m.obj", "t.png"]


def test_every_breach_is_told_at_once(play, source, tmp_path):
    Image.new("RGB", (40, 30)).save(tmp_path / "small.png")
    files = [
        source("SH-1.png", (tmp_path / "small.png").read_bytes(), media_type="image/png"),
        source("broken.png", b"\x89PNG\r\n\x1a\n", media_type="image/png"),
        source("empty.txt", b""),
    ]
    result = play(Validate, files, media=["image/*"], name=r"SH-\d.*", min_side=100, max_files=2,
                  severity="warning")  # fmt: skip
    told = [one.message for one in result.findings]
    assert len(told) == 7 and result.values == {"files": 3, "breaches": 7}
    assert {one.severity for one in result.findings} == {"warning"}
    assert any("40 x 30 pixels" in one for one in told)
    assert any("broken.png cannot be measured" in one for one in told)
    assert play(Validate, files[:1]).findings == []
    with pytest.raises(InvalidInput, match="no regular expression"):
        play(Validate, files, name="(")
