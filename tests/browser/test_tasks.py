"""The five tasks of docs/tutorial/five-tasks.md, done as by a person who has read nothing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from hdp.application import Selection, describing, views
from hdp.application.published import published_groups
from hdp.paths import sample_dir
from tools import walk_tutorial as steps

pytestmark = pytest.mark.browser
MODEL = ("SH-2011-031_bowl.obj", "SH-2011-031_bowl.mtl", "SH-2011-031 red slip.jpg")


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


def nothing(_name: str) -> None:
    """Takes no picture."""


def batch(page, expect, tab: str, action: str, done: str) -> None:
    page.get_by_role("tab", name=re.compile(f"^{tab}")).click()
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_label("Select Batch Action").select_option(label=action)
    page.get_by_role("button", name="Execute").click()
    expect(page.get_by_role("dialog")).to_contain_text(done)


def close(page, expect) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_publish_three_photographs(page, expect, app, tmp_path):
    """Task 1, which is the tutorial itself: its text is true as long as this passes."""
    steps.make_folder(tmp_path / "Finds")
    steps.walk(page, tmp_path / "Finds", nothing)
    groups = published_groups(app, "practice")["groups"]
    assert len(groups) == 3
    for group in groups:
        expect(page.get_by_text(group["versions"][0]["doi"]).first).to_be_visible()


def test_a_model_with_textures(page, expect, app, tmp_path):
    """Task 2: one record of model, material and texture."""
    folder = tmp_path / "models"
    folder.mkdir()
    for name in MODEL:
        shutil.copyfile(sample_dir() / name, folder / name)
    page.get_by_role("button", name="New Project").click()
    page.get_by_label("Project name").fill("Bowl")
    steps.path_field(page, "Folder of the project file", tmp_path)
    following = page.get_by_role("button", name="Next")
    following.click()
    page.get_by_role("checkbox", name=re.compile("3D model|Model")).first.check()
    following.click()
    steps.path_field(page, "Folder of your files", folder)
    following.click()
    following.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review Found Files")
    expect(page.get_by_text("1 item from 3 files")).to_be_visible()
    following.click()
    page.get_by_role("button", name="Create Project").click()
    expect(page.get_by_role("dialog")).to_contain_text("All files are read and checked.")
    (item,) = views.item_list(app, "practice", Selection(all=True))
    assert {one["role"] for one in item["files"]} == {"primary", "material", "texture"}
    page.get_by_role("dialog").get_by_role("button", name="Look at the files").click()
    page.get_by_role("row", name=re.compile("SH-2011-031_bowl")).get_by_text("_bowl").first.click()
    expect(page.get_by_text("red slip.jpg").first).to_be_visible()


@pytest.fixture
def spoiled(open_project, app):
    """Five photographs, one of them with a licence that does not exist."""
    project = open_project(5)
    folder = project.root_dir("input")
    table = (folder / "objects.csv").read_text(encoding="utf-8").splitlines()
    licences = ["licence", "cc-by-4.0", "cc-by-4.0", "cc-by-99", "cc-by-4.0", "cc-by-4.0"]
    lines = [f"{line},{one}" for line, one in zip(table, licences, strict=True)]
    (folder / "objects.csv").write_text("\n".join(lines), encoding="utf-8")
    mapping = folder / "mapping.yaml"
    text = mapping.read_text().replace("{literal: cc-by-4.0}", "{column: licence}")
    mapping.write_text(text)
    describing.set_mapping(app, mapping)
    return project


def test_fix_a_rejected_record(page, expect, app, spoiled):
    """Task 3: the dialog says which and why, Edit mends it, the record goes on."""
    page.reload()
    page.get_by_role("link", name="Uploads").click()
    batch(page, expect, "Prepare Metadata", "Prepare Metadata", "4 of 5")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem").filter(has_text="Photograph 2")).to_contain_text(
        "cc-by-99"
    )
    close(page, expect)
    row = page.get_by_role("row", name=re.compile("Photograph 2"))
    row.get_by_role("button", name="Edit").or_(row.get_by_role("link", name="Edit")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Photograph 2")
    licence = page.get_by_role("combobox", name=re.compile("Licence")).first
    expect(licence).to_be_focused()
    licence.fill("cc-by-4.0")
    page.get_by_role("option", name=re.compile("cc-by-4.0")).first.click()
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.get_by_role("link", name="Uploads").click()
    row = page.get_by_role("row", name=re.compile("Photograph 2"))
    row.get_by_role("button", name="Prepare Metadata").click()
    tab = page.get_by_role("tab", name=re.compile("^Create Draft"))
    expect(tab).to_contain_text("5")


def test_discard_a_wrong_batch(page, expect, app, project, do):
    """Task 4: the drafts are gone in the repository, the items are back at the start."""
    for action in ("prepare", "create", "upload"):
        do(action)
    page.reload()
    page.get_by_role("link", name="Uploads").click()
    page.get_by_role("tab", name=re.compile("^Manage Drafts")).click()
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_label("Select Batch Action").select_option(label="Discard Drafts")
    page.get_by_role("button", name="Execute").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("deleted in the repository")
    lost = dialog.get_by_role("region", name="What is lost")
    expect(lost).to_contain_text("3 drafts, 3 uploaded files")
    expect(lost.get_by_role("listitem")).to_have_count(3)
    dialog.get_by_role("button", name=re.compile("^Discard")).click()
    expect(page.get_by_role("dialog")).to_contain_text("3 of 3")
    close(page, expect)
    expect(page.get_by_role("tab", name=re.compile("^Manage Drafts"))).to_contain_text("0")
    expect(page.get_by_role("tab", name=re.compile("^Prepare Metadata"))).to_contain_text("3")
    assert not app.desk("practice").open_remote().list_drafts(None)


def test_find_the_doi_of_last_months_record(page, expect, app, project, do):
    """Task 5: from a closed app to the DOI on the clipboard, by three ways."""
    for action in ("prepare", "create", "upload", "publish"):
        do(action, 2)
    (group,) = published_groups(app, "practice")["groups"]
    doi = group["versions"][0]["doi"]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    app.close_project()
    page.reload()
    page.get_by_role("region", name="Recent projects").get_by_role(
        "button", name=re.compile("^Test")
    ).click()
    latest = page.get_by_role("region", name="Latest published records")
    expect(latest).to_contain_text("Photograph 1")
    latest.get_by_role("button", name=f"Copy DOI {doi}").click()
    assert page.evaluate("navigator.clipboard.readText()") == doi
    latest.get_by_role("link", name="All published records").click()
    page.get_by_role("searchbox").fill("graph 1")
    expect(page.get_by_text(doi).first).to_be_visible()
    page.get_by_role("button", name="Cite").click()
    page.get_by_role("button", name="Copy citation in APA").click()
    expect(page.get_by_text(re.compile("^Copied Müller, A.")).first).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "Photograph 1" in copied and copied.endswith(f"https://doi.org/{doi}")
    page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()
    page.keyboard.press("Control+k")
    page.keyboard.type("photograph 1")
    expect(page.get_by_role("option", name=re.compile("Photograph 1.*Published"))).to_be_visible()


def test_the_pages_name_pictures_that_are_there():
    root = Path(__file__).parents[2] / "docs" / "tutorial"
    for page in root.glob("*.md"):
        for name in re.findall(r"\]\((\.\./screens/[^)]+)\)", page.read_text(encoding="utf-8")):
            assert (root / name).is_file(), f"{page.name}: {name}"
