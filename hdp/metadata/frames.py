"""Tables as pandas frames, and rows written as CSV and XLSX: every cell a text, never a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.metadata.tables import Table
from hdp.sdk import InvalidInput, Refused

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")
_LONGEST = 32_767  # characters that a cell of a spreadsheet holds
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ANY = re.compile(".", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")

Rows = Sequence[Sequence[str]]


def to_frame(table: Table) -> pd.DataFrame:
    """The table as a frame of texts, with the rows' numbers as its index."""
    import pandas as pd

    numbers = [table.row_number(index) for index in range(len(table.rows))]
    columns = pd.Index(list(table.columns))
    return pd.DataFrame(list(table.rows), columns=columns, index=numbers, dtype=str)


def join(left: pd.DataFrame, right: pd.DataFrame, left_on: str, right_on: str) -> pd.DataFrame:
    """All rows of `left` with those of `right` that have the same text in the other column.

    Where nothing belongs the cells are empty; columns of one name get `#2`. Empty texts join
    nothing.
    """
    again = {name: f"{name}#2" for name in right.columns if name in set(left.columns)}
    other = right[right[right_on] != ""].rename(columns=again)
    key = again.get(right_on, right_on)
    return left.merge(other, how="left", left_on=left_on, right_on=key).fillna("")


def write_csv(path: Path, columns: Sequence[str], rows: Rows) -> None:
    """Write a CSV in UTF-8 with BOM, as Excel wants it; `read_table` gives the same texts back.

    An apostrophe goes before what a spreadsheet program would take for a formula. Refused where
    the file exists.
    """
    _check(path, (columns, *rows))
    with _new(path, encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerows([guard(one) for one in row] for row in (columns, *rows))


def guard(text: str) -> str:
    """The text with an apostrophe where it would be taken for a formula; numbers stay."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def write_xlsx(path: Path, columns: Sequence[str], rows: Rows, *, sheet: str = "Metadata") -> None:
    """Write a workbook whose cells are all texts; refused where the file exists."""
    from openpyxl import Workbook

    _check(path, (columns, *rows))
    _check_lengths(path, columns, rows)
    with _new(path, mode="xb") as file:
        book = Workbook(write_only=True)
        page = book.create_sheet(sheet[:31])
        for row in (columns, *rows):
            page.append([_cell(page, one) for one in row])
        book.save(file)


def _cell(page: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    # Readers drop texts of blanks only, and all that XML cannot hold, unless written by number.
    unseen = _UNSEEN if text.strip(" \t\n\r") else _ANY
    cell = WriteOnlyCell(page, value=unseen.sub(lambda one: f"_x{ord(one[0]):04X}_", text))
    cell.data_type = "s"
    cell.number_format = "@"
    return cell


def _check(path: Path, rows: Sequence[Sequence[str]]) -> None:
    for number, row in enumerate(rows, 1):
        if any(_SURROGATE.search(one) for one in row):
            raise InvalidInput(
                f"Row {number} has a character that no file can hold.",
                code="not-writable-text",
                hint="It mostly comes from a file name in an unknown encoding: rename the file.",
                where={"file": str(path), "row": number},
            )


def _check_lengths(path: Path, columns: Sequence[str], rows: Rows) -> None:
    for number, row in enumerate(rows, 2):
        for column, text in zip(columns, row, strict=False):
            if len(text) > _LONGEST:
                raise InvalidInput(
                    f"{column}, row {number}: {len(text)} characters, and a cell holds {_LONGEST}.",
                    code="cell-too-long",
                    hint="Write CSV instead, which has no such limit.",
                    where={"file": str(path), "row": number, "column": column},
                )


@contextmanager
def _new(path: Path, *, mode: str = "x", **how: Any) -> Iterator[Any]:
    """A new file to write; nothing half written stays where that fails."""
    try:
        file = path.open(mode, **how)
    except FileExistsError as error:
        raise Refused(
            f"{path} exists already; it was not touched.",
            code="file-exists",
            hint="Choose another file name.",
            where={"file": str(path)},
        ) from error
    except OSError as error:
        raise _not_written(path, error) from error
    try:
        with file:
            yield file
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _not_written(path, error) from error
        raise


def _not_written(path: Path, error: OSError) -> InvalidInput:
    return InvalidInput(
        f"{path} cannot be written: {error.strerror or error}.",
        code="not-written",
        hint="Choose a folder that is there, may be written to and has room.",
        where={"file": str(path)},
    )
