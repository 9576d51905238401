"""Tables that sources of plugins read: their rows taken over with care, within limits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from hdp.limited import LimitedWorker, WorkerDied
from hdp.metadata.cells import MAX_CELLS, Cells
from hdp.metadata.table_file import look_at, wrong
from hdp.plugin_formats import PluginFunction, for_name, say_raised
from hdp.sdk import HdpError, InvalidInput

MEMORY = 3 * 1024**3
SECONDS = 60.0
_PORTION = 1000  # rows in one answer
_WHOLE = 1e15  # beyond, a float does not hold every whole number
_MOST_COLUMNS = 2000
_MOST_SIGNS = 500_000_000
_AUTHOR = "Tell the plugin's author; or save the table as CSV (UTF-8)."


class Sources:
    """Reads tables with the sources of plugins, in a process that may be lost. Close it."""

    def __init__(self, known: Callable[[], Sequence[PluginFunction]]) -> None:
        self._known = known
        self._worker = LimitedWorker(memory=MEMORY)

    def find(self, path: Path) -> PluginFunction | None:
        """The source that reads files of that name."""
        return for_name(self._known(), path.name)

    def read_cells(self, source: PluginFunction, path: Path, most_rows: int | None) -> Cells:
        """The cells of the table in the file; InvalidInput says why there are none."""
        before = look_at(path)
        rows: list[Sequence[str]] = []
        cells = signs = 0
        try:
            answers = self._worker.stream(read_portions, source, path, most_rows, seconds=SECONDS)
            with closing(answers):  # type: ignore[type-var]
                for portion in answers:
                    rows += portion
                    cells += sum(map(len, portion))
                    signs += sum(len(one) for row in portion for one in row)
                    if cells > MAX_CELLS or signs > _MOST_SIGNS:
                        raise wrong(path, f"{path.name} is too large for a table.", "Split it.")
        except WorkerDied as error:
            message = f"{path.name} could not be read by {source.called}. {error.message}"
            raise wrong(path, message, _AUTHOR) from None
        except HdpError as error:
            raise _told(path, error) from None
        if look_at(path) != before:
            raise wrong(
                path, f"{path.name} is being changed.", "Wait until it is saved; try again."
            )
        if not rows:
            raise wrong(path, f"{path.name} holds no table.", "Export it again.")
        return Cells(rows=rows, named=True)

    def close(self) -> None:
        """End the process; a later call starts another one."""
        self._worker.close()


def read_portions(
    source: PluginFunction, path: Path, most_rows: int | None
) -> Iterator[list[list[str]]]:
    """Runs in the limited process: the rows, as texts only, some at a time."""
    try:
        given = source.load()(path)
        if not isinstance(given, Iterable) or isinstance(given, str | bytes):
            raise TypeError(f"it gave {given!r}, which is no list of rows")
        rows = islice(given, most_rows)
        number = 0
        while portion := [_row(one, number + place) for place, one in
                          enumerate(islice(rows, _PORTION), 1)]:  # fmt: skip
            yield portion
            number += len(portion)
    except (MemoryError, GeneratorExit):
        raise
    except HdpError as error:
        line = error.where.get("line")
        where = {"line": int(line)} if isinstance(line, int) else {}
        raise InvalidInput(
            str(error.message), code="table", hint=str(error.hint), where=where
        ) from None
    except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, SystemExit too
        message = f"{path.name} could not be read by {source.called} ({say_raised(error)})."
        raise InvalidInput(message, code="source-failed", hint=_AUTHOR) from None


def _row(given: Any, number: int) -> list[str]:
    if not isinstance(given, list | tuple):
        raise TypeError(f"row {number} is {type(given).__name__}, not a list of cells")
    if len(given) > _MOST_COLUMNS:
        raise InvalidInput(
            f"Row {number} has {len(given)} columns; a table has at most {_MOST_COLUMNS}."
        )
    return [_text(one, number) for one in given]


def _text(given: Any, number: int) -> str:
    if given is None:
        return ""
    if isinstance(given, bool):
        return "TRUE" if given else "FALSE"  # as in sheets
    if isinstance(given, float):
        if not math.isfinite(given):
            return ""
        return str(int(given) if given.is_integer() and abs(given) < _WHOLE else given)
    if not isinstance(given, str | int | float):
        raise TypeError(f"row {number} has a cell of the type {type(given).__name__}")
    # Half of a sign of two parts, as JSON may hold it, can be written nowhere.
    return str(given).replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _told(path: Path, error: HdpError) -> InvalidInput:
    line = {"line": error.where["line"]} if "line" in error.where else {}
    where = {"table": str(path), **line}
    named = error.message if path.name in error.message else f"{path.name}: {error.message}"
    return InvalidInput(named, code=error.name, hint=error.hint, where=where)
