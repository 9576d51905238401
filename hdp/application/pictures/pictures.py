"""The pictures of the open project."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application.pictures.painter import Painter, models_refused
from hdp.application.pictures.store import Store, Subject, is_able, subject, subjects
from hdp.events import Changed
from hdp.ingest.pictures.flat import RAW_NOTE
from hdp.ingest.pictures.making import BY_PLUGIN, SIZES, kind_of_picture
from hdp.project import items, pictures
from hdp.project.items import Item
from hdp.sdk import Cancelled, HdpError, UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

QUIET = "HDP_PICTURES"  # "off": none are made on their own, only those that are asked for
_SMALL = (96, 480)
_AT_ONCE = 500  # items read in one go
_TELL_S = 2.0
# How long an answer waits for a picture; then it comes with the event `pictures`.
_PATIENCE_S = {"image": 2.0, "document": 2.0, "model": 0.4, BY_PLUGIN: 2.0}
_LONG_S = 45.0

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Made:
    """How many items have a picture now, and how many were not looked at for lack of time."""

    pictures: int
    left: int


class Pictures:
    """Made when asked for, or for all items after a scan; `close` ends what runs."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self.store = Store(app.home / "cache" / "pictures")
        self._painter = Painter(self.store)
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._asked: dict[str, Future[bool]] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._quiet: _Round | None = None

    def thumbnail(self, item_id: int) -> tuple[Path, str] | None:
        """The item's small picture and its identity; None where there is none, or none yet."""
        item = self._app.project.read(lambda c: items.get_item(c, item_id))
        for one in self._subjects(item):
            made = self._wait(one, 96, 1, _PATIENCE_S[one.kind], item_id)
            if made is not False:
                return self._found(one, 96, 1) if made else None
        return None

    def preview(self, file_id: int, size: int, page: int = 1) -> tuple[Path, str] | None:
        """A picture of one file and its identity; None where there is none."""
        if size not in SIZES:
            known = ", ".join(str(one) for one in SIZES)
            raise UsageError(f"“size” is one of {known}.", code="bad-request")
        one = self._subject(file_id)
        if one is None or not 1 <= page <= 100_000:
            return None
        made = self._wait(one, size, page, _LONG_S if size > 96 else _PATIENCE_S[one.kind], None)
        return self._found(one, size, page) if made else None

    def about(self, file_id: int) -> dict[str, Any]:
        """What a viewer needs to know: kind, pages, pixels, and why there is no picture."""
        item = self._app.project.read(lambda c: pictures.get_item_of_file(c, file_id))
        row = next(one for one in item.files if one.id == file_id)
        one = self._subject(file_id)
        raw = row.media_type.startswith("image/x-") and not kind_of_picture(row.media_type)
        shown = "image" if one and one.plugin else one.kind if one else ""
        plain = {"kind": shown, "picture": one is not None, "pages": 1,
                 "width": None, "height": None, "note": RAW_NOTE if raw else ""}  # fmt: skip
        if one is None:
            return plain
        told = plain | (self._painter.about(one) if one.kind in ("image", "document") else {})
        reason = self._none(one)
        return told | {"picture": not (told["note"] or reason), "note": told["note"] or reason}

    def mark(self, rows: Iterable[dict[str, Any]]) -> None:
        """Tell each row (by its `item`) whether asking for a thumbnail may give one."""
        by_id = {row["item"]: row for row in rows}
        for row in by_id.values():
            row["picture"] = False
        project = self._app.project
        for item in project.read(lambda c: items.list_items(c, list(by_id))):
            by_id[item.id]["picture"] = self._may_be(item)

    def mark_files(self, item: Item) -> dict[int, bool]:
        """By file id, whether asking for its preview may give one."""
        project, others = self._app.project, self._app.catalogue.thumbnailers
        return {
            one.id: is_able(one, others) and not self._none(subject(project, item, one, others))
            for one in item.files
        }

    def _may_be(self, item: Item) -> bool:
        return any(not self._none(one) for one in self._subjects(item))

    def _none(self, one: Subject) -> str:
        return self.store.reason(one.key) or (models_refused() if one.kind == "model" else "")

    def _subject(self, file_id: int) -> Subject | None:
        item = self._app.project.read(lambda c: pictures.get_item_of_file(c, file_id))
        row = next(one for one in item.files if one.id == file_id)
        others = self._app.catalogue.thumbnailers
        return subject(self._app.project, item, row, others) if is_able(row, others) else None

    def _subjects(self, item: Item) -> list[Subject]:
        return subjects(self._app.project, item, self._app.catalogue.thumbnailers)

    def _found(self, one: Subject, size: int, page: int) -> tuple[Path, str]:
        return self.store.path(one.key, size, page), f"{one.key}-{size}-{page}"

    def _wait(
        self, one: Subject, size: int, page: int, seconds: float, item_id: int | None
    ) -> bool | None:
        """Whether the picture is there; None where it is still being made."""
        if self.store.path(one.key, size, page).is_file():
            return True
        if self.store.reason(one.key, page):
            return False
        try:
            return self._order(one, size, page, item_id).result(timeout=seconds)
        except NotYet:
            return None
        except HdpError:
            return False

    def _order(self, one: Subject, size: int, page: int, item_id: int | None) -> Future[bool]:
        key = f"{one.key}-{size}-{page}"

        def work() -> bool:
            try:
                return self._painter.make(one, (size,), page, cancelled=self._closing.is_set)
            finally:
                with self._lock:
                    self._asked.pop(key, None)
                if item_id is not None:
                    self._app.bus.emit(Changed(("pictures",), (item_id,)))

        with self._lock:
            if self._closing.is_set():
                raise Cancelled("HDP is closing.")
            if key not in self._asked:
                name = one.kind if one.kind in ("model", BY_PLUGIN) else "flat"
                pool = self._pools.setdefault(name, ThreadPoolExecutor(1, f"pictures-{name}"))
                self._asked[key] = pool.submit(work)
            return self._asked[key]

    def models_work(self) -> bool:
        """Whether models can be drawn on this computer; the first time it is tried."""
        return self._painter.models_work()

    def start(self, after: int | None = None) -> None:
        """Make the pictures of all items quietly, once the job `after` has ended."""
        if os.environ.get(QUIET) == "off":
            return
        self.stop()
        self._quiet = _Round(self._app, self, after)

    def stop(self) -> None:
        """End what `start` began; what is made stays."""
        if self._quiet is not None:
            self._quiet.stop()
            self._quiet = None

    def wait(self, timeout: float | None = None) -> None:
        """Wait until what `start` began has ended."""
        if self._quiet is not None:
            self._quiet.thread.join(timeout)

    def make_all(
        self,
        *,
        seconds: float | None = None,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Made:
        """Make the small pictures of all items that are not set aside, as long as there is time."""
        project = self._app.project
        ids = project.read(pictures.list_shown_ids)
        ends = None if seconds is None else time.monotonic() + seconds
        painter, teller = Painter(self.store, quiet=True), _Teller(self._app)
        seen = have = 0
        try:
            for item in _portions(self._app, ids):
                late = ends is not None and time.monotonic() > ends
                if late or cancelled():
                    break
                if self._make_one(painter, item, cancelled, teller):
                    have += 1
                seen += 1
                if progress is not None:
                    progress(seen, len(ids))
        except Cancelled:
            pass
        finally:
            painter.close()
            teller.tell()
            self.store.trim()
        return Made(have, len(ids) - seen)

    def _make_one(
        self, painter: Painter, item: Item, cancelled: Callable[[], bool], teller: _Teller
    ) -> bool:
        for one in self._subjects(item):
            if all(self.store.path(one.key, size).is_file() for size in _SMALL):
                return True
            if painter.make(one, _SMALL, cancelled=cancelled):
                teller.add(item.id)
                return True
        return False

    def close(self) -> None:
        """End everything."""
        self.stop()
        self._closing.set()
        for pool in self._pools.values():
            pool.shutdown(cancel_futures=True)
        self._painter.close()


def _portions(app: Application, ids: list[int]) -> Iterable[Item]:
    for start in range(0, len(ids), _AT_ONCE):
        yield from _read(app, ids[start : start + _AT_ONCE])


def _read(app: Application, ids: list[int]) -> list[Item]:
    return app.project.read(lambda c: items.list_items(c, ids))


class _Teller:
    """Tells the page about new pictures, some at a time."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._new: list[int] = []
        self._told = time.monotonic()

    def add(self, item_id: int) -> None:
        self._new.append(item_id)
        if time.monotonic() - self._told > _TELL_S:
            self.tell()

    def tell(self) -> None:
        if self._new:
            self._app.bus.emit(Changed(("pictures",), tuple(self._new)))
        self._new, self._told = [], time.monotonic()


class _Round:
    """One quiet round over all items on a thread."""

    def __init__(self, app: Application, makes: Pictures, after: int | None) -> None:
        self._stopped = threading.Event()
        self.thread = threading.Thread(
            target=self._run, args=(app, makes, after), name="pictures", daemon=True
        )
        self.thread.start()

    def _run(self, app: Application, makes: Pictures, after: int | None) -> None:
        try:
            while after is not None and not app.jobs.wait(after, 0.2):
                if self._stopped.is_set():
                    return
            makes.make_all(cancelled=self._stopped.is_set)
        except HdpError:
            return  # the project was closed, or is busy: pictures are made when asked for

    def stop(self) -> None:
        self._stopped.set()
        self.thread.join()
