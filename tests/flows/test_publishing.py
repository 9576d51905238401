"""From files to published records, with everything that goes wrong on the way."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from hdp.application import actions, describing, practising, views
from hdp.application.published import published_groups
from hdp.application.retrying import action_of
from hdp.project import deposits, items
from hdp.sdk import Draft, Record, Refused
from hdp.uploads import Desk


def drafts_of(app) -> list[Draft]:
    return list(app.remotes.open(app.environment("practice")).list_drafts())


def errors_of(job: dict) -> list[str]:
    return [task["error"]["code"] for task in job["tasks"] if task["error"]]


@pytest.fixture
def drafted(project, do):
    """Three items with drafts, nothing uploaded."""
    assert do("prepare")["state"] == "done"
    assert do("create")["state"] == "done"
    return project


@pytest.fixture
def uploaded(drafted, do):
    """Three items with drafts and verified files."""
    assert do("upload")["state"] == "done"
    return drafted


def test_files_become_published_records(app, project, do, practice):
    for action in ("prepare", "create", "upload", "publish"):
        job = do(action)
        assert (job["state"], job["done"]) == ("done", 3), job
    groups = published_groups(app, "practice")
    assert groups["total"] == 3
    versions = [one for group in groups["groups"] for one in group["versions"]]
    assert all(one["doi"].startswith("10.5072/zenodo.") for one in versions)
    stored = app.home / "practice" / "files"
    for one in versions:
        source = project.root_dir("input") / one["files"][0]["name"]
        body = (stored / one["files"][0]["checksum"].removeprefix("md5:")).read_bytes()
        assert hashlib.sha256(body).digest() == hashlib.sha256(source.read_bytes()).digest()


def test_nothing_to_do_is_no_job(project, do):
    assert do("create")["state"] == "nothing"


@pytest.mark.parametrize("fault", ["lost-answer", "503"])
def test_a_create_without_answer_makes_one_draft(app, project, do, practice, fault):
    do("prepare")
    practice.faults.add(f"{fault}:create*2")
    first = do("create")
    if first["state"] != "done":
        assert set(errors_of(first)) == {"unreachable"}
        assert do("create")["state"] == "done"
    assert len(drafts_of(app)) == 3
    known = app.project.read(lambda c: deposits.known_remote_ids(c, "practice"))
    assert known == {draft.id for draft in drafts_of(app)}


def test_items_with_equal_metadata_get_a_draft_each(app, project, do, practice, make_folder):
    table = project.root_dir("input") / "objects.csv"
    rows = table.read_text(encoding="utf-8").splitlines()
    same = [row.split(",")[0] + ',Same title,"Müller, Anna"' for row in rows[1:]]
    table.write_text("\n".join([rows[0], *same]), encoding="utf-8")
    do("prepare")
    practice.faults.add("lost-answer:create*3")
    assert do("create")["state"] == "done"
    assert len(drafts_of(app)) == 3


def test_a_second_create_is_skipped(drafted, do, app):
    job = do("create", 1, 2)
    assert (job["state"], job["skipped"]) == ("done", 2)
    assert len(drafts_of(app)) == 3


@pytest.mark.parametrize("fault", ["503=0", "429=0", "cut-upload", "wrong-checksum", "lost-answer"])
def test_an_upload_survives(drafted, do, practice, fault):
    practice.faults.add(f"{fault}:upload")
    job = do("upload")
    assert job["state"] == "done", job
    assert ("upload" in {kind for _, kind in practice.faults.struck}) or practice.faults.struck


def test_a_vanished_file_is_found_and_sent_again(drafted, do, practice):
    practice.faults.add("vanish:upload")
    job = do("upload")
    assert (job["failed"], errors_of(job)) == (1, ["file-vanished"])
    assert do("publish")["done"] == 2
    assert do("upload")["done"] == 1
    assert do("publish")["done"] == 1


def test_what_is_there_is_not_sent_again(uploaded, do, practice):
    before = len(practice.faults.struck)
    practice.faults.add("503:upload*")
    assert do("upload", 1, 2, 3)["state"] == "done"
    assert len(practice.faults.struck) == before


def test_a_file_changed_after_preparing_is_not_sent(drafted, do):
    (drafted.root_dir("input") / "photo_001.jpg").write_bytes(b"something else")
    job = do("upload")
    assert (job["done"], errors_of(job)) == (2, ["file-changed"])


def test_publish_needs_every_file(drafted, do):
    job = do("publish", 1)
    assert errors_of(job) == ["files-not-verified"]


def test_today_is_the_day_of_publishing(app, project, do):
    mapping = project.root_dir("input") / "mapping.yaml"
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace('{literal: "2026-11-22"}', "{default: today}"), "utf-8")
    describing.set_mapping(app, mapping)
    for action in ("prepare", "create", "upload"):
        do(action)
    # As if it had been prepared and sent in May 2001.
    old = "2001-05-05"
    remote = app.remotes.open(app.environment("practice"))
    (deposit, *_rest) = project.read(lambda c: deposits.list_deposits(c, "practice"))
    metadata = {**deposit.metadata, "publication_date": old}
    draft = remote.update_draft(deposit.remote_id, Record(fields=metadata))
    project.write(
        lambda c: deposits.update(
            c, deposit.id, metadata=metadata, readback=dict(draft.metadata),
            prepared=f"{old}T12:00:00.000Z",
        )
    )  # fmt: skip
    assert do("publish", deposit.item_id)["done"] == 1
    record = remote.get_record(deposit.remote_id)
    assert record.raw["metadata"]["publication_date"] == date.today().isoformat()


def test_an_embargo_that_ended_meanwhile_is_not_published(app, uploaded, do):
    (deposit, *_rest) = uploaded.read(lambda c: deposits.list_deposits(c, "practice"))
    metadata = {**deposit.metadata, "access_right": "embargoed", "embargo_date": "2020-01-01"}
    uploaded.write(lambda c: deposits.update(c, deposit.id, metadata=metadata))
    (task,) = do("publish", deposit.item_id)["tasks"]
    assert task["error"]["code"] == "not-valid-today"
    assert task["error"]["where"]["field"] == "embargo_date"
    assert published_groups(app, "practice")["total"] == 0


def test_a_publish_without_answer_is_looked_up(uploaded, do, practice, app):
    practice.faults.add("lost-answer:publish")
    assert do("publish")["state"] == "done"
    assert published_groups(app, "practice")["total"] == 3


@pytest.mark.parametrize("fault", ["changed-on-site:get", "files-changed-on-site:get"])
def test_a_draft_changed_on_the_site_is_not_published(uploaded, do, practice, fault):
    practice.faults.add(fault)
    job = do("publish", 1)
    assert errors_of(job) == ["changed-on-site"]
    assert do("discard", 1)["done"] == 1
    for action in ("prepare", "create", "upload", "publish"):
        assert do(action, 1)["done"] == 1


def test_discard_gives_the_item_back(uploaded, do, app):
    assert do("discard", 2)["done"] == 1
    assert len(drafts_of(app)) == 2
    assert views.counts(views.overview(app, "practice"))["prepare"] == 1


def test_a_failed_discard_keeps_the_draft(uploaded, do, practice, app):
    practice.faults.add("token-refused:discard")
    assert errors_of(do("discard", 2)) == ["unauthorised"]
    assert len(drafts_of(app)) == 3
    assert do("publish", 2)["done"] == 1


def test_another_account_changes_nothing(drafted, do, app):
    app.project.write(lambda c: c.execute("UPDATE deposit SET account = 'somebody@else'"))
    assert set(errors_of(do("upload"))) == {"other-account"}
    assert set(errors_of(do("discard"))) == {"other-account"}
    assert len(drafts_of(app)) == 3


def test_back_to_prepare_forgets_the_snapshot_only(project, do, app):
    do("prepare")
    assert do("back", 1)["done"] == 1
    assert views.counts(views.overview(app, "practice")) == {
        "prepare": 1, "create": 2, "drafts": 0, "published": 0,
    }  # fmt: skip


def test_prepare_names_every_problem(project, do):
    table = project.root_dir("input") / "objects.csv"
    table.write_text("filename,title,creator\nphoto_000.jpg,,\n", encoding="utf-8")
    job = do("prepare")
    assert job["failed"] == 3
    by_item = {task["item"]: task["error"]["findings"] for task in job["tasks"]}
    assert {"title", "creators"} <= {one["where"].get("field") for one in by_item[1]}
    assert "no-row" in {one["code"] for one in by_item[2]}


def test_an_emptied_practice_repository_never_gives_a_number_again(
    app, drafted, do, home, monkeypatch
):
    monkeypatch.setattr(practising, "_others", lambda folder: False)  # our own project is open
    before = {draft.id for draft in drafts_of(app)}
    practising.reset_practice(app)
    assert drafts_of(app) == []
    drafted.write(lambda c: deposits_back_to_prepare(c))
    assert do("create")["done"] == 3
    assert not before & {draft.id for draft in drafts_of(app)}


def deposits_back_to_prepare(connection) -> None:
    connection.execute("UPDATE deposit SET state = 'discarded'")
    connection.execute(
        "INSERT INTO deposit (item_id, env, state, key, title, metadata, prepared)"
        " SELECT item_id, env, 'prepared', key || '-2', title, metadata, prepared FROM deposit"
    )


def test_a_number_that_was_given_twice_is_left_to_a_person(app, project, do, practice):
    do("prepare")
    project.write(
        lambda c: c.execute(
            "INSERT INTO deposit (item_id, env, state, key, prepared, remote_id)"
            " VALUES (3, 'practice', 'published', 'old', '', '1002')"
        )
    )
    job = do("create", 1)
    assert errors_of(job) == ["number-taken"]
    assert errors_of(do("create", 1)) == ["unsettled"]
    assert len(drafts_of(app)) == 1


def test_a_server_that_is_down_is_said_to_be(app, project, do):
    app.environments.add("down", target="zenodo", url="http://127.0.0.1:9")
    app.credentials.store("down", "a-token-of-some-length")
    do("prepare", env="down")
    job = do("create", 1, env="down")
    assert errors_of(job) == ["unreachable"]
    assert views.draft_list(app, "down")[0]["doing"] is None


def test_what_was_prepared_last_is_what_is_sent(app, project, do, monkeypatch):
    do("prepare", 1)
    real = Desk.check_account

    def prepare_meanwhile(desk, deposit):
        monkeypatch.setattr(Desk, "check_account", real)
        app.project.write(lambda c: items.set_override(c, 1, "", "title", "A new title"))
        assert do("prepare", 1)["done"] == 1
        return real(desk, deposit)

    monkeypatch.setattr(Desk, "check_account", prepare_meanwhile)
    assert do("create", 1)["done"] == 1
    assert [draft.metadata["title"] for draft in drafts_of(app)] == ["A new title"]


def test_a_foreign_draft_is_not_adopted(app, project, do, practice):
    do("prepare", 1, 2)
    practice.faults.add("lost-answer:create,503=0:list*")
    assert errors_of(do("create", 1)) == ["unreachable"]
    practice.faults.clear()
    remote = app.remotes.open(app.environment("practice"))
    foreign = remote.create_draft(Record(fields={"title": "Somebody else's"}), "k")
    (outcome,) = actions.settle(app, "practice", (1,), adopt=foreign.id, create_again=False)
    assert outcome["error"]["code"] == "draft-differs"
    ours = [one.id for one in drafts_of(app) if one.id != foreign.id]
    (outcome,) = actions.settle(app, "practice", (1,), adopt=ours[0], create_again=False)
    assert outcome["error"] is None
    assert views.deposit_of(app, 1, "practice")["remote_id"] == ours[0]


def test_a_retry_in_production_needs_the_number_again(app, project, do, practice, monkeypatch):
    app.environments.add("live", target="zenodo", url=practice.url, kind="production")
    monkeypatch.setenv("HDP_TOKEN_LIVE", practice.token)
    for action in ("prepare", "create", "upload"):
        do(action, env="live")
    practice.faults.add("token-refused:publish")
    job = do("publish", env="live", confirm=3)
    assert (job["done"], job["failed"]) == (2, 1)
    with pytest.raises(Refused):
        actions.start(app, action_of(app, job["id"]))
    assert actions.start(app, action_of(app, job["id"], confirm=1)).job is not None
