"""What each Uploads tab shows and does: keyboard, selection over pages, windows, axe."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
TABS = ("prepare", "create", "drafts", "published")
WAYS = {
    "prepare": ({"View Bundle", "Edit", "Prepare Metadata"}, {"Remove from Project"}),
    "create": ({"Edit", "Create Zenodo Draft", "Back to Prepare"}, {"Create Zenodo Drafts"}),
    "drafts": ({"View Files", "Upload Files", "Publish", "Discard"}, {"Discard Drafts"}),
}


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


def go(page, place: str) -> None:
    page.reload()
    page.goto(f"{page.url.split('#')[0]}#/{place}")


def tab(page, name: str):
    return page.get_by_role("tab", name=re.compile(f"^{name}"))


def close(page, expect) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).first.click()
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("stage", WAYS)
def test_a_row_and_a_batch_offer_their_actions(page, expect, project, do, stage):
    for action in ("prepare", "create")[: TABS.index(stage)]:
        do(action)
    go(page, f"uploads/{stage}")
    actions, batches = WAYS[stage]
    row = page.get_by_role("row", name="Photograph 1")
    for action in actions:
        expect(row.get_by_role("button", name=action, exact=True)).to_be_visible()
    offered = page.get_by_label("Select Batch Action").get_by_role("option").all_inner_texts()
    assert batches <= set(offered)


def test_select_all_over_three_pages_outlives_order_and_live_changes(
    page, expect, open_project, do
):
    open_project(230)
    go(page, "uploads/prepare")
    chosen = page.get_by_role("region", name="Selection")
    page.get_by_role("checkbox", name="Select All").check()
    expect(chosen).to_contain_text("230 selected of 230")
    page.get_by_label("Order", exact=True).select_option(label="By title")
    expect(chosen).to_contain_text("230 selected of 230")
    do("prepare", 1, 2)  # as elsewhere: the two are chosen no longer, the others are
    expect(chosen).to_contain_text("228 selected of 228")


def test_a_rows_menu_by_keyboard_gives_the_focus_back(page, expect, project, do):
    do("prepare")
    go(page, "uploads/create")
    box = page.get_by_role("checkbox", name="Select Photograph 1")
    box.focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("region", name="Selection")).to_contain_text("1 selected of 3")
    more = page.get_by_role("button", name="More actions for Photograph 1")
    more.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name="View Files").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="View Files")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(more).to_be_focused()


def test_what_one_window_does_shows_in_the_other(page, expect, project):
    go(page, "uploads/prepare")
    other = page.context.new_page()
    other.goto(page.url)
    expect(tab(other, "Create Draft")).to_contain_text("0")
    page.get_by_role("row", name="Photograph 1").get_by_role(
        "button", name="Prepare Metadata"
    ).click()
    expect(tab(other, "Create Draft")).to_contain_text("1")
    expect(other.get_by_role("row", name="Photograph 1")).to_have_count(0)
    expect(other.get_by_role("row", name="Photograph 2")).to_be_visible()


def test_only_what_failed_is_retried(page, expect, project, do, practice):
    for action in ("prepare", "create"):
        do(action)
    practice.faults.add("quota-full:upload")
    go(page, "uploads/drafts")
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_label("Select Batch Action").select_option(label="Upload Files")
    page.get_by_role("button", name="Execute").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name=re.compile(r"^Failed\s*1$"))).to_be_visible()
    dialog.get_by_role("button", name="Retry failed").click()
    expect(page.get_by_role("dialog")).to_contain_text("1 of 1")
    close(page, expect)
    rows = page.get_by_role("row").filter(has_text="Verified")
    expect(rows).to_have_count(3)


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", (1000, 700)), ("dark", (640, 450))], ids=["narrow", "zoomed"]
)
def test_axe_finds_nothing_in_any_tab(page, expect, project, do, scheme, size):
    if not AXE.is_file():
        pytest.skip("on purpose: axe-core is not installed")
    for action, ids in (("prepare", (1, 2)), ("create", (1,))):
        do(action, *ids)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found: list[str] = []
    for stage in TABS:
        go(page, f"uploads/{stage}")
        expect(page.get_by_role("tab", selected=True)).to_be_visible()
        page.evaluate(AXE.read_text(encoding="utf-8"))
        result = page.evaluate("axe.run()")
        found += [f"{stage}: {one['id']}: {one['help']}" for one in result["violations"]]
    assert found == []
