"""New versions whose pipeline needs the DOI: the draft first, once, taken back where it fails."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest
from flows.drill import ENV, World
from flows.test_versions import codes, drafts_of, held, make, new_file, newest, order_for

from hdp.application import Selection, views
from hdp.application.version_deciding import Patterns
from hdp.application.version_look import Wanted, look
from hdp.application.version_plan import Wishes, plan_versions
from hdp.application.versioning import start_versions
from hdp.project import deposits
from hdp.sdk import Can, UsageError

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
MADE = {"CITATION.cff", "README.txt"}
FAILING = """
hdp: 1
name: Cite with DOI
needs: doi
inputs: {files: ["*/*"]}
steps:
  - {id: cff, uses: general.cite@1, in: {files: inputs.files}}
  - {id: bad, uses: general.validate@1, in: {files: inputs.files}, with: {name: "never"}}
upload: [inputs.files, cff.citation]
"""


@pytest.fixture
def first(app, project, do):
    for step in ("prepare", "create", "upload", "publish"):
        assert do(step)["state"] == "done"
    return newest(app, 1)


@pytest.fixture
def before(app, first):
    return held(app, first.remote_id)


@pytest.fixture
def order(app, before, tmp_path):
    (old,) = before
    added = new_file(tmp_path / "new" / "a.txt", "a")
    return replace(order_for(app, 1, added, decisions={old: "carry"}), pipeline="cite-with-doi")


@pytest.fixture
def failing(order, tmp_path):
    file = tmp_path / "failing.yaml"
    file.write_text(FAILING, encoding="utf-8")
    return replace(order, pipeline=str(file))


def live(app, item=1):
    return app.project.read(lambda c: deposits.live_deposit(c, item, "practice"))


def citation(app, deposit) -> str:
    sent = app.project.read(lambda c: deposits.list_files(c, deposit.id))
    one = next(one for one in sent if one.name == "CITATION.cff")
    return app.project.file_path(one.root, one.path).read_text("utf-8")


@pytest.mark.parametrize(
    "fault", ["", "lost-answer:newversion", "lost-answer:metadata", "lost-answer:reserve"]
)
def test_the_files_name_the_doi_of_their_version(app, first, before, do, order, practice, fault):
    practice.faults.add(fault)
    job = make(do, order)
    if fault:
        job = job if job["state"] == "done" else make(do, order)
    assert job["state"] == "done", codes(job)
    assert job["tasks"][0]["message"].endswith("Carried over: 1. Added: 3.")
    (draft,) = drafts_of(app)
    assert (live(app).remote_id, live(app).pending) == (draft.id, None)
    assert do("publish", 1)["done"] == 1
    second = newest(app, 1)
    assert second.previous == first.id and second.doi != first.doi
    assert f'doi: "{second.doi}"' in citation(app, second)
    assert set(held(app, second.remote_id)) == {*before, "a.txt", *MADE}
    assert held(app, first.remote_id) == before

    # The next one makes its files anew, and those before stay as they were.
    other = replace(order, base=second.id, files=(), metadata={**order.metadata, "version": "3"},
                    decisions=dict.fromkeys([*before, "a.txt"], "remove"))  # fmt: skip
    after = held(app, second.remote_id)
    job = make(do, replace(other, files=order.files, decisions=dict.fromkeys(before, "remove")))
    assert job["tasks"][0]["message"].endswith("Carried over: 1. Replaced: 2. Removed: 1.")
    assert do("publish", 1)["done"] == 1
    third = newest(app, 1)
    assert f'doi: "{third.doi}"' in citation(app, third)
    assert set(held(app, third.remote_id)) == {"a.txt", *MADE}
    assert held(app, second.remote_id) == after and held(app, first.remote_id) == before


def test_a_failing_step_leaves_the_record_as_it_was(app, first, before, do, failing, order):
    job = make(do, failing)
    (task,) = job["tasks"]
    assert job["failed"] == 1
    assert task["error"]["hint"].endswith("the published record is as before.")
    assert drafts_of(app) == [] and live(app) is None
    assert newest(app, 1) == first and held(app, first.remote_id) == before
    # What cannot be written as it was decided fails after the pipeline, and leaves none either.
    job = make(do, replace(order, decisions=dict.fromkeys(before, "regenerate")))
    assert codes(job) == ["not-regenerated"] and drafts_of(app) == [] and live(app) is None
    assert make(do, order)["state"] == "done"


def test_a_draft_that_cannot_be_discarded_waits_and_is_carried_on(
    app, first, before, do, failing, practice, tmp_path
):
    practice.faults.add("token-refused:discard*")
    (task,) = make(do, failing)["tasks"]
    assert "Manage Drafts" in task["error"]["hint"]
    (draft,) = drafts_of(app)
    everything = Selection(all=True)
    (row,) = views.stage_rows(app, env="practice", stage="drafts", selection=everything)["rows"]
    assert row["status"] == {"word": "Failed", "tone": "loss", "reason": task["error"]["message"]}
    assert list(row["actions"]) == ["pipeline-draft", "discard", "refresh"]
    for kind in ("upload", "publish", "draft-update"):
        assert codes(do(kind, 1)) == ["pipeline-unfinished"]
    assert codes(make(do, replace(failing, note="Another"))) == ["version-in-work"]
    assert do("refresh", 1)["done"] == 1
    (tmp_path / "failing.yaml").write_text(FAILING.replace('"never"', '".*"'), encoding="utf-8")
    job = do("pipeline-draft", 1, args=row["waits_for"])
    assert job["state"] == "done", codes(job)
    assert [one.id for one in drafts_of(app)] == [draft.id]
    practice.faults.clear()
    assert make(do, failing)["skipped"] == 1
    assert do("publish", 1)["done"] == 1
    assert set(held(app, newest(app, 1).remote_id)) == {*before, "a.txt", "CITATION.cff"}


@pytest.mark.parametrize("what", ["metadata", "file", "deleted"])
def test_what_somebody_changed_is_not_deleted(app, first, do, failing, practice, what):
    practice.faults.add("token-refused:discard*")
    make(do, failing)
    practice.faults.clear()
    (draft,) = drafts_of(app)
    if what == "deleted":
        app.remotes.open(app.environment("practice")).discard(draft.id)
        assert "missing" in codes(make(do, failing)) and live(app).remote_id == draft.id
        assert do("restart", 1)["done"] == 1
        assert live(app) is None and newest(app, 1) == first
        return
    if what == "file":
        practice.repository.add_on_site(draft.id, "mine.txt", b"mine\n")
    else:
        practice.repository.change_on_site(draft.id, title="Mine")
    (task,) = make(do, failing)["tasks"]
    assert "changed on the site" in task["error"]["hint"]
    assert [one.id for one in drafts_of(app)] == [draft.id]


def test_a_record_that_was_adopted_or_edited_on_the_site_loses_its_draft_too(
    app, first, do, failing, practice, tmp_path
):
    from hdp.application.pulling import pull
    from hdp.sdk import Record

    remote = app.remotes.open(app.environment("practice"))
    draft = remote.create_draft(Record(dict(first.metadata)), "")
    (there,) = failing.local_files()
    remote.upload_file(draft.id, there, lambda *_: None)
    record = remote.publish(draft.id)
    item = pull(app, "practice", [record.id])[0]["item"]
    for edited in (False, True):
        if edited:
            opened = remote.edit_record(record.id, "")
            remote.update_draft(opened.id, Record({**first.metadata, "title": "On the site"}))
            remote.publish(opened.id)
        job = make(do, replace(failing, item=item, base=newest(app, item).id, decisions={}))
        assert job["tasks"][0]["error"]["hint"].endswith("the published record is as before.")
        assert drafts_of(app) == []


def test_an_adopted_draft_is_not_deleted(app, first, before, do, failing, order):
    remote = app.remotes.open(app.environment("practice"))
    theirs = remote.new_version(first.remote_id, keep_files=False, key="by hand")
    with app.remotes.practice().repository.catalogue.write() as db:
        db.execute("UPDATE side SET created = '2026-01-01T00:00:00.000000+00:00'")
    assert codes(make(do, failing)) == ["version-draft-open"]
    assert live(app) is None and [one.id for one in drafts_of(app)] == [theirs.id]
    (task,) = make(do, replace(failing, adopt=theirs.id))["tasks"]
    assert "HDP did not make it" in task["error"]["hint"]
    assert [one.id for one in drafts_of(app)] == [theirs.id]
    assert do("discard", 1)["done"] == 1
    assert live(app) is None and held(app, first.remote_id) == before


def test_a_repository_without_reserved_dois_is_told_first(
    app, first, do, order, tmp_path, monkeypatch
):
    target = app.desk("practice").target
    monkeypatch.setattr(target, "can", target.can & ~Can.RESERVE_DOI)
    looked = look(app, "practice", Wanted(folder=tmp_path / "new"))
    with pytest.raises(UsageError, match="gives none before a record is public"):
        plan_versions(app, "practice", looked, Wishes({}, "cite-with-doi"))
    assert codes(make(do, order)) == ["doi-not-reserved"]
    assert drafts_of(app) == [] and live(app) is None


def test_what_was_cut_off_is_planned_and_carried_on(app, first, do, practice, tmp_path):
    """As the window and the command line do it, from the same files."""
    (tmp_path / "failing.yaml").write_text(FAILING, encoding="utf-8")
    new_file(tmp_path / "new" / "a.txt", "a")
    looked = look(app, "practice", Wanted(folder=tmp_path / "new"))
    wishes = Wishes({looked.newcomers[0].id: 1}, str(tmp_path / "failing.yaml"),
                    patterns=Patterns("all"))  # fmt: skip
    practice.faults.add("token-refused:discard*")
    app.jobs.wait(
        start_versions(app, "practice", plan_versions(app, "practice", looked, wishes)).job
    )
    practice.faults.clear()
    left = {"doing": "edit", "owner": app.project.session.id, "doing_since": live(app).drafted}
    app.project.write(lambda c: deposits.update(c, live(app).id, **left))
    (tmp_path / "failing.yaml").write_text(FAILING.replace('"never"', '".*"'), encoding="utf-8")
    (planned,) = plan_versions(app, "practice", looked, wishes)
    assert planned.problem == ""
    app.jobs.wait(start_versions(app, "practice", [planned]).job)
    assert live(app).pending is None and len(drafts_of(app)) == 1
    assert do("publish", 1)["done"] == 1


# Every point in the soak, every ninth one each time.
STEP = 1 if "HDP_SOAK" in os.environ else 9


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HDP_PICTURES", "off")
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        patch.setenv("HDP_TOKEN_LIVE", "")
        world = World(tmp_path_factory.mktemp("versions-doi"), 1)
        (world.base / "failing.yaml").write_text(FAILING, encoding="utf-8")
        yield world
        world.close()


def ordered(world: World, *, fails: bool) -> dict:
    """The first version published, and what orders the second."""
    session = world.session()
    for kind in ("prepare", "create", "upload", "publish"):
        assert session.act(kind)["done"] == 1
    (base,) = world.deposits()
    (old,) = world.files(base)
    added = new_file(world.base / "new" / "a.txt", "a")
    pipeline = str(world.base / "failing.yaml") if fails else "cite-with-doi"
    order = order_of(base, added, {old.name: "carry"}, pipeline)
    return {"orders": [json.loads(json.dumps(order.to_json()))]}


def order_of(base, added, decisions, pipeline):
    from hdp.uploads.version_metadata import carry_metadata
    from hdp.uploads.version_order import Order

    fields, origins = carry_metadata(base, 2)
    return Order(base.item_id, base.id, (added,), decisions, pipeline, {}, fields, origins)


@pytest.mark.slow
@pytest.mark.parametrize("fails", [False, True])
def test_a_crash_at_every_point(world, fails):
    """After each, the same again: one draft with its files, or none; the first as it was."""
    for points in range(1 + fails, 400, STEP):
        world.begin()
        args = ordered(world, fails=fails)
        (base,) = world.deposits()
        session = world.session()
        session.switch.crash_after(points)
        crashed = session.act("version", **args)["state"] == "crashed"
        session = world.session()
        session.switch.crash_after(10_000)
        session.act("settle")
        ended = session.act("version", **args)
        found = [one for one in world.deposits() if one.state != "discarded"]
        assert found[0] == base, points
        made = found[1:]
        if fails:
            assert world.draft_ids() == [] and made == [], (points, ended)
        else:
            (one,) = made
            assert world.draft_ids() == [one.remote_id], (points, ended)
            assert one.pending is None and {f.status for f in world.files(one)} == {"uploaded"}
            assert {f.name for f in world.files(one)} == {world.names[0], "a.txt", *MADE}
            remote = session.app.desk(ENV).remote
            assert len(remote.list_files(one.remote_id)) == 4
        if not crashed:
            return
    raise AssertionError("it never came to its end")
