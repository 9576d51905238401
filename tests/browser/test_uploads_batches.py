"""What batches share: one action from Create Draft to uploaded files, trying, live choices."""

from __future__ import annotations

import re

import pytest

from hdp.application import Application, Selection, actions, views

pytestmark = pytest.mark.browser


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


def go(page, place: str) -> None:
    page.reload()
    page.goto(f"{page.url.split('#')[0]}#/{place}")


def choose(page, action: str) -> None:
    page.get_by_label("Select Batch Action").select_option(label=action)


def close(page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()


def test_drafts_with_their_files_in_one_action(page, expect, project, app, do):
    do("prepare")
    go(page, "uploads/create")
    choose(page, "Create Zenodo Drafts and Upload Files")
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_role("button", name="Execute").click()
    expect(page.get_by_role("dialog")).to_contain_text("3 of 3")
    close(page)
    drafts = views.draft_list(app, "practice")
    assert [one["state"] for one in drafts] == ["draft"] * 3  # uploaded, and not published
    assert all(file["status"] == "uploaded" for one in drafts for file in one["files"])


def test_three_are_tried_first_and_the_rest_stays_chosen(page, expect, open_project, app):
    open_project(5)
    go(page, "uploads/prepare")
    page.get_by_role("checkbox", name="Select All").check()
    expect(page.get_by_role("region", name="Selection")).to_contain_text("5 selected of 5")
    page.get_by_role("checkbox", name=re.compile("Select .*(Photograph 4|photo_004)")).uncheck()
    choose(page, "Prepare Metadata")
    page.get_by_role("button", name="Try with 3 first").click()
    expect(page.get_by_role("dialog")).to_contain_text("3 of 3")
    close(page)
    expect(page.get_by_role("region", name="Selection")).to_contain_text("1 selected of 2")


def test_what_another_program_did_is_chosen_no_longer(page, expect, project, app, home):
    go(page, "uploads/prepare")
    page.get_by_role("checkbox", name="Select All").check()
    expect(page.get_by_role("region", name="Selection")).to_contain_text("3 selected of 3")
    other = Application(home)
    other.open_project(project.path)
    try:
        action = actions.Action("prepare", "practice", Selection(ids=(1,)))
        assert other.jobs.wait(actions.start(other, action).job, timeout=60)
    finally:
        other.close()
    expect(page.get_by_role("region", name="Selection")).to_contain_text("2 selected of 2")
    expect(page.get_by_text("Running job")).to_have_count(0)
