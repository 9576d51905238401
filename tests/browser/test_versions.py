"""Create New Version from Files: the whole dialog, a wrong match corrected by hand."""

from __future__ import annotations

import re

import pytest
from PIL import Image

from hdp.project import deposits

pytestmark = pytest.mark.browser


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


def _newest(app, item):
    return app.project.read(lambda c: deposits.latest_published(c, item, "practice"))


def _held(app, item):
    return [one.name for one in app.project.read(
        lambda c: deposits.list_files(c, _newest(app, item).id))]  # fmt: skip


def test_from_new_files_to_a_published_version(page, expect, project, app, do, tmp_path):
    for step in ("prepare", "create", "upload", "publish"):
        assert do(step)["state"] == "done"
    new = tmp_path / "rescans"
    new.mkdir()
    (project.folder / "pipelines").mkdir()
    (project.folder / "pipelines" / "sheet.yaml").write_text(
        "hdp: 1\nname: Contact sheet\nfor: collection\ninputs: {photos: [image/*]}\nsteps: []\n"
    )
    names = {item: _held(app, item)[0] for item in (1, 2, 3)}
    Image.new("RGB", (90, 60), "red").save(new / names[1])
    Image.new("RGB", (90, 60), "blue").save(new / names[2])  # by its name; it is of the third
    (new / "stray.txt").write_text("nobody knows")

    page.goto(f"{page.url.split('#')[0]}#/uploads/published")
    page.reload()
    page.get_by_role("button", name="Create New Version from Files...").click()
    dialog = page.get_by_role("dialog", name="Create New Version from Files")
    go_on = dialog.get_by_role("button", name="Continue")
    expect(go_on).to_be_disabled()
    more = dialog.get_by_role("button", name="One more file...")
    dialog.get_by_label("Folder or file").fill(str(new / names[1])[:-2])
    option = dialog.get_by_role("option", name=names[1])
    expect(option).to_be_visible()
    go_on.click()  # the open list moves no button away under the mouse
    expect(dialog.get_by_text("is not there")).to_be_visible()
    dialog.get_by_label("Folder or file").press("ArrowDown")
    option.click()
    for number, name in ((2, names[2]), (3, "stray.txt"), (4, ".")):
        more.click()
        dialog.get_by_label(f"File {number}", exact=True).fill(str(new / name))
    go_on.click()
    expect(page.get_by_text("Name one folder, or files.")).to_be_visible()
    dialog.get_by_role("button", name="Leave out file 4").click()
    go_on.click()

    expect(dialog.get_by_role("status").first).to_contain_text("2 of 3 groups of files")
    wrong = dialog.get_by_label(f"Record for {names[2].removesuffix('.jpg')}")
    expect(wrong).to_have_value("2")
    expect(dialog.get_by_text(f"It has a file of the same name: {names[2]}.")).to_be_visible()
    expect(dialog.get_by_label("Record for stray")).to_have_value("")
    wrong.select_option("Another record...")
    third = _newest(app, 3)
    dialog.get_by_role("searchbox", name="Title, DOI or Concept ID").fill(third.doi)
    dialog.get_by_role("button", name=third.doi).click()
    expect(wrong).to_have_value("3")
    expect(dialog.get_by_text("Chosen by hand.")).to_be_visible()
    go_on.click()

    expect(go_on).to_be_disabled()  # a pipeline is required
    expect(dialog.get_by_role("radio", name="Contact sheet")).to_be_disabled()
    expect(dialog.get_by_text("Contact sheet is for a whole collection")).to_be_visible()
    expect(dialog.get_by_role("radio", name="Cite with DOI")).to_be_enabled()
    dialog.get_by_role("radio", name=re.compile("^Web copies")).check()
    expect(dialog.get_by_role("group", name="Asked at the start")).to_be_visible()
    dialog.get_by_role("radio", name="No processing").check()
    expect(dialog.get_by_role("group", name="Asked at the start")).to_have_count(0)
    go_on.click()
    dialog.get_by_label("What changed").fill("Scanned <again>.")
    go_on.click()

    expect(dialog.get_by_text("1 file undecided")).to_be_visible()
    expect(go_on).to_be_disabled()
    choice = dialog.get_by_label(f"What becomes of {names[3]} of {third.title}")
    expect(choice).to_have_value("")
    dialog.get_by_label("Only names like").fill("*.tif")
    expect(dialog.get_by_role("button", name="Carry over 0 files")).to_be_disabled()
    dialog.get_by_label("Only names like").fill(f"{names[3][:-5]}?.JPG")
    dialog.get_by_role("button", name="Remove 1 file").click()
    expect(choice).to_have_value("remove")
    dialog.get_by_role("button", name="Carry over 1 file").click()
    expect(dialog.get_by_text("Every file is decided.")).to_be_visible()
    go_on.click()

    expect(dialog).to_contain_text("This is a dry run: nothing has been sent.")
    for line in ("1 file is replaced", "1 file is added", "1 file is carried over"):
        expect(dialog).to_contain_text(line)
    dialog.get_by_role("button", name="Create drafts of the new versions").click()
    progress = page.get_by_role("dialog", name="Create New Versions")
    expect(progress).to_contain_text("Version 2 of", timeout=30_000)
    progress.get_by_role("button", name="Close").click()
    expect(page.get_by_text("the next one is being made")).to_have_count(2)

    page.goto(f"{page.url.split('#')[0]}#/uploads/drafts")
    expect(page.get_by_text(f"Version 2 of {third.concept_doi}")).to_be_visible()
    assert do("publish")["done"] == 2
    assert sorted(_held(app, 3)) == sorted([names[2], names[3]])
    assert _held(app, 2) == [names[2]] and _newest(app, 2).previous is None

    page.goto(f"{page.url.split('#')[0]}#/uploads/published")
    page.get_by_role("button", name=f"More actions for {third.title}").click()
    page.get_by_role("menuitem", name="What changed...").click()
    changed = page.get_by_role("dialog", name=f"What changed in {third.title}")
    expect(changed.get_by_text(third.doi, exact=True)).to_be_visible()
    expect(changed.get_by_text(_newest(app, 3).doi, exact=True)).to_be_visible()
    expect(changed.get_by_role("row", name=names[3])).to_contain_text("Carried over")
    expect(changed.get_by_role("row", name=names[2])).to_contain_text("Added")
    expect(changed.get_by_text("Scanned <again>.").first).to_be_visible()


def test_a_draft_made_on_the_site_is_shown_and_used_only_when_told(
    page, expect, project, app, do, tmp_path
):
    for step in ("prepare", "create", "upload", "publish"):
        assert do(step)["state"] == "done"
    base = _newest(app, 2)
    remote = app.remotes.open(app.environment("practice"))
    strange = remote.new_version(base.remote_id, keep_files=True, key="by hand")
    new = tmp_path / _held(app, 2)[0]
    Image.new("RGB", (90, 60), "red").save(new)

    page.goto(f"{page.url.split('#')[0]}#/uploads/published")
    page.reload()
    page.get_by_role("button", name=f"More actions for {base.title}").click()
    page.get_by_role("menuitem", name="New Version...").click()
    dialog = page.get_by_role("dialog", name=f"New Version of {base.title}")
    go_on = dialog.get_by_role("button", name="Continue")
    dialog.get_by_label("Folder or file").fill(str(new))
    go_on.click()
    expect(dialog.get_by_text("Certain")).to_be_visible()
    go_on.click()
    dialog.get_by_role("radio", name="No processing").check()
    go_on.click()
    go_on.click()
    expect(dialog).to_contain_text(f"A draft of the next version is open already: {strange.id}")
    expect(dialog.get_by_role("link", name=base.title)).to_have_attribute("href", strange.url)
    go_on.click()
    make = dialog.get_by_role("button", name="Create drafts of the new versions")
    expect(dialog.get_by_text("1 record cannot have a new version now.")).to_be_visible()
    expect(make).to_be_disabled()
    dialog.get_by_role("button", name="Back").click()
    dialog.get_by_role("checkbox", name="Use it").check()
    go_on.click()
    make.click()
    progress = page.get_by_role("dialog", name="Create New Versions")
    expect(progress).to_contain_text(f"draft {strange.id}", timeout=30_000)


def test_a_version_that_changes_nothing_is_told_and_left_out(page, expect, project, app, do):
    for step in ("prepare", "create", "upload", "publish"):
        assert do(step, 1)["state"] == "done"
    page.goto(f"{page.url.split('#')[0]}#/uploads/published")
    page.reload()
    page.get_by_role("button", name="Create New Version from Files...").click()
    dialog = page.get_by_role("dialog", name="Create New Version from Files")
    go_on = dialog.get_by_role("button", name="Continue")
    dialog.get_by_label("Folder or file").fill(str(project.root_dir("input") / _held(app, 1)[0]))
    go_on.click()
    go_on.click()
    dialog.get_by_role("radio", name="No processing").check()
    for _ in range(3):
        go_on.click()
    dialog.get_by_text("In 1 record nothing would change but version and date.").wait_for()
    dialog.get_by_role("button", name="Leave them out").click()
    expect(dialog.get_by_text("No records are left.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Create drafts of the")).to_be_disabled()
