"""Mapping in a real browser: from a table to a saved mapping, by role and name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hdp.application import describing, scanning
from hdp.project import mappings

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SHEET = """\
Museum X, Inventar;;;;
Datei;Titel;Urheber;ORCID;Schlagworte
PHOTO_000.JPG;Schale;Müller, Anna;0000-0002-1825-0098;Ton|Schale
photo_001.jpg;Krug;Müller, Anna;0000-0002-1825-0097;Ton|Krug
photo_002.jpg;<b>Kanne</b>;Müller, Anna;;Ton
fehlt.jpg;Teller;Müller, Anna;;Ton
"""


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def sheet(app, make_folder, tmp_path):
    """A project without a mapping, and a museum's sheet beside it."""
    folder = make_folder(3)
    spec = scanning.NewProject(
        tmp_path / "museum.hdpc", "Museum", "MUS", folder, tmp_path / "output",
        {"extensions": [".jpg"], "bundle": "stem"},
    )  # fmt: skip
    scanning.create_project(app, spec)
    scanning.scan_project(app)
    path = tmp_path / "museum.csv"
    path.write_text(SHEET, "cp1252")
    return path


def to_mapping(page):
    page.reload()
    page.get_by_role("link", name="Mapping", exact=True).click()


def choose_table(page, path):
    page.get_by_role("button", name="Configure Mapping").click()
    table = page.get_by_role("combobox", name="Table")
    table.fill(str(path))
    table.press("Enter")
    page.get_by_role("region", name="First rows").get_by_text("photo_001.jpg").wait_for()


def step(page, name):
    page.get_by_role("navigation", name="Steps").get_by_role("button", name=name).click()


def field(page, name):
    """A field of the list, opened."""
    line = page.locator(f'[data-field="{name}"].field-line')
    head = line.locator("button[aria-expanded]").first
    if head.get_attribute("aria-expanded") == "false":
        head.click()
    return line


def choose_word(page, line, typed, option):
    word = line.get_by_role("combobox").last
    word.fill(typed)
    page.get_by_role("option", name=option).first.click()


def stored(app):
    return app.project.read(mappings.list_mappings)


def save(page, expect):
    page.get_by_role("button", name="Save Mapping").click()
    dialog = page.get_by_role("dialog", name="Save Mapping")
    expect(
        dialog.get_by_text(re.compile("^Nothing: no prepared|would read differently"))
    ).to_be_visible()
    dialog.get_by_role("button", name="Save Mapping").click()
    expect(dialog).to_have_count(0)


def test_from_a_sheet_to_a_saved_mapping(page, expect, app, sheet):
    to_mapping(page)
    choose_table(page, sheet)
    rows = page.get_by_role("region", name="First rows")
    expect(page.get_by_label("Row of the column names")).to_have_value("2")
    expect(rows.get_by_role("columnheader", name="Urheber")).to_be_visible()
    expect(rows.get_by_text("Müller, Anna").first).to_be_visible()

    page.get_by_label("Columns are separated by").select_option("comma")
    expect(rows.get_by_role("columnheader", name="Datei;Titel", exact=False)).to_be_visible()
    page.get_by_label("Columns are separated by").select_option("semicolon")
    expect(rows.get_by_role("columnheader", name="Datei", exact=True)).to_be_visible()

    page.get_by_role("button", name="Next").click()
    expect(page.get_by_label("Key column")).to_have_value("Datei")
    figures = page.locator("dl.figures")
    expect(figures).to_contain_text("Items with a row2of 3")
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(figures).to_contain_text("Items with a row3of 3")
    expect(figures).to_contain_text("Rows without an item1")

    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Proposed").first).to_be_visible()
    page.get_by_role("button", name="Accept the proposal for Title").click()
    live = page.get_by_role("region", name="Rows as they will be sent")
    expect(live.get_by_role("rowheader", name="<b>Kanne</b>")).to_be_visible()
    page.get_by_role("button", name="Accept all", exact=True).click()
    expect(live.get_by_role("columnheader", name="Creators")).to_be_visible()

    choose_word(page, field(page, "upload_type"), "image", re.compile("^Image"))
    choose_word(page, field(page, "access_right"), "open", re.compile("^Open"))
    field(page, "publication_date")
    choose_word(page, field(page, "license"), "cc0", re.compile("cc0-1.0"))
    expect(live.get_by_text("cc0-1.0").first).to_be_visible()
    expect(live.get_by_text("is no valid ORCID")).to_be_visible()

    title = field(page, "title")
    title.get_by_label("Rule of Title").select_option("template")
    title.get_by_role("button", name="Insert the column Titel").click()
    title.get_by_label("Template").press("End")
    page.keyboard.type(" aus Ton")
    expect(title.get_by_role("status", name="Live result of Title")).to_contain_text("Krug aus Ton")

    page.get_by_role("button", name="Check all rows").click()
    expect(page.get_by_text("3 items and 4 rows were checked.")).to_be_visible()
    page.get_by_role("button", name="Leave these out: Creators, ORCID").click()
    expect(page.get_by_text("is no valid ORCID")).to_have_count(0)
    expect(page.get_by_text("0 errors").first).to_be_visible()
    assert stored(app) == []

    save(page, expect)
    kept = stored(app)[0]
    assert kept.name == "museum"
    assert "header: 2" in kept.source
    assert "leave_out:" in kept.source
    assert [one for one in describing.check_all(app) if one.severity == "error"] == []


def test_people_of_one_cell_and_parts_that_are_added(page, expect, app, sheet):
    sheet.write_text(SHEET.replace("Müller, Anna", '"Müller, Anna; Kaya, Maria"'), "cp1252")
    to_mapping(page)
    choose_table(page, sheet)
    step(page, "Fields")
    creators = field(page, "creators")
    creators.get_by_role("button", name="Accept").click()
    entry = creators.get_by_role("group", name="Creators 1")
    entry.get_by_label("One entry for each part of a cell").check()
    live = page.get_by_role("region", name="Rows as they will be sent")
    expect(live.get_by_text("Müller, Anna; Kaya, Maria").first).to_be_visible()
    entry.get_by_role("button", name="Leave out ORCID").click()
    entry.get_by_role("button", name="Add Affiliation", exact=True).click()
    part = entry.get_by_role("combobox", name="Affiliation", exact=True)
    part.select_option("literal")
    entry.get_by_label("Value of Affiliation").fill("Museum X")
    page.get_by_role("button", name="YAML", exact=True).click()
    text = page.get_by_role("textbox", name="Mapping as YAML")
    expect(text).to_have_value(re.compile('affiliation: {literal: "Museum X"}'))
    expect(text).to_have_value(re.compile("each: {column: Urheber, split: "))


def test_reconfigured_with_what_it_changes_in_prepared_records(page, expect, app, project, do):
    do("prepare")
    to_mapping(page)
    expect(page.get_by_role("heading", name="Rows as they will be sent")).to_be_visible()
    expect(page.get_by_role("button", name="Save Mapping")).to_be_disabled()
    title = field(page, "title")
    title.get_by_label("Rule of Title").select_option("filename")
    live = page.get_by_role("region", name="Rows as they will be sent")
    expect(live.get_by_role("rowheader", name=re.compile("^photo_001 "))).to_be_visible()

    page.get_by_role("link", name="Dashboard").click()
    asked = page.get_by_role("dialog", name="Leave without saving?")
    asked.get_by_role("button", name="Stay here").click()
    page.get_by_role("button", name="Save Mapping").click()
    dialog = page.get_by_role("dialog", name="Save Mapping")
    expect(dialog.get_by_text("3 records would read differently.")).to_be_visible()
    dialog.get_by_text("Photograph 1", exact=True).first.click()
    expect(dialog.get_by_text("photo_001", exact=True)).to_be_visible()
    assert "filename: stem" not in stored(app)[0].source
    dialog.get_by_role("button", name="Save Mapping").click()
    expect(page.get_by_text("The mapping is saved.", exact=False)).to_be_visible()
    assert "title: {filename: stem}" in stored(app)[0].source
    page.get_by_role("link", name="Dashboard").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dashboard")
    page.get_by_role("link", name="Reconfigure").click()
    steps = page.get_by_role("navigation", name="Steps")
    expect(steps.locator("[aria-current]")).to_have_text(re.compile("Table"))


def test_a_second_mapping_for_some_items_from_another_project(page, expect, app, project, sheet):
    # `sheet` has made and opened another project after `project`.
    lender = project.path.with_name("lender.hdpc")
    lender.write_bytes(project.path.read_bytes())
    to_mapping(page)
    choose_table(page, sheet)
    page.get_by_role("button", name="More about mappings").click()
    page.get_by_role("menuitem", name="From another project...").click()
    page.get_by_role("button", name="Leave without saving").click()
    dialog = page.get_by_role("dialog", name="From another project...")
    dialog.get_by_label("Project file").fill(str(lender))
    dialog.get_by_role("button", name="Look for mappings").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    step(page, "Rows and items")
    page.get_by_label("Only some items").check()
    page.get_by_label("In these folders").fill("scans/*")
    page.get_by_label("In these folders").blur()
    save(page, expect)
    assert [one.applies for one in stored(app)] == [{"folders": ["scans/*"]}]


def test_what_cannot_be_read_is_told_where_it_is(page, expect, app, project):
    to_mapping(page)
    page.get_by_role("button", name="YAML", exact=True).click()
    text = page.get_by_role("textbox", name="Mapping as YAML")
    text.fill("fields: [")
    page.get_by_role("button", name="Use this text").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("This is no YAML")
    text.fill("# mine\nkey: filename\nfields:\n  title: {literal: Bowl} # always\n")
    page.get_by_role("button", name="Use this text").click()
    expect(dialog).to_have_count(0)
    live = page.get_by_role("region", name="Rows as they will be sent")
    expect(live.get_by_role("rowheader", name=re.compile("^Bowl")).first).to_be_visible()
    field(page, "title").get_by_label("Value of Title").fill("Pot")
    expect(live.get_by_role("rowheader", name=re.compile("^Pot")).first).to_be_visible()
    page.get_by_role("button", name="YAML", exact=True).click()
    expect(text).to_have_value("# mine\nkey: filename\nfields:\n  title: {literal: Pot} # always\n")


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_in_the_way_of_anybody(page, expect, sheet, dark):
    if not AXE.is_file():
        pytest.skip("on purpose: axe-core is not installed")
    page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
    to_mapping(page)
    choose_table(page, sheet)
    see(page)
    step(page, "Rows and items")
    expect(page.locator("dl.figures").get_by_text("of 3").first).to_be_visible()
    see(page)
    step(page, "Fields")
    page.get_by_role("button", name="Accept all", exact=True).click()
    creators = field(page, "creators")
    creators.get_by_text("More", exact=True).first.click()
    expect(page.get_by_role("columnheader", name="Creators")).to_be_visible()
    see(page)
    page.get_by_role("button", name="Check all rows").click()
    expect(page.get_by_text("rows were checked.")).to_be_visible()
    page.locator("button[aria-expanded]").first.click()
    see(page)


def see(page):
    page.evaluate(AXE.read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", tags
    )["violations"]
    told = [(one["id"], node["html"]) for one in found for node in one["nodes"]]
    assert told == []
