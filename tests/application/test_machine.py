"""What pipelines wrote: listed with its evidence, accepted, rejected, and held back until then."""

from __future__ import annotations

import pytest

from hdp.application import machine, updates
from hdp.application.selection import Selection
from hdp.project import runs
from hdp.sdk import Conflict

EVIDENCE = {"text": "a red jar", "file": "label.txt", "model": "gemma", "confidence": 0.8}
EVERY = Selection(all=True)


def wrote(project, item, field="keywords", value=("jar",), how="fill"):
    """As if a pipeline had run on the item and said this of its metadata."""
    patch = {
        "field": field,
        "value": list(value),
        "how": how,
        "step": "words",
        "evidence": EVIDENCE,
    }

    def write(connection):
        run = runs.start_run(connection, item_id=item, pipeline="describe", source="", params={})
        runs.finish_run(
            connection, run, folder="x", steps=[], metadata=[patch], uploads=[], artifacts=[]
        )

    project.write(write)


def names(app, env="practice", **more):
    return [(one["item"], one["field"]) for one in machine.list_values(app, env, **more)["values"]]


def test_values_are_listed_with_what_they_rest_on_and_accepted_as_seen(app, project, do):
    wrote(project, 1)
    wrote(project, 2, value=("vase",))
    assert do("prepare")["state"] == "done"
    found = machine.list_values(app, "practice")
    assert found["total"] == 2
    first = found["values"][0]
    assert (first["item"], first["field"], first["value"]) == (1, "keywords", ["jar"])
    assert first["evidence"] == [EVIDENCE] and first["pipeline"] == "describe"
    assert machine.list_values(app, "practice", offset=1, limit=5)["values"][0]["item"] == 2
    with pytest.raises(Conflict):
        machine.accept(app, "practice", [machine.Choice(1, "keywords", "other")])
    assert machine.accept(app, "practice", [machine.Choice(1, "keywords", first["mark"])]) == 1
    assert names(app) == [(2, "keywords")]
    assert names(app, accepted=True) == [(1, "keywords"), (2, "keywords")]
    assert machine.count_open(app, "practice", [1, 2, 3]) == {2: 1}


def test_what_is_rejected_is_the_mappings_again(app, project, do):
    wrote(project, 1)
    assert do("prepare")["state"] == "done"
    told = machine.reject(app, "practice", [machine.Choice(1, "keywords")])
    assert told == {"rejected": 1, "next": {"prepare": [1]}}
    do("prepare", 1)
    assert names(app) == [] and "keywords" not in app.desk("practice").current(1).metadata
    wrote(project, 1)  # the pipeline runs again: the lock keeps it out
    do("prepare", 1)
    assert names(app, accepted=True) == []


def test_a_rejected_value_leaves_a_draft_by_updating_it(app, project, do):
    wrote(project, 1)
    for action in ("prepare", "create"):
        assert do(action, 1)["state"] == "done"
    assert machine.reject(app, "practice", [machine.Choice(1, "keywords")])["next"] == {
        "draft-update": [1]
    }
    assert do("draft-update", 1)["state"] == "done"
    assert "keywords" not in app.desk("practice").current(1).metadata


def test_an_update_of_a_record_is_held_back_too(app, project, do):
    for action in ("prepare", "create", "upload", "publish"):
        assert do(action, 1)["state"] == "done"
    wrote(project, 1)
    job = do("update", 1)
    assert job["failed"] == 1
    (task,) = app.jobs.tasks(job["id"])[0]
    assert task["error"]["code"] == "values-not-accepted"
    assert "hdp record accept 1" in task["error"]["hint"]
    assert "keywords" not in app.desk("practice").current(1).metadata
    (one,) = updates.preview(app, "practice", "update", Selection(ids=(1,)))["items"]
    (value,) = one["machine"]
    choice = machine.Choice(1, "keywords", value["mark"], planned=True)
    assert machine.accept(app, "practice", [choice]) == 1
    assert do("update", 1)["state"] == "done"
    assert app.desk("practice").current(1).metadata["keywords"] == ["jar"]


def test_it_is_the_draft_of_a_new_version_that_counts(app, project, do):
    assert machine.list_values(app, "practice")["total"] == 0
    wrote(project, 3)
    assert do("prepare")["state"] == "done"
    assert names(app, items=[1, 2]) == [] and names(app, items=[3]) == [(3, "keywords")]
