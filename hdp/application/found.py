"""What a preview found, as lists that can be searched, filtered and shown in portions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hdp.application.packing import describe_scanned
from hdp.ingest.items import ScannedFile, ScannedItem, ScanResult, worst
from hdp.ingest.names import fold
from hdp.ingest.pictures.making import kind_of_picture
from hdp.plugin_formats import PluginFunction, for_name
from hdp.sdk import Finding, NotFound

if TYPE_CHECKING:
    from hdp.ingest.checks import Checked

ASIDE = "set-aside"
UNCHECKED = "unchecked"
"""The status of what is not opened yet and has no problem so far."""
_PICTURES = ("image", "document")
_EXAMPLES = 20


class Found:
    """The items of a preview with what is known of their files so far."""

    def __init__(
        self, result: ScanResult, set_aside: Mapping[str, str],
        thumbnailers: Sequence[PluginFunction] = (),
    ) -> None:  # fmt: skip
        self.result = result
        self._thumbnailers = thumbnailers
        self.set_aside = {
            one.primary: set_aside[one.primary] for one in result.items if one.primary in set_aside
        }
        self.files: dict[str, ScannedFile] = {}
        self._items_of: dict[str, list[int]] = {}
        self._checks: dict[str, Checked] = {}
        self._seen: set[str] = set()
        self._unseen: list[int] = []
        self._states: list[str] = []
        self._codes: list[set[str]] = []
        self._version = 0
        self._matching: tuple[Any, list[int]] = ((), [])
        for number, item in enumerate(result.items):
            self._states.append(worst("valid", *(one.status for one in item.files)))
            codes = {found.code for one in item.files for found in one.findings}
            self._codes.append(codes | {found.code for found in item.findings})
            self._unseen.append(sum(1 for one in item.files if one.status != "missing"))
            for one in item.files:
                self.files[one.relpath] = one
                self._items_of.setdefault(one.relpath, []).append(number)

    def renewed(self, result: ScanResult) -> Found:
        """A later result with what was noted of the files."""
        later = Found(result, self.set_aside, self._thumbnailers)
        for relpath in self._seen:
            if relpath in later.files:
                later.note(relpath, self._checks.get(relpath))
        return later

    def note(self, relpath: str, checked: Checked | None) -> None:
        """Take what a file showed when it was opened; None is nothing to be said."""
        if relpath not in self._seen and self.files[relpath].status != "missing":
            self._seen.add(relpath)
            self._version += 1
            for number in self._items_of[relpath]:
                self._unseen[number] -= 1
        if checked is None or (checked.status == "valid" and not checked.findings):
            return
        self._checks[relpath] = checked
        for number in self._items_of[relpath]:
            self._states[number] = worst(self._states[number], checked.status)
            self._codes[number].update(one.code for one in checked.findings)
        self._version += 1

    def summary(self) -> dict[str, Any]:
        """Counts, statuses, and what a person should know of the whole."""
        states = Counter(self._state(number) for number in range(len(self._states)))
        return {
            "counts": {**self.result.counts, "by_status": dict(states)},
            "records": len(self._states) - len(self.set_aside),
            "findings": [one.to_json() for one in self.result.findings],
            "in_files": list(self._in_files()),
            "skipped": dict(self.result.skipped),
            "set_aside": self.set_aside,
        }

    def _in_files(self) -> Iterator[dict[str, Any]]:
        """Each kind of finding in files: how many, and the first of them."""
        kinds: dict[str, tuple[Finding, list[str]]] = {}
        for relpath, one in self.files.items():
            for finding in self._findings(one):
                kinds.setdefault(finding.code, (finding, []))[1].append(relpath)
        for code, (first, paths) in sorted(kinds.items()):
            shown = {"code": code, "severity": first.severity, "message": first.message}
            yield {**shown, "hint": first.hint, "count": len(paths), "files": paths[:_EXAMPLES]}

    def lines(
        self, *, status: str = "", search: str = "", code: str = "",
        unfolded: Collection[str] = (), offset: int = 0, limit: int = 100,
    ) -> dict[str, Any]:  # fmt: skip
        """A portion of the items that fit, with the files of those that are unfolded."""
        numbers = self._fitting(status, fold(search.strip()), code)
        rows: list[dict[str, Any]] = []
        line = 0
        for number in numbers:
            item = self.result.items[number]
            files = item.files if item.primary in unfolded else ()
            end = line + 1 + len(files)
            if end > offset and line < offset + limit:
                block = [self._item_row(number, open_=bool(files)), *self._file_rows(item, files)]
                rows += block[max(0, offset - line) : offset + limit - line]
            line = end
        return {"rows": rows, "total": line, "items": len(numbers)}

    def item(self, primary: str, packing: Mapping[str, Any]) -> dict[str, Any]:
        """One item with its files, their reports, and the names its record would have."""
        number = self._number(primary)
        item = self.result.items[number]
        files = [self._file_json(one) for one in item.files]
        return {
            **item.to_json(), "files": files, "status": self._state(number),
            "set_aside": self.set_aside.get(primary), "packing": describe_scanned(item, packing),
        }  # fmt: skip

    def scanned(self, primary: str) -> ScannedItem:
        """One item as the scan gave it."""
        return self.result.items[self._number(primary)]

    def _number(self, primary: str) -> int:
        for number in self._items_of.get(primary, ()):
            if self.result.items[number].primary == primary:
                return number
        raise NotFound("This item is not there any more.", code="no-such-item", hint="Scan again.")

    def _state(self, number: int) -> str:
        aside = self.set_aside and self.result.items[number].primary in self.set_aside
        if aside:
            return ASIDE
        state = self._states[number]
        return UNCHECKED if state == "valid" and self._unseen[number] > 0 else state

    def _fitting(self, status: str, search: str, code: str) -> list[int]:
        asked = (status, search, code, self._version)
        if self._matching[0] != asked:
            fits = [
                number
                for number, item in enumerate(self.result.items)
                if (not status or self._state(number) == status)
                and (not code or code in self._codes[number])
                and (not search or _has(item, search))
            ]
            self._matching = (asked, fits)
        return self._matching[1]

    def _item_row(self, number: int, *, open_: bool) -> dict[str, Any]:
        item = self.result.items[number]
        first = item.files[0]
        return {
            "primary": item.primary, "key": item.key, "files": len(item.files), "open": open_,
            "size": sum(one.size for one in item.files), "status": self._state(number),
            "set_aside": self.set_aside.get(item.primary),
            "picture": self._is_shown(first),
        }  # fmt: skip

    def _file_rows(self, item: ScannedItem, files: tuple[ScannedFile, ...]) -> list[dict[str, Any]]:
        parents = {one.relpath: one.parent for one in files}
        return [
            {
                "primary": item.primary, "file": one.relpath, "path": one.path, "role": one.role,
                "size": one.size, "status": self._file_state(one),
                "depth": _depth(one.relpath, parents),
                "picture": self._is_shown(one),
            }
            for one in files
        ]  # fmt: skip

    def _is_shown(self, one: ScannedFile) -> bool:
        kind = kind_of_picture(one.media_type)
        return kind in _PICTURES or (
            not kind and for_name(self._thumbnailers, one.path) is not None
        )

    def _file_json(self, one: ScannedFile) -> dict[str, Any]:
        problems = [finding.to_json() for finding in self._findings(one)]
        status = self._file_state(one)
        return one.to_json() | {"file": one.relpath, "status": status, "problems": problems}

    def _file_state(self, one: ScannedFile) -> str:
        checked = self._checks.get(one.relpath)
        state = worst(one.status, checked.status) if checked else one.status
        return UNCHECKED if state == "valid" and one.relpath not in self._seen else state

    def _findings(self, one: ScannedFile) -> list[Finding]:
        checked = self._checks.get(one.relpath)
        more = [found for found in checked.findings if found not in one.findings] if checked else []
        return [*one.findings, *more]


def _has(item: ScannedItem, search: str) -> bool:
    return search in fold(item.key) or any(search in fold(one.relpath) for one in item.files)


def _depth(relpath: str, parents: Mapping[str, str]) -> int:
    depth = 0
    while (relpath := parents.get(relpath, "")) and depth < 5:
        depth += 1
    return depth
