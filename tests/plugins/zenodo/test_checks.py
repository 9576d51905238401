import json
from pathlib import Path

import pytest
from hdp_plugins.zenodo import checks, translate, vocabulary
from hdp_plugins.zenodo.checks_dates import read_date
from hdp_plugins.zenodo.target import Zenodo
from hypothesis import given, settings
from hypothesis import strategies as st

from hdp.sdk import LocalFile, Record

GOOD = {
    "title": "Amphora", "upload_type": "dataset", "publication_date": "2026-01-02",
    "creators": [{"name": "Doe, Jane"}], "access_right": "open", "license": "cc-by-4.0",
}  # fmt: skip
FILE = LocalFile(Path("a.txt"), name="a.txt", size=1)


def codes(fields=None, files=(FILE,), without=(), **more):
    kept = {name: one for name, one in {**GOOD, **(fields or {}), **more}.items()
            if name not in without}  # fmt: skip
    return [(one.severity, one.code, one.where.get("file") or one.where["field"].split(".")[0])
            for one in checks.check_record(Record(kept, files=files))]  # fmt: skip


def test_a_good_record_has_no_findings():
    assert codes() == []


@pytest.mark.parametrize("title", ["N/A", "n.a.", " --- ", "???", "k. A.", "TBD"])
def test_a_word_for_no_title_is_doubted(title):
    assert ("warning", "title-placeholder", "title") in codes({"title": title})
    people = [{"name": title}]
    if title.strip(" -?"):
        assert ("warning", "name-placeholder", "creators") in codes({"creators": people})


@pytest.mark.parametrize("field", list(GOOD))
def test_required_fields(field):
    assert codes(without=[field]) == [("error", "required", field)]
    assert ("error", "required", field) in codes({field: None})


@pytest.mark.parametrize("field,value,code", [
    ("title", "ab", "title-short"), ("title", 5, "wrong-shape"),
    ("upload_type", "imag", "unknown-term"), ("publication_date", "2026-02-30", "date-invalid"),
    ("publication_date", "-0250", "date-before-era"),
    ("publication_date", "50 v. Chr.", "date-before-era"),
    ("publication_date", "1900/1890", "date-reversed"),
    ("publication_date", "2026-01-02T10:00", "date-invalid"),
    ("creators", "Doe", "wrong-shape"), ("creators", ["Doe"], "wrong-shape"),
    ("creators", [{"name": " "}], "name-missing"),
    ("creators", [{"name": "A", "orcid": "0000-0002-1825-0098"}], "orcid-invalid"),
    ("creators", [{"name": "A", "gnd": "xyz"}], "gnd-invalid"),
    ("creators", [{"name": "A", "affiliation": ["B"]}], "wrong-shape"),
    ("license", "pdm-1.0", "licence-unknown"), ("license", 4, "wrong-shape"),
    ("access_right", "public", "unknown-term"),
    ("language", "qqqq", "language-unknown"), ("language", "xx", "language-unknown"),
    ("keywords", "a,b", "wrong-shape"), ("keywords", [{"a": 1}], "wrong-shape"),
    ("contributors", [{"name": "A"}], "required"),
    ("contributors", [{"name": "A", "type": "Boss"}], "unknown-term"),
    ("related_identifiers", [{"identifier": "10.1234/a"}], "required"),
    ("related_identifiers", [{"relation": "cites"}], "required"),
    ("related_identifiers", [{"relation": "cite", "identifier": "10.1234/a"}], "unknown-term"),
    ("related_identifiers", [{"relation": "cites", "identifier": "Inv. 5"}], "identifier-unknown"),
    ("dates", [{"type": "created", "start": "-0250"}], "date-before-era"),
    ("dates", [{"type": "created"}], "required"), ("dates", [{"start": "1890"}], "required"),
    ("dates", [{"type": "made", "start": "1890"}], "unknown-term"),
    ("dates", [{"type": "created", "start": "1900", "end": "1890"}], "date-reversed"),
    ("locations", [{"lat": 1, "lon": 1}], "required"),
    ("locations", [{"place": "A", "lat": 91, "lon": 1}], "coordinates"),
    ("locations", [{"place": "A", "lat": 9}], "coordinates"),
    ("locations", [{"place": "A", "lat": float("nan"), "lon": 1}], "wrong-shape"),
    ("grants", ["654039"], "wrong-shape"), ("grants", [{"title": "x"}], "required"),
    ("communities", ["a"], "wrong-shape"), ("subjects", [{"identifier": "x"}], "required"),
    ("doi", "nonsense", "doi-invalid"), ("imprint_isbn", "123", "isbn-invalid"),
    ("conference_url", "nowhere", "url-invalid"), ("version", 1.0, "wrong-shape"),
])  # fmt: skip
def test_what_is_refused(field, value, code):
    assert ("error", code, field) in codes({field: value})


@pytest.mark.parametrize("fields,code", [
    ({"access_conditions": "ask"}, "field-dropped"),
    ({"embargo_date": "2999-01-01"}, "field-dropped"),
    ({"image_type": "photo"}, "field-dropped"), ({"nonsense": 1}, "field-dropped"),
    ({"doi": "10.5281/zenodo.5"}, "field-dropped"),
({"access_right": "closed"}, "value-changed"),
    ({"description": "<p onclick='x'>a<script>b</script></p>"}, "html-changed"),
    ({"creators": [{"name": "A", "hobby": "B"}]}, "field-dropped"),
    ({"locations": [{"place": "A", "lat": 0, "lon": 5}]}, "field-dropped"),
    ({"related_identifiers": [{"identifier": "1972/034", "relation": "isIdenticalTo"}]},
     "identifier-handle"),
])  # fmt: skip
def test_what_is_dropped_or_changed(fields, code):
    found = [one for one in codes(fields) if one[0] != "info"]
    assert [(one[0], one[1]) for one in found] == [("warning", code)], found


def test_embargo():
    for day, good in (("2999-01-01", True), ("2020-01-01", False), ("soon", False), (5, False)):
        found = codes(access_right="embargoed", embargo_date=day)
        assert (found == []) == good
    assert codes(access_right="embargoed") == [("error", "required", "embargo_date")]
    assert codes(access_right="restricted", without=["license"]) == []


def test_files(tmp_path):
    def named(*names, size=1):
        return tuple(LocalFile(tmp_path / "x", name=name, size=size) for name in names)

    (tmp_path / "x").touch()
    assert codes(files=()) == [("error", "no-files", "files")]
    assert codes(files=named(*map(str, range(101)))) == [("error", "too-many-files", "files")]
    assert codes(files=named("a", size=50_000_000_001)) == [("error", "too-large", "files")]
    assert codes(files=named("a", size=0)) == [("error", "file-empty", "a")]
    assert codes(files=named("A.jpg", "a.JPG")) == [("error", "file-name-twice", "a.JPG")]
    assert [one[1] for one in codes(files=named("a/b", "..", "ä" * 128))] == [
        "file-name", "file-name", "file-name-long"]  # fmt: skip


@pytest.mark.parametrize("text,good", [
    ("0150", True), ("0000", True), ("2024-02-29", True), ("0004-02-29", True),
    ("2023-02-29", False),
    ("1890-13", False), ("1890-00", False), ("189", False), ("٢٠٢٤", False), (1890, False),
    ("", False),
])  # fmt: skip
def test_dates(text, good):
    assert (read_date(text) is not None) == good


def test_near_misses_are_named():
    found = list(checks.check_record(Record({**GOOD, "upload_type": "imag"}, files=(FILE,))))
    assert "image" in found[0].hint


def test_what_is_sent():
    sent = translate.to_deposit(Record({
        **GOOD, "doi": "10.5072/zenodo.7", "prereserve_doi": {"doi": "x"}, "copyright": "c",
        "notes": None, "keywords": ["a", " ", " b "], "description": "",
        "creators": [{"name": "A", "orcid": "", "affiliations": [{"name": "Uni"}], "ror": "x"}],
    }, extra={"zenodo": {"version": "2"}}))  # fmt: skip
    assert sent == {**GOOD, "keywords": ["a", "b"], "version": "2",
                    "creators": [{"name": "A", "affiliation": "Uni"}]}  # fmt: skip


def test_the_schema_says_what_the_mapping_needs():
    schema = Zenodo.schema()
    assert set(schema["required"]) <= set(schema["properties"])
    for one in schema["properties"].values():
        assert one["title"] and one["description"]
    people = schema["properties"]["contributors"]["items"]["properties"]
    assert "DataCurator" in people["type"]["enum"]
    assert {"cc-by-4.0", "cc-zero"} <= set(schema["properties"]["license"]["enum"])
    schema["properties"].clear()
    assert Zenodo.schema()["properties"]
    json.dumps(Zenodo.schema())


def test_spellings_of_licences_and_languages():
    same = {vocabulary.licence_id(one) for one in ("CC0-1.0", "cc-zero", "cc0-1.0")}
    assert same == {"cc0-1.0"} and vocabulary.licence_id("cc-by") == "cc-by-4.0"
    assert [vocabulary.language_id(one) for one in ("de", "deu", "xx", "")] == [
        "deu",
        "deu",
        None,
        None,
    ]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["name", "type", "start", "end", "identifier", "relation", "lat", "lon",
                         "place", "id", "orcid", "gnd", "term", "affiliations", "x"]),
        inner, max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip
FIELDS = st.dictionaries(
    st.sampled_from(sorted(vocabulary.schema()["properties"])), ANYTHING, max_size=6
)


@settings(max_examples=150, deadline=None)
@given(FIELDS, FIELDS)
def test_no_value_is_too_odd(ours, theirs):
    record = Record(ours, files=(FILE,))
    for finding in checks.check_record(record):
        assert finding.message
    sent = translate.to_deposit(record)
    assert translate.same(sent, sent)
    translate.same(sent, theirs)
