"""Settle in a real browser: a lost answer, drafts of equal metadata, one choice done once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hdp.project import deposits
from hdp.sdk import Record, Unreachable
from hdp.uploads import settling

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


@pytest.fixture
def lost(app, project, do, practice):
    """Two records of equal metadata whose creates were done, and whose answers were lost."""
    table = project.folder / "input" / "objects.csv"
    text = table.read_text(encoding="utf-8").replace("Photograph 1,", "Photograph 0,")
    table.write_text(text, encoding="utf-8")
    do("prepare", 1, 2)
    for item in (1, 2):
        practice.faults.add("lost-answer:create,token-refused:list")
        assert do("create", item)["failed"] == 1
    practice.faults.clear()
    return app.remotes.open(app.environment("practice"))


def stored(app) -> list[tuple[str, str | None, str | None]]:
    found = app.project.read(deposits.list_deposits)
    return [(one.state, one.doing, one.remote_id) for one in found]


def settle_first(page, expect):
    """Open the dialog of the first record that waits, by keyboard."""
    row = page.get_by_role("row").filter(has=page.get_by_role("button", name="Settle...")).first
    expect(row).to_contain_text("Unsettled")
    expect(row).to_contain_text("No answer came back: it is not known whether there is a draft.")
    row.get_by_role("button", name="Settle...").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Settle: Photograph 0")
    expect(dialog).to_contain_text("asked Practice to create a draft, and no answer came back")
    return dialog


def test_one_of_two_equal_drafts_is_adopted_and_the_other_stays_for_the_other(
    page, expect, lost, app
):
    foreign = lost.create_draft(Record(fields={"title": "Somebody else's"}), "k")
    ours = sorted(one.id for one in lost.list_drafts() if one.id != foreign.id)
    go(page, "uploads/create")
    dialog = settle_first(page, expect)
    drafts = dialog.get_by_role("region", name="Drafts that may be it")
    expect(drafts.get_by_role("listitem")).to_have_count(3)
    expect(drafts.get_by_role("button", name="Adopt this draft")).to_have_count(2)
    expect(drafts.get_by_role("listitem").last).to_contain_text("It has other metadata.")
    look(page, "settle")
    first = drafts.get_by_role("listitem").filter(has_text=ours[0])
    expect(first).to_contain_text("No files")
    with page.expect_popup() as popup:
        first.get_by_role("button", name="Look at it").click()
    assert popup.value.url.endswith(ours[0])
    popup.value.close()
    first.get_by_role("button", name="Adopt this draft").click()
    expect(dialog).to_have_count(0)
    messages = page.get_by_role("region", name="Messages")
    expect(messages).to_contain_text(f"Draft {ours[0]} is adopted.")
    expect(page.get_by_role("button", name="Settle...")).to_have_count(1)
    dialog = settle_first(page, expect)
    expect(dialog.get_by_role("button", name="Adopt this draft")).to_have_count(1)
    dialog.get_by_role("button", name="Adopt this draft").click()
    expect(messages).to_contain_text(f"Draft {ours[1]} is adopted.")
    expect(page.get_by_role("button", name="Settle...")).to_have_count(0)
    assert sorted(stored(app)) == [("draft", None, one) for one in ours]
    assert len(lost.list_drafts()) == 3


def test_creating_again_makes_one_new_draft(page, expect, lost, app):
    before = {one.id for one in lost.list_drafts()}
    go(page, "uploads/create")
    dialog = settle_first(page, expect)
    dialog.get_by_role("button", name="None of these: create again").dblclick()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Settle...")).to_have_count(1)
    expect(page.get_by_role("tab", name="Manage Drafts")).to_contain_text("1")
    new = {one.id for one in lost.list_drafts()} - before
    assert len(new) == 1
    assert ("draft", None, new.pop()) in stored(app)


def test_what_became_of_a_publish_is_looked_up(
    page, expect, project, app, do, practice, monkeypatch
):
    for kind in ("prepare", "create", "upload"):
        do(kind, 1)

    def away(remote, draft_id):
        raise Unreachable("The repository does not answer.")

    practice.faults.add("lost-answer:publish")
    with monkeypatch.context() as patch:
        patch.setattr(settling, "find_publication", away)
        assert do("publish", 1)["failed"] == 1
    go(page, "uploads/drafts")
    page.get_by_role("button", name="Settle...").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It may be public now, or still a draft.")
    dialog.get_by_role("button", name="Look what became of it").click()
    expect(page.get_by_role("region", name="Messages")).to_contain_text("Settled: published")
    expect(page.get_by_role("tab", name="Published")).to_contain_text("1")
    assert [one[0] for one in stored(app)] == ["published"]


def test_a_change_of_a_public_record_is_settled_in_published(
    page, expect, project, app, do, practice
):
    for kind in ("prepare", "create", "upload", "publish"):
        do(kind, 1)
    project.write(
        lambda c: c.execute(
            "UPDATE deposit SET doing = 'edit', owner = ?, doing_since = published",
            (project.session.id,),
        )
    )
    go(page, "uploads/published")
    expect(page.get_by_role("row", name="Photograph 0")).to_contain_text("Unsettled")
    page.get_by_role("button", name="More actions for Photograph 0").click()
    page.get_by_role("menuitem", name="Settle...").click()
    page.get_by_role("dialog").get_by_role("button", name="Look what became of it").click()
    expect(page.get_by_role("region", name="Messages")).to_contain_text("Settled: published")
    expect(page.get_by_role("row", name="Photograph 0")).not_to_contain_text("Unsettled")
