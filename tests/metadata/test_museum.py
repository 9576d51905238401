"""A museum's sheet of 2,000 rows: nothing lost, nothing invented, each doubt a finding."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hdp_plugins.zenodo.target import Zenodo

from hdp.metadata.checks import check_record
from hdp.metadata.mapping import parse_mapping
from hdp.metadata.rules import ItemFacts
from hdp.sdk import Connection, Record

COUNT, EMPTY = 2_000, 40
COLUMNS = ("Inventarnummer", "Titel", "Urheber", "Datierung", "Rechte", "Schlagwörter")
MAPPING = """\
table: sammlung.csv
key: {column: Inventarnummer%s}
fields:
  title: {column: Titel}
  upload_type: {choose: image}
  publication_date: {default: today}
  access_right: {choose: open}
  license: {column: Rechte}
  creators:
    - {name: {column: Urheber, person: family-first}}
  keywords: {column: Schlagwörter}
  dates:
    - {type: {literal: created}, start: {column: Datierung}}
"""
DATINGS = ("um 1890", "2. Jh. n. Chr.", "1890-1900", "vor 1900", "12. März 1987")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("museum")
    with (made / "sammlung.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(COLUMNS)
        for n in range(COUNT):
            urheber = "Museum X" if n % 2 else "Anna Müller"
            rechte = "" if n % (COUNT // EMPTY) == 7 else "CC BY 4.0"
            writer.writerow([f"1972/{n:04}", f"Ansicht {n}", urheber, DATINGS[n % 5], rechte,
                             "Europe|France|Centre"])  # fmt: skip
    return made


def items() -> list[ItemFacts]:
    names = [f"1972_{n:04}_01.tif" for n in range(COUNT)]
    return [ItemFacts(n, name[:-4], name, name, (name,)) for n, name in enumerate(names)]


def read(folder: Path, loosely: str):
    mapping = parse_mapping(
        MAPPING % loosely, base=folder, schema=Zenodo.schema(), vocabulary=Zenodo.vocabulary
    )
    rows = mapping.rows(mapping.read_table())
    assert rows.findings == ()
    return mapping, rows


def test_keys_that_differ_are_only_proposed(folder):
    mapping, rows = read(folder, "")
    found = [mapping.apply(one, rows) for one in items()]
    assert all(not {"title", "creators", "license"} & set(one.fields) for one in found)
    differ = [one for applied in found for one in applied.findings if one.code == "key-differs"]
    assert len(differ) == COUNT
    assert differ[3].args["cell"] == "1972/0003"
    assert differ[3].args["accept"] == {"loosely": ["signs", "part"]}
    left = rows.unmatched(items())
    assert (len(left.items), len(left.rows)) == (COUNT, COUNT)


def test_accepted_keys_give_all_and_doubts_are_findings(folder):
    mapping, rows = read(folder, ", loosely: [signs, part]")
    left = rows.unmatched(items())
    assert (left.items, left.rows) == ((), ())
    applied = [mapping.apply(one, rows) for one in items()]
    counted = Counter(one.code for each in applied for one in each.findings)
    # three of five datings say more than two dates; each other row names the museum
    assert counted == {
        "empty-cell": EMPTY, "institution-name": COUNT // 2, "date-approximate": COUNT * 3 // 5,
    }  # fmt: skip
    empty = [one for each in applied for one in each.findings if one.code == "empty-cell"]
    assert {one.severity for one in empty} == {"error"}
    assert [one.where["row"] for one in empty[:2]] == [7 + 2, 57 + 2]
    for n, one in enumerate(applied):
        assert one.fields["title"] == f"Ansicht {n}"
        assert one.fields["creators"] == [{"name": "Museum X" if n % 2 else "Müller, Anna"}]
        assert one.fields["keywords"] == ["Europe|France|Centre"]
        assert ("license" in one.fields) == (n % 50 != 7)
        assert one.fields.get("license", "cc-by-4.0") == "cc-by-4.0"
    assert [one.fields["dates"] for one in applied[:5]] == [
        [{"type": "created", "start": "1890", "end": "1890", "description": "um 1890"}],
        [{"type": "created", "start": "0101", "end": "0200", "description": "2. Jh. n. Chr."}],
        [{"type": "created", "start": "1890", "end": "1900"}],
        [{"type": "created", "end": "1900", "description": "vor 1900"}],
        [{"type": "created", "start": "1987-03-12"}],
    ]


def test_the_repository_has_no_objection_but_those(folder):
    mapping, rows = read(folder, ", loosely: [signs, part]")
    target = Zenodo(Connection("t", "https://zenodo.org", "", Zenodo.settings(), None, None))
    for n in (0, 1, 2, 3, 4, 7):
        fields = mapping.apply(items()[n], rows).fields
        said = [*check_record(fields, Zenodo.schema()), *target.validate(Record(fields))]
        errors = [one.code for one in said if one.severity == "error"]
        assert set(errors) == ({"required", "no-files"} if n == 7 else {"no-files"})
        assert "keyword-separator" in [one.code for one in said]
