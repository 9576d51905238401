"""The tutorial, walked in a real browser: from a folder of three photographs to three DOIs.

Takes docs/screens/tutorial-*.png on the way; called by tools.make_screenshots.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hdp.paths import sample_dir

Take = Callable[[str], None]
PHOTOGRAPHS = ("SH-1998-004_amphora.jpg", "SH-1998-011_bowl.jpg", "SH-1999-002_coin.jpg")
TABLE = """\
Filename,Title,Description,Creator,ORCID,Keywords,Licence
SH-1998-004_amphora.jpg,Wine amphora with stripes,"Amphora from trench 4, mended.","Berger, Lena",\
0000-0002-1825-0097,amphora;wine,cc0-1.0
SH-1998-011_bowl.jpg,Bowl on a ring foot,Small bowl of nine sherds.,"Berger, Lena",\
0000-0002-1825-0097,bowl;pottery,cc0-1.0
SH-1999-002_coin.jpg,Bronze coin,"Worn coin, obverse.","Berger, Lena",\
0000-0002-1825-0097,coin;bronze,cc0-1.0
"""


def make_folder(folder: Path) -> None:
    """A folder as people have it: photographs, and a table beside them."""
    photographs = folder / "photographs"
    photographs.mkdir(parents=True)
    for name in PHOTOGRAPHS:
        shutil.copyfile(sample_dir() / name, photographs / name)
    (folder / "finds.csv").write_text(TABLE, encoding="utf-8")


def walk(page: Any, folder: Path, take: Take) -> None:
    """All steps of docs/tutorial/first-publication.md, in their order."""
    make_project(page, folder, take)
    map_columns(page, folder, take)
    publish(page, take)


def make_project(page: Any, folder: Path, take: Take) -> None:
    """The wizard, to the first dialog of the new project."""
    take("tutorial-welcome")
    page.get_by_role("button", name="New Project").click()
    page.get_by_label("Project name").fill("Finds 1998")
    page.get_by_label("Short code").fill("FINDS")
    path_field(page, "Folder of the project file", folder)
    take("tutorial-details")
    _next(page)
    page.get_by_role("checkbox", name=re.compile("Image")).check()
    _next(page)
    path_field(page, "Folder of your files", folder / "photographs")
    take("tutorial-paths")
    _next(page)
    _next(page)
    page.get_by_role("heading", name="Review Found Files").wait_for()
    page.get_by_text(PHOTOGRAPHS[0]).first.wait_for()
    take("tutorial-review")
    _next(page)
    page.get_by_role("button", name="Create Project").click()
    page.get_by_role("dialog").get_by_text("All files are read and checked.").wait_for()
    take("tutorial-created")


def map_columns(page: Any, folder: Path, take: Take) -> None:
    """From the table to a saved mapping, with what no column says filled in."""
    page.get_by_role("dialog").get_by_role("button", name="Configure Mapping").click()
    page.get_by_role("heading", name="Mapping", level=1).wait_for()
    configure = page.get_by_role("main").get_by_role("button", name="Configure Mapping")
    table = page.get_by_role("combobox", name="Table")
    configure.or_(table).first.wait_for()
    if configure.is_visible():
        configure.click()
    table.fill(str(folder / "finds.csv"))
    table.press("Enter")
    page.get_by_role("region", name="First rows").get_by_text(PHOTOGRAPHS[0]).wait_for()
    take("tutorial-table")
    _next(page)
    page.get_by_label("Key column").wait_for()
    take("tutorial-key")
    _next(page)
    page.get_by_role("button", name="Accept all", exact=True).click()
    choose(page, "upload_type", "image", re.compile("^Image"))
    choose(page, "access_right", "open", re.compile("^Open"))
    open_field(page, "publication_date")
    open_field(page, "image_type").get_by_label("Rule of Image type").select_option("choose")
    choose(page, "image_type", "photo", re.compile("^Photo"))
    take("tutorial-mapping")
    page.get_by_role("button", name="Check all rows").click()
    page.get_by_text(re.compile(r"items and \d+ rows were checked")).wait_for()
    take("tutorial-check")
    page.get_by_role("button", name="Save Mapping").click()
    page.get_by_role("dialog", name="Save Mapping").get_by_role(
        "button", name="Save Mapping"
    ).click()


def publish(page: Any, take: Take) -> None:
    """Prepare, create, upload, publish, and look at the DOIs."""
    page.get_by_role("link", name="Uploads").click()
    page.get_by_role("row", name=re.compile("amphora")).wait_for()
    take("tutorial-prepare")
    batch(page, "Prepare Metadata", "Prepare Metadata")
    batch(page, "Create Draft", "Create Zenodo Drafts", take, "tutorial-create")
    batch(page, "Manage Drafts", "Upload Files")
    take("tutorial-drafts")
    start(page, "Publish")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=re.compile("^Publish")).last.wait_for()
    take("tutorial-publish")
    dialog.get_by_role("button", name=re.compile("^Publish")).last.click()
    finish(page)
    page.get_by_role("tab", name=re.compile("^Published")).click()
    page.get_by_text("Concept ID").first.wait_for()
    take("tutorial-published")


def batch(page: Any, tab: str, action: str, take: Take | None = None, name: str = "") -> None:
    """An action on all records of a tab, to its end."""
    page.get_by_role("tab", name=re.compile(f"^{tab}")).click()
    start(page, action)
    page.get_by_role("dialog").get_by_text(re.compile("3 of 3")).first.wait_for()
    if take:
        take(name)
    finish(page)


def start(page: Any, action: str) -> None:
    """Select everything, choose the action, execute."""
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_label("Select Batch Action").select_option(label=action)
    page.get_by_role("button", name="Execute").click()


def finish(page: Any) -> None:
    """Wait for the last record, then close the dialog."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(re.compile("3 of 3")).first.wait_for()
    dialog.get_by_role("button", name="Close", exact=True).click()


def path_field(page: Any, label: str, path: Path) -> None:
    """Type a path and leave the list of suggestions."""
    page.get_by_label(label).fill(str(path))
    page.get_by_label(label).press("Tab")


def open_field(page: Any, name: str) -> Any:
    """A field of the mapping, opened."""
    line = page.locator(f'[data-field="{name}"].field-line')
    head = line.locator("button[aria-expanded]").first
    if head.get_attribute("aria-expanded") == "false":
        head.click()
    return line


def choose(page: Any, field: str, typed: str, option: re.Pattern[str]) -> None:
    """Choose a word of a field's list."""
    open_field(page, field).get_by_role("combobox").last.fill(typed)
    page.get_by_role("option", name=option).first.click()


def _next(page: Any) -> None:
    page.get_by_role("button", name="Next").click()
