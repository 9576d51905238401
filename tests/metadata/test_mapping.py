"""Mappings: what they give, where it came from, and what they refuse."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hdp.metadata.checks import check_record
from hdp.metadata.mapping import parse_mapping
from hdp.metadata.rules import ItemFacts
from hdp.metadata.tables import Table
from hdp.sdk import InvalidInput

PERSON = {"name": {"type": "string"}, "affiliation": {"type": "string"}, "orcid": {}}
SCHEMA = {
    "type": "object",
    "required": ["title", "creators", "access_right", "license"],
    "properties": {
        "title": {"title": "Title", "type": "string", "minLength": 3},
        "upload_type": {"type": "string", "enum": ["image", "dataset"]},
        "publication_date": {"type": "string", "format": "edtf0"},
        "description": {"type": "string", "format": "html"},
        "version": {"type": "string"},
        "language": {"type": "string"},
        "license": {"title": "Licence", "type": "string"},
        "access_right": {
            "title": "Access right", "type": "string",
            "enum": ["open", "embargoed", "restricted", "closed"], "x-titles": {"open": "Open"},
        },
        "image_type": {
            "type": "string", "enum": ["photo", "plot"], "x-aliases": {"Fotografie": "photo"},
        },
        "keywords": {"type": "array", "items": {"type": "string"}},
        "subjects": {
            "type": "array",
            "items": {"type": "object", "required": ["term"], "properties": {"term": {}}},
        },
        "creators": {
            "type": "array",
            "items": {"type": "object", "required": ["name"], "properties": PERSON},
        },
        "contributors": {
            "type": "array",
            "items": {
                "type": "object", "required": ["name", "type"],
                "properties": {**PERSON, "type": {"enum": ["DataCurator", "Editor"]}},
            },
        },
        "dates": {
            "type": "array",
            "items": {
                "type": "object", "required": ["type"],
                "properties": {
                    "type": {"enum": ["created", "collected"]},
                    "start": {"type": "string", "format": "edtf0"},
                    "end": {"type": "string", "format": "edtf0"},
                    "description": {"type": "string"},
                },
            },
        },
        "locations": {
            "type": "array",
            "items": {
                "type": "object", "required": ["place"],
                "properties": {
                    "place": {"type": "string"}, "lat": {"type": "number"},
                    "lon": {"type": "number"},
                },
            },
        },
    },
}  # fmt: skip
ITEM = ItemFacts(7, "DSC_1", "DSC_1.jpg", "DSC_1.jpg", ("DSC_1.jpg",))


def table(*rows: dict[str, str]) -> Table:
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return Table(columns, [[row.get(one, "") for one in columns] for row in rows], Path("t.csv"))


def mapping(fields: str, head: str = "table: t.csv\nkey: file\n"):
    body = "".join(f"  {line}\n" for line in fields.strip().splitlines())
    return parse_mapping(f"{head}fields:\n{body}", base=Path(), schema=SCHEMA, source="m.yaml")


def apply(fields: str, *rows: dict[str, str], item: ItemFacts = ITEM):
    made = mapping(fields)
    return made.apply(item, made.rows(table(*({"file": "DSC_1.jpg"} | row for row in rows))))


def value(fields: str, *rows: dict[str, str]):
    applied = apply(fields, *rows)
    return next(iter(applied.fields.values()), None)


@pytest.mark.parametrize(
    ("rule", "row", "expected"),
    [
        ("title: {column: a}", {"a": " x "}, "x"),
        ("title: {columns: [a, b], join: ' - '}", {"a": "x", "b": ""}, "x"),
        ("title: {columns: [a, b], join: ' - '}", {"a": "x", "b": "y"}, "x - y"),
        ("keywords: {column: a, split: ';'}", {"a": "x; y;;x"}, ["x", "y"]),
        ("keywords: [{column: a}, {column: b}]", {"a": "x", "b": "y"}, ["x", "y"]),
        ("version: {filename: stem}", {}, "DSC_1"),
        ("version: {filename: name}", {}, "DSC_1.jpg"),
        ("version: {filename: extension}", {}, "jpg"),
        ("version: {filename: '_([0-9]+)'}", {}, "1"),
        ("language: {literal: deu}", {}, "deu"),
        ("access_right: {choose: open}", {}, "open"),
        ("access_right: {column: a}", {"a": "Open"}, "open"),
        ("image_type: {column: a}", {"a": "fotografie"}, "photo"),
        (
            "description: {template: '<p>{a}, {b}.</p>'}",
            {"a": "<x>", "b": "y"},
            "<p>&lt;x&gt;, y.</p>",
        ),
        ("description: {template: '<p>{a}</p>'}", {"a": ""}, None),
        ("title: {template: '{{{a}}} & b'}", {"a": "x"}, "{x} & b"),
        ("description: {column: a}", {"a": "a & b\nc\n\nd"}, "<p>a &amp; b<br>c</p><p>d</p>"),
        ("description: {column: a, html: true}", {"a": "<b>x</b><script>y</script>"}, "<b>x</b>"),
        ("publication_date: {column: a, default: today}", {"a": ""}, date.today().isoformat()),
        ("publication_date: {column: a, date: dmy}", {"a": "3.4.1890"}, "1890-04-03"),
        ("image_type: {column: a, values: {Foto: photo, Plan: plot}}", {"a": "Foto"}, "photo"),
        ("image_type: {column: a, values: {Foto: photo, else: plot}}", {"a": "?"}, "plot"),
        ("title: {column: a, replace: {'^0+': ''}}", {"a": "007"}, "7"),
        ("license: {first: [{column: a}, {literal: cc-by-4.0}]}", {"a": ""}, "cc-by-4.0"),
        ("subjects: {column: a, split: ','}", {"a": "x,y"}, [{"term": "x"}, {"term": "y"}]),
        (
            "locations: [{place: {column: a}, lat: {column: b}}]",
            {"a": "Jena", "b": "50,93"},
            [{"place": "Jena", "lat": 50.93}],
        ),
        (
            "creators: [{name: {column: a}, affiliation: {literal: U}}, {name: {column: b}}]",
            {"a": "A", "b": ""},
            [{"name": "A", "affiliation": "U"}],
        ),
        (
            "contributors: [{each: {column: a, split: ';'}, name: {it: true}, "
            "type: {literal: Editor}}]",
            {"a": "A;B"},
            [{"name": "A", "type": "Editor"}, {"name": "B", "type": "Editor"}],
        ),
        ("dates: [{type: {literal: created}, start: {column: a}}]", {"a": ""}, None),
        ("title: {column: a, default: 'not known'}", {"a": ""}, "not known"),
    ],
)  # fmt: skip
def test_rules(rule, row, expected):
    assert value(rule, {"a": "", "b": ""} | row) == expected


def test_fields_in_templates():
    rules = "title: {template: '{a} ({field:version})'}\nversion: {filename: stem}"
    applied = apply(rules, {"a": "x"})
    assert applied.fields["title"] == "x (DSC_1)"
    ring = apply("title: {template: '{field:version}'}\nversion: {template: '{field:title}'}", {})
    assert "template-ring" in [one.code for one in ring.findings]


def test_origins_name_row_and_column():
    applied = apply("title: {column: a}\nlanguage: {literal: deu}", {"a": "x"})
    assert applied.origins["title"] == {"rule": "column", "table": "t.csv", "row": 2, "column": "a"}
    assert applied.origins["language"]["rule"] == "literal"


def test_several_rows_are_joined():
    rules = "title: {column: a}\ncreators: [{name: {column: b}}]\nkeywords: {column: c}"
    same = apply(rules, {"a": "T", "b": "A", "c": "k"}, {"a": "T", "b": "B", "c": "k"})
    assert same.fields == {
        "title": "T", "creators": [{"name": "A"}, {"name": "B"}], "keywords": ["k"],
    }  # fmt: skip
    assert same.findings == ()
    (finding,) = apply(rules, {"a": "T", "b": "A"}, {"a": "U", "b": "B"}).findings
    assert finding.code == "rows-disagree" and "row 3" in finding.message


def test_rows_are_matched_by_name_then_stem():
    made = mapping("title: {column: a}")
    by_stem = made.rows(table({"file": "DSC_1", "a": "stem"}))
    assert made.apply(ITEM, by_stem).fields == {"title": "stem"}
    both = made.rows(table({"file": "DSC_1", "a": "stem"}, {"file": "DSC_1.jpg", "a": "name"}))
    assert made.apply(ITEM, both).fields == {"title": "name"}


def test_no_row_proposes_what_comes_near():
    made = mapping("title: {column: a}")
    applied = made.apply(ITEM, made.rows(table({"file": "dsc_1.JPG", "a": "x"})))
    (finding,) = applied.findings
    assert finding.code == "key-differs" and applied.fields == {}
    assert "dsc_1.JPG" in finding.message and finding.where["row"] == 2
    assert "loosely: [case]" in finding.hint


@pytest.mark.parametrize(
    ("key", "cell"),
    [("{column: file, match: key}", "K/1"), ("{column: file, match: path}", "in/x.jpg"),
     ("{column: file, match: stem, replace: {'/': '_'}}", "a/x")],
)  # fmt: skip
def test_ways_to_match(key, cell):
    made = mapping("title: {column: a}", f"table: t.csv\nkey: {key}\n")
    item = ItemFacts(1, "K/1", "in/x.jpg" if cell != "a/x" else "a_x.jpg", "x.jpg", ())
    applied = made.apply(item, made.rows(table({"file": cell, "a": "yes"})))
    assert applied.fields == {"title": "yes"}


def test_values_else_error_and_empty_cells_are_said():
    applied = apply("image_type: {column: a, values: {Foto: photo, else: error}}", {"a": "Dia"})
    (finding,) = applied.findings
    assert (finding.code, finding.where["column"], finding.where["row"]) == (
        "value-unknown",
        "a",
        2,
    )
    applied = apply("access_right: {column: a}", {"a": ""})
    assert [one.code for one in applied.findings] == ["empty-cell"]
    applied = apply("access_right: {column: a, default: open}", {"a": ""})
    assert applied.fields == {"access_right": "open"} and applied.findings == ()
    assert applied.origins["access_right"]["rule"] == "default"


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ("title: Haus", "short-form", "literal"),
        ("titel: {column: a}", "field-unknown", "title"),
        ("title: {colum: a}", "rule-unknown", "column"),
        ("title: {column: a, literal: b}", "rules-two", "first"),
        ("access_right: {choose: opem}", "not-in-vocabulary", ""),
        ("access_right: {column: a, default: opem}", "not-in-vocabulary", ""),
        ("image_type: {column: a, values: {Foto: foto}}", "not-in-vocabulary", ""),
        ("creators: [{nam: {column: a}}]", "attribute-unknown", "name"),
        ("creators: [{name: A}]", "short-form", "column"),
        ("contributors: {column: a}", "rule-form", "entries"),
        ("version: {filename: '([0-9]+'}", "pattern", ""),
        ("version: {filename: '[0-9]+'}", "pattern", ""),
        ("title: {template: '{a'}", "template", ""),
        ("title: [{column: a}]", "rule-form", "first"),
        ("publication_date: {column: a, date: american}", "rule-form", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_has_a_place(fields, code, words):
    with pytest.raises(InvalidInput) as caught:
        mapping(fields)
    finding = caught.value.findings[0]
    assert finding.code == code and words in finding.hint
    assert finding.where["line"] == 4 and finding.where["column"] > 1


def test_heads_that_are_wrong():
    for head in ("tabel: x\nkey: a\n", "table: t.csv\n", "", "hdp-mapping: 2\ntable: t\nkey: a\n",
                 "table: t.csv\nkey: {column: a, match: inode}\n"):  # fmt: skip
        with pytest.raises(InvalidInput):
            mapping("title: {column: a}", head)
    for text in ("", "[]", "fields: {}", "\tx", "fields:\n  a: 1\n  a: 2\n"):
        with pytest.raises(InvalidInput):
            parse_mapping(text, base=Path(), schema=SCHEMA)


def test_unknown_columns_are_named_with_the_nearest():
    made = mapping("title: {column: Titl}\nkeywords: {columns: [Titel, x]}")
    rows = made.rows(table({"file": "", "Titel": "", "x": ""}))
    (finding,) = rows.findings
    assert finding.code == "column-unknown" and "Titel" in finding.hint
    assert finding.where["line"] == 4


def test_a_pattern_that_runs_away_is_stopped(monkeypatch):
    monkeypatch.setattr("hdp.metadata.rules.PATTERN_SECONDS", 0.05)
    item = ItemFacts(1, "a", "a", "a" * 60 + "!", ())
    made = mapping("version: {filename: '^((?:a|aa)+)$'}", "")
    applied = made.apply(item)
    assert applied.fields == {}
    assert {one.code for one in applied.findings} <= {"pattern-too-slow"}


def test_pipeline_and_file_rules():
    made = mapping(
        "subjects: {pipeline: true}\n"
        "dates: [{type: {literal: collected}, start: {file: EXIF:Date, of: primary}}]",
        "",
    )
    assert made.pipeline_fields == ("subjects",)
    assert made.apply(ITEM).fields == {}
    item = replace(ITEM, file_value=lambda name, of: ["2019:05:04 00:00:00"])
    assert made.apply(item).fields == {"dates": [{"type": "collected", "start": "2019-05-04"}]}


def test_check_record():
    fields = {"access_right": "open", "image_type": "foto", "creators": [{"orcid": "1"}]}
    origins = {"image_type": {"rule": "column", "table": "t.csv", "row": 4, "column": "Art"}}
    found = check_record(fields, SCHEMA, origins=origins, item=3)
    said = {(one.code, one.where["field"]) for one in found}
    assert said == {
        ("required", "title"), ("required", "license"), ("required", "upload_type"),
        ("required", "publication_date"), ("not-in-vocabulary", "image_type"),
        ("required", "creators.0.name"),
    }  # fmt: skip
    wrong = next(one for one in found if one.code == "not-in-vocabulary")
    assert wrong.where == {
        "field": "image_type", "item": 3, "table": "t.csv", "row": 4, "column": "Art",
    }  # fmt: skip
    later = check_record({}, SCHEMA, later=("title",))
    assert "title" not in [one.where["field"] for one in later]
    closed = check_record({"access_right": "closed"}, SCHEMA)
    assert "license" not in [one.where["field"] for one in closed]


def test_a_repeated_name_hides_no_other_problem():
    with pytest.raises(InvalidInput) as refused:
        parse_mapping(
            "fields:\n  title: {literal: One}\n  title: {literal: Two}\n  titel: {literal: Tre}\n",
            base=Path(), schema=SCHEMA,
        )  # fmt: skip
    assert [one.where["line"] for one in refused.value.findings] == [3, 4]
