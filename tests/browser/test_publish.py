"""The Publish dialog and the Published tab in a real browser, by role and name."""

from __future__ import annotations

import json
import re

import pytest

from hdp.application.published import published_groups

pytestmark = pytest.mark.browser
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


def go(page, place: str) -> None:
    page.goto(f"{page.url.split('#')[0]}#/{place}")


def hostile_table(project) -> None:
    table = project.root_dir("input") / "objects.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("Photograph 1,", f'"{HOSTILE}",'), encoding="utf-8")


def machine_made(project, item: int) -> None:
    """Say of a draft's description that a pipeline wrote it."""
    made = json.dumps({"rule": "pipeline", "pipeline": "describe"})
    project.write(
        lambda c: c.execute(
            "UPDATE deposit SET origins = json_set(origins, '$.description', json(?))"
            " WHERE item_id = ?",
            (made, item),
        )
    )


def publish_all(page):
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_label("Select Batch Action").select_option(label="Publish")
    page.get_by_role("button", name="Execute").click()
    return page.get_by_role("dialog")


def test_production_is_guarded_and_what_a_machine_wrote_blocks(
    page, expect, project, app, do, practice, monkeypatch
):
    app.environments.add("live", target="zenodo", url=practice.url, kind="production")
    monkeypatch.setenv("HDP_TOKEN_LIVE", practice.token)
    hostile_table(project)
    for action in ("prepare", "create", "upload"):
        assert do(action, env="live")["state"] == "done"
    machine_made(project, 2)
    page.reload()
    go(page, "uploads/drafts")
    page.get_by_label("Environment", exact=True).select_option("live")
    dialog = publish_all(page)
    expect(dialog).to_contain_text("3 records were never published in Practice or Sandbox.")
    expect(dialog.get_by_role("region", name="The selection")).to_contain_text("cc-by-4.0")
    blocked = dialog.get_by_role("region", name="Values that nobody has accepted")
    button = dialog.get_by_role("button", name="Publish", exact=True)
    number = dialog.get_by_role("textbox")
    number.fill("3")
    expect(button).to_be_disabled()
    blocked.get_by_text("description by describe: 1 record").click()
    expect(blocked).to_contain_text(HOSTILE)
    blocked.get_by_role("button", name="Leave these records out").click()
    expect(dialog.get_by_role("heading", level=2)).to_have_text("Publish 2 records")
    expect(button).to_be_disabled()
    number.fill("2")
    expect(button).to_be_enabled()
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Execute").click()
    dialog.get_by_role("button", name="Accept these values").click()
    expect(blocked).to_have_count(0)
    number.fill("2")
    expect(button).to_be_disabled()
    number.fill("3")
    button.click()
    # the question says "3 of 3" as well: only the job's own window has a Close
    close = page.get_by_role("dialog").get_by_role("button", name="Close", exact=True)
    expect(close).to_be_visible()
    expect(page.get_by_role("dialog")).to_contain_text("3 of 3")
    assert published_groups(app, "live")["total"] == 3


@pytest.fixture
def published(page, project, app, do):
    hostile_table(project)
    for action in ("prepare", "create", "upload", "publish"):
        assert do(action)["state"] == "done"
    page.reload()
    go(page, "uploads/published")
    return page


def test_a_record_is_found_cited_and_verified(published, expect, app):
    page = published
    expect(page.get_by_role("checkbox", name=f"Select {HOSTILE}")).to_be_visible()
    groups = published_groups(app, "practice", "photograph")["groups"]
    doi = next(one["concept_doi"] for one in groups if one["title"] == "Photograph 2")
    page.get_by_role("searchbox").fill(doi)
    expect(page.get_by_role("button", name="Cite")).to_have_count(1)
    page.get_by_role("button", name="Cite").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Müller, A. (2026). Photograph 2")
    expect(dialog.get_by_role("button", name="Copy citation in MLA")).to_be_visible()
    dialog.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("1 of 1")
    page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name=re.compile("^Verified")).click()
    expect(page.get_by_role("button", name="Cite")).to_have_count(1)


def test_select_all_means_all_pages_and_survives_them(page, expect, open_project, app, do):
    open_project(53)
    for action in ("prepare", "create", "upload", "publish"):
        assert do(action)["state"] == "done"
    page.reload()
    go(page, "uploads/published")
    bar = page.get_by_role("region", name="Selection")
    page.get_by_role("checkbox", name="Select All").check()
    expect(bar).to_contain_text("53 selected of 53")
    expect(page.get_by_role("button", name="Cite")).to_have_count(50)
    page.get_by_role("combobox", name="Order").select_option(label="By title")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.get_by_role("button", name="Cite")).to_have_count(3)
    page.get_by_role("checkbox", name="Select Photograph 9").uncheck()
    page.get_by_role("button", name="Previous").click()
    expect(bar).to_contain_text("52 selected of 53")
    # What happens elsewhere meanwhile does not take the choice away.
    assert do("verify", 1)["state"] == "done"
    expect(page.get_by_role("button", name=re.compile("^Verified"))).to_contain_text("1")
    expect(bar).to_contain_text("52 selected")
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("52 of 52")


def test_metadata_is_updated_after_its_differences_were_shown(published, expect, project, app):
    page = published
    table = project.root_dir("input") / "objects.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace("Photograph 0,", "Amphora,"), encoding="utf-8"
    )
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_role("button", name="Update Metadata...").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 record would change. 2 say what the table says already.")
    expect(dialog.get_by_role("row", name=re.compile("^title"))).to_contain_text("Amphora")
    dialog.get_by_role("button", name="Update Metadata", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("1 of 1")
    page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_text("Amphora").first).to_be_visible()


def test_the_own_table_comes_with_identifiers(published, expect):
    page = published
    page.get_by_role("button", name="My table with DOIs").click()
    with page.expect_download() as caught:
        page.get_by_role("menuitem", name="Table (CSV)").click()
    text = caught.value.path().read_text(encoding="utf-8-sig")
    assert '"Concept DOI"' in text and "10.5072/zenodo." in text


def test_what_cannot_be_adopted_is_said(published, expect):
    page = published
    page.get_by_role("button", name="Adopt...").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Ids or DOIs, one in a line").fill("999999")
    dialog.get_by_role("button", name="Adopt", exact=True).click()
    expect(dialog.get_by_role("status")).to_contain_text("999999")


def test_retrying_in_production_asks_for_the_number_again(
    page, expect, project, app, do, practice, monkeypatch
):
    app.environments.add("live", target="zenodo", url=practice.url, kind="production")
    monkeypatch.setenv("HDP_TOKEN_LIVE", practice.token)
    for action in ("prepare", "create", "upload"):
        assert do(action, env="live")["state"] == "done"
    machine_made(project, 2)
    job = do("publish", env="live", confirm=3)
    assert job["failed"] == 1
    project.write(lambda c: c.execute("UPDATE deposit SET origins = '{}' WHERE item_id = 2"))
    page.reload()
    go(page, "activity")
    page.get_by_role("button", name="Details of Publish").click()
    dialog = page.get_by_role("dialog", name="Publish")
    retry = dialog.get_by_role("button", name="Retry failed")
    retry.click()
    number = dialog.get_by_role("textbox", name="Type the number of records to do again")
    number.fill("3")
    expect(retry).to_be_disabled()
    assert published_groups(app, "live")["total"] == 2
    number.fill("1")
    retry.click()
    expect(page.get_by_role("dialog")).to_contain_text("1 of 1")
    assert published_groups(app, "live")["total"] == 3
