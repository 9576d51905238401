"""The routes of new versions: what is wrong gets a sentence, and nothing is sent."""

from __future__ import annotations

import time

import pytest


@pytest.fixture
def published(app, project, do):
    for step in ("prepare", "create", "upload", "publish"):
        assert do(step)["state"] == "done"
    return project


@pytest.fixture
def new(tmp_path, published):
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "photo_000.jpg").write_bytes(b"no picture, but a file")
    (folder / "notes.txt").write_text("notes")
    return folder


def looked(visitor, **wanted):
    told = visitor.post("/versions/look", {"env": "practice", **wanted}, 202)
    end = time.monotonic() + 30
    while told["state"] == "looking" and time.monotonic() < end:
        told = visitor.get(f"/versions/look/{told['look']}")
    return visitor.get(f"/versions/look/{told['look']}")


def test_look_plan_and_start(visitor, app, new):
    found = looked(visitor, folder=str(new))
    assert (found["state"], found["records"]) == ("ready", 3)
    units = {one["label"]: one for one in found["units"]}
    assert units["photo_000"]["ticked"] and not units["notes"]["ticked"]
    body = {
        "look": found["look"], "pipeline": "no-processing",
        "choices": {units["photo_000"]["id"]: units["photo_000"]["choice"],
                    units["notes"]["id"]: 2},
    }  # fmt: skip
    plan = visitor.post("/versions/plan", body)
    assert (plan["total"], plan["undecided"], plan["problems"]) == (2, 1, 0)
    refused = visitor.post("/versions/start", body, 409)["error"]
    assert refused["code"] == "undecided-files"
    body["decisions"] = {"2": {"photo_001.jpg": "carry"}}
    assert visitor.post("/versions/plan", body)["undecided"] == 0
    started = visitor.post("/versions/start", body, 202)
    assert app.jobs.wait(started["job"], 30)
    rows = visitor.get("/uploads", env="practice", stage="drafts")["rows"]
    assert [row["version_of"]["number"] for row in rows] == [2, 2]
    groups = visitor.get("/uploads/published", env="practice")["groups"]
    assert sorted(bool(group["next"]) for group in groups) == [False, True, True]
    # The same again is found made; another version waits for this one.
    assert visitor.post("/versions/plan", body)["problems"] == 0
    plan = visitor.post("/versions/plan", body | {"note": "Another."})
    assert plan["problems"] == 2 and "open already" in plan["records"][0]["problem"]
    assert visitor.get("/records/1/changes", 404, env="practice", to=3)["error"]["code"] == (
        "no-such-version"
    )


def test_what_is_wrong_gets_a_sentence(visitor, new):
    post = visitor.post
    gone = looked(visitor, folder=str(new / "gone"))
    assert (gone["state"], gone["error"]["code"]) == ("failed", "input-missing")
    for body in ({"folder": "relative"}, {"paths": "x"}, {"folder": 3}, {"paths": ["a\0"]}):
        assert post("/versions/look", {"env": "practice", **body}, 400)["error"]["code"] == (
            "bad-request"
        ), body
    assert post("/versions/plan", {"look": "none"}, 400)["error"]["code"] == "no-look"
    found = looked(visitor, paths=[str(new / "notes.txt")])
    assert [one["label"] for one in found["units"]] == ["notes"]
    look = {"look": found["look"]}
    assert post("/versions/plan", look, 400)["error"]["code"] == "no-pipeline"
    look["pipeline"] = "no-processing"
    for wrong in ({"u1": 99}, {"u9": 1}):
        answer = post("/versions/plan", {**look, "choices": wrong}, 400)
        assert answer["error"]["code"] == "no-such-choice"
    assert post("/versions/start", {**look, "choices": {}}, 400)["error"]["code"] == (
        "nothing-chosen"
    )
    chosen = {**look, "choices": {"u1": 1}}
    for wrong in ({"decisions": {"x": {}}}, {"decisions": {"1": 3}}, {"adopt": {"y": "1"}},
                  {"carry": 5}, {"params": "x"}, {"metadata": "x"},
                  {"metadata": {"publication_date": "soon"}}):  # fmt: skip
        assert post("/versions/plan", {**chosen, **wrong}, 400)["error"]["code"] in (
            "bad-request", "bad-date"
        ), wrong  # fmt: skip
