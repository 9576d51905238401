"""The tabs of many records and the start of a batch, against SQLite reading and writing plainly.

Times are what the program needs to answer, without the network and the browser.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from benchmarks import preparing, tables
from hdp.application import Application, Selection, actions
from hdp.application.page.uploads import UploadPages

MANY, ENV = preparing.MANY, "practice"
READING = "SELECT * FROM item i LEFT JOIN deposit d ON d.item_id = i.id"
Line = tuple[str, float, float, str]


def fastest(work: Callable[[], object], times: int = 5) -> float:
    """Seconds of the fastest of several runs."""
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        found.append(time.perf_counter() - begin)
    return min(found)


def measure() -> Iterator[Line]:
    """A line for each promise: time of ours, time of the peer, what the peer is."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        place = preparing.Place(folder / "many", MANY)
        place.map_with(first_rows(tables.make_csv(folder / "all.csv"), folder / "t.csv"))
        app = Application(place.folder / "home")
        try:
            app.open_project(place.folder / "p.hdpc")
            yield from _lists(app, "prepare")
            yield from _batch(app)
            yield from _lists(app, "create")
        finally:
            app.close()


def first_rows(table: Path, target: Path) -> Path:
    """The first rows of a table, one for each item."""
    with table.open(encoding="utf-8") as source:
        target.write_text("".join(islice(source, MANY + 1)), encoding="utf-8")
    return target


def _lists(app: Application, stage: str) -> Iterator[Line]:
    pages = UploadPages(app)
    plain = fastest(lambda: app.project.read(lambda c: c.execute(READING).fetchall()))
    peer = "SQLite reading all items and deposits"

    def rows(sort: str = "", **filters: str) -> object:
        return json.dumps(pages.rows(ENV, stage, filters, sort, 0, 100))

    def changed() -> object:
        app.project.write(lambda c: c.execute("UPDATE project SET name = name || 'x'"))
        return rows()

    name = f"{stage}: 100 of {MANY} rows"
    rows()
    yield name, fastest(rows), plain, peer
    yield f"{name}, by title", fastest(lambda: rows("title")), plain, peer
    yield f"{name}, search", fastest(lambda: rows(search="99")), plain, peer
    yield f"{name}, with errors", fastest(lambda: rows(problems="errors")), plain, peer
    yield (
        f"{name}, of one day",
        fastest(lambda: rows(since="2026-11-22", dated="created")),
        plain,
        peer,
    )
    yield f"{name}, after a change", fastest(changed), plain, peer
    yield f"{stage}: Select All", fastest(lambda: pages.ids(ENV, stage, {})), plain, peer


def _batch(app: Application) -> Iterator[Line]:
    """Everything chosen and its preparation begun; then what the page hears until it ends."""
    tasks = [(number, f"Item {number}") for number in range(MANY)]
    heard: list[str] = []
    stop = app.bus.listen(lambda event: heard.append(event.type))
    begin = time.perf_counter()
    started = actions.start(app, actions.Action("prepare", ENV, Selection(all=True)))
    start = time.perf_counter() - begin
    assert started.job is not None
    app.jobs.wait(started.job)
    whole = time.perf_counter() - begin
    stop()
    yield f"start preparing {MANY} items", start, _write(tasks), "SQLite writing the tasks"
    name = f"prepare {MANY}, {len(heard) / whole:.0f} events a second"
    yield name, whole, start, "its start"


def _write(tasks: list[tuple[int, str]]) -> float:
    """Seconds to write plain rows to a new file."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "t.sqlite")
        connection.execute("CREATE TABLE task (subject INTEGER, title TEXT)")
        begin = time.perf_counter()
        with connection:
            connection.executemany("INSERT INTO task VALUES (?, ?)", tasks)
        took = time.perf_counter() - begin
        connection.close()
    return took
