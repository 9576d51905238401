"""Places, proposals and ways out of single findings; totality; what is sent."""

import csv
from datetime import date
from pathlib import Path

import ftfy
import pytest
from hdp_plugins.zenodo import checks, identifiers, texts, translate, vocabulary
from hdp_plugins.zenodo.target import Zenodo
from hypothesis import given, settings
from hypothesis import strategies as st

from hdp.sdk import LocalFile, Record
from tools.list_codes import PAGE, described_codes

TABLES = Path(__file__).parents[3].parent / "shared" / "testdata" / "tables"
GOOD = {
    "title": "Amphora", "upload_type": "dataset", "publication_date": "2026-01-02",
    "creators": [{"name": "Doe, Jane"}], "access_right": "open", "license": "cc-by-4.0",
}  # fmt: skip
FILE = LocalFile(Path("a.txt"), name="a.txt", size=1)
TODAY = date(2026, 5, 1)


def found(**fields):
    return list(checks.check_record(Record({**GOOD, **fields}, files=(FILE,)), TODAY))


def only(**fields):
    (one,) = found(**fields)
    return one


def place(one):
    return one.severity, one.code, one.where["field"], one.args.get("better", "")


def person(**attributes):
    return [{"name": "Doe, Jane"}, {"name": "Roe, Ann", **attributes}]


RELATED = {"identifier": "10.1234/a", "relation": "cites"}


@pytest.mark.parametrize("field,value,expected", [
    ("upload_type", "imag", ("error", "unknown-term", "upload_type", "image")),
    ("upload_type", "Dataset", ("error", "unknown-term", "upload_type", "dataset")),
    ("license", "CC BY 4.0", ("error", "licence-unknown", "license", "cc-by-4.0")),
    ("license", "https://creativecommons.org/licenses/by-sa/4.0/",
     ("error", "licence-unknown", "license", "cc-by-sa-4.0")),
    ("license", "cc-by", ("warning", "value-changed", "license", "cc-by-4.0")),
    ("license", "MIT", ("warning", "value-changed", "license", "mit")),
    ("language", "de", ("warning", "value-changed", "language", "deu")),
    ("language", "ger", ("error", "language-unknown", "language", "deu")),
    ("language", "Deutsch", ("error", "language-unknown", "language", "deu")),
    ("language", "Ancient Greek", ("error", "language-unknown", "language", "grc")),
    ("language", "de-DE", ("error", "language-unknown", "language", "deu")),
    ("creators", person(orcid="https://orcid.org/0000-0002-1825-0097"),
     ("warning", "value-changed", "creators.1.orcid", "0000-0002-1825-0097")),
    ("creators", person(gnd="https://d-nb.info/gnd/118540238"),
     ("warning", "value-changed", "creators.1.gnd", "118540238")),
    ("creators", person(role="Editr"), ("error", "unknown-term", "creators.1.role", "Editor")),
    ("creators", person(ror="https://ror.org/x"), ("error", "ror-invalid", "creators.1.ror", "")),
    ("creators", [{"name": ", Jane"}], ("error", "name-missing", "creators.0.name", "Jane")),
    ("creators", [{"name": "Jane Doe"}], ("info", "name-order", "creators.0.name", "Doe, Jane")),
    ("creators", [{"name": 7}], ("error", "wrong-shape", "creators.0.name", "")),
    ("contributors", [{"name": "Doe, J", "type": "datacurator"}],
     ("warning", "value-changed", "contributors.0.type", "DataCurator")),
    ("publication_date", "1890", ("warning", "publication-date-old", "publication_date",
                                  "2026-05-01")),
    ("publication_date", "2026-05-02", ("info", "publication-date-future", "publication_date",
                                        "")),
    ("publication_date", "2026-01-02T10:00:00",
     ("error", "date-invalid", "publication_date", "2026-01-02")),
    ("dates", [{"type": "Created", "start": "1890", "end": "1900"}],
     ("warning", "value-changed", "dates.0.type", "created")),
    ("dates", [{"type": "created", "start": "um 1890"}],
     ("error", "date-invalid", "dates.0.start", "")),
    ("dates", [{"type": "created", "start": "1890"}], ("info", "date-hidden", "dates.0", "")),
    ("locations", [{"place": "A", "lat": 0, "lon": 5}],
     ("warning", "field-dropped", "locations.0.lat", "")),
    ("locations", [{"place": "A", "lat": 118.2, "lon": 34.0}],
     ("error", "coordinates", "locations.0.lat", "lat 34.0, lon 118.2")),
    ("locations", [{"place": "A", "lat": "1", "lon": "2"}], None),
    ("keywords", ["a", "A "], ("info", "entry-twice", "keywords.1", "")),
    ("keywords", ["a, b"], ("info", "keyword-separator", "keywords.0", "")),
    ("keywords", ["a", ""], ("warning", "entry-empty", "keywords.1", "")),
    ("references", [{"a": 1}], ("error", "wrong-shape", "references.0", "")),
    ("grants", [{"id": "283595"}],
     ("warning", "value-changed", "grants.0.id", "10.13039/501100000780::283595")),
    ("grants", [{"id": "10.13039/000000000000::1"}],
     ("warning", "grant-funder", "grants.0.id", "")),
    ("related_identifiers", [RELATED, {**RELATED, "identifier": "https://doi.org/10.1234/b"}],
     ("warning", "value-changed", "related_identifiers.1.identifier", "10.1234/b")),
    ("related_identifiers", [{**RELATED, "scheme": "url"}],
     ("warning", "value-changed", "related_identifiers.0.scheme", "doi")),
    ("related_identifiers", [{**RELATED, "relation": "Cites"}],
     ("warning", "value-changed", "related_identifiers.0.relation", "cites")),
    ("conference_url", "www.example.org",
     ("error", "url-invalid", "conference_url", "https://www.example.org")),
    ("conference_url", "http://[a", ("error", "url-invalid", "conference_url", "")),
    ("custom", {"dwc:genus": "x"}, ("error", "wrong-shape", "custom.dwc:genus", "")),
    ("custom", {"dwc:genuss": ["x"]}, ("warning", "field-dropped", "custom.dwc:genuss", "")),
    ("subjects", [{"term": "x"}], None), ("keywords", ["Europe/France"], None),
    ("title", "Krug „Bartmann“", ("warning", "text-changed", "title", 'Krug "Bartmann"')),
    ("title", "Cafe\u0301 au lait", ("warning", "text-changed", "title", "Café au lait")),
    ("title", "a\x0bb c", ("warning", "text-changed", "title", "ab c")),
    ("title", "ab\x00c", ("error", "text-broken", "title", "")),
    ("title", "ab\ud800c", ("error", "text-broken", "title", "")),
    ("description", "x" * 200_001, ("error", "text-too-long", "description", "")),
    ("title", "x" * 300, ("info", "title-long", "title", "")),
    ("notes", "<table><tr><td>x</td></tr></table>",
     ("warning", "html-changed", "notes",
      "<table><tbody><tr><td>x</td></tr></tbody></table>")),
    ("description", "<p>a &amp; b <b>c</b><br>é</p>", None),
    ("embargo_date", "2999-01-01", ("warning", "field-dropped", "embargo_date", "")),
    ("titel", "x", ("warning", "field-dropped", "titel", "")),
])  # fmt: skip
def test_place_and_proposal(field, value, expected):
    if expected is None:
        assert [one.code for one in found(**{field: value})] in ([], ["wrong-shape"] * 2)
    else:
        assert place(only(**{field: value})) == expected


@pytest.mark.parametrize("fields,path", [
    ({"creators": person(orcid="0000-0002-1825-0098")}, "creators.1.orcid"),
    ({"creators": person(gnd="118540239")}, "creators.1.gnd"),
    ({"imprint_isbn": "978-3-16-148410-1"}, "imprint_isbn"),
    ({"related_identifiers": [RELATED, {**RELATED, "identifier": "Inv. 5"}]},
     "related_identifiers.1"),
    ({"doi": "nonsense"}, "doi"), ({"language": "qqq"}, "language"),
    ({"grants": [{"id": "x::y"}]}, "grants.0"),
    ({"dates": [{"type": "created", "start": "-0250", "end": "-0200"}]}, "dates.0"),
])  # fmt: skip
def test_what_may_be_left_out(fields, path):
    for one in found(**fields):
        assert one.severity == "error" and one.args["leave_out"] == {"field": path}


def test_nothing_is_left_out_that_is_required():
    for fields in ({"title": "a"}, {"upload_type": "x"}, {"license": "x"}, {"access_right": "x"}):
        assert all("leave_out" not in one.args for one in found(**fields))


@pytest.mark.parametrize("number,digit", [
    ("118540238", "8"), ("4011882-4", "4"), ("4014770-8", "8"), ("35534-3", "3"),
    ("5036103-X", "X"), ("38161-5", "5"), ("170118215", "5"),
    ("x", ""),
])  # fmt: skip
def test_check_digits_of_the_gnd(number, digit):
    assert identifiers.gnd_digit(number) == digit
    assert bool(digit) == identifiers.is_gnd(number)


def test_the_embargo_is_asked_against_the_day_of_publishing():
    record = Record(
        {**GOOD, "access_right": "embargoed", "embargo_date": "2026-05-02"}, files=(FILE,)
    )
    assert not list(checks.check_record(record, TODAY))
    (one,) = checks.check_record(record, date(2026, 5, 2))
    assert place(one)[:3] == ("error", "embargo-date", "embargo_date")


@pytest.mark.skipif(not TABLES.is_dir(), reason="on purpose: no sample tables beside the repo")
@pytest.mark.parametrize("table", sorted(TABLES.glob("*.csv")), ids=lambda path: path.name)
def test_wrong_orcids_of_the_sample_tables(table):
    wrong = 0
    for row in csv.DictReader(table.open(encoding="utf-8")):
        orcid = row["creator_orcid"]
        said = found(creators=[{"name": row["creator_name"], "orcid": orcid}])
        assert bool(said) != identifiers.is_orcid(orcid)
        for one in said:
            assert one.args["leave_out"] == {"field": "creators.0.orcid"}
            assert one.args["value"] == orcid
        wrong += bool(said)
    assert wrong


def test_what_is_sent_has_the_words_of_the_repository():
    sent = translate.to_deposit(Record({
        **GOOD, "license": "CC-BY-4.0", "language": "de", "publication_type": "thesis",
        "creators": [{"name": "A, B", "orcid": "https://orcid.org/0000-0002-1825-0097",
                      "gnd": "gnd:118540238"}],
        "contributors": [{"name": "C, D", "type": "datacurator"}],
        "dates": [{"type": "Created", "start": "1890", "end": "1900"}],
        "related_identifiers": [{"identifier": "doi:10.1234/a", "relation": "Cites",
                                 "scheme": "url"}],
        "grants": [{"id": "654039"}], "doi": "https://doi.org/10.1234/x",
    }))  # fmt: skip
    assert (sent["license"], sent["language"]) == ("cc-by-4.0", "deu")
    assert sent["publication_type"] == "dissertation" and sent["doi"] == "10.1234/x"
    assert sent["creators"][0] == {
        "name": "A, B", "orcid": "0000-0002-1825-0097", "gnd": "118540238"}  # fmt: skip
    assert sent["contributors"][0]["type"] == "DataCurator"
    assert sent["dates"][0]["type"] == "created"
    assert sent["related_identifiers"] == [{"identifier": "10.1234/a", "relation": "cites"}]
    assert sent["grants"] == [{"id": "10.13039/501100000780::654039"}]


def test_a_text_that_the_repository_mended_is_still_ours():
    ours = {**GOOD, "title": "Krug „Bartmann“", "description": "<p>„x“</p>"}
    theirs = {**GOOD, "title": 'Krug "Bartmann"', "description": '<p>"x"</p>'}
    assert translate.same(ours, theirs)


def test_vocabularies():
    sizes = {name: len(Zenodo.vocabulary(name)) for name in
             ("licences", "languages", "relations", "contributor_types", "resource_types",
              "date_types", "title_types", "description_types")}  # fmt: skip
    assert sizes == {"licences": 444, "languages": 7847, "relations": 40, "contributor_types": 22,
                     "resource_types": 47, "date_types": 12, "title_types": 4,
                     "description_types": 6}  # fmt: skip
    german = {one.id: one for one in Zenodo.vocabulary("languages")}["deu"]
    assert (german.title, german.titles["de"], sorted(german.aliases)) == (
        "German", "Deutsch", ["de", "ger"])  # fmt: skip
    by = {one.id: one for one in Zenodo.vocabulary("licences")}["cc0-1.0"]
    assert "cc-zero" in by.aliases and by.url
    assert Zenodo.vocabulary("nonsense") == ()


def test_every_vocabulary_that_the_schema_names_is_there():
    def names(schema):
        if "x-vocabulary" in schema:
            yield schema["x-vocabulary"]
        inside = [schema["items"]] if "items" in schema else []
        for one in [*inside, *schema.get("properties", {}).values()]:
            yield from names(one)

    schema = Zenodo.schema()
    assert all(Zenodo.vocabulary(name) for name in names(schema))
    assert {one["x-group"] for one in schema["properties"].values()} == set(schema["x-groups"])


ODD = st.text(st.characters(), max_size=12) | st.sampled_from(
    ["\x00", "\ud800", "<b", "http://[", "10.1234/", "978", "0000-0002-1825-0097", "-", "1/2/3",
     "2026-01-02", "=1+1", "../x", "&amp;", "１", "de", "cc-by", "gnd:", "::", " "]
)  # fmt: skip
KEYS = st.sampled_from(
    ["name", "type", "start", "end", "identifier", "relation", "lat", "lon", "place", "id",
     "orcid", "gnd", "term", "affiliations", "resource_type", "scheme", "title", "dwc:genus"]
)  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)
RECORDS = st.dictionaries(
    st.sampled_from(sorted(vocabulary.properties())) | ODD, ANYTHING, max_size=6
)
DESCRIBED = described_codes(PAGE.read_text("utf-8"))


@settings(max_examples=250, deadline=None)
@given(RECORDS)
def test_any_record_gives_findings(fields):
    record = Record(fields, files=(FILE,))
    for one in checks.check_record(record):
        assert one.code in DESCRIBED and one.message and isinstance(one.where["field"], str)
        one.message.encode(), one.hint.encode()
    translate.to_deposit(record)


def test_deep_and_huge_values_are_findings():
    deep = []
    for _ in range(3000):
        deep = [deep]
    for value in (deep, {"a": deep}, [1] * 50_000, "x" * 1_000_000, object(), {1: 2}):
        assert any(one.severity == "error" for one in found(keywords=value))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=8) | st.sampled_from(["\ud800", "\udc80", "a\x00", "x" * 300])))
def test_any_file_name_gives_findings(names):
    files = tuple(LocalFile(Path(name or "x"), name=name, size=1) for name in names)
    for one in checks.check_record(Record(GOOD, files=files), TODAY):
        assert one.code in DESCRIBED and one.message.encode()


LETTERS = st.text(
    st.sampled_from(list("abcXYZ 019.,;:!?()[]'\"<>/%+=\n") + list("äöüÄÖÜßéèàçØŁšž–—…°²½")),
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(LETTERS)
def test_the_short_way_says_the_same(text):
    if texts.PLAIN.fullmatch(text):
        assert ftfy.fix_text(text.strip()) == text.strip()


@pytest.mark.parametrize("text", ["10.1234/a b", "doi:10.1234/a und mehr"])
def test_words_after_a_doi_are_no_part_of_it(text):
    assert "doi-invalid" in [one.code for one in found(doi=text)]
    related = [{"identifier": text, "relation": "cites"}]
    assert "identifier-unknown" in [one.code for one in found(related_identifiers=related)]
    assert not [one for one in found(doi="doi: 10.1234/a") if one.code == "doi-invalid"]
