"""Many small files and a few large ones through `hdp`, as ratios; peaks of memory beside them."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SMALL = 4000  # bytes
FEW, MANY = 1_000, int(os.environ.get("HDP_BENCH_FILES", "100000"))
LARGE = int(os.environ.get("HDP_BENCH_LARGE", str(4 << 30)))  # bytes in all
BLOCK = 1 << 20

_SCAN = """
import json, resource, sys, time
from pathlib import Path
from hdp.ingest.options import ScanOptions
from hdp.ingest.scan import scan
begin = time.perf_counter()
result = scan(ScanOptions(Path(sys.argv[1]), bundle="stem"))
took = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": took, "peak": peak, "items": len(result.items)}))
"""
Line = tuple[str, float, float, str]


def make_small(folder: Path, count: int) -> Path:
    """Small files of random bytes in one folder, two of each stem."""
    folder.mkdir()
    for number in range(count):
        name = f"site{number // 2:06}{('.dat', '.bin')[number % 2]}"
        (folder / name).write_bytes(os.urandom(SMALL))
    return folder


def scan_alone(folder: Path) -> dict[str, float]:
    """Walk, group and hash in a process of its own: seconds and peak in MiB."""
    done = subprocess.run(
        [sys.executable, "-c", _SCAN, str(folder)], check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def scan_again(folder: Path, place: Path) -> tuple[float, float]:
    """Seconds of the scan jobs of a project: the first, and the second of the same files."""
    env = os.environ | {"HDP_HOME": str(place / "home")}
    project = place / "many.hdpc"
    new = ["project", "new", project, "--name", "Many", "--code", "M", "--input", folder,
           "--output", place / "output", "--bundle", "stem"]  # fmt: skip
    times = []
    for words in (new, ["project", "scan", project]):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-m", "hdp", *map(str, words)], check=True, env=env,
                       capture_output=True)  # fmt: skip
        times.append(time.perf_counter() - begin)
    return times[0], times[1]


def hash_plainly(folder: Path) -> float:
    """One pass of SHA-256 and MD5 over all files in two threads, and nothing else."""

    def one(path: Path) -> None:
        sha256, md5, buffer = hashlib.sha256(), hashlib.md5(), bytearray(BLOCK)
        view = memoryview(buffer)
        with path.open("rb", buffering=0) as file:
            while count := file.readinto(buffer):
                sha256.update(view[:count])
                md5.update(view[:count])

    begin = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, sorted(folder.iterdir())))
    return time.perf_counter() - begin


def make_large(folder: Path) -> Path:
    """Four files of random bytes, LARGE in all."""
    folder.mkdir()
    block = os.urandom(BLOCK)
    for number in range(4):
        with (folder / f"scan{number}.raw").open("wb") as file:
            for _ in range(LARGE // 4 // BLOCK):
                file.write(block)
    return folder


def measure() -> Iterator[Line]:
    """A line for each promise: time of ours, time of the peer, what the peer is."""
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        few = scan_alone(make_small(place / "few", FEW))
        many_folder = make_small(place / "many", MANY)
        many = scan_alone(many_folder)
        linear = few["seconds"] * MANY / FEW
        name = f"scan {MANY} files, peak {many['peak']:.0f} MiB"
        yield name, many["seconds"], linear, f"{MANY // FEW} times {FEW} files"
        first, second = scan_again(many_folder, place)
        yield f"scan {MANY} files again", second, first, "project new (scan, checks)"
        large = make_large(place / "large")
        hash_plainly(large)  # both find the files in memory
        ours = scan_alone(large)
        peer = hash_plainly(large)
        name = f"hash {LARGE >> 20} MiB, peak {ours['peak']:.0f} MiB"
        yield name, ours["seconds"], peer, "SHA-256 and MD5 in two threads"
