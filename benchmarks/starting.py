"""Start-up of the command line, against a Python that imports nothing."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator


def run(*arguments: str) -> float:
    times = []
    for _ in range(7):
        begin = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def measure() -> Iterator[tuple[str, float, float, str]]:
    peer = run("-c", "pass")
    yield "hdp --version", run("-m", "hdp", "--version"), peer, "python -c pass"
    yield "hdp --help", run("-m", "hdp", "--help"), peer, "python -c pass"
