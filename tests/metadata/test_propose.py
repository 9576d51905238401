"""Proposed mappings parse, and leave to the person what only a person can say."""

from pathlib import Path

import pytest

from hdp.metadata.mapping import parse_mapping
from hdp.metadata.propose import guess_key, propose
from hdp.metadata.rules import ItemFacts
from hdp.metadata.tables import Table
from hdp.sdk import InvalidInput


def entries(*required: str, **attributes: dict) -> dict:
    item = {"type": "object", "required": list(required), "properties": attributes}
    return {"type": "array", "items": item}


SCHEMA = {
    "properties": {
        "title": {"type": "string"},
        "upload_type": {"enum": ["image", "dataset"]},
        "publication_date": {"type": "string"},
        "creators": entries("name", name={}, affiliation={}, orcid={}),
        "access_right": {"enum": ["open", "closed"]},
        "license": {"type": "string"},
        "keywords": {"type": "array", "items": {"type": "string"}},
        "dates": entries("type", type={"enum": ["created"]}, start={}, end={}),
        "locations": entries("place", place={}, lat={"type": "number"}),
        "related_identifiers": entries(
            "identifier", "relation", identifier={}, relation={"enum": ["isSupplementTo"]}
        ),
        "doi": {"type": "string"},
    }
}


def table(**cells: str) -> Table:
    return Table(tuple(cells), [list(cells.values())], Path("Fotos: neu.csv"))


def fill(made: Table) -> dict:
    mapping = parse_mapping(propose(made, SCHEMA), base=Path(), schema=SCHEMA)
    rows = mapping.rows(made)
    assert rows.findings == ()
    return mapping.apply(ItemFacts(1, "a", "a.jpg", "a.jpg", ()), rows).fields


def test_german_names():
    made = table(
        Dateiname="a.jpg",
        Titel="Haus",
        Fotograf="A; B",
        Datum="1890",
        Schlagwörter="x;y",
        Ort="Jena",
    )
    fields = fill(made)
    assert fields == {
        "title": "Haus",
        "creators": [{"name": "A"}, {"name": "B"}],
        "dates": [{"start": "1890", "type": "created"}],
        "keywords": ["x", "y"],
        "locations": [{"place": "Jena"}],
    }
    text = propose(made, SCHEMA)
    assert "# publication_date: {default: today}" in text
    assert "# access_right: {choose: open}" in text and '# license: {literal: "cc-by-4.0"}' in text


def test_names_of_the_fields_themselves():
    made = table(
        filename="a.jpg", title="T", creator_name="A, B", creator_affiliation="U",
        access_right="open", license="cc0", location_lat="5", doi="10.1/x", upload_type="Foto",
    )  # fmt: skip
    fields = fill(made)
    assert fields["creators"] == [{"name": "A, B", "affiliation": "U"}]
    assert (fields["access_right"], fields["license"]) == ("open", "cc0")
    assert "locations" not in fields and "upload_type" not in fields


def test_a_column_of_dois_is_not_the_records_own():
    made = table(file="a.jpg", DOI="10.1/x")
    assert fill(made)["related_identifiers"] == [
        {"identifier": "10.1/x", "relation": "isSupplementTo"}
    ]


def test_keys_and_odd_names():
    assert guess_key(table(x="1", bild="b.jpg")) == "bild"
    assert guess_key(table(x="1", y="b.jpg")) == "y"
    odd = {'a "quoted": {name}': "a.jpg", "# b": "x", "title": "T"}
    assert fill(table(**odd))["title"] == "T"
    assert "title: {column: " in propose(table(title="a.jpg"), SCHEMA, "title")
    with pytest.raises(InvalidInput):
        propose(table(x="1"), SCHEMA, "y")


def test_the_row_of_the_names_is_said_where_it_is_not_the_first():
    made = Table(("Datei", "Titel"), [["a.jpg", "Haus"]], Path("a.csv"), header=3)
    assert "\nheader: 3\n" in propose(made, SCHEMA)


def test_one_odd_cell_does_not_hide_a_column():
    made = Table(
        ("Datei", "access_right"), [["a", "open"], ["b", "closed"], ["c", "offen"]], Path("a.csv")
    )
    assert 'access_right: {column: "access_right"}' in propose(made, SCHEMA)
