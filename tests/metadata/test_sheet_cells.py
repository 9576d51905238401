"""Spreadsheets as the person sees them: formats, what is hidden, what is broken or hostile."""

import io
import re
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment

from hdp.metadata.number_formats import parse_format
from hdp.metadata.tables import peek, read_table, sheets
from hdp.sdk import InvalidInput


def codes(table):
    return {one.code for one in table.findings}


def finding(table, code):
    return next(one for one in table.findings if one.code == code)


def column(table, name):
    return [table.cells(n)[name] for n in range(len(table.rows))]


def save(tmp_path, fill, name="t.xlsx"):
    book = openpyxl.Workbook()
    fill(book.active)
    book.save(tmp_path / name)
    return tmp_path / name


@pytest.mark.parametrize(
    ("code", "raw", "text"),
    [("000000", "7", "000007"), ("0.00", "1.5", "1.50"), ("0.0", "50.927054", "50.927054"),
     ("0%", "0.256", "25.6%"), ("#,##0.00 €", "1234.5", "1234.50 €"),
     ('"Inv. "000', "7", "Inv. 007"),
     ('0000"/"000', "1972034", "1972/034"), ("General", "1.0", "1"),
     ("General", "0.30000000000000004", "0.3"),
     ("General", "1E-5", "0.00001"), ("0.00E+00", "1234", "1234"), ("0;-0", "-5", "-5"),
     ("yyyy-mm-dd", "32966.5", "1990-04-03"), ("dd/mm/yyyy hh:mm", "32966.5", "1990-04-03 12:00"),
     ("h:mm", "0.5", "12:00"), ("[h]:mm", "1.1", "26:24"), ("yyyy", "32966", "1990"),
     ("mmmm yyyy", "32966", "1990-04"), ("yyyy-mm-dd", "1", "1900-01-01"),
     ("General", "1.2345678901234501E+16", "12345678901234501"), ("Standard", "3", "3"),
     ("General", "1e999999999", "1e999999999"), ("0.00", "nan", "nan"), ("0,", "1500", "1500")],
)  # fmt: skip
def test_number_formats(code, raw, text):
    assert parse_format(code).show(raw).text == text


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='0#?.,%;"\\_*[]$-€ymdhsEe+@/ AMP', max_size=20), st.floats())
def test_any_format_shows_something(code, number):
    assert isinstance(parse_format(code).show(repr(number)).text, str)


def test_cells_as_shown(tmp_path):
    def fill(sheet):
        sheet.append(["inv", "n", "text", "day", "moment", "share", "ok", "time"])
        sheet.append(
            ["007", 1.0, "1.0", date(1990, 4, 3), datetime(1990, 4, 3, 12), 0.5, True, time(9, 5)]
        )
        sheet["D2"].number_format, sheet["E2"].number_format = "dd.mm.yyyy", "dd.mm.yyyy"
        sheet["F2"].number_format = "0%"
        sheet["C2"].comment = Comment("not a value", "me")

    table = read_table(save(tmp_path, fill))
    assert table.rows[0] == [
        "007", "1", "1.0", "1990-04-03", "1990-04-03", "50%", "TRUE", "09:05:00",
    ]  # fmt: skip
    assert not table.findings and not table.not_as_shown


def test_what_is_hidden_filtered_merged_or_without_value(tmp_path):
    def fill(sheet):
        sheet.append(["key", "title", "secret"])
        for number in range(2, 9):
            sheet.append([f"k{number}", f"t{number}", "s"])
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True
        sheet.merge_cells("A5:A7")
        sheet["B4"], sheet["B6"] = "=1+1", "#N/A"
        sheet["B6"].data_type = "e"
        sheet["B8"] = 12345678901234567890

    path = save(tmp_path, fill)
    table = read_table(path)
    assert column(table, "key")[3:6] == ["k5", "k5", "k5"]
    assert column(table, "title")[:6] == ["t2", "t3", "", "t5", "", "t7"]
    assert column(table, "title")[6].isdigit() and len(column(table, "title")[6]) == 20
    assert codes(table) == {
        "hidden-rows", "hidden-columns", "merged-cells", "formula-without-value", "error-cell",
        "long-number",
    }  # fmt: skip
    assert finding(table, "hidden-rows").where == {"table": "t.xlsx", "row": 3}
    assert finding(table, "hidden-columns").where["column"] == "secret"
    assert finding(table, "formula-without-value").where == {
        "table": "t.xlsx", "row": 4, "column": "title",
    }  # fmt: skip
    assert "#N/A" in finding(table, "error-cell").message


def test_filtered_rows(tmp_path):
    def fill(sheet):
        for row in (["key", "kind"], ["a", "x"], ["b", "y"]):
            sheet.append(row)
        sheet.auto_filter.ref = "A1:B3"
        sheet.auto_filter.add_filter_column(1, ["x"])
        sheet.row_dimensions[3].hidden = True

    table = read_table(save(tmp_path, fill))
    assert codes(table) == {"filtered-rows"} and len(table.rows) == 2


def test_numbers_that_became_dates(tmp_path):
    def fill(sheet):
        sheet.append(["inv", "other", "born"])
        for number in range(6):
            sheet.append([f"1972/{number}", "x", date(1990, 1, 1)])
        sheet["A3"], sheet["A3"].number_format = date(2024, 4, 3), "dd.mm.yyyy"
        sheet["B3"], sheet["B3"].number_format = date(2024, 4, 3), "d-mmm"

    table = read_table(save(tmp_path, fill))
    found = {one.where["column"]: one for one in table.findings}
    assert set(found) == {"inv", "other"}
    assert {one.code for one in found.values()} == {"number-looks-like-date"}
    assert found["inv"].where["row"] == 3 and "2024-04-03" in found["inv"].message


def test_the_date_system_of_1904(tmp_path):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["a", "b"])
    book.active.append(["x", date(1990, 4, 3)])
    book.save(tmp_path / "t.xlsx")
    assert read_table(tmp_path / "t.xlsx").rows == [["x", "1990-04-03"]]


def test_dates_before_1900(tmp_path):
    def fill(sheet):
        sheet.append(["a", "b"])
        sheet.append(["x", -3499])
        sheet["B2"].number_format = "yyyy-mm-dd"

    table = read_table(save(tmp_path, fill))
    assert table.rows == [["x", "1890-06-01"]] and codes(table) == {"date-before-1900"}


def test_sheets_and_the_header_found(tmp_path):
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("Fotos & Filme")
    first.title, first.sheet_state = "Notizen", "hidden"
    for row in (["List of 1998"], [], ["file", "title", None], ["a.jpg", "A", None]):
        second.append(row)
    book.save(tmp_path / "t.xlsx")
    assert [(one.name, one.rows, one.hidden) for one in sheets(tmp_path / "t.xlsx")] == [
        ("Notizen", 0, True), ("Fotos & Filme", 4, False),
    ]  # fmt: skip
    table = read_table(tmp_path / "t.xlsx", header=None)
    assert table.sheet == "Fotos & Filme" and table.header == 3
    assert table.columns == ("file", "title") and table.row_number(0) == 4
    assert codes(table) == {"header-found"}
    assert codes(read_table(tmp_path / "t.xlsx")) >= {"header-doubtful"}
    look = peek(tmp_path / "t.xlsx")
    assert (look.columns, look.rows, look.header) == (table.columns, table.rows, 3)


def test_a_look_reads_as_the_whole_does(tmp_path):
    def fill(sheet):
        sheet.append(["inv", "title", "n"])
        for number in range(1000):
            sheet.append([number, f"title {number}", number / 2])
            sheet.cell(number + 2, 1).number_format = "00000"

    path = save(tmp_path, fill)
    shared = tmp_path / "shared.xlsx"
    _share_texts(path, shared)
    for one in (path, shared):
        look, table = peek(one, rows=20), read_table(one)
        assert look.rows == table.rows[:20] and look.numbers == table.numbers[:20]
        assert look.rows[7] == ["00007", "title 7", "3.5"] and look.sheets[0].rows == 1001


def _share_texts(path, goal):
    """The workbook with its texts in a part of their own, as most programs write it."""
    texts = []

    def share(match):
        texts.append(match[2])
        return f'{match[1]} t="s"><v>{len(texts) - 1}</v></c>'

    with zipfile.ZipFile(path) as old:
        parts = {one: old.read(one).decode() for one in old.namelist()}
    inline = r'(<c r="\w+"[^>]*?) t="inlineStr"><is><t>(.*?)</t></is></c>'
    parts[SHEET] = re.sub(inline, share, parts[SHEET])
    assert len(texts) == 1003
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    made = "".join(f"<x:si><x:t>{one}</x:t></x:si>" for one in texts)
    parts["xl/sharedStrings.xml"] = f'<x:sst xmlns:x="{main}">{made}</x:sst>'
    with zipfile.ZipFile(goal, "w") as new:
        for name, text in parts.items():
            new.writestr(name, text)


def test_digest_is_of_the_content(tmp_path):
    def fill(sheet):
        sheet.append(["a", "b"])
        sheet.append(["x", 1])

    one, two = save(tmp_path, fill), save(tmp_path, fill, "two.xlsx")
    book = openpyxl.load_workbook(two)
    book.active["A1"].font = openpyxl.styles.Font(bold=True)
    book.save(two)
    assert one.read_bytes() != two.read_bytes()
    assert read_table(one).digest == read_table(two).digest
    book.active["B2"] = 2
    book.save(two)
    assert read_table(one).digest != read_table(two).digest


def xls(path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Objekte")
    for place, text in enumerate(["inv", "day", "n", "bad"]):
        sheet.write(0, place, text)
    padded, day = xlwt.XFStyle(), xlwt.XFStyle()
    padded.num_format_str, day.num_format_str = "00000", "DD.MM.YYYY"
    for row in (1, 2, 3):
        sheet.write(row, 0, row, padded)
        sheet.write(row, 1, date(1990, 4, row), day)
        sheet.write(row, 2, row + 0.5)
        sheet.write(row, 3, True)
    sheet.row(2).hidden = True
    book.add_sheet("Leer")
    book.save(str(path))
    return path


def test_old_workbooks(tmp_path):
    table = read_table(xls(tmp_path / "t.xls"))
    assert table.rows[0] == ["00001", "1990-04-01", "1.5", "TRUE"] and table.sheet == "Objekte"
    assert codes(table) == {"hidden-rows"} and len(table.rows) == 3
    assert [(one.name, one.rows) for one in sheets(tmp_path / "t.xls")] == [
        ("Objekte", 4),
        ("Leer", 0),
    ]
    assert peek(tmp_path / "t.xls", rows=2).rows == table.rows[:2]
    (tmp_path / "t.xls").rename(tmp_path / "t.xlsx")
    again = read_table(tmp_path / "t.xlsx")
    assert again.rows == table.rows and codes(again) == {"hidden-rows", "extension-differs"}


_ODS = """<?xml version="1.0"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
<office:automatic-styles><style:style style:name="ta1" style:family="table">
<style:table-properties table:display="true"/></style:style></office:automatic-styles>
<office:body><office:spreadsheet><table:table table:name="Liste" table:style-name="ta1">
<table:table-column table:number-columns-repeated="3"/>
<table:table-column table:visibility="collapse"/>
{rows}
<table:table-row table:number-rows-repeated="1048000"><table:table-cell
 table:number-columns-repeated="1024"/></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""


def cell(text, kind="string", extra=""):
    value = f'office:value-type="{kind}"' if kind else ""
    return f"<table:table-cell {value} {extra}><text:p>{text}</text:p></table:table-cell>"


def ods(path, *rows):
    made = "".join(
        f"<table:table-row {how}>{''.join(cells)}</table:table-row>" for how, cells in rows
    )
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("META-INF/manifest.xml", "<m/>")
        file.writestr("content.xml", _ODS.format(rows=made))
    return path


def number(value, text, kind="float"):
    return cell(text, kind, f'office:value="{value}"')


def dated(text, value):
    return cell(text, "date", f'office:date-value="{value}"')


def test_open_document_sheets(tmp_path):
    path = ods(
        tmp_path / "t.ods",
        ("", [cell("inv"), cell("n"), cell("day"), cell("d")]),
        ("", [number(7, "00007"), number(1.5, "1,50"), dated("03.04.90", "1990-04-03"), cell("x")]),
        ('table:visibility="filter"', [
            number(1234, "1.234"), number(0.5, "50%", "percentage"),
            dated("03.04.1990 12:00", "1990-04-03T12:00:00"), cell("y")]),
        ("", [number(12, "12"), cell("", "", 'table:formula="of:=1"'),
              dated("3. Apr", "2024-04-03"), cell("z")]),
    )  # fmt: skip
    table = read_table(path)
    assert table.rows == [
        ["00007", "1.50", "1990-04-03", "x"], ["1234", "50%", "1990-04-03 12:00", "y"],
        ["12", "", "2024-04-03", "z"],
    ]  # fmt: skip
    assert codes(table) == {
        "filtered-rows", "hidden-columns", "formula-without-value", "number-looks-like-date",
    }  # fmt: skip
    assert [(one.name, one.rows, one.columns) for one in sheets(path)] == [("Liste", 4, 4)]
    assert peek(path, rows=1).rows == table.rows[:1]


def repack(path, changes):
    with zipfile.ZipFile(path) as old:
        parts = {one: old.read(one) for one in old.namelist()}
    for name, change in changes.items():
        parts[name] = change(parts[name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path


_LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
SHEET = "xl/worksheets/sheet1.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _far_away(old):
    return old.replace(b'"A2"', b'"XFD1048576"').replace(b'row r="2"', b'row r="1048576"')


@pytest.mark.parametrize(
    ("part", "change"),
    [(SHEET, lambda old: _LAUGHS + old.partition(b"?>")[2] if b"?>" in old[:60] else _LAUGHS + old),
     ("xl/styles.xml", lambda old: _LAUGHS + old),
     (SHEET, _far_away),
     (SHEET, lambda old: old[: len(old) // 2]), ("xl/workbook.xml", lambda old: b"<x/>"),
     ("xl/workbook.xml", lambda old: b"nothing"), (SHEET, lambda old: b"")],
)  # fmt: skip
def test_hostile_workbooks_are_refused(tmp_path, part, change):
    path = save(tmp_path, lambda sheet: [sheet.append(["a", "b"]), sheet.append(["x", 1])])
    with pytest.raises(InvalidInput) as caught:
        read_table(repack(path, {part: change}))
    assert caught.value.hint


def test_a_zip_that_lies_about_its_size(tmp_path):
    path = save(tmp_path, lambda sheet: [sheet.append(["a", "b"]), sheet.append(["x", 1])])
    data = bytearray(path.read_bytes())
    place = data.rindex(b"sheet1.xml") - 46 - len("xl/worksheets/") + 24
    data[place : place + 4] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(InvalidInput):
        read_table(path)


@pytest.mark.parametrize("name", ["p.xlsx", "p.xls"])
def test_protected_workbooks(tmp_path, name):
    data = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    )
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InvalidInput, match="password"):
        read_table(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [("t.xls", b"<html><table><tr><td>a</td></tr></table>", "web page"),
     ("t.xls", b"a\tb\n1\t2\n", "no spreadsheet"), ("t.xls", OLE + b"x" * 999, "no readable"),
     ("~$t.xlsx", b"\x04user", "marks a table as opened"),
     ("t.ods", b"PK\x05\x06" + b"\0" * 18, "no "), ("t.csv", b"<table><tr>", "web page")],
)  # fmt: skip
def test_other_files_under_a_table_s_name(tmp_path, name, data, words):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InvalidInput, match=words):
        read_table(tmp_path / name)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 6000))
def test_damaged_workbooks_never_crash(tmp_path_factory, noise, place):
    folder = tmp_path_factory.mktemp("d")
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    made = io.BytesIO()
    book.save(made)
    for name, data in (
        ("t.xlsx", bytearray(made.getvalue())),
        ("t.xls", bytearray(xls(folder / "o.xls").read_bytes())),
    ):
        data[place : place + len(noise)] = noise
        (folder / name).write_bytes(data)
        try:
            assert read_table(folder / name).columns
        except InvalidInput as error:
            assert error.message


def test_open_document_sheets_that_never_end(tmp_path):
    many = 'table:number-columns-repeated="16000" office:value="1"'
    path = ods(
        tmp_path / "t.ods", ('table:number-rows-repeated="1000000"', [cell("1", "float", many)])
    )
    with pytest.raises(InvalidInput, match="too many cells"):
        read_table(path)


def test_hidden_sheets_of_open_documents(tmp_path):
    path = ods(tmp_path / "t.ods", ("", [cell("a"), cell("b")]), ("", [cell("1"), cell("2")]))
    repack(path, {"content.xml": lambda old: old.replace(b'display="true"', b'display="false"')})
    assert sheets(path)[0].hidden and read_table(path).rows == [["1", "2"]]
    repack(path, {"META-INF/manifest.xml": lambda old: b"<m><encryption-data/></m>"})
    with pytest.raises(InvalidInput, match="password"):
        read_table(path)


@pytest.mark.parametrize("code", ["# ?/?", "0.00E+00", "#,##0,", '"Tag" 0', "Standard", "@"])
def test_a_number_is_no_date_for_its_format(tmp_path, code):
    def fill(sheet):
        sheet.append(["a", "b"])
        sheet.append(["x", 1890])
        sheet["B2"].number_format = code

    assert read_table(save(tmp_path, fill)).rows[0][1].removeprefix("Tag ") == "1890"


def test_many_merged_cells_cost_little(tmp_path):
    path = save(tmp_path, lambda sheet: [sheet.append(["a", n]) for n in range(2000)])
    merges = b"".join(b'<mergeCell ref="A%d:A2000"/>' % (n + 2) for n in range(1900))
    made = b"</sheetData><mergeCells>" + merges + b"</mergeCells>"
    repack(path, {SHEET: lambda old: old.replace(b"</sheetData>", made)})
    assert {row[0] for row in read_table(path).rows} == {"a"}
