"""What a draft would hold, looked at before it is made."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


def test_the_drafts_are_looked_at_and_then_made(page, expect, app, project, do):
    do("prepare")
    page.reload()
    page.goto(f"{page.url.split('#')[0]}#/uploads/create")
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_label("Select Batch Action").select_option(label="View Draft Contents")
    page.get_by_role("button", name="Execute").click()
    dialog = page.get_by_role("dialog", name="Draft contents")
    expect(dialog).to_contain_text("What 3 drafts would hold. Nothing is sent yet.")
    expect(dialog.get_by_role("row", name="Photograph 1")).to_contain_text("cc-by-4.0")
    expect(dialog).to_contain_text("3 files")
    assert not app.desk("practice").open_remote().list_drafts(None)
    dialog.get_by_role("button", name="Create Zenodo Drafts", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("3 of 3")
    page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("tab", name=re.compile("^Manage Drafts"))).to_contain_text("3")


def test_one_drafts_files_are_in_the_rows_menu(page, expect, project, do):
    do("prepare")
    page.reload()
    page.goto(f"{page.url.split('#')[0]}#/uploads/create")
    page.get_by_role("button", name="More actions for Photograph 1").click()
    page.get_by_role("menuitem", name="View Files").click()
    dialog = page.get_by_role("dialog", name="View Files")
    expect(dialog).to_contain_text("photo_001.jpg")
    dialog.get_by_role("button", name="Close").first.click()
    page.get_by_role("button", name="More actions for Photograph 1").click()
    page.get_by_role("menuitem", name="View Draft Contents").click()
    expect(page.get_by_role("dialog", name="Draft contents")).to_contain_text("What one draft")


def test_the_id_is_a_link_that_opens_outside_the_window(page, expect, project, do):
    for action in ("prepare", "create"):
        do(action, 1)
    page.reload()
    page.goto(f"{page.url.split('#')[0]}#/uploads/drafts")
    link = page.get_by_role("row", name="Photograph 0").get_by_role("link")
    expect(link).to_have_attribute("href", re.compile(r"^http://127\.0\.0\.1:\d+/.*\d+$"))
    before = page.url
    with page.expect_request("**/open-page") as asked:
        link.click()
    assert asked.value.post_data_json["item"] == 1
    assert page.url == before
