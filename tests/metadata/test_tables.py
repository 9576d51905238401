"""Tables as the person sees them."""

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from hdp.metadata.tables import column_letter, read_table
from hdp.sdk import HdpError, InvalidInput, NotFound


def put(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def book(path: Path, *rows, formats=()) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Fotos"
    for row in rows:
        sheet.append(row)
    for cell, code in formats:
        sheet[cell].number_format = code
    made.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path, encoding):
    table = read_table(put(tmp_path / "t.csv", "Titel,Ort\nHäuser,Köln\n".encode(encoding)))
    assert table.columns == ("Titel", "Ort") and list(table.rows) == [["Häuser", "Köln"]]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_quotes_and_line_breaks(tmp_path, separator):
    text = f'a{separator}b\n"x{separator}y"{separator}"one\ntwo, three; four"\n\n007{separator}z\n'
    table = read_table(put(tmp_path / "t.csv", text))
    assert list(table.rows) == [[f"x{separator}y", "one\ntwo, three; four"], ["007", "z"]]
    assert [table.row_number(n) for n in (0, 1)] == [2, 4]


def test_names_of_columns(tmp_path):
    table = read_table(put(tmp_path / "t.csv", "Titel,,Titel,Titel#2,Titel\n1,2,3,4,5\n"))
    assert table.columns == ("Titel", "Column B", "Titel#3", "Titel#2", "Titel#4")
    assert column_letter(27) == "AB"


def test_header_further_down_and_short_or_long_rows(tmp_path):
    table = read_table(put(tmp_path / "t.csv", "Liste,\na,b\n1\n1,2,3\n"), header=2)
    assert list(table.rows) == [["1", ""], ["1", "2"]]
    found = [(one.code, one.where["row"]) for one in table.findings]
    assert found == [("missing-cells", 3), ("extra-cells", 4)]


def test_a_long_cell(tmp_path):
    table = read_table(put(tmp_path / "t.csv", f"a,b\n{'x' * 200_000},y\n"))
    assert len(table.rows[0][0]) == 200_000


def test_spreadsheet_cells_as_shown(tmp_path):
    path = book(
        tmp_path / "t.xlsx", ["id", "inv", "Datum", "Zeit", "Preis", "ok"],
        ["007", 7, date(1990, 4, 3), datetime(2024, 1, 2, 3, 4), 1.5, True],
        formats=[("B2", "000000")],
    )  # fmt: skip
    table = read_table(path)
    assert table.sheet == "Fotos" and len(table.digest) == 64
    assert list(table.rows) == [
        ["007", "000007", "1990-04-03", "2024-01-02 03:04:00", "1.5", "TRUE"]
    ]
    with pytest.raises(InvalidInput, match="no sheet"):
        read_table(path, sheet="Filme")


def test_blank_rows_above_keep_the_numbers(tmp_path):
    table = read_table(book(tmp_path / "t.xlsx", [None], ["a", "b"], [], ["x", 12]), header=2)
    assert list(table.rows) == [["x", "12"]] and table.row_number(0) == 4


@pytest.mark.parametrize(
    ("name", "content"),
    [("e.csv", ""), ("e.csv", " \n"), ("h.csv", "a,b\n"), ("n.csv", ",\n1,2\n"),
     ("x.xlsx", "a,b\n1,2\n"), ("x.xlsx", b"PK\x03\x04 broken"), ("x.csv", b"PK\x03\x04 zip"),
     ("x.xls", "nonsense")],
)  # fmt: skip
def test_what_is_no_table_is_refused(tmp_path, name, content):
    with pytest.raises(InvalidInput) as caught:
        read_table(put(tmp_path / name, content))
    assert caught.value.hint and caught.value.where["table"].endswith(name)


def test_folder_missing_file_and_wrong_row(tmp_path):
    with pytest.raises(InvalidInput):
        read_table(tmp_path)
    with pytest.raises(NotFound):
        read_table(tmp_path / "none.csv")
    path = put(tmp_path / "t.csv", "a,b\n1,2\n")
    for wrong in ({"header": 0}, {"header": 9}, {"sheet": "S"}, {"encoding": "klingon"}):
        with pytest.raises(HdpError):
            read_table(path, **wrong)


def test_a_name_given_twice_is_still_a_name(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Datei;Titel;Titel;;Datum\n1.jpg;Haus;x;y;1999\n", "utf-8")
    table = read_table(path, header=None)
    assert (table.header, table.columns) == (1, ("Datei", "Titel", "Titel#2", "Column D", "Datum"))
