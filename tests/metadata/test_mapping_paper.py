"""Each line of the mapping file's description, with what it promises."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hdp_plugins.zenodo.target import Zenodo

from hdp.metadata.mapping import parse_mapping
from hdp.metadata.rules import ItemFacts
from hdp.metadata.tables import Table, read_table
from hdp.sdk import InvalidInput, Term

SCHEMA = Zenodo.schema()
ITEM = ItemFacts(7, "DSC_1", "in/DSC_1.jpg", "DSC_1.jpg", ("in/DSC_1.jpg",))
HEAD = "table: t.csv\nkey: file\n"


def parse(fields: str, head: str = HEAD):
    text = head + "fields:\n" + "".join(f"  {one}\n" for one in fields.strip().splitlines())
    return parse_mapping(text, base=Path(), schema=SCHEMA, source="m.yaml",
                         vocabulary=Zenodo.vocabulary)  # fmt: skip


def table(*rows: dict[str, str]) -> Table:
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    return Table(names, [[row.get(one, "") for one in names] for row in rows], Path("t.csv"))


def apply(fields: str, *rows: dict[str, str], head: str = HEAD, item: ItemFacts = ITEM):
    made = parse(fields, head)
    cells = table(*({"file": "DSC_1.jpg"} | row for row in rows or ({},)))
    return made.apply(item, made.rows(cells))


def codes(applied) -> list[str]:
    return [one.code for one in applied.findings]


def test_map_columns_empty_cells_leave_no_stray_separators():
    rule = 'title: {columns: [title_main, title_sub], join: " - "}'
    both = {"title_main": "Haus", "title_sub": "Süd"}
    assert apply(rule, both).fields == {"title": "Haus - Süd"}
    assert apply(rule, both | {"title_sub": " "}).fields == {"title": "Haus"}
    assert apply(rule, both | {"title_main": ""}).fields == {"title": "Süd"}


def test_one_cell_many_values_trimmed_empties_dropped():
    rule = 'keywords: {column: keywords, split: ";"}'
    assert apply(rule, {"keywords": " a ; b;; "}).fields == {"keywords": ["a", "b"]}
    rule = 'keywords: {column: keywords, split: [";", "|"]}'
    assert apply(rule, {"keywords": "Europe|France; Centre"}).fields == {
        "keywords": ["Europe", "France", "Centre"]
    }


@pytest.mark.parametrize(
    ("how", "made"),
    [("stem", "DSC_1"), ("name", "DSC_1.jpg"), ("extension", "jpg"), ("'_([0-9]+)'", "1")],
)
def test_from_filename(how, made):
    assert apply(f"version: {{filename: {how}}}").fields == {"version": made}


def test_literal_and_choose():
    assert apply("language: {literal: deu}").fields == {"language": "deu"}
    assert apply("access_right: {choose: open}").fields == {"access_right": "open"}
    with pytest.raises(InvalidInput) as caught:
        parse("access_right: {choose: opem}")
    (finding,) = caught.value.findings
    assert finding.code == "not-in-vocabulary" and "open" in finding.message
    assert (finding.where["line"], finding.where["column"]) == (4, 26)


def test_choose_is_refused_by_a_vocabulary_that_the_schema_only_names():
    assert apply("language: {choose: German}").fields == {"language": "deu"}
    with pytest.raises(InvalidInput) as caught:
        parse("language: {choose: Germann}")
    assert "German" in caught.value.findings[0].message
    assert Term("deu", "German").id == "deu"


def test_template_is_escaped():
    rule = 'description: {template: "<p>{title_main}, {place}.</p>"}'
    row = {"title_main": "<script>x</script>", "place": "A & B"}
    assert apply(rule, row).fields["description"] == (
        "<p>&lt;script&gt;x&lt;/script&gt;, A &amp; B.</p>"
    )
    rules = 'title: {column: t}\ndescription: {template: "<p>{field:title}</p>"}'
    assert apply(rules, {"t": "<b>"}).fields["description"] == "<p>&lt;b&gt;</p>"
    rules = 'notes: {column: t}\ntitle: {template: "{field:description}"}\n'
    rules += "description: {column: t}"
    assert apply(rules, {"t": "a <d\nb"}).fields["title"] == "a <d b"


def test_default_with_any_rule():
    today = date.today().isoformat()
    rule = "publication_date: {column: date, default: today}"
    assert apply(rule, {"date": ""}).fields == {"publication_date": today}
    assert apply(rule, {"date": "1.2.2024"}).fields == {"publication_date": "1.2.2024"}
    assert apply("version: {filename: '_v([0-9]+)', default: '1'}").fields == {"version": "1"}
    assert apply("title: {template: '{a}', default: none}", {"a": ""}).fields == {"title": "none"}


def test_entries_and_what_is_left_out():
    rule = "locations:\n  - {place: {column: place}, lat: {column: lat}, lon: {column: lon}}"
    row = {"place": "Jena", "lat": "50,93", "lon": "11.58"}
    assert apply(rule, row).fields == {"locations": [{"place": "Jena", "lat": 50.93, "lon": 11.58}]}
    assert apply(rule, row | {"place": ""}).fields == {}
    rules = (
        "creators:\n  - {name: {column: creator}, affiliation: {literal: University of Jena},"
        " orcid: {column: orcid}}\n  - {name: {column: second_creator}}"
    )
    row = {"creator": "Müller, A", "orcid": "", "second_creator": ""}
    assert apply(rules, row).fields == {
        "creators": [{"name": "Müller, A", "affiliation": "University of Jena"}]
    }
    assert apply(rules, row | {"creator": ""}).fields == {}


def test_one_column_many_entries():
    rule = (
        'contributors:\n  - {each: {column: helpers, split: ";"}, name: {it: true},'
        " type: {literal: DataCurator}}"
    )
    assert apply(rule, {"helpers": "A, B; C, D"}).fields == {
        "contributors": [{"name": "A, B", "type": "DataCurator"},
                         {"name": "C, D", "type": "DataCurator"}]
    }  # fmt: skip
    assert apply(rule, {"helpers": ""}).fields == {}


def test_values_and_replace():
    rule = "image_type: {column: Art, values: {Foto: photo, Plan: plot, else: error}}"
    assert apply(rule, {"Art": "Foto"}).fields == {"image_type": "photo"}
    wrong = apply(rule, {"Art": "Fotos"})
    assert codes(wrong) == ["value-unknown"] and "Foto" in wrong.findings[0].hint
    assert apply("title: {column: t, replace: {'^0+': '', 'a': b}}", {"t": "00a7"}).fields == {
        "title": "b7"
    }


def test_first_rule_that_gives_something():
    rule = "license: {first: [{column: Lizenz}, {literal: cc-by-4.0}]}"
    assert apply(rule, {"Lizenz": "cc-zero"}).fields == {"license": "cc-zero"}
    assert apply(rule, {"Lizenz": ""}).fields == {"license": "cc-by-4.0"}


def test_order_of_day_and_month_and_words_kept():
    rule = "dates:\n  - {type: {literal: created}, start: {column: Datierung, date: dmy}}"

    def of(text):
        return apply(rule, {"Datierung": text}).fields.get("dates", [{}])[0]

    created = {"type": "created"}
    assert of("03.12.1987") == created | {"start": "1987-12-03"}
    assert of("1890-1900") == created | {"start": "1890", "end": "1900"}
    assert of("um 1890") == created | {
        "start": "1890", "end": "1890", "description": "um 1890",
    }  # fmt: skip
    assert of("2. Jh.") == created | {"start": "0101", "end": "0200", "description": "2. Jh."}
    assert of("vor 1900") == created | {"end": "1900", "description": "vor 1900"}
    assert of("nach 1900") == created | {"start": "1900", "description": "nach 1900"}
    assert of("undatiert") == {}
    assert codes(apply(rule, {"Datierung": "um 1890"})) == ["date-approximate"]
    assert codes(apply(rule, {"Datierung": "undatiert"})) == ["date-unclear"]


def test_start_and_end_of_their_own_columns():
    rule = (
        "dates:\n  - {type: {literal: created}, start: {column: a}, end: {column: b},"
        " description: {column: c}}"
    )
    made = apply(rule, {"a": "um 1890", "b": "1900", "c": "Bauzeit"}).fields["dates"][0]
    assert made == {
        "type": "created", "start": "1890", "end": "1900", "description": "um 1890; Bauzeit",
    }  # fmt: skip
    assert codes(apply(rule, {"a": "1900", "b": "1890", "c": ""})) == ["date-reversed"]


def test_day_and_month_are_asked_once_per_column():
    rule = "dates:\n  - {type: {literal: created}, start: {column: d}}"
    asked = apply(rule, {"d": "03/12/1987"})
    assert asked.fields == {} and codes(asked) == ["date-order"]
    assert asked.findings[0].severity == "error"
    made = parse(rule)
    cells = table({"file": "a", "d": "03/12/1987"}, {"file": "b", "d": "25/12/1987"},
                  {"file": "c", "d": "04/12/1987"})  # fmt: skip
    (question,) = made.questions(cells)
    assert question.code == "date-order" and question.args["count"] == 2
    assert question.args["better"] == "dmy" and question.where["column"] == "d"
    said = parse(rule.replace("column: d", "column: d, date: mdy"))
    assert said.questions(cells) == []
    fields = said.apply(ITEM, said.rows(table({"file": "DSC_1.jpg", "d": "03/12/1987"}))).fields
    assert fields["dates"][0]["start"] == "1987-03-12"


def test_before_our_era_nothing_is_invented_and_nothing_lost():
    rule = "dates:\n  - {type: {literal: created}, start: {column: d}}"
    alone = apply(rule, {"d": "um 1200 v. Chr."})
    assert alone.fields == {} and codes(alone) == ["date-before-era"]
    assert alone.findings[0].args["leave_out"] == {
        "field": "dates.start", "value": "um 1200 v. Chr.",
    }  # fmt: skip
    kept = apply(rule + "\nnotes: {column: d}", {"d": "um 1200 v. Chr."})
    assert "1200 v. Chr." in kept.fields["notes"] and codes(kept) == ["date-left-out"]
    assert kept.findings[0].severity == "warning"


def test_the_age_of_the_object_is_never_the_publication_date():
    for text in ("um 1890", "19. Jh.", "vor 1900", "5 v. Chr.", "1890er"):
        applied = apply("publication_date: {column: d}", {"d": text})
        assert applied.fields == {} and "age-as-publication-date" in codes(applied)
    with pytest.raises(InvalidInput) as caught:
        parse("publication_date: {file: EXIF:DateTimeOriginal}")
    assert caught.value.findings[0].code == "age-as-publication-date"


def test_from_file():
    asked = []

    def read(name, of):
        asked.append((name, of))
        return ["2019:05:04 12:33:00"]

    rule = (
        "dates:\n  - {type: {literal: collected},"
        " start: {file: EXIF:DateTimeOriginal, of: primary}}"
    )
    applied = apply(rule, item=replace(ITEM, file_value=read))
    assert asked == [("EXIF:DateTimeOriginal", "primary")]
    assert applied.fields["dates"][0]["start"] == "2019-05-04"
    assert applied.origins["dates"] == {
        "rule": "file", "table": "", "row": None, "column": "EXIF:DateTimeOriginal",
    }  # fmt: skip
    assert apply(rule).fields == {}
    for wrong in ("Artist", "EXIF: Artist", "../x"):
        with pytest.raises(InvalidInput):
            parse(f"title: {{file: '{wrong}'}}")
    with pytest.raises(InvalidInput):
        parse("title: {file: EXIF:Artist, of: second}")


def test_from_pipeline():
    assert parse("subjects: {pipeline: true}").pipeline_fields == ("subjects",)


def test_the_second_column_of_a_name(tmp_path):
    (tmp_path / "t.csv").write_text("file,Titel,Titel\nDSC_1.jpg,a,b\n", encoding="utf-8")
    made = parse("title: {column: 'Titel#2'}")
    assert made.apply(ITEM, made.rows(read_table(tmp_path / "t.csv"))).fields == {"title": "b"}


def test_keys_are_adapted():
    head = "table: t.csv\nkey: {column: inv, replace: {'/': '_'}, match: stem}\n"
    item = ItemFacts(1, "k", "1972_034.tif", "1972_034.tif", ())
    assert apply("title: {column: t}", {"inv": "1972/034", "t": "x"}, head=head,
                 item=item).fields == {"title": "x"}  # fmt: skip
    with pytest.raises(InvalidInput) as caught:
        parse("title: {literal: x}", "table: t.csv\nkey: {column: inv, loosely: [size]}\n")
    assert "form, case" in caught.value.findings[0].hint


@pytest.mark.parametrize("name", ["access_right", "license"])
def test_empty_cells_of_rights_are_errors(name):
    applied = apply(f"{name}: {{column: r}}", {"r": " "})
    assert codes(applied) == ["empty-cell"] and applied.findings[0].where["column"] == "r"
    assert applied.findings[0].where["row"] == 2


def test_empty_cells_of_communities_and_embargo_are_errors():
    rule = "communities: [{identifier: {column: r}}]"
    assert codes(apply(rule, {"r": ""})) == ["empty-cell"]
    rules = "access_right: {choose: embargoed}\nembargo_date: {column: r}"
    assert codes(apply(rules, {"r": ""})) == ["empty-cell"]


def test_a_written_default_counts():
    applied = apply("license: {column: r, default: cc-by-4.0}", {"r": ""})
    assert applied.fields == {"license": "cc-by-4.0"} and applied.findings == ()
    assert applied.origins["license"]["rule"] == "default"


def test_several_rows_with_one_key():
    rules = "title: {column: t}\ncreators: [{name: {column: c}, orcid: {column: o}}]"
    rows = ({"t": "T", "c": "A, B", "o": ""}, {"t": "", "c": "C, D", "o": ""})
    assert apply(rules, *rows).fields == {
        "title": "T", "creators": [{"name": "A, B"}, {"name": "C, D"}],
    }  # fmt: skip
    assert codes(apply(rules, rows[0], rows[1] | {"t": "U"})) == ["rows-disagree"]


def test_a_short_form_is_refused_with_both_long_ones():
    with pytest.raises(InvalidInput) as caught:
        parse("title: Haus")
    (finding,) = caught.value.findings
    assert '{column: "Haus"}' in finding.hint and '{literal: "Haus"}' in finding.hint


@pytest.mark.parametrize(
    ("fields", "right"),
    [("titel: {literal: x}", "title"), ("creators: [{nam: {literal: x}}]", "name"),
     ("upload_type: {choose: imag}", "image"), ("license: {literal: cc-by-4.1}", "cc-by-4.0")],
)  # fmt: skip
def test_unknown_words_have_the_nearest_right_one(fields, right):
    with pytest.raises(InvalidInput) as caught:
        parse(fields)
    (finding,) = caught.value.findings
    assert right in finding.message + finding.hint
    assert finding.where["line"] == 4 and finding.where["column"] > 2


def test_people_turned_round():
    rule = "creators: [{name: {column: c, person: family-first}}]"
    name = apply(rule, {"c": "Johann Wolfgang von Goethe"}).fields["creators"][0]["name"]
    assert name == "von Goethe, Johann Wolfgang"
    museum = apply(rule, {"c": "Museum X"})
    assert museum.fields["creators"] == [{"name": "Museum X"}]
    assert codes(museum) == ["institution-name"]
    assert codes(apply(rule, {"c": "Madonna"})) == ["name-unclear"]
    assert codes(apply(rule, {"c": "A B; C D"})) == ["several-names"]
    with pytest.raises(InvalidInput):
        parse("creators: [{name: {column: c, person: last-first}}]")


def test_nothing_of_a_split_cell_is_lost():
    applied = apply("creators: [{name: {column: c, split: ';'}}]", {"c": "A, B; C, D"})
    assert codes(applied) == ["too-many-values"]


def test_leave_out():
    rules = "title: {column: t}\ncreators: [{name: {column: c}, orcid: {column: o}}]"
    row = {"t": "T", "c": "A, B", "o": "0000-0002-1825-0098"}
    tail = "\nleave_out:\n  - {field: creators.3.orcid, value: 0000-0002-1825-0098}\n"
    text = f"{HEAD}fields:\n  {rules.replace(chr(10), chr(10) + '  ')}{tail}"
    made = parse_mapping(text, base=Path(), schema=SCHEMA)
    applied = made.apply(ITEM, made.rows(table({"file": "DSC_1.jpg"} | row)))
    assert applied.fields == {"title": "T", "creators": [{"name": "A, B"}]}
    (finding,) = applied.findings
    assert (finding.code, finding.severity) == ("left-out", "info")
    assert finding.where["field"] == "creators.0.orcid"


def test_a_date_that_cannot_be_said_is_left_out():
    text = f"{HEAD}fields:\n  dates: [{{type: {{literal: created}}, start: {{column: d}}}}]\n"
    text += "leave_out: [{field: dates.start, value: undatiert}]\n"
    made = parse_mapping(text, base=Path(), schema=SCHEMA)
    applied = made.apply(ITEM, made.rows(table({"file": "DSC_1.jpg", "d": "undatiert"})))
    assert applied.fields == {} and codes(applied) == ["left-out"]


@pytest.mark.parametrize(
    "tail", ["leave_out: x", "leave_out: [x]", "leave_out: [{field: titel, value: x}]",
             "leave_out: [{field: title}]", "leave_out: [{field: title, value: x, why: y}]",
             "encoding: klingon", "encoding: hex", "separator: xx", "header: 0"],
)  # fmt: skip
def test_heads_and_tails_that_are_wrong(tail):
    with pytest.raises(InvalidInput) as caught:
        parse_mapping(f"fields: {{title: {{literal: x}}}}\n{tail}\n", base=Path(), schema=SCHEMA)
    assert caught.value.findings[0].where["line"] == 2


def test_encoding_and_separator(tmp_path):
    (tmp_path / "t.csv").write_bytes("file;Größe\nDSC_1.jpg;ä, ö\n".encode("cp1252"))
    text = f"{HEAD}encoding: cp1252\nseparator: semicolon\nfields:\n  title: {{column: Größe}}\n"
    made = parse_mapping(text, base=tmp_path, schema=SCHEMA)
    assert made.apply(ITEM, made.rows(made.read_table())).fields == {"title": "ä, ö"}
