"""`hdp draft settle`: the drafts that may be it, and the decision."""

from __future__ import annotations

import pytest

LOST = "lost-answer:create,token-refused:list"


@pytest.fixture
def lost(hdp, made):
    """A create whose answer was lost, and that could not be looked for."""
    assert hdp("prepare", 1).code == 0
    assert hdp("draft", "create", 1, "--practice-faults", LOST).code == 1
    return made


def test_candidates_are_shown_and_nothing_is_changed(hdp, lost):
    ran = hdp("draft", "settle", 1, "--candidates")
    assert ran.code == 0
    assert "1: create is open since" in ran.out and "1 draft may be it." in ran.out
    (one,) = hdp("draft", "settle", "--all", "--candidates", "--json").json["open"]
    (draft,) = one["candidates"]
    assert (one["item"], one["doing"], draft["why_not"]) == (1, "create", "")
    assert hdp("draft", "list", "--json").json["deposits"][0]["doing"] == "create"
    assert hdp("draft", "settle", 1, "--adopt", draft["id"]).code == 0
    assert hdp("draft", "list", "--json").json["deposits"][0]["remote_id"] == draft["id"]
    assert "Nothing is open." in hdp("draft", "settle", 1, "--candidates").out


def test_creating_again_takes_the_attempt_back(hdp, lost):
    ran = hdp("draft", "settle", 1, "--create-again")
    assert ran.code == 0 and "create the draft again" in ran.out
    assert hdp("draft", "create", 1).code == 0
    assert hdp("draft", "settle", 1, "--adopt", "1", "--create-again").code == 2


def test_looking_decides_it(hdp, lost):
    ran = hdp("draft", "settle", "--all")
    assert ran.code == 0 and "Settled: draft" in ran.out + ran.err
