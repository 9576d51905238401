"""Communities that see a draft first, values that the repository changes, and what was done on
the site."""

from __future__ import annotations

import pytest
from hdp_plugins.inveniordm.api import RecordsApi
from hdp_plugins.zenodo.target import Zenodo

from hdp.application import actions, dashboard, describing, views
from hdp.application.selection import Selection
from hdp.practice import communities, reviews
from hdp.project import deposits
from hdp.remote import Remote
from hdp.sdk import Finding, LocalFile, Record


def codes(job: dict) -> list[str]:
    return [one["error"]["code"] for one in job["tasks"] if one["error"]]


def messages(job: dict) -> list[str]:
    return [one["message"] for one in job["tasks"]]


def stored(app) -> list[deposits.Deposit]:
    found = app.project.read(deposits.list_deposits)
    return sorted(found, key=lambda one: (one.item_id, one.id))


def site_codes(app) -> list[list[str]]:
    return [[finding["code"] for finding in one.site] for one in stored(app)]


def attention(app) -> list[dict]:
    return dashboard.dashboard(app, "practice")["attention"]


def name_community(app, project, name: str) -> None:
    mapping = project.root_dir("input") / "mapping.yaml"
    text = mapping.read_text(encoding="utf-8").partition("  communities:")[0]
    mapping.write_text(f"{text}  communities: [{{identifier: {{literal: {name}}}}}]\n", "utf-8")
    describing.set_mapping(app, mapping)


def curate(practice, verb: str, words: str = "") -> None:
    """The curator decides everything that waits, as on the page of reviews."""
    with practice.repository.catalogue.write() as db:
        for one in communities.all_requests(db, communities.CURATOR):
            if not one.is_open:
                continue
            if verb == "comment":
                communities.say(db, one, communities.CURATOR, words)
            else:
                reviews.decide(db, one, communities.CURATOR, verb, words)


@pytest.fixture
def uploaded(app, project, do):
    """Three drafts for a community that reviews, with verified files."""
    name_community(app, project, "practice-review")
    for kind in ("prepare", "create", "upload"):
        job = do(kind)
        assert (job["state"], job["done"]) == ("done", 3), job
    return project


def test_a_community_with_review_sees_it_first(app, uploaded, do, practice):
    assert codes(do("publish")) == ["needs-review"] * 3
    job = do("submit")
    assert messages(job) == ["In review by its community"] * 3
    assert {one.state for one in stored(app)} == {"in_review"}
    assert do("refresh")["done"] == 3
    curate(practice, "comment", "Which museum?")
    assert all("Which museum?" in one for one in messages(do("refresh")))
    assert site_codes(app) == [["review-commented"]] * 3
    curate(practice, "accept")
    told = messages(do("refresh"))
    assert all(one.startswith("Accepted by its community and published: 10.5072") for one in told)
    assert all(one.state == "published" and one.doi for one in stored(app))


def test_what_is_declined_comes_back_with_the_curators_words(app, uploaded, do, practice):
    do("submit", 1)
    curate(practice, "decline", "Not for us.")
    assert "Not for us." in messages(do("refresh", 1))[0]
    first = stored(app)[0]
    assert (first.state, first.review["state"]) == ("draft", "declined")
    assert codes(do("publish", 1)) == ["needs-review"]
    assert messages(do("submit", 1)) == ["In review by its community"]
    curate(practice, "accept")
    assert messages(do("refresh", 1))[0].startswith("Accepted")


def test_what_curators_did_is_seen_until_it_is_answered(app, uploaded, do, practice):
    def row():
        found = views.stage_rows(
            app, env="practice", stage="drafts", selection=Selection(problems="warnings")
        )
        assert len(found["rows"]) <= 1
        return found["rows"][0] if found["rows"] else None

    def waiting():
        return {one["code"]: one["count"] for one in attention(app)}

    do("submit", 1)
    assert row() is None and waiting() == {}
    curate(practice, "comment", "Which museum?")
    looked = do("refresh", 1)["tasks"][0]
    assert (looked["finding"]["code"], looked["error"]) == ("review-commented", None)
    assert row()["status"] == {
        "word": "Commented", "tone": "warn", "reason": "A curator wrote: “Which museum?”",
    }  # fmt: skip
    assert waiting() == {"commented-drafts": 1}
    curate(practice, "decline", "Not for us.")
    assert do("refresh", 1)["tasks"][0]["finding"]["code"] == "review-declined"
    assert row()["status"]["reason"] == "The curators declined it: “Not for us.”"
    assert "submit it for review again" in row()["actions"]["publish"]
    assert row()["actions"]["submit"] is None
    assert waiting() == {"declined-drafts": 1}
    do("submit", 1)
    assert row() is None and waiting() == {}


def test_who_curates_is_published_at_once(app, project, do):
    name_community(app, project, "practice-open")
    for kind in ("prepare", "create", "upload"):
        do(kind)
    told = messages(do("submit"))
    assert all(one.startswith("Accepted at once and published: 10.5072") for one in told), told


@pytest.mark.parametrize("fault", ["lost-answer", "503"])
def test_a_submission_without_answer_is_looked_for(app, uploaded, do, practice, fault):
    practice.faults.add(f"{fault}:submit*3")
    do("submit")
    practice.faults.clear()
    again = do("submit")
    assert again["state"] in ("done", "nothing")
    assert [(one.state, one.doing) for one in stored(app)] == [("in_review", None)] * 3


def test_without_a_community_there_is_no_review(app, project, do):
    for kind in ("prepare", "create", "upload"):
        do(kind)
    assert codes(do("submit")) == ["no-community"] * 3
    assert {one.state for one in stored(app)} == {"draft"}


def test_a_review_that_was_not_asked_for_is_mended(app, project, do, practice, monkeypatch):
    name_community(app, project, "practice-review")
    do("prepare")
    practice.faults.add("503:review*1")
    assert do("create", 1)["done"] == 1
    do("upload", 1)
    assert "review-missing" in site_codes(app)[0]
    assert do("publish", 1)["failed"] == 1
    assert do("draft-update", 1)["done"] == 1
    assert site_codes(app)[0] == []
    assert messages(do("submit", 1)) == ["In review by its community"]


def test_what_was_done_on_the_site_is_told_and_kept(app, project, do, practice):
    for kind in ("prepare", "create", "upload"):
        do(kind)
    assert messages(do("refresh")) == ["As we left it."] * 3
    remote = app.remotes.open(app.environment("practice"))
    first, second, third = stored(app)
    remote.update_draft(first.remote_id, Record({**first.metadata, "title": "By somebody else"}))
    path = project.root_dir("input") / "objects.csv"
    remote.upload_file(second.remote_id, LocalFile(path, name="more.csv"))
    remote.delete_file(second.remote_id, "photo_001.jpg")
    remote.discard(third.remote_id)
    job = do("refresh")
    told = {one["item"]: one["message"] for one in job["tasks"]}
    assert told[1] == "Its metadata was changed on the site: title."
    assert told[2] == "Its files were changed on the site: photo_001.jpg, more.csv."
    assert codes(job) == ["deleted-on-site"]
    assert site_codes(app) == [
        ["value-altered", "metadata-changed-on-site"], ["files-changed-on-site"],
        ["deleted-on-site"],
    ]  # fmt: skip
    shown = views.stage_rows(app, env="practice", stage="drafts", selection=Selection())["rows"]
    assert [(one["status"]["word"], one["status"]["tone"]) for one in shown] == [
        ("Differs", "warn"), ("Failed", "loss"), ("Differs", "loss"),
    ]  # fmt: skip
    assert [(one["code"], one["count"]) for one in attention(app)] == [
        ("failed-uploads", 1), ("differing-drafts", 3),
    ]  # fmt: skip
    assert views.deposit_of(app, 2, "practice")["files"][0]["status"] == "failed"
    assert do("restart")["done"] == 1
    assert views.deposit_of(app, 3, "practice")["state"] == "prepared"
    assert do("create")["done"] == 1


@pytest.fixture
def altering(monkeypatch):
    """A repository that writes titles in its own way."""
    send = RecordsApi.update_draft

    def update(self, draft_id, record):
        fields = dict(record.fields)
        return send(self, draft_id, Record({**fields, "title": f"{fields['title']}!"}))

    monkeypatch.setattr(RecordsApi, "update_draft", update)


def retitle(project) -> None:
    table = project.root_dir("input") / "objects.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("Photograph", "Picture"), encoding="utf-8")


def test_values_that_the_repository_changes_are_told(app, project, do, altering):
    for kind in ("prepare", "create", "upload"):
        do(kind)
    retitle(project)
    told = messages(do("draft-update"))
    assert all("1 value was changed by the repository: title." in one for one in told), told
    assert site_codes(app) == [["value-altered"]] * 3
    assert do("publish")["done"] == 3  # a warning does not stop it


def test_a_record_is_not_changed_to_what_was_not_sent(app, project, do, request):
    for kind in ("prepare", "create", "upload", "publish"):
        do(kind)
    request.getfixturevalue("altering")
    retitle(project)
    assert codes(do("update")) == ["altered-by-repository"] * 3
    remote = app.remotes.open(app.environment("practice"))
    for one in stored(app):
        title = remote.get_record(one.remote_id).raw["metadata"]["title"]
        assert title == one.metadata["title"]
        assert one.doing is None
        with pytest.raises(actions.HdpError):
            remote.get_draft(one.remote_id)  # the edit was closed


def test_an_error_of_the_repository_stops_publishing(app, project, do, monkeypatch):
    do("prepare")

    def refuse(self, record, draft):
        return [Finding("error", "refused-by-repository", "creators: Missing.", "Name one.")]

    monkeypatch.setattr(Zenodo, "compare_metadata", refuse)
    do("create-upload")
    assert codes(do("publish")) == ["not-taken"] * 3


def test_a_revoked_token_is_said_once(app, project, do, practice):
    do("prepare")
    do("create")
    practice.faults.add("token-revoked")
    job = do("upload")
    assert (job["failed"], job["cancelled"]) == (1, 2)
    assert "does not accept the token" in next(one["message"] for one in job["tasks"])


def test_an_emptied_repository_is_said_once_and_started_again(app, project, do, practice):
    for kind in ("prepare", "create", "upload"):
        do(kind)
    practice.faults.add("cleaned")
    job = do("refresh")
    assert codes(job) == ["repository-emptied"]
    assert (job["failed"], job["cancelled"]) == (1, 2)
    (told,) = [one for one in attention(app) if one["code"] == "repository-emptied"]
    assert (told["count"], told["start"]["ids"]) == (3, [1, 2, 3])
    assert do("restart")["done"] == 3
    assert not [one for one in attention(app) if one["code"] == "repository-emptied"]
    for kind in ("create", "upload", "publish"):
        assert do(kind)["done"] == 3


def test_plans_know_what_a_review_allows(app, uploaded, do):
    do("submit", 1)
    planned = actions.plan(app, actions.Action("publish", "practice", Selection(all=True)))
    assert [row.id for row in planned.chosen] == [2, 3]


def name_communities(app, project, *names: str) -> None:
    mapping = project.root_dir("input") / "mapping.yaml"
    text = mapping.read_text(encoding="utf-8").partition("  communities:")[0]
    listed = ", ".join(f"{{identifier: {{literal: {one}}}}}" for one in names)
    mapping.write_text(f"{text}  communities: [{listed}]\n", "utf-8")
    describing.set_mapping(app, mapping)


@pytest.mark.parametrize("fault", ["", "lost-answer:request*3", "503:request*3"])
def test_a_review_is_withdrawn_and_asked_for_again(app, uploaded, do, practice, fault):
    do("submit")
    if fault:
        practice.faults.add(fault)
    do("withdraw")
    practice.faults.clear()
    assert do("withdraw")["state"] in ("done", "nothing")
    assert [(one.state, one.doing) for one in stored(app)] == [("draft", None)] * 3
    assert codes(do("publish")) == ["needs-review"] * 3
    assert messages(do("submit")) == ["In review by its community"] * 3


def test_what_was_accepted_cannot_be_withdrawn(app, uploaded, do, practice):
    do("submit")
    curate(practice, "accept")
    assert all("Accepted by its community" in one for one in messages(do("withdraw")))
    assert {one.state for one in stored(app)} == {"published"}


def test_other_communities_are_asked_when_it_is_public(app, project, do, practice):
    name_communities(app, project, "practice-review", "practice-open")
    for kind in ("prepare", "create", "upload", "submit"):
        assert do(kind)["done"] == 3
    curate(practice, "accept")
    assert do("refresh")["done"] == 3
    assert site_codes(app) == [[]] * 3
    with practice.repository.catalogue.read() as db:
        for one in stored(app):
            inside = communities.of_concept(db, int(one.concept_id))
            assert {c.slug for c in inside} == {"practice-review", "practice-open"}


def test_a_community_that_is_asked_later_is_told(app, project, do):
    name_communities(app, project, "practice-open", "practice-review")
    for kind in ("prepare", "create", "upload"):
        do(kind)
    told = messages(do("submit"))
    assert all("“practice-review” was asked to take the record in" in one for one in told), told
    assert site_codes(app) == [["community-asked"]] * 3


def test_an_unknown_community_makes_no_draft(app, project, do):
    name_communities(app, project, "practice-open", "no-such")
    do("prepare")
    job = do("create")
    assert codes(job) == ["community-unknown"] * 3
    assert "Nothing was sent" in messages(job)[0]
    assert {one.state for one in stored(app)} == {"prepared"}


def test_a_full_quota_says_what_to_do(app, project, do, practice):
    do("prepare")
    do("create")
    practice.faults.add("quota-full")
    job = do("upload")
    assert "no-room" in codes(job)
    practice.faults.clear()
    assert do("upload")["failed"] == 0


@pytest.mark.parametrize("fault", ["lost-answer", "504-done"])
def test_a_draft_that_was_found_again_has_its_review(app, project, do, practice, fault):
    name_community(app, project, "practice-review")
    do("prepare", 1)
    practice.faults.add(f"{fault}:create")
    assert do("create", 1)["done"] == 1
    first = stored(app)[0]
    assert (first.state, first.doing, first.site) == ("draft", None, [])
    assert first.review["state"] == "created"
    do("upload", 1)
    assert codes(do("publish", 1)) == ["needs-review"]
    assert messages(do("submit", 1)) == ["In review by its community"]


def test_a_draft_that_a_person_adopts_has_its_review(app, project, do, practice):
    name_community(app, project, "practice-review")
    do("prepare", 1)
    practice.faults.add("lost-answer:create,token-refused:list")
    assert codes(do("create", 1)) == ["unreachable"]
    practice.faults.clear()
    remote = app.remotes.open(app.environment("practice"))
    (draft,) = remote.list_drafts()
    assert draft.review is None
    (told,) = actions.settle(app, "practice", (1,), adopt=draft.id, create_again=False)
    assert told["error"] is None
    assert site_codes(app) == [[]]
    do("upload", 1)
    assert messages(do("submit", 1)) == ["In review by its community"]


def test_a_review_that_cannot_be_asked_for_now_is_asked_for_later(
    app, project, do, practice, monkeypatch
):
    monkeypatch.setattr(Remote, "pause", lambda remote, seconds: None)
    name_community(app, project, "practice-review")
    do("prepare", 1)
    practice.faults.add("lost-answer:create,503=0:review*,503=0:community*")
    do("create", 1)
    practice.faults.clear()
    assert stored(app)[0].remote_id
    assert len(app.remotes.open(app.environment("practice")).list_drafts()) == 1
    do("upload", 1)
    assert messages(do("submit", 1)) == ["In review by its community"]
