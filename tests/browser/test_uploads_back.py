"""What can be taken back and carried on: removing from the project, an interrupted job."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flows.test_reviewing import curate, name_community

from hdp.application import views

pytestmark = pytest.mark.browser


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


def go(page, place: str) -> None:
    page.reload()
    page.goto(f"{page.url.split('#')[0]}#/{place}")


def look(page, name: str) -> None:
    if folder := os.environ.get("HDP_LOOK"):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=str(Path(folder) / f"{name}-{scheme}.png"))


def test_removing_from_the_project_can_be_undone_by_keyboard(page, expect, project, app):
    go(page, "uploads/prepare")
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_label("Select Batch Action").select_option(label="Remove from Project")
    page.get_by_role("button", name="Execute").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove from Project").click()
    page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()
    messages = page.get_by_role("region", name="Messages")
    expect(messages).to_contain_text("3 items are removed from the project")
    assert views.overview(app, "practice") == []
    look(page, "undo")
    messages.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(messages).to_contain_text("3 items are back in the project.")
    assert len(views.overview(app, "practice")) == 3
    expect(page.get_by_role("row", name="Photograph 1")).to_be_visible()


def interrupt(project) -> int:
    """A job of an earlier run that a crash ended, with one item left to do."""
    return project.write(
        lambda c: (
            c.execute(
                "INSERT INTO job (kind, title, env, args, state, created) VALUES"
                " ('prepare', 'Prepare Metadata', 'practice', '{}', 'interrupted',"
                " '2026-03-05T12:00:00.000Z')"
            ),
            c.execute(
                "INSERT INTO task (job_id, subject, title, state)"
                " SELECT MAX(id), 1, 'Photograph 0', 'interrupted' FROM job"
            ),
        )
    )


def test_an_interrupted_job_stands_in_the_top_bar_until_it_is_carried_on(page, expect, project):
    interrupt(project)
    go(page, "uploads/prepare")
    waiting = page.get_by_role("group", name="Interrupted: carry on")
    expect(waiting).to_be_visible()
    look(page, "interrupted")
    waiting.get_by_role("button", name="Interrupted: carry on").click()
    page.get_by_role("dialog").get_by_role("button", name="Carry on").click()
    expect(waiting).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="Uploads")).to_be_visible()
    expect(page.get_by_role("tab", name="Create Draft")).to_contain_text("1")
    expect(waiting).to_have_count(0)


def test_an_interrupted_job_can_be_dismissed(page, expect, project):
    interrupt(project)
    go(page, "uploads/prepare")
    waiting = page.get_by_role("group", name="Interrupted: carry on")
    waiting.get_by_role("button", name="Dismiss").click()
    expect(waiting).to_have_count(0)
    page.reload()
    expect(page.get_by_role("row", name="Photograph 1")).to_be_visible()
    expect(waiting).to_have_count(0)


def test_what_curators_declined_stays_in_sight(page, expect, project, app, do):
    name_community(app, project, "practice-review")
    for kind in ("prepare", "create", "upload", "submit"):
        do(kind, *((2,) if kind == "submit" else ()))
    curate(app.remotes.practice(), "decline", "Not for us.")
    go(page, "uploads/drafts")
    row = page.get_by_role("row", name="Photograph 1")
    expect(row).to_contain_text("In review")
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_label("Select Batch Action").select_option(label="Look again")
    page.get_by_role("button", name="Execute").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem").filter(has_text="Not for us.")).to_contain_text(
        "Look at it"
    )
    look(page, "declined-dialog")
    dialog.get_by_role("button", name="Close", exact=True).click()
    expect(row).to_contain_text("Declined")
    expect(row).to_contain_text("The curators declined it: “Not for us.”")
    expect(row.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    look(page, "declined")
    go(page, "dashboard")
    expect(page.get_by_text("1 draft was declined by its curators")).to_be_visible()
    look(page, "declined-dashboard")
