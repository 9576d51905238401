"""Select Pipeline for Execution in Create Draft: run first, then draft; a failure leaves none."""

from __future__ import annotations

import re

import pytest

from hdp.application import views

pytestmark = pytest.mark.browser

WORDS = """\
hdp: 1
name: Words
params: {side: {default: 16, min: 8, help: Longer side}}
inputs: {photos: [image/*]}
steps:
  - {id: words, uses: image.metadata@1, in: {images: inputs.photos}}
  - {id: small, uses: image.resize@1, in: {images: inputs.photos},
     with: {longest_side: {param: side}}, names: "{stem}_s{ext}"}
upload: [inputs.photos, small.images]
metadata:
  - {from: words, overwrite: [description]}
"""
CITED = """\
hdp: 1
name: Cited
needs: doi
inputs: {{files: [image/*]}}
steps:
  - {{id: cff, uses: general.cite@1, in: {{files: inputs.files}}}}
  - {{id: right, uses: general.validate@1, in: {{files: inputs.files}}, with: {{name: "{name}.*"}}}}
upload: [inputs.files, cff.citation]
"""


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def prepared(page, project, do):
    """Three records in Create Draft, a pipeline of the project, and the tab open."""
    folder = project.folder / "pipelines"
    folder.mkdir()
    (folder / "words.yaml").write_text(WORDS, encoding="utf-8")
    do("prepare")
    page.reload()
    page.goto(f"{page.url.split('#')[0]}#/uploads/create")
    return page.get_by_role("region", name="Select Pipeline for Execution")


def chosen(section, name="words"):
    section.get_by_label("Select Pipeline for Execution").select_option(value=name)
    return section.get_by_role("button", name="Initiate Pipeline Execution")


def drafts(app):
    return [one for one in views.draft_list(app, "practice") if one["state"] == "draft"]


def test_all_records_of_the_list_become_enriched_drafts(page, expect, prepared, app):
    button = chosen(prepared)
    prepared.get_by_label("Longer side").fill("12")
    expect(prepared.get_by_role("status")).to_contain_text("The pipeline runs on 3 records.")
    button.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("3 of 3")
    expect(dialog).to_contain_text("2 files made")
    rows = drafts(app)
    assert len(rows) == 3
    names = sorted(file["name"] for one in rows for file in one["files"])
    assert names[:2] == ["photo_000.jpg", "photo_000_s.jpg"] and len(names) == 6
    dialog.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("tab", name=re.compile("Create Draft"))).to_contain_text("0")
    expect(page.get_by_role("tab", name=re.compile("Manage Drafts"))).to_contain_text("3")


def test_filters_and_the_selection_narrow_it(page, expect, prepared, app):
    button = chosen(prepared, "web-copies")
    prepared.get_by_label("Title", exact=True).fill("*graph 1")
    expect(prepared.get_by_role("status")).to_contain_text("runs on 1 record")
    prepared.get_by_label("Title", exact=True).fill("")
    page.get_by_role("row", name=re.compile("Photograph 2")).get_by_role("checkbox").check()
    expect(prepared.get_by_role("status")).to_contain_text("runs on 1 record")
    prepared.get_by_label("Search term").fill("nothing like this")
    expect(prepared.get_by_role("status")).to_contain_text("0 records")
    expect(button).to_be_disabled()
    prepared.get_by_label("Search term").fill("")
    expect(button).to_be_enabled()
    button.click()
    expect(page.get_by_role("dialog")).to_contain_text("1 of 1")
    assert [one["title"] for one in drafts(app)] == ["Photograph 2"]


def test_a_failing_step_leaves_no_draft_and_says_why(page, expect, prepared, app, project):
    broken = project.root_dir("input") / "photo_001.jpg"
    broken.write_bytes(b"no picture any more")
    button = chosen(prepared, "web-copies")
    expect(prepared.get_by_role("status")).to_contain_text("3 records")
    button.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("photo_001.jpg was changed since it was scanned.")
    dialog.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("tab", name=re.compile("Create Draft"))).to_contain_text("1")
    row = page.get_by_role("row", name=re.compile("Photograph 1"))
    expect(row).to_be_visible()
    assert len(drafts(app)) == 2


def test_a_pipeline_with_problems_cannot_be_started(page, expect, prepared, project):
    bad = WORDS.replace("image.resize", "image.rezise")
    (project.folder / "pipelines" / "bad.yaml").write_text(bad, encoding="utf-8")
    page.reload()
    button = chosen(prepared, "bad")
    expect(prepared).to_contain_text("Did you mean image.resize?")
    expect(prepared.get_by_role("status")).to_contain_text("3 records")
    expect(button).to_be_disabled()


def test_a_draft_that_waits_for_its_pipeline_is_carried_on(page, expect, prepared, app, practice):
    """Its DOI was reserved, the step failed, and it could not be discarded: run it once more."""
    folder = app.project.folder / "pipelines"
    (folder / "cited.yaml").write_text(CITED.format(name="never"), encoding="utf-8")
    practice.faults.add("token-refused:discard*")
    page.reload()
    chosen(prepared, "cited").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("carries on from there")
    dialog.get_by_role("button", name="Close", exact=True).click()
    practice.faults.clear()
    (folder / "cited.yaml").write_text(CITED.format(name="photo"), encoding="utf-8")
    page.get_by_role("tab", name=re.compile("Manage Drafts")).click()
    row = page.get_by_role("row", name="Photograph 1")
    expect(row).to_contain_text("Failed")
    expect(row.get_by_role("button", name="Publish")).to_have_count(0)
    before = {one["remote_id"] for one in drafts(app)}
    row.get_by_role("button", name="Run Pipeline").click()
    expect(dialog).to_contain_text("with the DOI 10.5072/zenodo.")
    dialog.get_by_role("button", name="Close", exact=True).click()
    expect(row.get_by_role("button", name="Upload Files")).to_be_visible()
    assert {one["remote_id"] for one in drafts(app)} == before
