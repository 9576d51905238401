"""Photographs of 24 megapixels made small, against vipsthumbnail with as many processes.

HDP_BENCH_PHOTOS says how many (12). They are resized to 1,024 pixels in two processes, ours by the
component image.resize as its workers run it (EXIF, ICC and XMP carried over), theirs in one run
for each half of the photographs.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import SimpleNamespace

COUNT = int(os.environ.get("HDP_BENCH_PHOTOS", "12"))
SIDE, WORKERS, RUNS = 1024, 2, 3
Line = tuple[str, float, float, str]


def make_photographs(folder: Path) -> list[Path]:
    """JPEGs of 6,000 x 4,000 pixels with the noise that cameras have."""
    import numpy
    from PIL import Image

    random = numpy.random.default_rng(1)
    soft = Image.fromarray(random.integers(0, 255, (40, 60, 3), dtype="uint8"))
    large = numpy.asarray(soft.resize((6000, 4000), Image.Resampling.BICUBIC)).astype("int16")
    noisy = large + random.integers(-8, 8, large.shape, dtype="int16")
    first = folder / "photo_000.jpg"
    Image.fromarray(noisy.clip(0, 255).astype("uint8")).save(first, quality=92)
    others = [folder / f"photo_{number:03}.jpg" for number in range(1, COUNT)]
    for one in others:
        shutil.copyfile(first, one)
    return [first, *others]


def resize(path: Path, folder: Path) -> None:
    """One photograph by the component."""
    from hdp_plugins.image.resize import Resize, ResizeParams

    from hdp.sdk import LocalFile

    step = SimpleNamespace(
        inputs={"images": [LocalFile(path, path.name)]}, workdir=folder,
        params=ResizeParams(longest_side=SIDE), progress=lambda *one: None,
        check_cancelled=lambda: None,
    )  # fmt: skip
    Resize().run(step)  # type: ignore[arg-type]


def _peer(program: str, paths: list[Path], folder: Path) -> None:
    out = f"{folder}/%s.jpg[Q=90]"
    halves = [paths[number::WORKERS] for number in range(WORKERS)]
    running = [
        subprocess.Popen([program, "-s", str(SIDE), "-o", out, *map(str, half)],
                         env={**os.environ, "VIPS_CONCURRENCY": "1"})
        for half in halves
    ]  # fmt: skip
    if any(one.wait() for one in running):
        raise RuntimeError("vipsthumbnail failed")


def measure() -> Iterator[Line]:
    """One line: ours, vipsthumbnail's, how many photographs a second."""
    peer = os.environ.get("HDP_BENCH_VIPSTHUMBNAIL") or shutil.which("vipsthumbnail")
    os.environ.setdefault("VIPS_CONCURRENCY", "1")
    context = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as place,
        ProcessPoolExecutor(WORKERS, mp_context=context) as pool,
    ):
        folder, out = Path(place), Path(place) / "out"
        out.mkdir()
        paths = make_photographs(folder)
        list(pool.map(resize, paths[:WORKERS], [out] * WORKERS))  # the imports
        ours, theirs = [], []
        for _ in range(RUNS):
            begin = time.perf_counter()
            list(pool.map(resize, paths, [out] * COUNT))
            ours.append(time.perf_counter() - begin)
            if peer is not None:
                begin = time.perf_counter()
                _peer(peer, paths, out)
                theirs.append(time.perf_counter() - begin)
    told = f"{COUNT} of 24 MP, {COUNT / min(ours):.1f} a second"
    if not theirs:
        yield ("resize photographs", min(ours), float("nan"), f"{told}; vipsthumbnail is not here")
        return
    yield ("resize photographs", min(ours), min(theirs), f"{told}; vipsthumbnail")
