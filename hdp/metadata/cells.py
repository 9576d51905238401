"""What every reader of tables gives: all cells as texts, in the places the person sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hdp.metadata.table_notes import Notes

# A sheet of more cells cannot be a table of objects; held in memory it would stop the computer.
MAX_CELLS = 30_000_000


@dataclass(frozen=True)
class SheetInfo:
    """A sheet of a workbook; `rows` and `columns` are None where the file does not say."""

    name: str
    rows: int | None = None
    columns: int | None = None
    hidden: bool = False


@dataclass
class Cells:
    """All cells of a sheet or text; row 0 is the sheet's first row.

    `merged` holds (first row, first column, last row); `as_shown` is False where number formats
    could not be read; `named` says that row 0 surely holds the column names.
    """

    rows: list[Sequence[str]]
    notes: Notes = field(default_factory=Notes)
    sheet: str = ""
    sheets: tuple[SheetInfo, ...] = ()
    merged: tuple[tuple[int, int, int], ...] = ()
    as_shown: bool = True
    encoding: str = ""
    separator: str = ""
    named: bool = False


@dataclass
class Overlay:
    """What a sheet's own file says beyond values: texts as shown, bounds, what is hidden.

    `places` are row and column of `texts`, counted from 0; `rows` and `columns` count to the last
    cell that holds something; `dates` are the cells held as dates, by column.
    """

    notes: Notes = field(default_factory=Notes)
    places: list[tuple[int, int]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    merged: list[tuple[int, int, int]] = field(default_factory=list)
    rows: int = 0
    columns: int = 0
    dates: dict[int, list[tuple[int, str]]] = field(default_factory=dict)

    def date(self, row: int, column: int, text: str) -> None:
        """Remember a cell that the spreadsheet holds as a date."""
        self.dates.setdefault(column, []).append((row, text))

    def put(self, row: int, column: int, text: str) -> None:
        """Have the cell read as `text`."""
        self.places.append((row, column))
        self.texts.append(text)

    def meet(self, row: int, column: int) -> None:
        """Count the cell as one that holds something."""
        if row >= self.rows:
            self.rows = row + 1
        if column >= self.columns:
            self.columns = column + 1

    def lay_over(self, rows: list[Sequence[str]]) -> None:
        """Replace the texts of the cells that are shown otherwise than they are stored."""
        current, cells = -1, None
        for (row, column), text in zip(self.places, self.texts, strict=True):
            if row != current:
                current, cells = row, rows[row] if row < len(rows) else None
            if isinstance(cells, list) and column < len(cells):
                cells[column] = text
