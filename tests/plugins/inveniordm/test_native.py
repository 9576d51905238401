"""Translating to the records API and back, and comparing, by what the real server answered."""

import json
from pathlib import Path

import pytest
from hdp_plugins.inveniordm import refusing
from hdp_plugins.inveniordm.comparing import differences, refused
from hdp_plugins.inveniordm.native import ZENODO, Flavour, to_native
from hdp_plugins.inveniordm.reading import from_native

from hdp.sdk import Record, Rejected

RECORDINGS = Path(__file__).parents[4] / "shared" / "zenodo" / "recordings"
CREATED = sorted(RECORDINGS.glob("*-heritage-n-*-create.json"))
READ = sorted(RECORDINGS.glob("*-heritage-*-native.json"))
needs_recordings = pytest.mark.skipif(
    not CREATED, reason="on purpose: the recordings are not on this machine"
)


def load(path):
    return json.loads(path.read_text("utf-8"))


def body_before(path):
    """What was sent to make the draft that was then read."""
    number = int(path.name.split("-")[0])
    for earlier in range(number - 1, number - 4, -1):
        for one in RECORDINGS.glob(f"{earlier:03}-*-create.json"):
            return load(one)["request"]["body"]["metadata"]
    return None


@needs_recordings
@pytest.mark.parametrize("path", CREATED, ids=lambda one: one.stem)
def test_what_was_sent_natively_is_read_back_the_same(path):
    sent, answer = load(path)["request"]["body"], load(path)["response"]
    if answer["status"] != 201:
        return
    assert list(differences(sent, answer["json"], ZENODO)) == []
    again = to_native(Record(from_native(sent, ZENODO)), ZENODO)
    assert list(differences(again, answer["json"], ZENODO)) == []
    assert list(refused(answer["json"])) == []


@needs_recordings
@pytest.mark.parametrize("path", READ, ids=lambda one: one.stem)
def test_what_the_deposit_api_made_is_what_we_would_send(path):
    fields = body_before(path)
    assert fields
    assert list(differences(to_native(Record(fields), ZENODO), load(path)["response"]["json"],
                            ZENODO)) == []  # fmt: skip


@needs_recordings
def test_every_field():
    sent = load(next(RECORDINGS.glob("306-*")))["request"]["body"]["metadata"]
    got = load(next(RECORDINGS.glob("318-*")))["response"]["json"]
    body = to_native(Record(sent), ZENODO)
    assert list(differences(body, got, ZENODO)) == []
    assert from_native(got, ZENODO)["communities"] == [{"identifier": "alice-open"}]


@needs_recordings
def test_errors_beside_the_answer_are_findings_in_our_words():
    got = load(next(RECORDINGS.glob("811-*")))["response"]["json"]
    found = {one.where["field"]: one.message for one in refused(got)}
    assert set(found) == {"creators", "title", "publication_date", "foo"}
    assert "valid date" in found["publication_date"]


def test_dropped_and_altered_are_told_apart():
    body = to_native(Record({"title": "A", "upload_type": "dataset", "version": "1"}), ZENODO)
    got = json.loads(json.dumps(body))
    del got["metadata"]["version"]
    got["metadata"]["title"] = "B"
    got["metadata"]["copyright"] = "X"
    found = {one.where["field"]: one.code for one in differences(body, got, ZENODO)}
    assert found == {"title": "value-altered", "version": "value-dropped",
                     "copyright": "value-altered"}  # fmt: skip


def test_access():
    def access(**fields):
        return to_native(Record(fields), Flavour("inveniordm"))["access"]

    assert access() == {"record": "public", "files": "public"}
    assert access(access_right="closed") == {"record": "public", "files": "restricted"}
    assert access(access_right="embargoed", embargo_date="2999-01-01") == {
        "record": "public", "files": "restricted",
        "embargo": {"active": True, "until": "2999-01-01"},
    }  # fmt: skip
    assert access(record_access="restricted") == {"record": "restricted", "files": "restricted"}


def test_a_refused_word_is_found_in_its_field():
    body = to_native(Record({"title": "A", "license": "pdm-1.0"}), ZENODO)
    (found,) = refusing.named(Rejected("It refused it: Invalid value pdm-1.0."), body).findings
    assert found.where == {"field": "license"}


@pytest.mark.parametrize("value", [None, 7, "x", [None], [1], [{"a": {}}], {"b": []}, [[[]]]])
def test_hostile_shapes_are_no_traceback(value):
    names = [*to_native(Record({}), ZENODO), "creators", "dates", "rights", "locations", "grants",
             "related_identifiers", "license", "keywords", "subjects", "additional_titles",
             "language", "custom", "upload_type", "doi", "references", "notes"]  # fmt: skip
    for name in names:
        body = to_native(Record({name: value}), ZENODO)
        from_native(body, ZENODO)
        list(differences(body, {name: value, "metadata": {name: value}}, ZENODO))
