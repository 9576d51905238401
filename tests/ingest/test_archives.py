"""Archives: the same bytes everywhere, nothing overwritten, what is written is read back."""

from __future__ import annotations

import hashlib
import os
import unicodedata
import zipfile

import pytest

from hdp.ingest.archives import Member, archive_size, check_names, make_archive
from hdp.sdk import Cancelled, InvalidInput


def member(folder, name: str, data: bytes = b"data") -> Member:
    path = folder / f"{hashlib.sha256(name.encode() + data).hexdigest()[:8]}.bin"
    path.write_bytes(data)
    return Member(name, path, len(data), hashlib.sha256(data).hexdigest())


def test_same_files_give_these_bytes_everywhere(tmp_path):
    members = [member(tmp_path, "textures/ä b.jpg", b"\xff\xd8" * 9), member(tmp_path, "a.mtl")]
    one = make_archive(tmp_path / "one", "x.zip", members)
    for each in members:
        os.utime(each.source, (1, 1))
        each.source.chmod(0o600)
    two = make_archive(tmp_path / "two", "x.zip", members[::-1])
    assert one.path.read_bytes() == two.path.read_bytes()
    # Pinned: another system, Python or library must not change a byte.
    assert one.sha256 == "c2d6f016e725739fbda525756de165228cf47349f771d2fa06b9cefc0ff3be0c"
    assert one.md5 == hashlib.md5(one.path.read_bytes()).hexdigest()
    assert one.size == archive_size((each.name, each.size) for each in members)


def test_names_are_kept_byte_for_byte(tmp_path):
    names = ["é" + "x/ü.jpg", unicodedata.normalize("NFD", "ö.jpg"), "a #1%20 💡.jpg", "n\nl"]
    made = make_archive(tmp_path / "out", "x.zip", [member(tmp_path, one) for one in names])
    with zipfile.ZipFile(made.path) as archive:
        assert sorted(archive.namelist()) == sorted(names)
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    "names",
    [["/a"], ["../a"], ["a/../b"], ["a//b"], ["./a"], ["C:a"], ["a\\b"], ["..\\a"], [""], ["a\0b"],
     ["a/X.jpg", "a/x.JPG"], ["ö", unicodedata.normalize("NFD", "ö")], ["a", "A/b"], ["\udcff"]],
)  # fmt: skip
def test_names_that_would_unpack_elsewhere_are_refused(names):
    with pytest.raises(InvalidInput) as refused:
        check_names(names)
    assert refused.value.name == "archive-name"


def test_a_changed_original_leaves_nothing_behind(tmp_path):
    one = member(tmp_path, "a.txt", b"before")
    for data in (b"behind", b"longer than before", b"", b"befor"):
        one.source.write_bytes(data)
        with pytest.raises(InvalidInput) as refused:
            make_archive(tmp_path / "out", "x.zip", [one])
        assert refused.value.name == "file-changed"
        assert list((tmp_path / "out").iterdir()) == []
        assert one.source.read_bytes() == data
    one.source.unlink()
    with pytest.raises(InvalidInput) as missing:
        make_archive(tmp_path / "out", "x.zip", [one])
    assert missing.value.name == "file-missing"


def test_what_is_there_is_taken_or_stays(tmp_path):
    out, one = tmp_path / "out", member(tmp_path, "a.txt", b"one")
    first = make_archive(out, "x.zip", [one])
    stamp = first.path.stat().st_mtime_ns
    again = make_archive(out, "x.zip", [one])
    assert (again.path, again.path.stat().st_mtime_ns) == (first.path, stamp)
    other = make_archive(out, "x.zip", [member(tmp_path, "a.txt", b"two")])
    assert other.path.name == "x-2.zip"
    first.path.write_bytes(first.path.read_bytes()[:-30])
    third = make_archive(out, "x.zip", [one])
    assert third.path.name == "x-3.zip"
    assert third.sha256 == first.sha256
    assert sorted(each.name for each in out.iterdir()) == ["x-2.zip", "x-3.zip", "x.zip"]


def test_cancel_leaves_nothing_behind(tmp_path):
    told = []
    with pytest.raises(Cancelled):
        make_archive(
            tmp_path / "out", "x.zip", [member(tmp_path, "a", b"x" * 9)],
            progress=told.append, cancelled=lambda: True,
        )  # fmt: skip
    assert list((tmp_path / "out").iterdir()) == []


def test_progress_counts_writing_reading_and_hashing(tmp_path):
    told = []
    made = make_archive(
        tmp_path / "out", "x.zip", [member(tmp_path, "a", b"x" * 3_000_000)], progress=told.append
    )
    assert sum(told) == 2 * 3_000_000 + made.size
