"""Each format by its schema or a reader of another library, with tame and hostile records."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from defusedxml import ElementTree
from hdp_plugins.zenodo.target import Zenodo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft201909Validator

from hdp.exports import Exported, datacite, formats, table, texts
from hdp.exports.ro_crate import place_names
from hdp.metadata import frames
from hdp.metadata.tables import read_table
from hdp.sdk import LocalFile, Record

FULL = {
    "title": "Krug <script>alert(1)</script> & Co",
    "upload_type": "publication",
    "publication_type": "article",
    "publication_date": "2024-05",
    "description": "<p>Ein <b>Krug</b> &lt; 3 kg</p><script>x()</script><p>Zweiter</p>",
    "creators": [
        {"name": "Sommer, Jonas", "orcid": "0000-0002-1825-0097", "gnd": "118540238",
         "affiliation": "Museum am Fluss", "ror": "https://ror.org/03yrm5c26"},
        {"name": "Museum X", "organisation": True, "ror": "03yrm5c26"},
        {"name": "Anonymus"},
    ],
    "contributors": [{"name": "Köhler, Anna", "type": "Translator"},
                     {"name": "B, C", "type": "NoSuchRole"}],
    "thesis_supervisors": [{"name": "Alt, Eva"}],
    "access_right": "embargoed", "embargo_date": "2030-01-01", "license": "cc-by-4.0",
    "keywords": ["Krug", "Krug", "=cmd()"],
    "subjects": [{"term": "jug", "identifier": "http://vocab.getty.edu/aat/300194567"}],
    "related_identifiers": [
        {"identifier": "10.5281/zenodo.1", "relation": "isPartOf", "resource_type": "dataset"},
        {"identifier": "javascript:alert(1)", "relation": "cites"},
        {"identifier": "Inv. 7", "relation": "isAlternateIdentifier"},
        {"identifier": "https://example.org/a", "relation": "isTranslationOf"},
        {"identifier": "http://[", "relation": "other"},
    ],
    "references": ["Doe 1999"],
    "dates": [{"type": "collected", "start": "2018-03-21", "end": "2018-03-25"},
              {"type": "coverage", "start": "0150", "end": "0200", "description": "um 175"}],
    "locations": [{"place": "Köln", "lat": 50.9, "lon": 6.9}, {"place": "?", "lat": 500, "lon": 1}],
    "language": "deu", "version": "1.0", "notes": "n", "method": "<p>m</p>",
    "grants": [{"id": "10.13039/501100000780::283595"}, {"id": "283595"}],
    "journal_title": "J", "journal_volume": "5", "journal_pages": "1-10",
    "imprint_isbn": "978-3-16-148410-0", "thesis_university": "Uni",
    "conference_title": "C", "conference_place": "P",
    "additional_titles": [{"title": "Jug", "type": "translated-title", "lang": "en"}],
    "identifiers": [{"identifier": "1972/034", "scheme": "inventory"}],
    "rights": [{"title": "In Copyright", "link": "http://rightsstatements.org/vocab/InC/1.0/"}],
    "copyright": "© X",
}  # fmt: skip
FILES = [
    LocalFile(Path("krug.jpg"), "krug.jpg", "image/jpeg", size=12, sha256="a" * 64),
    LocalFile(Path("x"), "../../ro-crate-metadata.json", "application/json", size=0),
]


def exported(fields, files=FILES, **more) -> Exported:
    return Exported(Record(fields, files, "k/1"), item=7, vocabulary=Zenodo.vocabulary,
                    publisher="Zenodo", **more)  # fmt: skip


def published(fields=FULL) -> Exported:
    return exported(
        fields, doi="10.5281/zenodo.2", concept_doi="10.5281/zenodo.1", published="2024-05-02",
        url="https://zenodo.org/records/2", file_base="https://zenodo.org/records/2/files/",
    )  # fmt: skip


@pytest.fixture(scope="module")
def schema():
    """DataCite's schema as its library ships it, with the words that 4.6 added."""
    import datacite as library

    folder = Path(library.__file__).parent / "schemas"
    found = copy.deepcopy(json.loads((folder / "datacite-v4.5.json").read_text("utf-8")))
    found.pop("$schema")
    found["definitions"]["contributorType"]["enum"].append("Translator")
    found["definitions"]["dateType"]["enum"].append("Coverage")
    found["definitions"]["relationType"]["enum"] += ["IsTranslationOf", "HasTranslation"]
    found["definitions"]["resourceTypeGeneral"]["enum"] += ["Project", "Award"]
    return Draft201909Validator(found)


def test_datacite_is_what_its_schema_asks(schema):
    made = datacite.to_datacite(published())
    assert [e.message for e in schema.iter_errors(made)] == []
    assert made["types"] == {"resourceTypeGeneral": "JournalArticle",
                             "resourceType": "Journal article"}  # fmt: skip
    assert made["language"] == "de"
    assert made["publicationYear"] == "2024"
    first, second, third = made["creators"]
    assert first["nameIdentifiers"][0]["nameIdentifier"].endswith("0000-0002-1825-0097")
    assert first["affiliation"][0]["affiliationIdentifier"] == "https://ror.org/03yrm5c26"
    assert second["nameType"] == "Organizational"
    assert second["nameIdentifiers"][0]["nameIdentifierScheme"] == "ROR"
    assert "nameType" not in third
    assert made["rightsList"][0]["rightsIdentifier"] == "CC-BY-4.0"
    assert made["fundingReferences"] == [{
        "funderName": "European Commission", "awardNumber": "283595",
        "funderIdentifier": "https://doi.org/10.13039/501100000780",
        "funderIdentifierType": "Crossref Funder ID",
    }]  # fmt: skip
    assert {"date": "2018-03-21/2018-03-25", "dateType": "Collected"} in made["dates"]
    assert made["descriptions"][0]["description"] == "Ein Krug < 3 kg\n\nZweiter"
    assert made["geoLocations"][1] == {"geoLocationPlace": "?"}
    related = {one["relatedIdentifier"] for one in made["relatedIdentifiers"]}
    assert "javascript:alert(1)" not in related
    assert "javascript:alert(1)" in json.dumps(made["relatedItems"])  # told, as a text
    assert {"alternateIdentifier": "1972/034", "alternateIdentifierType": "inventory"} in (
        made["alternateIdentifiers"]
    )


@pytest.mark.parametrize("kind", [one.id for one in Zenodo.vocabulary("resource_types")])
def test_every_resource_type_has_its_words(kind, schema):
    upload, _, part = kind.partition("-")
    record = published(FULL | {"upload_type": upload, f"{upload}_type": part})
    assert record.kind == kind
    assert schema.is_valid(datacite.to_datacite(record))
    assert formats.to_json(record, "schema.org")["@type"]
    from hdp.exports import words

    assert kind in words.KINDS


def test_every_relation_role_and_date_type_is_known():
    from hdp.exports import words

    relations = {one.id for one in Zenodo.vocabulary("relations")}
    assert relations - words.NO_RELATION == set(words.RELATIONS)
    assert {one.id for one in Zenodo.vocabulary("contributor_types")} == words.CONTRIBUTORS
    assert {one.id for one in Zenodo.vocabulary("date_types")} == set(words.DATES)
    assert {one.id for one in Zenodo.vocabulary("title_types")} == set(words.TITLES)


def test_dublin_core_is_read_back():
    text = formats.to_text([published()], "dublin-core")
    root = ElementTree.fromstring(text.encode())
    dc = "{http://purl.org/dc/elements/1.1/}"
    assert root.findtext(f"{dc}title") == FULL["title"]
    assert [one.text for one in root.findall(f"{dc}creator")][1] == "Museum X"
    assert root.findtext(f"{dc}identifier") == "https://doi.org/10.5281/zenodo.2"
    assert "info:eu-repo/date/embargoEnd/2030-01-01" in text
    several = ElementTree.fromstring(
        formats.to_text([published(), published()], "dublin-core").encode()
    )
    assert len(several) == 2


def test_writing_that_turns_is_a_number_in_xml():
    text = formats.to_text([published({"title": "a\u202eb"})], "dublin-core")
    assert "&#x202e;" in text
    assert "\u202e" not in text


def test_schema_org_names_files_and_types():
    made = formats.to_json(published(FULL | {"upload_type": "dataset"}), "schema.org")
    assert made["@type"] == "Dataset"
    assert made["@id"] == "https://doi.org/10.5281/zenodo.2"
    (first, _) = made["distribution"]
    assert first["@type"] == "DataDownload"
    assert first["contentUrl"] == "https://zenodo.org/records/2/files/krug.jpg"
    assert made["license"].startswith("https://creativecommons.org/licenses/by/4.0")
    assert "javascript:" not in json.dumps([one.get("@id") for one in made["citation"]])
    assert "contentUrl" not in json.dumps(formats.to_json(exported(FULL), "schema.org"))


def test_several_in_schema_org_are_one_graph():
    made = json.loads(formats.to_text([published(), published()], "schema.org"))
    assert len(made["@graph"]) == 2


def test_a_crate_is_read_by_the_library(tmp_path):
    from rocrate.rocrate import ROCrate

    (tmp_path / "ro-crate-metadata.json").write_text(
        formats.to_text([published()], "ro-crate"), encoding="utf-8"
    )
    (tmp_path / "krug.jpg").write_bytes(b"x")
    crate = ROCrate(str(tmp_path))
    assert crate.root_dataset["name"] == FULL["title"]
    assert [one.type for one in crate.root_dataset["creator"]] == [
        "Person", "Organization", "Organization",
    ]  # fmt: skip
    assert crate.root_dataset["license"]["identifier"] == "CC-BY-4.0"
    assert crate.get("krug.jpg")["sha256"] == "a" * 64


def test_no_file_leaves_the_crate_or_takes_the_place_of_its_description():
    assert place_names(exported({})) == ["krug.jpg", "2-ro-crate-metadata.json"]
    odd = [LocalFile(Path("x"), name) for name in ("..", "a\\..\\b", "A", "a", "/etc/x")]
    assert place_names(exported({}, odd)) == ["file-1", "a_.._b", "A", "4-a", "x"]


def test_a_table_spreads_entries_and_says_nothing_as_formula(tmp_path):
    records = [published(), exported({"title": "=1+1", "keywords": ["a", "b"], "item": "x"})]
    columns, rows = table.to_table(records)
    assert columns[:4] == ["item", "key", "state", "doi"]
    assert "item#2" in columns
    assert rows[0][columns.index("creators.0.name")] == "Sommer, Jonas"
    assert rows[0][columns.index("keywords")] == "Krug; Krug; =cmd()"
    assert rows[1][columns.index("title")] == "=1+1"
    frames.write_xlsx(tmp_path / "a.xlsx", columns, rows)
    frames.write_csv(tmp_path / "a.csv", columns, rows)
    import openpyxl

    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "inlineStr", "n"}
    assert sheet.cell(3, columns.index("title") + 1).value == "=1+1"
    assert "'=1+1" in (tmp_path / "a.csv").read_text("utf-8-sig")
    assert read_table(tmp_path / "a.xlsx").cells(0)["creators.0.name"] == "Sommer, Jonas"


def test_ten_entries_stand_in_the_order_of_their_numbers():
    people = [{"name": f"P{n}"} for n in range(12)]
    columns, _ = table.to_table([exported({"creators": people})])
    assert [one for one in columns if one.startswith("creators")] == [
        f"creators.{n}.name" for n in range(12)
    ]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a < b", "a < b"), ("<p>a</p><p>b<br>c</p>", "a\n\nb\nc"),
        ("&lt;script&gt;", "<script>"), ("<script>x</script>y", "y"), ("<b", "<b"), ("", ""),
    ],
)  # fmt: skip
def test_html_as_text(html, text):
    assert texts.plain(html) in (text, text.rstrip("<b"))


FORMS = formats.DOCUMENTS
HOSTILE = st.one_of(
    st.text(max_size=12),
    st.text(st.characters(codec=None), max_size=6),
    st.sampled_from(["\ud800", "\x00\x1b[31m", "<script>", "=cmd()", "]]>", "&#0;", "http://[",
                     "10.5281/zenodo.3", "0000-0002-1825-0097", "\u202e", "%00", "x" * 3000,
                     "٣", "²", "javascript:x", "doi:", "urn:", "ark:/1", "978-3-16-148410-0"]),
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | HOSTILE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["name", "orcid", "gnd", "ror", "affiliation", "affiliations", "type",
                         "identifier", "relation", "scheme", "id", "lat", "lon", "place", "start",
                         "end", "title", "link", "term", "organisation", "@id", "\x01"]),
        inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
NAMES = sorted(Zenodo.schema()["properties"])
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "identifier": HOSTILE, "name": HOSTILE, "term": HOSTILE, "title": HOSTILE, "id": HOSTILE,
        "relation": st.sampled_from(["cites", "isAlternateIdentifier", "other", "hasMetadata"]),
        "place": HOSTILE, "start": HOSTILE, "type": HOSTILE, "affiliation": HOSTILE,
    },
)  # fmt: skip
RECORDS = st.dictionaries(
    st.sampled_from(NAMES) | HOSTILE, VALUES | st.lists(ENTRY, max_size=3), max_size=8
)


@given(RECORDS, HOSTILE)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_record_is_valid_in_every_format(fields, name):
    files = [LocalFile(Path("a"), name, size=-1)]
    record = exported(fields, files, doi="10.1/x", url="http://[", published="2024-01-01")
    for form in FORMS:
        text = formats.to_text([record], form)
        text.encode("utf-8")
        if form == "dublin-core":
            ElementTree.fromstring(text.encode(), forbid_dtd=True)
        else:
            json.loads(text, parse_constant=pytest.fail)
    columns, rows = table.to_table([record, record])
    assert all(len(row) == len(columns) for row in rows)
    assert len(set(columns)) == len(columns)


@given(RECORDS)
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_record_with_the_needed_fields_is_what_datacite_asks(schema, fields):
    needed = {"title": "T", "creators": [{"name": "A"}], "publication_date": "2024",
              "upload_type": "image"}  # fmt: skip
    made = datacite.to_datacite(exported(fields | needed))
    assert [e.message for e in schema.iter_errors(made)] == []


def test_numbers_beyond_all_reason_are_still_written():
    record = exported({"title": 10**20_000, "locations": [{"place": "x", "lat": float("nan")}]})
    for form in FORMS:
        assert formats.to_text([record], form)
    assert table.to_table([record])
