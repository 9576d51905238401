"""Frames and written tables: texts stay texts, whatever they look like."""

import tempfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdp.metadata.frames import join, to_frame, write_csv, write_xlsx
from hdp.metadata.tables import Table, read_table
from hdp.sdk import InvalidInput, Refused

# NUL is taken out when a text table is read, with a finding.
ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
TRAPS = st.sampled_from(
    ["=1+1", "+49 30", "-5", "-x", "@a", "'=1", "''", "'", "007", "1.0", "NA", "null", "#N/A",
     "<b>",
     "_x0041_", "_x000D_", "a\rb", "a\r\nb", '"', "\t", "TRUE", "1990-04-03", "../../x", "a;b|c\td"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(ANY | TRAPS, ANY | TRAPS), min_size=1, max_size=6))
def test_any_text_survives(rows):
    written = [["k", *one] for one in rows]
    with tempfile.TemporaryDirectory() as folder:
        for name, write in (("t.csv", write_csv), ("t.xlsx", write_xlsx)):
            path = Path(folder) / name
            write(path, ["key", "one", "=two"], written)
            table = read_table(path)
            assert table.columns == ("key", "one", "=two")
            assert list(table.rows) == written


def test_no_cell_is_a_formula(tmp_path):
    write_xlsx(tmp_path / "t.xlsx", ["a"], [["=1+1"], ["+1"], ["#N/A"], ["5"]])
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    assert {cell.data_type for (cell,) in sheet.iter_rows()} == {"s"}
    write_csv(tmp_path / "t.csv", ["a"], [["=1+1"], ["-33.4"]])
    assert (tmp_path / "t.csv").read_text("utf-8-sig").split() == ['"a"', '"\'=1+1"', '"-33.4"']


def test_nothing_is_overwritten_or_cut(tmp_path):
    (tmp_path / "t.csv").write_text("mine")
    with pytest.raises(Refused):
        write_csv(tmp_path / "t.csv", ["a"], [["1"]])
    with pytest.raises(InvalidInput) as caught:
        write_xlsx(tmp_path / "t.xlsx", ["a"], [["x" * 40_000]])
    assert caught.value.name == "cell-too-long" and caught.value.where["row"] == 2
    with pytest.raises(InvalidInput):
        write_csv(tmp_path / "new.csv", ["a"], [["\udcff"]])
    with pytest.raises(InvalidInput):
        write_csv(tmp_path / "none" / "t.csv", ["a"], [["1"]])
    assert (tmp_path / "t.csv").read_text() == "mine" and not (tmp_path / "t.xlsx").exists()


def test_frames_keep_texts_and_join(tmp_path):
    left = Table(("inv", "title"), [["007", "NA"], ["8", "x"], ["", "none"]], numbers=[2, 4, 5])
    right = Table(("id", "title"), [["007", "a"], ["007", "b"], ["", "c"]])
    frame = to_frame(left)
    assert frame.loc[2, "inv"] == "007" and frame.loc[2, "title"] == "NA"
    both = join(frame, to_frame(right), "inv", "id")
    assert list(both.columns) == ["inv", "title", "id", "title#2"]
    assert both.to_numpy().tolist() == [
        ["007", "NA", "007", "a"], ["007", "NA", "007", "b"], ["8", "x", "", ""],
        ["", "none", "", ""],
    ]  # fmt: skip
