"""A large table checked and many items prepared through `hdp`, as ratios; peaks beside them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import tables

FEW, MANY = 1_000, int(os.environ.get("HDP_BENCH_ITEMS", "10000"))
MAPPING = """\
hdp-mapping: 1
table: {table}
key: Column 1
fields:
  title: {{columns: [Column 5, Column 6], join: " - "}}
  upload_type: {{literal: image}}
  image_type: {{literal: photo}}
  description: {{template: "<p>{{Column 7}}, {{Column 8}}.</p>"}}
  creators:
    - {{name: {{column: Column 9}}, affiliation: {{literal: University of Jena}}}}
  keywords: {{column: Column 10, split: " "}}
  publication_date: {{literal: "2026-11-22"}}
  access_right: {{choose: open}}
  license: {{literal: cc-by-4.0}}
  imprint_publisher: {{literal: University of Jena}}
  dates:
    - {{type: {{literal: created}}, start: {{column: Column 2}}, end: {{column: Column 2}}}}
"""
_RUN = """
import json, resource, sys, time
from hdp.__main__ import main
begin = time.perf_counter()
try:
    status = main(sys.argv[1:])
except SystemExit as ended:
    status = ended.code
took = time.perf_counter() - begin
used = resource.getrusage(resource.RUSAGE_SELF)
peak, cpu = used.ru_maxrss / 1024, used.ru_utime + used.ru_stime
found = {"seconds": took, "cpu": cpu, "peak": peak, "status": status}
print(json.dumps(found), file=sys.stderr)
"""
Line = tuple[str, float, float, str]


class Place:
    """A project of so many small files, with the tables beside it."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder, self.count = folder, count
        files = folder / "input"
        files.mkdir(parents=True)
        for number in range(count):
            (files / f"SH-{number:06}.jpg").write_bytes(_picture(number))
        self.run("project", "new", folder / "p.hdpc", "--name", "P", "--code", "P",
                 "--input", files, "--output", folder / "out")  # fmt: skip

    def map_with(self, table: Path) -> None:
        """Set a mapping that uses the table."""
        file = self.folder / f"{table.suffix[1:]}.yaml"
        file.write_text(MAPPING.format(table=json.dumps(str(table))), encoding="utf-8")
        self.run("mapping", "set", file, "--name", "all")

    def run(self, *words: object) -> dict[str, float]:
        """Seconds, those of the processor and peak in MiB of a command in its own process."""
        env = os.environ | {"HDP_HOME": str(self.folder / "home"), "HDP_PICTURES": "off"}
        done = subprocess.run(
            [sys.executable, "-c", _RUN, *map(str, words), "--json"],
            env=env, cwd=self.folder, capture_output=True, text=True, check=True,
        )  # fmt: skip
        found: dict[str, float] = json.loads(done.stderr.strip().splitlines()[-1])
        if found["status"]:
            raise RuntimeError(f"hdp {' '.join(map(str, words))} failed:\n{done.stderr}")
        return found


def _picture(number: int) -> bytes:
    """A whole and very small photograph of its own colour."""
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    color = (number % 256, number // 256 % 256, number // 65536)
    Image.new("RGB", (1, 1), color).save(file, "JPEG")
    return file.getvalue() + number.to_bytes(4, "big")


def _used(found: dict[str, float]) -> str:
    """On a busy machine the processor's own time tells more than the clock."""
    return f"{found['cpu']:.1f} s CPU, {found['peak']:.0f} MiB"


def measure() -> Iterator[Line]:
    """A line for each promise: time of ours, time of the peer, what the peer is."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        table, sheet = tables.make_csv(folder / "t.csv"), tables.make_xlsx(folder / "t.xlsx")
        few, many = Place(folder / "few", FEW), Place(folder / "many", MANY)
        for path in (sheet, table):
            kind = path.suffix[1:].upper()
            theirs = tables.run(tables._PANDAS, path)
            few.map_with(path)
            whole = few.run("mapping", "check")
            name = f"check {kind} {tables.ROWS} rows, {_used(whole)}"
            yield name, whole["seconds"], theirs["seconds"], "pandas, only reading it"
        many.map_with(table)
        for words in (("mapping", "check"), ("prepare", "--all")):
            less, more = few.run(*words), many.run(*words)
            name = f"{words[0]} {MANY} items, {_used(more)}"
            peer = less["seconds"] * MANY / FEW
            yield name, more["seconds"], peer, f"{MANY // FEW} times {FEW} items"
