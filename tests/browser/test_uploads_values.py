"""What pipelines wrote, decided on one by one in the window."""

from __future__ import annotations

import pytest

from hdp.project import runs

pytestmark = pytest.mark.browser
HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def wrote(project):
    def write(item, value):
        evidence = {
            "text": f"{value} stands here",
            "file": "label.txt",
            "model": "m",
            "confidence": 0.85,
        }
        patch = {
            "field": "keywords",
            "value": [value],
            "how": "fill",
            "step": "w",
            "evidence": evidence,
        }

        def store(connection):
            run = runs.start_run(
                connection, item_id=item, pipeline="describe", source="", params={}
            )
            runs.finish_run(connection, run, folder="x", steps=[], metadata=[patch], uploads=[],
                            artifacts=[])  # fmt: skip

        project.write(store)

    return write


def test_values_are_decided_on_in_one_table(page, expect, app, wrote, do):
    for item, value in ((1, HOSTILE), (2, "vase"), (3, "bowl")):
        wrote(item, value)
    do("prepare")
    page.reload()
    page.goto(f"{page.url.split('#')[0]}#/uploads/create")
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_label("Select Batch Action").select_option(label="Machine Values...")
    page.get_by_role("button", name="Execute").click()
    dialog = page.get_by_role("dialog", name="Values that pipelines wrote")
    expect(dialog.get_by_role("row", name="Photograph 0")).to_contain_text(f"{HOSTILE} stands here")
    expect(dialog.get_by_role("row", name="Photograph 0")).to_contain_text(
        "label.txt, m, sure to 85 %"
    )
    dialog.get_by_role("button", name="Reject keywords of Photograph 0").click()
    dialog.get_by_role("button", name="Accept keywords of Photograph 1").click()
    expect(dialog.get_by_role("row", name="Photograph 1")).to_have_count(0)
    dialog.get_by_role("button", name="Accept all shown").click()
    expect(dialog).to_contain_text("No value waits for a person.")
    dialog.get_by_role("button", name="Prepare 1 record again").click()
    expect(page.get_by_text("The record is prepared again.")).to_be_visible()
    kept = [app.desk("practice").current(item).metadata.get("keywords") for item in (1, 2, 3)]
    assert kept == [None, ["vase"], ["bowl"]]


def test_a_row_tells_of_its_values_and_an_update_waits_for_them(page, expect, app, wrote, do):
    for action in ("prepare", "create", "upload", "publish"):
        assert do(action, 1)["state"] == "done"
    wrote(1, "jar")
    wrote(2, "vase")
    do("prepare", 2)
    page.reload()
    page.goto(f"{page.url.split('#')[0]}#/uploads/create")
    page.get_by_role("button", name="Machine values of Photograph 1").click()
    expect(page.get_by_role("dialog")).to_contain_text("vase")
    page.keyboard.press("Escape")
    page.goto(f"{page.url.split('#')[0]}#/uploads/published")
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_role("button", name="Update Metadata...").click()
    dialog = page.get_by_role("dialog")
    waiting = dialog.get_by_role("region", name="Values that nobody has accepted")
    expect(waiting).to_contain_text("One of these values was written by a pipeline")
    expect(dialog.get_by_role("button", name="Update Metadata", exact=True)).to_be_disabled()
    waiting.get_by_role("button", name="Accept keywords of Photograph 0").click()
    expect(waiting).to_have_count(0)
    dialog.get_by_role("button", name="Update Metadata", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("1 of 1")
    assert app.desk("practice").current(1).metadata["keywords"] == ["jar"]
