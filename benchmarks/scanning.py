"""Walk, group and hash a thousand small files, against find and sha256sum; and again, unchanged."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from hdp.ingest.options import ScanOptions
from hdp.ingest.scan import scan

COUNT = 1000


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def measure() -> Iterator[tuple[str, float, float, str]]:
    with tempfile.TemporaryDirectory() as folder:
        for number in range(COUNT):
            Path(folder, f"photo_{number:04}.jpg").write_bytes(os.urandom(8000))
        options = ScanOptions(Path(folder), extensions=(".jpg",), bundle="stem")
        command = f"find {folder} -type f -print0 | xargs -0 sha256sum"
        peer = timed(lambda: subprocess.run(command, shell=True, check=True, capture_output=True))
        result = scan(options)
        yield f"scan {COUNT} files", timed(lambda: scan(options)), peer, "find + sha256sum"
        known = {
            (one.relpath, one.size, one.mtime_ns, one.inode): (one.sha256, one.md5, one.media_type)
            for item in result.items
            for one in item.files
        }
        again = timed(lambda: scan(options, known=known))
        yield "scan them again, unchanged", again, peer, "find + sha256sum"
