"""What the real server refused, dropped or changed is found here first; what it kept passes."""

import json
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from hdp_plugins.zenodo import checks, translate

from hdp.sdk import LocalFile, Record

CASES = [
    json.loads(line)
    for line in Path(__file__).with_name("zenodo_metadata.jsonl").read_text("utf-8").splitlines()
]
# The server fills these in by itself; here a person has to say them, so each body gets them.
SAID = {"publication_date": "2026-01-02", "access_right": "open", "license": "cc-by-4.0"}

# Refused or changed there, and yet no error or warning here.
NOTHING_LOST = {
    "language-null": "an empty value is not sent",
    "description-empty": "an empty value is not sent",
    "communities-empty": "an empty value is not sent",
    "keywords-empty": "an empty value is not sent",
    "doi-empty": "an empty value is not sent",
    "creators-orcid-empty": "an empty value is not sent",
    "date-created-single": "sent through the records API, which shows it; an info says so",
    "grants-unknown": "only the server knows which grants there are; an info says so",
}
# Kept there as it is, and yet a warning or an error here.
STRICTER = {
    "doi-zenodo-prefix": "a DOI of Zenodo's own is somebody else's or was made up; it is not sent",
    "locations-out-of-range": "there is no such place",
    "publication-date-1890-interval": "the age of the object in the date of publishing",
    "publication-date-0150": "the age of the object in the date of publishing",
    "put-back-without-single-date": "prereserve_doi is Zenodo's answer and no field of a record",
    "related-inventory": "an inventory number is no handle; the link leads nowhere",
}


def subject(case):
    return case["name"].split("-", 2)[2].removesuffix("-create")


def record(case):
    fields = {**SAID, **case["sent"]}
    return Record(fields, files=(LocalFile(Path("a.txt"), name="a.txt", size=1),))


def findings(case):
    today = parsedate_to_datetime(case["date"]).date()
    return list(checks.check_record(record(case), today))


def refused(case):
    return case["status"] >= 400 or (case["publish"] or {"status": 0})["status"] >= 400


def kept(sent, got):
    """Whether an answer has what was sent; it may say more, such as a scheme or an empty place."""
    if isinstance(sent, str) and isinstance(got, str):
        return sent.strip() == got
    if isinstance(sent, list) and isinstance(got, list):
        return len(sent) <= len(got) and all(any(kept(one, other) for other in got) for one in sent)
    if isinstance(sent, dict) and isinstance(got, dict):
        return all(kept(one, got.get(name)) for name, one in sent.items())
    return sent == got


def changed(case):
    sent, got = dict(case["sent"]), dict(case["got"] or {})
    # They come back among the contributors, nothing of them is lost.
    for person in sent.pop("thesis_supervisors", []):
        sent["contributors"] = [*sent.get("contributors", []), {**person, "type": "Supervisor"}]
    return not kept(sent, got)


def names(cases):
    return pytest.mark.parametrize("case", cases, ids=[one["name"] for one in cases])


@names(CASES)
def test_refused_or_changed_there_means_found_here(case):
    found = [one for one in findings(case) if one.severity != "info"]
    worse = refused(case) or changed(case)
    name = subject(case)
    if name in NOTHING_LOST:
        assert worse and not found, NOTHING_LOST[name]
    elif name in STRICTER:
        assert found and not worse, STRICTER[name]
    elif worse:
        assert found, (case["message"], case["errors"], case["got"])
    else:
        assert not found, found


@names([one for one in CASES if refused(one) and subject(one) not in NOTHING_LOST])
def test_what_is_refused_there_is_an_error_here(case):
    found = [one for one in findings(case) if one.severity == "error"]
    if subject(case) in ("grants-unknown-funder", "keywords-with-empty"):
        # A funder may be new since we looked; empty keywords are left out before sending.
        return
    assert found, case["errors"]


@names([one for one in CASES if not refused(one)])
def test_what_is_sent_comes_back_as_it_was_sent(case):
    found = findings(case)
    if any(one.severity == "error" for one in found):
        return
    assert translate.same(translate.to_deposit(Record(case["sent"])), case["got"]) or any(
        one.code in ("html-changed", "field-dropped") for one in found
    )


@names(CASES)
def test_every_finding_has_a_place_and_a_way_out(case):
    for one in findings(case):
        root = one.where["field"].split(".")[0]
        assert root in {*case["sent"], *checks.REQUIRED, "license", "embargo_date"}
        assert one.args["field"] == one.where["field"]
        assert one.message[0] != " " and one.message.endswith(".")
        assert one.hint or one.code in ("field-dropped", "entry-empty", "entry-twice")
