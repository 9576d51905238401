"""A large table looked at and read whole, against pandas reading the same file."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

ROWS = int(os.environ.get("HDP_BENCH_ROWS", "100000"))
COLUMNS = 20

_START = """
import json, resource, sys, time
from pathlib import Path
path = Path(sys.argv[1])
"""
_END = """
took = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": took, "peak": peak}))
"""
_OURS = """
from hdp.metadata.tables import peek, read_table
begin = time.perf_counter()
(peek if sys.argv[2] == "peek" else read_table)(path)
"""
_PANDAS = """
import pandas
begin = time.perf_counter()
how = {"dtype": str, "keep_default_na": False}
if path.suffix == ".csv":
    pandas.read_csv(path, **how)
else:
    pandas.read_excel(path, engine="calamine", **how)
"""
Line = tuple[str, float, float, str]


def values(number: int) -> list[object]:
    """A row as museums have them: a number with leading zeros, texts, a date, numbers."""
    day = date(1950, 1, 1) + timedelta(days=number % 20_000)
    texts = [f"text {number} {column}" for column in range(COLUMNS - 5)]
    return [number, f"SH-{number:06}.jpg", day, number / 4, number % 97, *texts]


def make_csv(path: Path) -> Path:
    """The table as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([f"Column {n}" for n in range(COLUMNS)])
        writer.writerows(values(number) for number in range(ROWS))
    return path


def make_xlsx(path: Path) -> Path:
    """The table as XLSX, its first column formatted as 000000."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Objects")
    sheet.append([f"Column {n}" for n in range(COLUMNS)])
    for number in range(ROWS):
        row = values(number)
        first = WriteOnlyCell(sheet, value=row[0])
        first.number_format = "000000"
        sheet.append([first, *row[1:]])
    book.save(path)
    return path


def run(script: str, path: Path, what: str = "") -> dict[str, float]:
    """Seconds and peak in MiB of a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _START + script + _END, str(path), what],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure() -> Iterator[Line]:
    """A line for each promise: time of ours, time of the peer, what the peer is."""
    with tempfile.TemporaryDirectory() as folder:
        made = (make_csv(Path(folder) / "t.csv"), make_xlsx(Path(folder) / "t.xlsx"))
        for path in made:
            kind = path.suffix[1:].upper()
            theirs = run(_PANDAS, path)
            whole, look = run(_OURS, path, "read"), run(_OURS, path, "peek")
            peer = f"pandas, texts only, peak {theirs['peak']:.0f} MiB"
            name = f"read {kind} {ROWS} x {COLUMNS}, {whole['peak']:.0f} MiB"
            yield name, whole["seconds"], theirs["seconds"], peer
            yield (
                f"first rows of it, {look['peak']:.0f} MiB",
                look["seconds"],
                theirs["seconds"],
                peer,
            )
