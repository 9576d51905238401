"""Drafts and their files in one action: what was cut off is carried on by the same action."""

from __future__ import annotations

import pytest

from hdp.application import Selection, actions, views
from hdp.application.retrying import action_of

KIND = "create-upload"


@pytest.fixture
def half_done(app, project, do, practice):
    """A job that made three drafts, of which two have their file."""
    do("prepare")
    practice.faults.add("quota-full:upload")
    job = do(KIND)
    assert (job["done"], job["failed"]) == (2, 1)
    return job


def states(app) -> list[str]:
    drafts = views.draft_list(app, "practice")
    return sorted(file["status"] for one in drafts for file in one["files"])


def start(app, action) -> dict:
    started = actions.start(app, action)
    assert app.jobs.wait(started.job, timeout=60)
    return app.jobs.get(started.job)


def test_retrying_uploads_what_is_missing_and_makes_no_second_draft(app, half_done):
    assert states(app) != ["uploaded"] * 3
    job = start(app, action_of(app, half_done["id"]))
    assert (job["done"], job["failed"], job["skipped"]) == (1, 0, 0)
    assert states(app) == ["uploaded"] * 3
    assert len(views.draft_list(app, "practice")) == 3


def test_the_same_action_carries_on_with_those_alone(app, half_done):
    job = start(app, actions.Action(KIND, "practice", Selection(all=True)))
    assert (job["total"], job["done"]) == (1, 1)
    assert states(app) == ["uploaded"] * 3


def test_what_is_whole_is_skipped(app, half_done, do):
    assert do("upload")["done"] == 1
    job = do(KIND, 1, 2, 3)
    assert (job["state"], job["skipped"]) == ("done", 3)
    assert "There is a draft of it already" in job["tasks"][0]["message"]
