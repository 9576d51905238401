"""Mappings on any cells: values come through, mistakes are findings, nothing raises."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hdp.metadata.dates import to_iso
from hdp.metadata.fields import text_to_html
from hdp.metadata.mapping import parse_mapping
from hdp.metadata.markup import clean_html
from hdp.metadata.rules import ItemFacts
from hdp.metadata.tables import Table, read_table
from hdp.sdk import HdpError, InvalidInput

SCHEMA = {
    "properties": {
        "title": {"type": "string"},
        "description": {"type": "string", "format": "html"},
        "keywords": {"type": "array", "items": {"type": "string"}},
        "creators": {
            "type": "array",
            "items": {"type": "object", "required": ["name"], "properties": {"name": {}}},
        },
        "locations": {
            "type": "array",
            "items": {"type": "object", "properties": {"lat": {"type": "number"}}},
        },
    }
}
TEXT = """
table: t.csv
key: file
fields:
  title: {columns: [a, b], join: " - "}
  description: {template: "<p>{a}</p>"}
  keywords: {column: b, split: ";"}
  creators: {column: a, split: ";"}
  locations: [{lat: {column: b}}]
"""
CELLS = st.text(max_size=40)
PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(a=CELLS, b=CELLS)
def test_any_cells(a, b):
    mapping = parse_mapping(TEXT, base=Path(), schema=SCHEMA)
    table = Table(("file", "a", "b"), [["x.jpg", a, b]], Path("t.csv"))
    applied = mapping.apply(ItemFacts(1, "x", "x.jpg", "x.jpg", ()), mapping.rows(table))
    expected = " - ".join(one.strip() for one in (a, b) if one.strip())
    assert applied.fields.get("title", "") == expected.strip()
    assert all(one == one.strip() and one for one in applied.fields.get("keywords", []))
    assert {one.code for one in applied.findings} <= {"wrong-type"}
    assert set(applied.fields) <= set(applied.origins)
    assert "<script" not in applied.fields.get("description", "")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="fields:tilecoumn{}[],'\"\n -#&*!|>%@`1.", max_size=80))
def test_any_text_is_refused_or_parsed(text):
    try:
        parse_mapping(text, base=Path(), schema=SCHEMA)
    except InvalidInput as error:
        assert error.message


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["t.csv", "t.xlsx", "t.ods"]))
def test_any_bytes_as_a_table(data, name):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            table = read_table(path)
        except HdpError as error:
            assert error.message
        else:
            assert all(len(one) == len(table.columns) for one in table.rows)
            assert len(set(table.columns)) == len(table.columns)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(PRINTABLE, PRINTABLE), min_size=1, max_size=5))
def test_cells_come_back_as_they_were_written(rows):
    import csv

    written = [["k", *one] for one in rows]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["key", "one", "two"], *written])
        assert list(read_table(path, separator=",").rows) == written


@given(st.text(max_size=60))
def test_html_from_text_is_clean(text):
    made = text_to_html(text)
    assert "<script" not in clean_html(made) and made.count("<p>") == made.count("</p>")


@given(st.text(alphabet="0123456789./- ", max_size=12), st.sampled_from(["dmy", "mdy", "ymd"]))
def test_dates_are_iso_or_nothing(text, order):
    made = to_iso(text, order)
    assert made == "" or to_iso(made, order) == made
