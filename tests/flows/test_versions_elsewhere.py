"""New versions in other repositories: InvenioRDM's own API, and a folder of bags."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from hdp.environments import folder_url
from hdp.project import deposits
from hdp.sdk import Can, Record
from hdp.uploads.version_metadata import carry_metadata
from hdp.uploads.version_order import NewFile, Order

ENV = "there"
FAILING = """
hdp: 1
name: Fails with DOI
needs: doi
inputs: {files: ["*/*"]}
steps: [{id: bad, uses: general.validate@1, in: {files: inputs.files}, with: {name: "never"}}]
upload: [inputs.files]
"""


@pytest.fixture(params=["inveniordm", "archive"])
def there(request, app, project, practice, tmp_path, monkeypatch, do):
    """An environment of another kind, where all items are published."""
    if request.param == "archive":
        (tmp_path / "store").mkdir()
        app.environments.add(
            ENV, target="archive", url=folder_url(tmp_path / "store"), kind="sandbox"
        )
    else:
        monkeypatch.setenv("HDP_TOKEN_THERE", practice.token)
        settings = {"publisher": "Museum"}
        app.environments.add(
            ENV, target="inveniordm", url=practice.url, kind="sandbox", settings=settings
        )
    for step in ("prepare", "create", "upload", "publish"):
        job = do(step, env=ENV)
        assert job["state"] == "done", job["tasks"]
    return app.remotes.open(app.environment(ENV))


def new_file(path: Path, text: str) -> NewFile:
    data = text.encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return NewFile(
        str(path), path.name, len(data), hashlib.sha256(data).hexdigest(),
        hashlib.md5(data).hexdigest(), "text/plain",
    )  # fmt: skip


def make(
    app, do, item: int, *files: NewFile, pipeline: str = "no-processing", **decisions: str
) -> dict:
    base = app.project.read(lambda c: deposits.latest_published(c, item, ENV))
    fields, origins = carry_metadata(base, 2, note="More of it.")
    order = Order(item, base.id, files, decisions, pipeline, {}, fields, origins)
    return do("version", item, env=ENV, args={"orders": [order.to_json()]})


def held(remote, record_id: str) -> dict[str, str]:
    return {one.name: one.checksum for one in remote.list_record_files(record_id)}


def test_carried_replaced_added_and_removed(app, there, do, tmp_path):
    first = app.project.read(lambda c: deposits.latest_published(c, 1, ENV))
    (old,) = before = held(there, first.remote_id)
    job = make(app, do, 1, new_file(tmp_path / "a" / "notes.txt", "one"), **{old: "carry"})
    assert job["state"] == "done", job["tasks"]
    assert do("publish", 1, env=ENV)["done"] == 1
    second = app.project.read(lambda c: deposits.latest_published(c, 1, ENV))
    carried = held(there, second.remote_id)
    assert carried.keys() == {old, "notes.txt"} and carried[old] == before[old]
    assert (second.previous, second.concept_id) == (first.id, first.concept_id)

    job = make(app, do, 1, new_file(tmp_path / "b" / "notes.txt", "two"), **{old: "remove"})
    assert job["state"] == "done", job["tasks"]
    assert do("publish", 1, env=ENV)["done"] == 1
    third = app.project.read(lambda c: deposits.latest_published(c, 1, ENV))
    replaced = held(there, third.remote_id)
    assert replaced.keys() == {"notes.txt"} and replaced != {"notes.txt": carried["notes.txt"]}
    assert held(there, second.remote_id) == carried
    assert held(there, first.remote_id) == before
    listed = [one.id for one in there.list_versions(first.concept_id)]
    assert listed == [third.remote_id, second.remote_id, first.remote_id]


def test_a_record_that_was_not_made_with_hdp(app, there, do, tmp_path):
    from hdp.application.pulling import pull

    first = app.project.read(lambda c: deposits.latest_published(c, 1, ENV))
    draft = there.create_draft(Record(dict(first.metadata)), "")
    path = tmp_path / "old.txt"
    local = Order(1, 1, (new_file(path, "old"),), {}, "no-processing").local_files()[0]
    there.upload_file(draft.id, local, lambda *_: None)
    record = there.publish(draft.id)
    path.unlink()  # only the repository has it now
    (adopted,) = pull(app, ENV, [record.id])
    item = adopted["item"]
    job = make(app, do, item, new_file(tmp_path / "new.txt", "new"), **{"old.txt": "carry"})
    assert job["state"] == "done", job["tasks"]
    assert do("publish", item, env=ENV)["done"] == 1
    second = app.project.read(lambda c: deposits.latest_published(c, item, ENV))
    assert held(there, second.remote_id).keys() == {"old.txt", "new.txt"}
    assert held(there, record.id).keys() == {"old.txt"}


def test_a_pipeline_that_needs_the_doi(app, there, do, tmp_path):
    """Where a DOI can be reserved, the version's files name it; elsewhere nothing is begun."""
    first = app.project.read(lambda c: deposits.latest_published(c, 1, ENV))
    (old,) = before = held(there, first.remote_id)
    new = new_file(tmp_path / "a" / "notes.txt", "one")
    job = make(app, do, 1, new, pipeline="cite-with-doi", **{old: "carry"})
    if Can.RESERVE_DOI not in there.can:
        assert job["tasks"][0]["error"]["code"] == "doi-not-reserved"
        assert app.project.read(lambda c: deposits.live_deposit(c, 1, ENV)) is None
        return
    assert job["state"] == "done", job["tasks"]
    assert do("discard", 1, env=ENV)["done"] == 1
    failing = tmp_path / "failing.yaml"
    failing.write_text(FAILING, encoding="utf-8")
    job = make(app, do, 1, new, pipeline=str(failing), **{old: "carry"})
    assert job["tasks"][0]["error"]["hint"].endswith("the published record is as before.")
    assert list(there.list_drafts()) == []
    assert make(app, do, 1, new, pipeline="cite-with-doi", **{old: "carry"})["state"] == "done"
    assert do("publish", 1, env=ENV)["done"] == 1
    second = app.project.read(lambda c: deposits.latest_published(c, 1, ENV))
    sent = app.project.read(lambda c: deposits.list_files(c, second.id))
    cff = next(one for one in sent if one.name == "CITATION.cff")
    text = app.project.file_path(cff.root, cff.path).read_text("utf-8")
    assert f'doi: "{second.doi}"' in text and second.doi != first.doi
    assert held(there, second.remote_id).keys() == {old, "notes.txt", "CITATION.cff", "README.txt"}
    assert held(there, first.remote_id) == before
