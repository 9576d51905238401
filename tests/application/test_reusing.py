"""Use what was prepared in Sandbox: what is taken, what stays, how long, and what is refused."""

from __future__ import annotations

import json

import pytest

from hdp.application import Selection, actions, editing, reusing
from hdp.application.page.reusing import ReusePages
from hdp.project import deposits, runs
from hdp.sdk import NotFound, UsageError

USE = {"args": {"from": "sandbox"}}


def prepared(app, item=1, env="production"):
    return app.project.read(lambda c: deposits.current_deposit(c, item, env))


def rewrite(app, item, env="sandbox", origins=None, **fields):
    """What is prepared there says something else, as when the table was another one then."""
    there = prepared(app, item, env)
    app.project.write(
        lambda c: deposits.update(
            c, there.id, metadata=there.metadata | fields, origins=there.origins | (origins or {})
        )
    )


def differences(app, item=1, env="production"):
    rows = [row for row in app.project.overview(env) if row.id == item]
    return {
        one["field"]: one for one in reusing.preview(app, env, "sandbox", rows)[0]["differences"]
    }


@pytest.fixture
def there(app, project, do):
    """Two of three items are prepared in the Sandbox."""
    assert do("prepare", 1, 2, env="sandbox")["done"] == 2
    return project


def test_it_is_offered_where_something_is_prepared_elsewhere(app, there, do):
    (offer,) = reusing.offers(app, "production", "prepare")
    assert (offer["env"], offer["title"], offer["items"]) == ("sandbox", "Sandbox", 2)
    assert reusing.candidates(app, "production", "sandbox", "prepare") == [1, 2]
    assert reusing.offers(app, "sandbox", "prepare") == []
    do("prepare", 1, env="production")
    assert reusing.candidates(app, "production", "sandbox", "prepare") == [2]
    assert reusing.offers(app, "production", "create") == []  # it says the same there
    rewrite(app, 1, title="As tried out")
    assert reusing.candidates(app, "production", "sandbox", "create") == [1]


def test_what_was_prepared_there_is_prepared_here(app, there, do):
    rewrite(app, 1, title="As tried out", notes="<p>Seen</p>")
    found = differences(app)
    assert set(found) == {"title", "notes"}
    assert (found["title"]["before"], found["title"]["after"]) == ("Photograph 0", "As tried out")
    job = do("prepare", env="production", **USE)
    assert (job["done"], job["skipped"]) == (2, 1)
    here = prepared(app)
    assert (here.metadata["title"], here.metadata["notes"]) == ("As tried out", "<p>Seen</p>")
    assert here.title == "As tried out"
    assert {one["env"] for one in here.origins.values()} == {"sandbox"}
    assert here.origins["title"]["kept"] and "kept" not in here.origins["license"]
    assert here.state == "prepared" and here.remote_id is None and prepared(app, 3) is None


def test_a_field_taken_away_there_is_taken_away_here(app, there, do):
    there_is = prepared(app, 1, "sandbox")
    less = {name: one for name, one in there_is.metadata.items() if name != "image_type"}
    less |= {"upload_type": "dataset"}
    app.project.write(lambda c: deposits.update(c, there_is.id, metadata=less))
    do("prepare", 1, env="production", **USE)
    assert "image_type" not in prepared(app).metadata
    do("prepare", 1, env="production")  # anew, as Edit does after a change
    assert "image_type" not in prepared(app).metadata


TEST_DOI = {"identifier": "10.5072/zenodo.7", "relation": "isPartOf"}
REAL_DOI = {"identifier": "10.1234/abc", "relation": "cites"}


def test_nothing_of_a_test_repository_comes_along(app, there, do):
    rewrite(
        app, 1, related_identifiers=[TEST_DOI, REAL_DOI], doi="10.5072/zenodo.9",
        description="<p>See https://sandbox.zenodo.org/records/3</p>",
        communities=[{"identifier": "test-samos"}], grants=[{"id": "777541"}],
    )  # fmt: skip
    found = differences(app)
    assert found["related_identifiers"]["after"] == [REAL_DOI]
    assert found["related_identifiers"]["left"] == 1
    for name in ("doi", "communities", "grants", "description"):
        assert not found[name]["taken"] and found[name]["why"], name
    do("prepare", 1, env="production", **USE)
    here = json.dumps(prepared(app).metadata)
    assert "10.5072" not in here and "sandbox" not in here and "samos" not in here
    assert prepared(app).metadata["related_identifiers"] == [REAL_DOI]


def test_dois_of_the_own_test_records_are_known_whatever_their_prefix(app, there, do):
    other = prepared(app, 2, "sandbox")
    app.project.write(lambda c: deposits.update(c, other.id, doi="10.9999/T.1"))
    mine = [{"identifier": "https://doi.org/10.9999/t.1.", "relation": "cites"}]
    rewrite(app, 1, related_identifiers=mine, references=["Roe 2020, 10.9999/t.12"])
    found = differences(app)
    assert found["related_identifiers"]["why"] == "It names a record of that environment."
    assert found["references"]["taken"]


def test_what_people_set_or_locked_stays(app, there, do):
    editing.set_fields(app, "sandbox", 1, {"notes": "Only there"}, env_only=True)
    do("prepare", 1, env="sandbox")
    rewrite(app, 1, title="T", version="2", language="deu")
    editing.set_fields(app, "production", 1, {"title": "Mine here"}, env_only=True)
    editing.lock(app, "production", 1, ["version"])
    found = differences(app)
    assert found["title"]["why"] == "It is set by hand here."
    assert found["version"]["why"] == "It is locked here."
    assert found["notes"]["why"] == "It was set for that environment only."
    assert found["language"]["taken"]
    do("prepare", 1, env="production", **USE)
    here = prepared(app).metadata
    assert (here["title"], here["language"]) == ("Mine here", "deu")
    assert "version" not in here and "notes" not in here


def test_it_is_checked_for_the_repository_here(app, there, do):
    rewrite(app, 1, license="no-such-licence")
    job = do("prepare", 1, env="production", **USE)
    assert job["failed"] == 1 and job["tasks"][0]["error"]["code"] == "not-ready"
    assert prepared(app) is None


def test_what_the_mapping_cannot_say_here_is_no_obstacle(app, there, do, tmp_path):
    text = (tmp_path / "input" / "objects.csv").read_text(encoding="utf-8")
    (tmp_path / "input" / "objects.csv").write_text(
        text.replace("Photograph 0", ""), encoding="utf-8"
    )
    assert do("prepare", 1, env="production")["failed"] == 1
    assert do("prepare", 1, env="production", **USE)["done"] == 1
    assert prepared(app).metadata["title"] == "Photograph 0"


def test_files_are_read_anew(app, there, do, tmp_path):
    picture = tmp_path / "input" / "photo_000.jpg"
    data = bytearray(picture.read_bytes())
    data[-3] ^= 255
    picture.write_bytes(bytes(data))  # as many bytes as before
    job = do("prepare", 1, env="production", **USE)
    assert job["tasks"][0]["error"]["code"] == "file-changed"
    picture.unlink()
    job = do("prepare", 1, env="production", **USE)
    assert job["tasks"][0]["error"]["code"] == "file-missing"
    assert prepared(app) is None


def test_another_file_than_there_is_named(app, there):
    there.write(
        lambda c: c.execute("UPDATE deposit_file SET sha256 = 'x' WHERE name = 'photo_000.jpg'")
    )
    rows = [row for row in there.overview("production") if row.id < 3]
    files = [one["files"] for one in reusing.preview(app, "production", "sandbox", rows)]
    assert files == [[{"name": "photo_000.jpg", "what": "changed"}], []]


def test_what_is_prepared_here_is_prepared_again(app, there, do):
    do("prepare", 1, env="production")
    assert do("prepare", 1, env="production", **USE)["skipped"] == 1  # nothing changed
    rewrite(app, 1, title="As tried out")
    assert do("prepare", 1, env="production", **USE)["done"] == 1
    assert prepared(app).metadata["title"] == "As tried out"
    assert do("prepare", 1, env="production", **USE)["skipped"] == 1
    assert prepared(app).origins["title"]["kept"]
    assert reusing.offers(app, "production", "create") == []


def test_it_stays_until_it_is_given_back(app, there, do):
    rewrite(app, 1, title="As tried out")
    do("prepare", 1, env="production", **USE)
    shown = {one["field"]: one for one in editing.describe(app, "production", 1)["fields"]}
    assert shown["title"]["value"] == "As tried out"
    assert (shown["title"]["state"], shown["title"]["mapped"]) == ("by-hand", "Photograph 0")
    assert shown["title"]["origin"]["env"] == shown["license"]["origin"]["env"] == "sandbox"
    editing.set_fields(app, "production", 1, {"version": "3"})
    do("prepare", 1, env="production")
    assert (prepared(app).metadata["title"], prepared(app).metadata["version"]) == (
        "As tried out", "3",
    )  # fmt: skip
    editing.unset(app, "production", 1, ["title"])
    do("prepare", 1, env="production")
    assert prepared(app).metadata["title"] == "Photograph 0"
    assert "kept" not in prepared(app).origins["title"]


def test_back_to_prepare_lets_go_of_it(app, there, do):
    rewrite(app, 1, title="As tried out")
    do("prepare", 1, env="production", **USE)
    do("back", 1, env="production")
    do("prepare", 1, env="production")
    assert prepared(app).metadata["title"] == "Photograph 0"


def test_locking_what_came_from_there_keeps_it(app, there, do):
    rewrite(app, 1, version="7")
    do("prepare", 1, env="production", **USE)
    editing.lock(app, "production", 1, ["version"])
    do("back", 1, env="production")
    do("prepare", 1, env="production")
    assert prepared(app).metadata["version"] == "7"


def test_a_pipeline_that_ran_later_may_change_it(app, there, do):
    rewrite(app, 1, version="7", language="deu")
    do("prepare", 1, env="production", **USE)

    def run(connection):
        made = runs.start_run(connection, item_id=1, pipeline="p", source="", params={})
        patch = {"field": "version", "value": "8", "how": "overwrite", "step": "s"}
        runs.finish_run(
            connection, made, folder="", steps=[], metadata=[patch], uploads=[], artifacts=[]
        )

    app.project.write(run)
    do("prepare", 1, env="production")
    here = prepared(app)
    assert (here.metadata["version"], here.metadata["language"]) == ("8", "deu")
    assert here.origins["version"] == {"rule": "pipeline", "pipeline": "p"}
    do("prepare", 1, env="production")
    assert prepared(app).metadata["version"] == "8"


def test_a_pipeline_s_value_stays_a_pipeline_s(app, there, do):
    """Values that a machine wrote still have to be accepted before they are public."""
    rewrite(app, 1, origins={"version": {"rule": "pipeline", "pipeline": "p"}}, version="7")
    do("prepare", 1, env="production", **USE)
    origin = prepared(app).origins["version"]
    assert origin == {"rule": "pipeline", "pipeline": "p", "env": "sandbox", "kept": True}


def test_drafts_and_records_here_are_left_alone(app, project, do):
    do("prepare", 1, env="sandbox")
    for step in ("prepare", "create"):
        do(step, 1)
    rewrite(app, 1, title="As tried out")
    rows = [row for row in app.project.overview("practice") if row.id == 1]
    shown = reusing.preview(app, "practice", "sandbox", rows)[0]
    assert shown["left_out"] == "There is a draft of it already."
    assert do("prepare", 1, **USE)["skipped"] == 1
    assert prepared(app, 1, "practice").metadata["title"] == "Photograph 0"


def test_a_draft_keeps_it_when_it_is_updated(app, project, do):
    do("prepare", 1, env="sandbox")
    rewrite(app, 1, title="As tried out")
    do("prepare", 1, **USE)
    do("create", 1)
    editing.set_fields(app, "practice", 1, {"version": "2"})
    assert do("draft-update", 1)["done"] == 1
    here = prepared(app, 1, "practice")
    assert (here.metadata["title"], here.metadata["version"]) == ("As tried out", "2")


@pytest.mark.parametrize(("source", "error"), [("production", UsageError), ("nowhere", NotFound)])
def test_a_source_that_is_none_is_refused(app, there, source, error):
    action = actions.Action("prepare", "production", Selection(all=True), args={"from": source})
    with pytest.raises(error):
        actions.start(app, action)


@pytest.mark.parametrize(
    "body",
    [
        {"from": "sandbox", "ids": "all"},
        {"from": "sandbox", "ids": [True]},
        {"from": "sandbox", "ids": list(range(201))},
        {"from": ["sandbox"], "ids": [1]},
        {"ids": [1]},
        {"from": "production", "ids": [1]},
    ],
)
def test_what_the_page_may_not_ask(app, there, body):
    with pytest.raises(UsageError):
        ReusePages(app).differences({"env": "production", **body})


def test_the_page_is_told_what_differs(app, there):
    rewrite(app, 1, title="As tried out")
    pages = ReusePages(app)
    assert pages.offers("production", "prepare")["offers"][0]["items"] == 2
    ids = pages.ids("production", "sandbox", "prepare")["ids"]
    found = pages.differences({"env": "production", "from": "sandbox", "ids": [*ids, 3]})
    assert [one["left_out"] for one in found["items"]] == [
        "", "", "Nothing of it is prepared there.",
    ]  # fmt: skip
    (title,) = found["items"][0]["differences"]
    assert (title["title"], title["taken"], title["left"]) == ("Title", True, 0)
    with pytest.raises(UsageError):
        pages.offers("production", "published")
