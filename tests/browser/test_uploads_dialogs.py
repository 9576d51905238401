"""Every dialog of Uploads: nothing for axe, in both themes and small; rows that act; cancelling."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hdp.project import runs

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
TITLE = "<script>alert(1)</script>"
NAME = '"><img src=x onerror=document.title=1>.jpg'


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


def go(page, place: str) -> None:
    page.reload()
    page.goto(f"{page.url.split('#')[0]}#/{place}")


def batch(page, action: str) -> None:
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_label("Select Batch Action").select_option(label=action)
    page.get_by_role("button", name="Execute").click()


def tab(page, name: str):
    return page.get_by_role("tab", name=re.compile(f"^{name}"))


def wrote(project, item: int) -> None:
    """As if a pipeline had said something of an item's keywords."""
    patch = {"field": "keywords", "value": ["jar"], "how": "fill", "step": "w",
             "evidence": {"text": "a jar", "file": "label.txt"}}  # fmt: skip

    def store(connection):
        run = runs.start_run(connection, item_id=item, pipeline="words", source="", params={})
        runs.finish_run(
            connection, run, folder="x", steps=[], metadata=[patch], uploads=[], artifacts=[]
        )

    project.write(store)


def find_violations(page, where: str) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    return [f"{where}: {one['id']}: {one['nodes'][0]['html'][:90]}" for one in found]


def act(page, title: str, action: str) -> None:
    """A row's button, or where the window is small the same word in its menu."""
    row = page.get_by_role("row", name=title)
    button = row.get_by_role("button", name=action, exact=True)
    if button.count():
        button.click()
        return
    row.get_by_role("button", name=f"More actions for {title}").click()
    page.get_by_role("menuitem", name=action, exact=True).click()


OPEN = {
    "View Bundle": ("prepare", lambda page: act(page, "Photograph 6", "View Bundle")),
    "Draft contents": ("create", lambda page: batch(page, "View Draft Contents")),
    "Values that pipelines wrote": ("create", lambda page: batch(page, "Machine Values...")),
    "Pipeline for Execution": ("create", lambda page: batch(page, "Run Pipeline")),
    "View Files": ("drafts", lambda page: act(page, "Photograph 1", "View Files")),
    "Publish": ("drafts", lambda page: batch(page, "Publish")),
    "Discard": ("drafts", lambda page: batch(page, "Discard Drafts")),
    "Cite": ("published", lambda page: page.get_by_role("button", name="Cite").click()),
    "Update Metadata": ("published", lambda page: batch_update(page)),
    "Adopt": ("published", lambda page: page.get_by_role("button", name="Adopt...").click()),
}


def batch_update(page) -> None:
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_role("button", name="Update Metadata...").click()


@pytest.fixture
def stages(open_project, do):
    """Seven photographs: some in each stage, one with a value that a pipeline wrote."""
    project = open_project(7)
    wrote(project, 6)
    do("prepare", 1, 2, 3, 4, 5, 6)
    do("create", 1, 2, 3, 4)
    do("upload", 1, 2)
    do("publish", 1)
    return project


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", (1000, 700)), ("dark", (640, 450))], ids=["narrow", "zoomed"]
)
def test_axe_finds_nothing_in_any_dialog(page, expect, stages, scheme, size):
    if not AXE.is_file():
        pytest.skip("on purpose: axe-core is not installed")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found: list[str] = []
    for title, (stage, open_it) in OPEN.items():
        go(page, f"uploads/{stage}")
        expect(page.get_by_role("row").nth(1)).to_be_visible()
        open_it(page)
        dialog = page.get_by_role("dialog", name=re.compile(title))
        expect(dialog).to_be_visible()
        expect(dialog.locator(".skeleton, [aria-busy=true]")).to_have_count(0)
        found += find_violations(page, title)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    assert found == []


def test_a_row_goes_all_the_way_by_its_own_buttons(page, expect, project, app):
    def act(name: str) -> None:
        row = page.get_by_role("row", name="Photograph 1")
        row.get_by_role("button", name=name, exact=True).click()

    go(page, "uploads/prepare")
    act("Prepare Metadata")
    expect(tab(page, "Create Draft")).to_contain_text("1")
    go(page, "uploads/create")
    act("Back to Prepare")
    expect(tab(page, "Prepare Metadata")).to_contain_text("3")
    go(page, "uploads/prepare")
    act("Prepare Metadata")
    expect(tab(page, "Create Draft")).to_contain_text("1")
    go(page, "uploads/create")
    act("Create Zenodo Draft")
    expect(tab(page, "Manage Drafts")).to_contain_text("1")
    go(page, "uploads/drafts")
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    act("Upload Files")
    expect(page.get_by_role("row", name="Photograph 1")).to_contain_text("Verified")
    act("Publish")
    page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()
    expect(tab(page, "Published")).to_contain_text("1")


def test_a_row_is_discarded_and_the_item_is_back(page, expect, project, do):
    for action in ("prepare", "create"):
        do(action, 2)
    go(page, "uploads/drafts")
    page.get_by_role("row", name="Photograph 1").get_by_role("button", name="Discard").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Discard"))
    expect(dialog.get_by_role("region", name="What is lost")).to_contain_text("Photograph 1")
    dialog.get_by_role("button", name="Discard", exact=False).last.click()
    expect(tab(page, "Prepare Metadata")).to_contain_text("3")
    expect(tab(page, "Manage Drafts")).to_contain_text("0")


def test_a_batch_is_cancelled_in_the_middle(page, expect, open_project, app, do, practice):
    open_project(30)
    do("prepare")
    practice.faults.add("slow=0.3:create*")
    go(page, "uploads/create")
    batch(page, "Create Zenodo Drafts")
    dialog = page.get_by_role("dialog", name="Create Zenodo Drafts")
    expect(dialog).to_contain_text(re.compile(r"\b[1-9] of 30"))
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_contain_text("Cancelled. What was done stays done.")
    dialog.get_by_role("button", name="Close", exact=True).first.click()
    made = len(app.desk("practice").open_remote().list_drafts(None))
    assert 0 < made < 30
    expect(tab(page, "Manage Drafts")).to_contain_text(str(made))
    expect(tab(page, "Create Draft")).to_contain_text(str(30 - made))


@pytest.fixture
def hostile(open_project, make_folder, tmp_path):
    """A photograph has a script as its title and markup as its file's name."""
    photo = make_folder(1) / "photo_000.jpg"
    photo.with_name(NAME).write_bytes(photo.read_bytes() + b"1")
    project = open_project(1)
    quoted = NAME.replace('"', '""')
    with (tmp_path / "input" / "objects.csv").open("a", encoding="utf-8") as table:
        table.write(f'\n"{quoted}",{TITLE},"Müller, Anna"\n')
    return project


def test_hostile_words_are_shown_as_they_are(page, expect, hostile, app, do):
    asked: list[str] = []
    page.on("dialog", lambda one: (asked.append(one.message), one.dismiss()))
    main = page.get_by_role("main")
    go(page, "uploads/prepare")
    expect(main).to_contain_text("onerror")
    do("prepare")
    wanted = "SELECT item_id FROM deposit WHERE metadata LIKE '%<script>%'"
    ((item,),) = hostile.read(lambda c: [tuple(row) for row in c.execute(wanted)])
    for place in ("uploads/create", f"items/{item}/edit", "files", f"files/{item}", "mapping"):
        go(page, place)
        expect(main).to_contain_text(re.compile(r"alert\(1\)|onerror"))
    do("create")
    go(page, "uploads/drafts")
    row = page.get_by_role("row", name=TITLE)
    row.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("dialog")).to_contain_text(TITLE)
    page.keyboard.press("Escape")
    row.get_by_role("button", name="Upload Files").click()
    expect(row).to_contain_text("Verified")
    row.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text(TITLE)
    page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()
    expect(tab(page, "Published")).to_contain_text("1")
    go(page, "uploads/published")
    expect(main).to_contain_text(TITLE)
    page.get_by_role("button", name="Cite").click()
    expect(page.get_by_role("dialog")).to_contain_text("alert(1)")
    page.keyboard.press("Escape")
    go(page, "dashboard")
    expect(main).to_contain_text(TITLE)
    go(page, "activity/requests")
    expect(main.get_by_role("row").nth(1)).to_be_visible()
    assert page.locator("img[src=x], script:text('alert(1)')").count() == 0
    assert asked == [] and page.title() != "1"
