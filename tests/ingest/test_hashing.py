"""Two checksums in one pass, and files that change while they are read."""

import hashlib
import threading
import time

import pytest

from hdp.ingest.hashing import BLOCK, hash_file, hash_many
from hdp.ingest.walk import Found
from hdp.sdk import Cancelled


def found(path) -> Found:
    info = path.stat()
    return Found(path.name, info.st_size, info.st_mtime_ns, info.st_ino)


@pytest.mark.parametrize("size", [0, 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_both_checksums(tmp_path, size):
    data = bytes(n % 251 for n in range(1000)) * (size // 1000 + 1)
    path = tmp_path / "a.bin"
    path.write_bytes(data[:size])
    told = []
    hashes = hash_file(path, told.append)
    assert hashes.sha256 == hashlib.sha256(data[:size]).hexdigest()
    assert hashes.md5 == hashlib.md5(data[:size]).hexdigest()
    assert sum(told) == size


def test_many_files_keep_their_order(tmp_path):
    for n in range(1203):
        (tmp_path / f"{n:04}").write_bytes(str(n).encode())
    files = [found(one) for one in sorted(tmp_path.iterdir())]
    done = list(hash_many(tmp_path, files, threads=2))
    assert [one.found for one in done] == files
    assert done[7].hashes and done[7].hashes.md5 == hashlib.md5(b"7").hexdigest()


def test_changed_and_vanished_files_are_findings(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).write_bytes(b"1")
    files = [found(tmp_path / name) for name in ("a", "b", "c")]
    (tmp_path / "a").write_bytes(b"12")
    (tmp_path / "b").unlink()
    done = list(hash_many(tmp_path, files))
    assert [one.finding and one.finding.code for one in done] == ["changed", "missing", None]
    assert done[0].hashes is None and done[2].hashes


def test_cancelled(tmp_path):
    (tmp_path / "a").write_bytes(b"1")
    with pytest.raises(Cancelled):
        hash_file(tmp_path / "a", cancelled=lambda: True)


def test_reading_ends_when_nobody_waits_for_it(tmp_path):
    for number in range(10):
        with (tmp_path / f"{number}").open("wb") as file:
            file.truncate(32 * BLOCK)
    told = []

    def progress(count: int) -> None:
        told.append(count)
        if len(told) > 32:
            time.sleep(0.01)  # the other files are slow

    reading = hash_many(
        tmp_path, [found(one) for one in sorted(tmp_path.iterdir())], threads=1, progress=progress
    )
    next(reading)
    reading.close()
    assert len(told) < 320
    assert not [one.name for one in threading.enumerate() if one.name.startswith("hash")]
