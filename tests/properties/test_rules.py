"""Any text in any cell ends as text; any mapping is parsed or refused with a place."""

import csv
import html
import re
import tempfile
from pathlib import Path

import yaml
from hdp_plugins.zenodo.target import Zenodo
from hypothesis import given, settings
from hypothesis import strategies as st

from hdp.metadata.datings import read_dating
from hdp.metadata.mapping import parse_mapping
from hdp.metadata.rules import KINDS, OPTIONS, ItemFacts
from hdp.metadata.schemas import fields_of
from hdp.metadata.tables import Table
from hdp.sdk import InvalidInput

SCHEMA = Zenodo.schema()
ITEM = ItemFacts(1, "x", "x.jpg", "x.jpg", ("x.jpg",))
HOSTILE = st.sampled_from([
    "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "<script>alert(1)</script>", "<img src=x onerror=1>",
    "../../etc/passwd", "C:\\x", "{title}", "{{", "%s", "&lt;b&gt;", "\u202eabc", "<d 5 cm", "a\nb",
    "\ufeffx", "🏛", "-", "'", '"; DROP', "http://x.y/?a=<b>",
])  # fmt: skip
TEXT = st.one_of(HOSTILE, st.text(max_size=30))
MAPPING = """
table: t.csv
key: file
fields:
  title: {columns: [a, b], join: " - "}
  description: {column: a}
  notes: {template: "<p>{a}</p>"}
  keywords: {column: b, split: ";"}
  creators: [{name: {column: a, person: family-first}, affiliation: {column: b}}]
  dates: [{type: {literal: created}, start: {column: a}, end: {column: b}}]
  publication_date: {column: a}
  locations: [{place: {column: a}, lat: {column: b}}]
  version: {filename: stem}
"""


def apply(text: str, a: str, b: str):
    made = parse_mapping(text, base=Path(), schema=SCHEMA)
    table = Table(("file", "a", "b"), [["x.jpg", a, b]], Path("t.csv"))
    return made.apply(ITEM, made.rows(table))


@settings(max_examples=150, deadline=None)
@given(TEXT, TEXT)
def test_any_text_ends_as_text(a, b):
    applied = apply(MAPPING, a, b)
    fields = applied.fields
    whole = " - ".join(one.strip() for one in (a, b) if one.strip())
    assert fields.get("title", "") == whole.strip()
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z]+)", fields.get("description", "")))
    assert tags <= {"p", "br"}
    bare = re.sub(r"</?p>|<br>", "\n", fields.get("description", ""))
    assert "".join(html.unescape(bare).split()) == "".join(a.split())
    assert "<script" not in fields.get("notes", "") and "<img" not in fields.get("notes", "")
    for one in fields.get("creators", []):
        letters = sorted(c for c in one["name"] if not c.isspace() and c != ",")
        assert letters == sorted(c for c in a if not c.isspace() and c != ",")
    assert all(one["place"] == a.strip() for one in fields.get("locations", []))
    assert all(one.message and one.where["field"] for one in applied.findings)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text('aö;,<"= \t1', max_size=8), st.text("b/.|", max_size=8)),
                min_size=1, max_size=6))  # fmt: skip
def test_a_table_gives_the_same_after_it_was_written_and_read(cells):
    """Mapping and table exported, and imported in another place."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["file", "a", "b"])
            writer.writerows([f"{n}.jpg", a, b] for n, (a, b) in enumerate(cells))
        (Path(folder) / "m.yaml").write_text(f"separator: comma\n{MAPPING}", encoding="utf-8")
        text = (Path(folder) / "m.yaml").read_text(encoding="utf-8")
        made = parse_mapping(text, base=Path(folder), schema=SCHEMA)
        again = parse_mapping(made.text, base=Path(folder), schema=SCHEMA)
        assert again.fields == made.fields and again.key == made.key
        rows = again.rows(again.read_table())
        straight = Table(("file", "a", "b"),
                         [[f"{n}.jpg", a, b] for n, (a, b) in enumerate(cells)], path)  # fmt: skip
        for n in range(len(cells)):
            item = ItemFacts(n, str(n), f"{n}.jpg", f"{n}.jpg", ())
            one, other = again.apply(item, rows), made.apply(item, made.rows(straight))
            assert one.fields == other.fields


WORDS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False),
    st.sampled_from(["open", "today", "title", "a", "dmy", "[", "(", "EXIF:Artist", "creators.name",
                     "primary", "family-first", "photo", "tab", "cp1252", "\0", "x" * 40]),
    st.text(max_size=6),
)  # fmt: skip
KEYS = st.sampled_from([
    *KINDS, *OPTIONS, "each", "name", "type", "start", "end", "field", "value", "match", "loosely",
    "else", *list(fields_of(SCHEMA))[:12],
])  # fmt: skip
NODES = st.recursive(
    WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
TOPS = st.sampled_from(
    ["hdp-mapping", "table", "sheet", "header", "encoding", "separator", "key", "fields",
     "leave_out", "x"]
)  # fmt: skip
FIELDS = st.dictionaries(st.sampled_from(list(fields_of(SCHEMA))), NODES, max_size=3)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(TOPS, NODES, max_size=4), FIELDS)
def test_any_mapping_is_parsed_or_refused_with_a_place(tree, fields):
    text = yaml.safe_dump({**tree, **({"fields": fields} if fields else {})}, allow_unicode=True)
    try:
        made = parse_mapping(text, base=Path(), schema=SCHEMA, vocabulary=Zenodo.vocabulary)
    except InvalidInput as error:
        assert error.message
        assert all(one.where["line"] and one.where["column"] for one in error.findings)
        return
    table = Table(("file", "a", "open"), [["x.jpg", "1", "2"]], Path("t.csv"))
    applied = made.apply(ITEM, made.rows(table))
    assert set(applied.fields) <= set(made.fields)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(max_size=20), st.text("0123456789-/.~?XY[] vorumchrbisJhNCA", max_size=16))
)
def test_any_words_are_a_dating_or_none(text):
    for order in ("", "dmy", "mdy"):
        found = read_dating(text, order)
        if found is not None:
            years = [one for one in (found.start, found.end) if one]
            assert years and all(re.fullmatch(r"-?\d{4,}(-\d\d){0,2}", one) for one in years)
            assert found.edtf
