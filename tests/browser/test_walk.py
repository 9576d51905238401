"""The seed's path, walked by role and name in a real browser."""

from __future__ import annotations

import re

import pytest

from hdp.application.published import published_groups

pytestmark = pytest.mark.browser


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


def go_to(page, tab: str) -> None:
    page.get_by_role("tab", name=re.compile(tab)).click()


def batch(page, expect, tab: str, action: str, count: int, confirm: str = "") -> None:
    """Select all in a tab, execute an action, wait for the last one, close."""
    go_to(page, tab)
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_label("Select Batch Action").select_option(label=action)
    page.get_by_role("button", name="Execute").click()
    if confirm:
        page.get_by_role("dialog").get_by_role("button", name=re.compile(confirm)).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{count} of {count}")
    dialog.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_from_files_to_published_records(page, expect, project, app):
    page.reload()
    page.get_by_role("link", name="Uploads").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Uploads")
    expect(page.get_by_label("Environment", exact=True)).to_have_value("practice")
    batch(page, expect, "Prepare Metadata", "Prepare Metadata", 3)
    batch(page, expect, "Create Draft", "Create Zenodo Drafts", 3)
    batch(page, expect, "Manage Drafts", "Upload Files", 3)
    page.get_by_role("row", name=re.compile("Photograph 1")).get_by_role(
        "button", name="View Files"
    ).click()
    expect(page.get_by_role("dialog")).to_contain_text("photo_001.jpg")
    page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()
    batch(page, expect, "Manage Drafts", "Publish", 3, confirm="Publish")
    go_to(page, "Published")
    for group in published_groups(app, "practice")["groups"]:
        (version,) = group["versions"]
        expect(page.get_by_text(version["doi"]).first).to_be_visible()
        expect(page.get_by_text(f"Concept ID {group['concept_id']}")).to_be_visible()


def test_a_new_project_in_the_wizard(page, expect, make_folder, tmp_path, app):
    folder = make_folder(4)
    page.get_by_role("button", name="New Project").click()
    page.get_by_label("Project name").fill("Wizard")
    page.get_by_label("Short code").fill("S Ü D")
    page.get_by_label("Folder of the project file").fill(str(tmp_path))
    next_step = page.get_by_role("button", name="Next")
    next_step.click()
    expect(page.get_by_text("is no short code")).to_be_visible()
    page.get_by_label("Short code").fill("WIZ")
    next_step.click()
    page.get_by_role("checkbox", name=re.compile("Image")).check()
    next_step.click()
    page.get_by_label("Folder of your files").fill(str(folder))
    page.get_by_label("Output folder").fill(str(tmp_path / "out"))
    next_step.click()
    next_step.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review Found Files")
    expect(page.get_by_text("photo_003").first).to_be_visible()
    assert list(tmp_path.glob("*.hdpc")) == []
    next_step.click()
    page.get_by_role("button", name=re.compile("Create Project|Finish|Create")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dashboard")
    assert len(list(tmp_path.glob("*.hdpc"))) == 1
