"""`for: collection`: one run for all items together."""

from __future__ import annotations

import pytest

from hdp.application import Selection, actions
from hdp.sdk import UsageError

SHEET = """hdp: 1
name: Contact sheet
for: collection
inputs: {photos: [image/*]}
steps:
  - {id: sheet, uses: image.contact_sheet@1, in: {images: inputs.photos}, with: {side: 40}}
"""


@pytest.fixture
def sheet(app, open_project):
    project = open_project(4)
    folder = project.folder / "pipelines"
    folder.mkdir()
    (folder / "sheet.yaml").write_text(SHEET)
    return project


def go(app, kind, selection):
    args = {"pipeline": "sheet", "params": {}}
    started = actions.start(app, actions.Action(kind, "practice", selection, args=args))
    assert started.job and app.jobs.wait(started.job, timeout=60)
    return app.jobs.get(started.job), app.jobs.tasks(started.job)[0]


def test_it_runs_once_for_the_whole_selection(app, sheet):
    job, tasks = go(app, "pipeline", Selection(ids=(1, 3, 4)))
    assert (job["state"], job["total"], job["args"]["items"]) == ("done", 1, [1, 3, 4])
    assert tasks[0]["title"] == "3 items" and "1 file made of 3 items" in tasks[0]["message"]
    folder = sheet.root_dir("output") / "TST" / "collection" / "Contact-sheet"
    assert sorted(one.name for one in folder.iterdir() if not one.name.startswith(".")) == [
        "contact-sheet.jpg", "paradata.json", "ro-crate-metadata.json",
    ]  # fmt: skip
    assert sheet.read(lambda c: c.execute("SELECT COUNT(*) FROM run").fetchone()[0]) == 0


def test_no_draft_is_made_with_it(app, sheet, do):
    do("prepare")
    with pytest.raises(UsageError, match="belongs to no record"):
        go(app, "pipeline-draft", Selection(all=True))


def test_what_is_for_records_is_said_to_be_unused(app, sheet):
    file = sheet.folder / "pipelines" / "sheet.yaml"
    file.write_text(SHEET + "metadata: {from: sheet, fill: [title]}\n")
    _, tasks = go(app, "pipeline", Selection(all=True))
    assert "was not used" in tasks[0]["message"]
