"""Settle over HTTP: what a lost answer left open, and one choice, done once."""

import pytest

from hdp.application.published import published_groups
from hdp.sdk import LocalFile, Record, Unreachable
from hdp.uploads import settling


@pytest.fixture
def lost(app, project, do, practice):
    """Two items of equal metadata, whose creates were lost and could not be looked for."""
    table = project.folder / "input" / "objects.csv"
    text = table.read_text(encoding="utf-8").replace("Photograph 1,", "Photograph 0,")
    table.write_text(text, encoding="utf-8")
    assert do("prepare")["done"] == 3
    for item in (1, 2):
        practice.faults.add("lost-answer:create,token-refused:list")
        assert do("create", item)["failed"] == 1
    practice.faults.clear()
    return app.remotes.open(app.environment("practice"))


def away(remote, draft_id):
    raise Unreachable("The repository does not answer.")


def row_of(visitor, item):
    return visitor.get(f"/items/{item}", env="practice")["row"]


def drafts_of(remote):
    return sorted(one.id for one in remote.list_drafts())


def test_the_row_says_what_happened_and_offers_to_settle(visitor, lost):
    row = row_of(visitor, 1)
    assert row["status"]["word"] == "Unsettled"
    assert row["status"]["reason"].startswith("No answer came back")
    assert row["actions"]["settle"] is None
    assert "settle" not in row_of(visitor, 3)["actions"]


def test_looking_changes_nothing_and_shows_what_may_be_it(visitor, lost, project):
    foreign = lost.create_draft(Record(fields={"title": "Somebody else's"}), "k")
    before = row_of(visitor, 1)
    told = visitor.get("/settle/1", env="practice")
    assert (told["item"], told["doing"], told["title"]) == (1, "create", "Photograph 0")
    likely = [one["id"] for one in told["candidates"] if not one["why_not"]]
    assert len(likely) == 2
    last = told["candidates"][-1]
    assert (last["id"], last["why_not"]) == (foreign.id, "It has other metadata.")
    assert all(one["created"] and one["url"].startswith("http://") for one in told["candidates"])
    assert row_of(visitor, 1) == before
    opened = visitor.post("/settle/open-draft", {"env": "practice", "draft": likely[0]}, 200)
    assert opened["url"].endswith(likely[0]) and opened["opened"] is False


def test_a_draft_that_holds_files_is_not_offered(visitor, lost, project):
    taken = drafts_of(lost)[0]
    path = project.folder / "input" / "photo_000.jpg"
    lost.upload_file(taken, LocalFile(path, name=path.name))
    told = visitor.get("/settle/1", env="practice")["candidates"]
    assert [one["why_not"] for one in told] == ["", "It holds files already."]
    assert [one["files"][0]["name"] for one in told if one["id"] == taken] == [path.name]
    body = {"env": "practice", "since": since_of(visitor), "adopt": taken}
    assert visitor.post("/settle/1", body, 409)["error"]["code"] == "draft-differs"
    assert row_of(visitor, 1)["status"]["word"] == "Unsettled"


def since_of(visitor, item=1):
    return visitor.get(f"/settle/{item}", env="practice")["since"]


def test_adopting_is_done_once(visitor, lost, app):
    first, second = drafts_of(lost)
    body = {"env": "practice", "since": since_of(visitor), "adopt": first}
    assert visitor.post("/settle/1", body, 200)["done"] is True
    assert row_of(visitor, 1)["remote_id"] == first
    again = visitor.post("/settle/1", body | {"adopt": second}, 200)
    assert (again["done"], again["message"]) == (False, "Nothing is open any more.")
    # the other item may have the other draft, and only that
    other = {"env": "practice", "since": since_of(visitor, 2)}
    assert [one["id"] for one in visitor.get("/settle/2", env="practice")["candidates"]] == [second]
    refused = visitor.post("/settle/2", other | {"adopt": first}, 409)
    assert refused["error"]["code"] == "draft-taken"
    assert visitor.post("/settle/2", other | {"adopt": second}, 200)["done"] is True
    assert drafts_of(lost) == [first, second]
    assert visitor.get("/settle/2", env="practice")["doing"] is None


def test_creating_again_takes_back_only_the_attempt_that_was_seen(visitor, lost, do, practice):
    body = {"env": "practice", "since": since_of(visitor), "create_again": True}
    assert visitor.post("/settle/1", body, 200)["done"] is True
    assert row_of(visitor, 1)["status"]["word"] == "Prepared"
    practice.faults.add("lost-answer:create,token-refused:list")
    assert do("create", 1)["failed"] == 1
    practice.faults.clear()
    # a second click on the old dialog does not touch the new attempt
    assert visitor.post("/settle/1", body, 200)["done"] is False
    assert row_of(visitor, 1)["status"]["word"] == "Unsettled"


def test_looking_again_decides_what_can_be_decided(visitor, lost, app):
    told = visitor.post("/settle/1", {"env": "practice", "since": since_of(visitor), "look": True})
    assert told["message"].startswith("Settled: draft ")
    assert row_of(visitor, 1)["remote_id"] in drafts_of(lost)


def test_a_publish_without_answer_is_looked_for(
    visitor, app, project, do, practice, monkeypatch
):  # fmt: skip
    for kind in ("prepare", "create", "upload"):
        do(kind, 1)
    practice.faults.add("lost-answer:publish")
    with monkeypatch.context() as patch:  # the repository is away while it is looked for
        patch.setattr(settling, "find_publication", away)
        assert do("publish", 1)["failed"] == 1
    assert "it is public" in row_of(visitor, 1)["status"]["reason"]
    told = visitor.get("/settle/1", env="practice")
    assert (told["doing"], told["candidates"]) == ("publish", [])
    adopt = {"env": "practice", "since": told["since"], "adopt": "1001"}
    assert visitor.post("/settle/1", adopt, 409)["error"]["code"] == "wrong-state"
    look = {"env": "practice", "since": told["since"], "look": True}
    assert visitor.post("/settle/1", look, 200)["message"].startswith("Settled: published ")
    assert published_groups(app, "practice")["total"] == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"adopt": ""}, {"adopt": "1", "look": True}, {"look": "yes"}, {"adopt": ["1"]}],
)
def test_one_choice_is_said(visitor, project, body):
    assert visitor.post("/settle/1", body, 400)["error"]["code"] == "bad-request"
    body = {**body, "since": "2026"}
    assert visitor.post("/settle/1", body, 400)["error"]["code"] == "bad-request"


def test_what_is_not_there_is_said(visitor, project):
    assert visitor.get("/settle/99", 404, env="practice")["error"]["code"]
    assert visitor.get("/settle/1", env="practice")["doing"] is None
