"""The checks before sending against what the real server refused, dropped or changed."""

import json
from pathlib import Path

import pytest
from hdp_plugins.zenodo import checks, translate

from hdp.sdk import LocalFile, Record

SHARED = Path(__file__).parents[2].parent / "shared" / "zenodo"
RECORDINGS = SHARED / "recordings"
pytestmark = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="on purpose: no recordings beside the repo"
)

# We leave these empty values out, so that the server never sees what it would refuse.
NOT_SENT = {"language-null", "keywords-with-empty", "license-null", "creators-orcid-empty",
            "creators-orcid-null", "communities-empty", "keywords-empty", "doi-null", "doi-empty",
            "description-empty", "publication-date-null", "title-null"}  # fmt: skip
# The read-back has another spelling of the same.
SAME = {"license-object", "license-legacy-cc-by", "license-upper-CC-BY-4.0", "license-mit",
        "license-gpl-2.0", "doi-url", "dates-ok", "language-two-letters", "related-wrong-scheme",
        "related-resource-type-publication-article"}  # fmt: skip
# Only the server can know.
UNKNOWABLE = {"grants-unknown", "grants-unknown-funder"}


def rows():
    if not RECORDINGS.is_dir():
        return []
    found = []
    for line in (SHARED / "VALIDATION.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) >= 4 and cells[1].isdigit():
            name, number = cells[0].rstrip(")").split(" (")
            found.append((name, number, cells[1], cells[2], "|".join(cells[3:])))
    return found


def body(number):
    path = next(RECORDINGS.glob(f"{number}-*.json"))
    return json.loads(path.read_text())


def record_of(metadata):
    file = LocalFile(Path("a.txt"), name="a.txt", size=1)
    return Record({"publication_date": "2026-01-02", "access_right": "open",
                   "license": "cc-by-4.0", **metadata}, files=(file,))  # fmt: skip


@pytest.mark.parametrize("name,number,create,publish,told", rows(), ids=lambda x: str(x)[:30])
def test_finds_what_the_server_refuses_drops_or_changes(name, number, create, publish, told):
    metadata = body(number)["request"]["body"]["metadata"]
    found = list(checks.check_record(record_of(metadata)))
    errors = [one for one in found if one.severity == "error"]
    refused = create.startswith(("4", "5")) or publish.startswith(("4", "5"))
    if refused and name not in NOT_SENT | UNKNOWABLE:
        assert errors, f"{name}: {told}"
    elif not refused and told and name not in SAME | NOT_SENT:
        assert found, f"{name}: {told}"
    elif not refused and not told:
        strict = {"locations-out-of-range"}
        assert name in strict or not errors, (name, errors)


def drafts():
    if not RECORDINGS.is_dir():
        return []
    return [one for one in rows() if one[2] == "201"]


# What the server lost or spoiled: reading it back must not count as what we wanted.
LOST = {"creators-affiliation-list", "custom-unknown", "description-script"}


@pytest.mark.parametrize("name,number,create,publish,told", drafts(), ids=lambda x: str(x)[:30])
def test_recognises_its_own_draft_in_the_answer(name, number, create, publish, told):
    data = body(number)
    record = record_of(data["request"]["body"]["metadata"])
    errors = [one for one in checks.check_record(record) if one.severity == "error"]
    got = data["response"]["json"]["metadata"]
    if not errors and name not in LOST:
        sent = translate.to_deposit(Record(data["request"]["body"]["metadata"]))
        assert translate.same(sent, got), name


def test_recognises_a_draft_with_every_field():
    data = body("306")
    sent = translate.to_deposit(Record(data["request"]["body"]["metadata"]))
    got = data["response"]["json"]["metadata"]
    assert translate.same(sent, got)
    for field in ("title", "description", "keywords", "creators", "version", "notes"):
        assert not translate.same({**sent, field: ["other"] if field == "keywords" else "x"}, got)


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("9*-create.json")), ids=lambda p: p.name)
def test_heritage_metadata(path):
    data = json.loads(path.read_text())
    if data["request"]["url"] != "/api/deposit/depositions":
        pytest.skip("on purpose: recorded with the native API")
    metadata = data["request"]["body"]["metadata"]
    errors = [one for one in checks.check_record(record_of(metadata)) if one.severity == "error"]
    assert bool(errors) == (data["response"]["status"] >= 400), errors
    if not errors:
        sent = translate.to_deposit(Record(metadata))
        assert translate.same(sent, data["response"]["json"]["metadata"])
