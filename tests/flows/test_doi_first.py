"""Pipelines that need the DOI: the draft first, exactly once, and taken back where they fail."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flows.drill import World

from hdp.application import Selection, views
from hdp.project import deposits
from hdp.sdk import Can, Refused
from hdp.uploads import files

# A crash ends threads wherever they are.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
CITE = {"pipeline": "cite-with-doi"}
FAILING = """
hdp: 1
name: Cite with DOI
needs: doi
inputs: {files: [image/*]}
steps:
  - {id: cff, uses: general.cite@1, in: {files: inputs.files}}
  - {id: bad, uses: general.validate@1, in: {files: inputs.files}, with: {name: "never"}}
upload: [inputs.files, cff.citation]
"""


@pytest.fixture
def prepared(project, do):
    assert do("prepare")["done"] == 3
    return project


@pytest.fixture
def failing(prepared, tmp_path):
    file = tmp_path / "failing.yaml"
    file.write_text(FAILING, encoding="utf-8")
    return {"pipeline": str(file)}


def drafts_of(app):
    return list(app.remotes.open(app.environment("practice")).list_drafts())


def live(project, item=1, env="practice"):
    return project.read(lambda c: deposits.live_deposit(c, item, env))


def row(app, item=1):
    return next(one for one in views.overview(app, "practice") if one.id == item)


def test_the_files_name_the_doi_of_their_draft(app, prepared, do):
    ended = do("pipeline-draft", args=CITE)
    assert ended["done"] == 3, ended["tasks"]
    assert len(drafts_of(app)) == 3
    for item in (1, 2, 3):
        deposit = live(prepared, item)
        assert deposit.pending is None and deposit.state == "draft"
        sent = prepared.read(lambda c, d=deposit: deposits.list_files(c, d.id))
        assert [one.name for one in sent][1:] == ["CITATION.cff", "README.txt"]
        text = prepared.file_path(sent[1].root, sent[1].path).read_text("utf-8")
        assert f'doi: "10.5072/zenodo.{deposit.remote_id}"' in text
    assert do("upload")["done"] == 3
    published = do("publish")
    assert published["done"] == 3, published["tasks"]
    found = prepared.read(deposits.list_deposits)
    assert {one.doi for one in found} == {f"10.5072/zenodo.{one.remote_id}" for one in found}


def test_a_failing_step_leaves_no_draft(app, failing, do, project):
    ended = do("pipeline-draft", 1, args=failing)
    (task,) = ended["tasks"]
    assert ended["failed"] == 1 and "was discarded again" in task["error"]["hint"]
    assert drafts_of(app) == []
    shown = row(app)
    assert shown.stage == "create"
    assert views.status(shown) == ("Failed", "loss", task["error"]["message"])
    assert do("pipeline-draft", 1, args=CITE)["done"] == 1
    assert row(app).reason is None


def test_what_failed_is_tried_again_or_prepared_anew(app, failing, do, project):
    do("pipeline-draft", 1, args=failing)
    do("pipeline-draft", 1, args=failing)
    assert row(app).stage == "create" and drafts_of(app) == []
    assert do("back", 1)["done"] == 1
    assert do("prepare", 1)["done"] == 1
    assert row(app).reason is None
    do("pipeline-draft", 1, args=failing)
    assert do("create", 1)["done"] == 1  # without any pipeline
    assert live(project).pending is None and row(app).reason is None


def test_a_draft_that_cannot_be_discarded_waits_with_the_reason(
    app, failing, do, practice, project, tmp_path
):
    practice.faults.add("token-refused:discard*")
    ended = do("pipeline-draft", 1, args=failing)
    (task,) = ended["tasks"]
    assert "Manage Drafts" in task["error"]["hint"]
    (draft,) = drafts_of(app)
    shown = row(app)
    assert (shown.stage, shown.pending) == ("drafts", "Cite with DOI")
    assert views.status(shown) == ("Failed", "loss", task["error"]["message"])
    everything = Selection(all=True)
    (listed,) = views.stage_rows(app, env="practice", stage="drafts", selection=everything)["rows"]
    assert listed["waits_for"]["pipeline"] == failing["pipeline"]
    assert list(listed["actions"]) == ["pipeline-draft", "discard", "refresh"]
    assert do("upload")["state"] == do("publish")["state"] == "nothing"
    for kind in ("upload", "publish", "create-upload"):
        assert do(kind, 1)["tasks"][0]["error"]["code"] == "pipeline-unfinished"
    other = do("pipeline-draft", 1, args={"pipeline": "no-processing"})
    assert other["tasks"][0]["error"]["code"] == "wrong-state"
    practice.faults.clear()
    ended = do("pipeline-draft", 1, args=CITE)  # the same name, and mended
    assert ended["done"] == 1, ended["tasks"]
    assert [one.id for one in drafts_of(app)] == [draft.id]
    assert do("upload", 1)["done"] == 1


def test_upload_is_refused_by_the_step_itself(failing, do, practice, project):
    practice.faults.add("token-refused:discard*")
    do("pipeline-draft", 1, args=failing)
    with pytest.raises(Refused, match="is not through yet") as caught:
        files.check_run(live(project))
    assert caught.value.name == "pipeline-unfinished"


def test_what_somebody_put_into_the_draft_is_not_deleted(app, failing, do, practice, project):
    practice.faults.add("token-refused:discard*")
    do("pipeline-draft", 1, args=failing)
    practice.faults.clear()
    practice.repository.add_on_site(live(project).remote_id, "mine.txt", b"mine\n")
    ended = do("pipeline-draft", 1, args=failing)
    assert "changed on the site" in ended["tasks"][0]["error"]["hint"]
    assert len(drafts_of(app)) == 1


def test_a_run_belongs_to_its_draft(app, prepared, do, tmp_path):
    assert do("pipeline-draft", 1, args=CITE)["done"] == 1
    first = live(prepared)
    assert do("discard", 1)["done"] == 1
    assert do("prepare", 1)["done"] == 1
    ended = do("pipeline-draft", 1, args=CITE)
    assert "2 files made" in ended["tasks"][0]["message"]
    second = live(prepared)
    (text,) = [prepared.file_path(one.root, one.path).read_text("utf-8")
               for one in prepared.read(lambda c: deposits.list_files(c, second.id))
               if one.name == "CITATION.cff"]  # fmt: skip
    assert second.remote_id != first.remote_id and f"zenodo.{second.remote_id}" in text


def test_a_repository_without_reserved_dois_is_told_first(app, prepared, do, monkeypatch):
    target = app.desk("practice").target
    monkeypatch.setattr(target, "can", target.can & ~Can.RESERVE_DOI)
    ended = do("pipeline-draft", 1, args=CITE)
    assert ended["tasks"][0]["error"]["code"] == "doi-not-reserved"
    assert live(prepared).state == "prepared" and drafts_of(app) == []


def test_run_alone_says_how(prepared, do):
    error = do("pipeline", 1, args=CITE)["tasks"][0]["error"]
    assert error["code"] == "pipeline-needs-doi" and "hdp pipeline draft" in error["hint"]


# Every point in the soak, every fifth one each time.
STEP = 1 if "HDP_SOAK" in os.environ else 5
WORKER = Path(__file__).with_name("worker.py")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["create", "metadata"])
def test_killed_on_the_way(app, prepared, do, practice, kind):
    """Killed while the draft is made, or when all is made and its metadata is on the way."""
    root = WORKER.parents[2]
    worker = subprocess.Popen(
        [sys.executable, str(WORKER), str(app.home), str(prepared.path), "pipeline-draft",
         f"slow=900:{kind}*", json.dumps(CITE)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(root / "plugins")])},
        stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        while not is_on_the_way(prepared, kind):
            assert worker.poll() is None, "it ended before it could be killed"
            time.sleep(0.005)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
    before = {one.id for one in drafts_of(app)}
    ended = do("pipeline-draft", args=CITE)
    assert ended["done"] == 3, [one["error"] for one in ended["tasks"]]
    assert len(drafts_of(app)) == 3
    assert before <= {one.id for one in drafts_of(app)}
    assert all(live(prepared, item).pending is None for item in (1, 2, 3))
    assert do("upload")["done"] == 3


def is_on_the_way(project, kind):
    found = project.read(deposits.list_deposits)
    if kind == "create":
        return any(one.doing == "create" for one in found)
    return any(one.pipeline for one in found)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HDP_PICTURES", "off")
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        patch.setenv("HDP_TOKEN_LIVE", "")
        world = World(tmp_path_factory.mktemp("doi-first"), 1)
        (world.base / "failing.yaml").write_text(FAILING, encoding="utf-8")
        yield world
        world.close()


@pytest.mark.slow
@pytest.mark.parametrize("fails", [False, True])
def test_a_crash_at_every_point(world, fails):
    """After each, the same command again: one draft with its files, or none and the reason."""
    args = {"pipeline": str(world.base / "failing.yaml")} if fails else CITE
    for points in range(1 + fails, 200, STEP):
        world.begin()
        session = world.session()
        session.act("prepare")
        session.switch.crash_after(points)
        crashed = session.act("pipeline-draft", **args)["state"] == "crashed"
        session = world.session()
        world.check()
        session.act("settle")
        ended = session.act("pipeline-draft", **args)
        world.check()
        (deposit,) = [one for one in world.deposits() if one.state != "discarded"] or [None]
        if fails:
            assert world.draft_ids() == [], (points, ended)
            assert deposit is None or deposit.state == "prepared", (points, ended)
        else:
            assert world.draft_ids() == [deposit.remote_id], (points, ended)
            assert deposit.pending is None, (points, ended)
            assert len(world.files(deposit)) == 3
        if not crashed:
            return
    raise AssertionError("it never came to its end")


@pytest.mark.slow
def test_other_repositories_reserve_dois_too(tmp_path, monkeypatch):
    """Where a DOI must be asked for, it is the record's in the end."""
    monkeypatch.setenv("HDP_PICTURES", "off")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("HDP_TOKEN_LIVE", "")
    world = World(tmp_path, 1, target="inveniordm")
    try:
        session = world.session()
        session.act("prepare")
        ended = session.act("pipeline-draft", **CITE)
        assert ended["done"] == 1, ended["tasks"]
        (deposit,) = world.deposits()
        (sent,) = [one for one in world.files(deposit) if one.name == "CITATION.cff"]
        text = session.app.project.file_path(sent.root, sent.path).read_text("utf-8")
        assert session.act("upload")["done"] == session.act("publish")["done"] == 1
        (published,) = world.deposits()
        assert f'doi: "{published.doi}"' in text
    finally:
        world.close()
