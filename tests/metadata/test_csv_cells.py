"""Text tables: encodings, separators, quotes, and what a spreadsheet program spoilt before."""

from pathlib import Path

import pytest

from hdp.metadata.csv_text import ENCODINGS
from hdp.metadata.tables import peek, read_table, sheets
from hdp.sdk import InvalidInput, NotFound

TEXT = "Titel,Ort\nHäuser am Öl,Köln\nStraße,Čáslav\n"


def put(tmp_path, content, name="t.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def codes(table):
    return {one.code for one in table.findings}


@pytest.mark.parametrize(
    ("encoding", "mark", "told"),
    [("utf-8", b"", False), ("utf-8", b"\xef\xbb\xbf", False), ("utf-16-le", b"\xff\xfe", False),
     ("utf-16-be", b"\xfe\xff", False), ("utf-16-le", b"", True), ("utf-16-be", b"", True)],
)  # fmt: skip
def test_unicode_is_recognised(tmp_path, encoding, mark, told):
    table = read_table(put(tmp_path, mark + TEXT.encode(encoding)))
    assert table.columns == ("Titel", "Ort") and table.rows[1] == ["Straße", "Čáslav"]
    assert codes(table) == ({"encoding-guessed"} if told else set())


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "mac_roman"])
def test_old_encodings_are_guessed_and_said(tmp_path, encoding):
    data = "file,Titel\na.jpg,plain\nb.jpg,Häuser am Öl\nc.jpg,Größe\n".encode(encoding)
    table = read_table(put(tmp_path, data))
    assert table.rows[1][1] == "Häuser am Öl"
    (told,) = table.findings
    assert told.code == "encoding-guessed" and told.where["line"] == 3
    assert "Häuser" in told.message
    assert not codes(read_table(put(tmp_path, data), encoding=encoding))


def test_an_encoding_can_be_chosen_and_a_wrong_one_is_refused(tmp_path):
    for name in ENCODINGS:
        table = read_table(put(tmp_path, "a,b\nGröße,2\n".encode(name)), encoding=name)
        assert table.rows == [["Größe", "2"]]
    with pytest.raises(InvalidInput, match="line 2"):
        read_table(put(tmp_path, "a,b\nGröße,2\n".encode("cp1252")), encoding="utf-8")
    for name in ("klingon", "hex", "base64"):
        with pytest.raises(InvalidInput):
            read_table(put(tmp_path, "a,b\n1,2\n"), encoding=name)


def test_a_line_in_another_encoding_spoils_only_itself(tmp_path):
    data = TEXT.encode() + "Möbel,Süden\n".encode("cp1252") + "Äußeres,Zürich\n".encode()
    table = read_table(put(tmp_path, data))
    assert table.rows[2:] == [["Möbel", "Süden"], ["Äußeres", "Zürich"]]
    assert [(one.code, one.where["line"]) for one in table.findings] == [("encoding-mixed", 4)]


def test_letters_spoilt_earlier_are_doubted(tmp_path):
    table = read_table(put(tmp_path, TEXT.encode().decode("cp1252", "ignore")))
    assert codes(table) == {"encoding-doubtful"}


@pytest.mark.parametrize("separator", [";", "\t", "|", ","])
def test_separators_found_told_and_chosen(tmp_path, separator):
    path = put(
        tmp_path, f"a{separator}b\n1,5{separator}x;y\n" if separator != "," else "a,b\n1,2\n"
    )
    assert read_table(path).separator == separator
    path = put(tmp_path, f"sep={separator}\na{separator}b\n1{separator}2\n")
    table = read_table(path)
    assert table.columns == ("a", "b") and table.row_number(0) == 2
    assert read_table(put(tmp_path, "a,b;c\n1,2;3\n"), separator=";").columns == ("a,b", "c")
    assert read_table(put(tmp_path, "a\tb;c\n1\t2;3\n"), separator="tab").columns == ("a", "b;c")
    for wrong in ("", '"', "::", "\n", "\0"):
        if wrong:
            with pytest.raises(InvalidInput):
                read_table(path, separator=wrong)


def test_ragged_rows_and_blank_lines_keep_their_numbers(tmp_path):
    table = read_table(put(tmp_path, "a,b,c\n1,2,3\n\n , ,\n4\n5,6,7,8\n,,,\n"))
    assert table.rows == [["1", "2", "3"], ["4", "", ""], ["5", "6", "7"]]
    assert [table.row_number(n) for n in range(3)] == [2, 5, 6]
    assert codes(table) == {"missing-cells", "extra-cells"}


def test_quotation_marks(tmp_path):
    table = read_table(put(tmp_path, 'a,b\n"one\r\ntwo ""x""",2\n"Haus" am See,3\n'))
    assert table.rows == [['one\r\ntwo "x"', "2"], ["Haus am See", "3"]]
    assert [(one.code, one.where["row"]) for one in table.findings] == [("odd-quotes", 3)]
    with pytest.raises(InvalidInput, match="row 2 is never closed"):
        read_table(put(tmp_path, 'a,b\n"open,2\n3,4\n5,6\n'))


def test_what_a_spreadsheet_program_spoilt(tmp_path):
    table = read_table(put(tmp_path, "k,inv,ean,v\na,03. Apr,1.23E+15,#NV\nb,Mrz 72,x,y\n"))
    assert {(one.code, one.where["column"], one.where["row"]) for one in table.findings} == {
        ("number-looks-like-date", "inv", 2), ("long-number", "ean", 2), ("error-cell", "v", 2),
    }  # fmt: skip
    assert table.rows[0] == ["a", "03. Apr", "1.23E+15", "#NV"]


def test_names_of_columns(tmp_path):
    table = read_table(put(tmp_path, "Titel,,Titel,,Column B\n1,2,3,,5\n"))
    assert table.columns == ("Titel", "Column B#2", "Titel#2", "Column B")
    assert codes(table) == {"duplicate-column", "empty-column"}
    assert table.cells(0) == {"Titel": "1", "Column B#2": "2", "Titel#2": "3", "Column B": "5"}


def test_nul_and_formulas(tmp_path):
    table = read_table(put(tmp_path, b"a,b\nx\0y,'=1+1\n"), separator=",")
    assert table.rows == [["xy", "=1+1"]] and codes(table) == {"control-characters"}


def test_a_look_at_a_text_table(tmp_path):
    rows = "".join(f"{n:05};Titel {n}\n" for n in range(500))
    look = peek(put(tmp_path, f"Liste;\n\ninv;title\n{rows}".encode("cp1252")), rows=5)
    assert look.header == 3 and look.columns == ("inv", "title") and len(look.rows) == 5
    assert look.separator == ";" and look.numbers[0] == 4 and look.encoding == "utf-8"
    assert not look.sheets and not sheets(tmp_path / "t.csv")
    with pytest.raises(InvalidInput):
        peek(put(tmp_path, ""))
    with pytest.raises(NotFound):
        peek(Path("nowhere.csv"))


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = put(tmp_path, "a,b\n1,2\n")

    def locked(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(InvalidInput, match="may not be read"):
        read_table(path)


def test_the_sample_tables(tmp_path):
    folder = Path(__file__).parents[2] / ".." / "shared" / "testdata" / "tables"
    if not folder.is_dir():
        pytest.skip("on purpose: the shared samples are not here")
    for path in folder.glob("*.csv"):
        table = read_table(path, header=None)
        assert table.header == 1 and table.rows
        assert codes(table) <= {"missing-cells", "empty-column", "duplicate-column"}, path
