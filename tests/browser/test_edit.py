"""Edit in a real browser: by role and name, as a person would."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hdp.application import editing
from hdp.project import overrides

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def edit(page, expect, project):
    """The page of Edit of the first record, reached from its row."""
    page.reload()
    page.get_by_role("link", name="Uploads").click()
    row = page.get_by_role("row", name=re.compile("Photograph 0"))
    row.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Edit: Photograph 0")
    return page


def stored(app, name, item=1):
    fields = editing.describe(app, None, item)["fields"]
    return next(one for one in fields if one["field"] == name)


def save(page, expect):
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("All changes are saved")).to_be_visible()


def test_a_title_is_changed_reset_and_locked(edit, expect, app):
    title = edit.get_by_label("Title", exact=True)
    expect(edit.get_by_text("From column “title”, objects.csv row 2").first).to_be_visible()
    title.fill("<img src=x onerror=alert(1)> bowl")
    preview = edit.get_by_role("complementary")
    expect(preview.get_by_role("heading", level=3).first).to_have_text(
        "<img src=x onerror=alert(1)> bowl"
    )
    assert preview.locator("img").count() == 0
    edit.get_by_role("button", name="Lock Title against pipelines").click()
    assert stored(app, "title")["state"] == "mapped"
    save(edit, expect)
    assert stored(app, "title")["value"] == "<img src=x onerror=alert(1)> bowl"
    assert stored(app, "title")["locked"] is True
    edit.get_by_role("button", name="Reset Title to the mapping").click()
    expect(title).to_have_value("Photograph 0")
    save(edit, expect)
    assert stored(app, "title")["state"] == "mapped"


def test_a_wrong_orcid_is_told_beside_it_and_put_right(edit, expect, app):
    edit.get_by_role("button", name="Add Creator").click()
    person = edit.get_by_role("group", name="Creator 2")
    person.get_by_label("Name").fill("Doe, Jane")
    orcid = person.get_by_label("ORCID")
    orcid.fill("0000-0002-1825-0098")
    expect(orcid).to_have_attribute("aria-invalid", "true")
    told = edit.locator(f"#{orcid.get_attribute('aria-describedby')}")
    expect(told).to_contain_text("0000-0002-1825-0098")
    edit.get_by_role("button", name="Save", exact=True).click()
    expect(edit.get_by_text("Nothing was stored")).to_be_visible()
    expect(orcid).to_be_focused()
    assert stored(app, "creators")["state"] == "mapped"
    orcid.fill("0000-0002-1825-0097")
    expect(orcid).not_to_have_attribute("aria-invalid", "true")
    edit.get_by_role("button", name="Move Creator 2 up").click()
    save(edit, expect)
    assert [one["name"] for one in stored(app, "creators")["value"]] == [
        "Doe, Jane", "Müller, Anna",
    ]  # fmt: skip
    edit.get_by_role("button", name="Remove Creator 1").click()
    save(edit, expect)
    assert [one["name"] for one in stored(app, "creators")["value"]] == ["Müller, Anna"]


def test_a_word_is_found_by_typing(edit, expect, app):
    licence = edit.get_by_role("combobox", name="Licence")
    expect(licence).to_have_value(re.compile("Creative Commons Attribution 4.0"))
    licence.fill("cc0")
    expect(edit.get_by_role("option", name=re.compile("cc0-1.0"))).to_be_visible()
    licence.press("Enter")
    expect(licence).to_have_value(re.compile("Zero"))
    edit.get_by_role("button", name="Add the field Language").click()
    language = edit.get_by_role("combobox", name="Language")
    expect(language).to_be_focused()
    language.fill("german")
    edit.get_by_role("option", name=re.compile("^German deu")).click()
    save(edit, expect)
    assert (stored(app, "license")["value"], stored(app, "language")["value"]) == (
        "cc0-1.0", "deu",
    )  # fmt: skip


def test_text_and_lists(edit, expect, app):
    edit.get_by_label("Description", exact=True).fill("A <b>bowl</b>\nof clay")
    edit.get_by_role("button", name="Add the field Keywords").click()
    edit.get_by_label("Keywords", exact=True).fill("bowl\n\n clay ")
    save(edit, expect)
    assert stored(app, "description")["value"] == "<p>A &lt;b&gt;bowl&lt;/b&gt;<br>of clay</p>"
    assert stored(app, "keywords")["value"] == ["bowl", "clay"]


def test_unsaved_changes_are_asked_about(edit, expect, app):
    edit.get_by_label("Title", exact=True).fill("Half done")
    edit.get_by_role("button", name="Back").click()
    dialog = edit.get_by_role("dialog", name="Leave without saving?")
    dialog.get_by_role("button", name="Stay here").click()
    expect(edit.get_by_label("Title", exact=True)).to_have_value("Half done")
    edit.get_by_role("link", name="Dashboard").click()
    dialog.get_by_role("button", name="Save and leave").click()
    expect(edit.get_by_role("heading", level=1)).to_have_text("Dashboard")
    assert stored(app, "title")["value"] == "Half done"


def test_somebody_else_was_quicker(edit, expect, app, project):
    edit.get_by_label("Title", exact=True).fill("Mine")
    project.write(lambda c: overrides.set_value(c, 1, "practice", "title", "Other", only=False))
    edit.get_by_role("button", name="Save", exact=True).click()
    expect(edit.get_by_text("was changed somewhere else meanwhile")).to_be_visible()
    told = edit.get_by_text("Meanwhile changed elsewhere to: Other")
    expect(told).to_be_visible()
    expect(edit.get_by_label("Title", exact=True)).to_have_value("Mine")
    assert stored(app, "title")["value"] == "Other"
    edit.get_by_role("button", name="Take the other").click()
    expect(edit.get_by_label("Title", exact=True)).to_have_value("Other")
    expect(edit.get_by_text("All changes are saved")).to_be_visible()


def test_what_others_store_is_seen_while_typing_and_mine_may_be_kept(edit, expect, app):
    edit.get_by_label("Title", exact=True).fill("Mine")
    values = {"title": "Other", "journal_title": "Annals"}
    editing.set_fields(app, None, 1, values)
    expect(edit.get_by_text("Meanwhile changed elsewhere to: Other")).to_be_visible()
    expect(edit.get_by_role("textbox", name="Journal", exact=True)).to_have_value("Annals")
    edit.get_by_role("button", name="Keep mine").click()
    expect(edit.get_by_text("Meanwhile changed elsewhere")).to_have_count(0)
    save(edit, expect)
    assert stored(app, "title")["value"] == "Mine"
    assert stored(app, "journal_title")["value"] == "Annals"


def test_typed_into_a_record_that_becomes_a_draft(edit, expect, app, do):
    edit.get_by_label("Title", exact=True).fill("Mine")
    do("prepare", 1)
    do("create", 1)
    expect(edit.get_by_text("1 change cannot be stored.")).to_be_visible()
    expect(edit.get_by_label("Title", exact=True)).to_have_value("Mine")
    edit.get_by_role("button", name="Discard changes").click()
    expect(edit.get_by_label("Title", exact=True)).to_have_value("Photograph 0")
    edit.get_by_role("link", name="Manage Drafts").click()
    expect(edit.get_by_role("tab", name="Manage Drafts")).to_have_attribute("aria-selected", "true")


def test_from_one_problem_to_the_next(edit, expect):
    edit.get_by_label("Title", exact=True).fill("ab")
    date = edit.get_by_label("Publication date", exact=True)
    date.fill("last year")
    jump = edit.get_by_role("button", name="2 errors")
    jump.click()
    expect(edit.get_by_label("Title", exact=True)).to_be_focused()
    jump.click()
    expect(date).to_be_focused()


def test_metadata_is_exported(edit, expect, do):
    edit.get_by_role("button", name="Export metadata").click()
    with edit.expect_download() as got:
        edit.get_by_role("menuitem", name="DataCite (JSON)").click()
    assert got.value.suggested_filename.endswith("-datacite.json")
    made = json.loads(Path(got.value.path()).read_text("utf-8"))
    assert made["titles"] == [{"title": "Photograph 0"}]
    do("prepare")
    edit.get_by_role("link", name="Uploads").click()
    edit.get_by_role("button", name="Export metadata").click()
    with edit.expect_download() as got:
        edit.get_by_role("menuitem", name="Table (CSV)").click()
    assert got.value.suggested_filename == "TST-practice.csv"
    text = Path(got.value.path()).read_text("utf-8-sig")
    assert [text.count(f"Photograph {one}") > 0 for one in range(3)] == [True] * 3


def test_a_prepared_record_is_prepared_again_and_a_draft_is_shown_only(edit, expect, app, do):
    do("prepare", 1)
    edit.get_by_label("Title", exact=True).fill("Changed later")
    save(edit, expect)
    edit.get_by_role("button", name="Prepare again").click()
    expect(edit.get_by_text("It is prepared without these changes.")).to_have_count(0)
    do("create", 1)
    expect(edit.get_by_text("To change it, change the table or set fields")).to_be_visible()
    expect(edit.get_by_label("Title", exact=True)).to_be_disabled()
    expect(edit.get_by_role("button", name="Save", exact=True)).to_have_count(0)


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_in_the_way_of_anybody(edit, expect, dark):
    if not AXE.is_file():
        pytest.skip("on purpose: axe-core is not installed")
    edit.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
    for name in ("Contributors", "Dates", "Locations", "Notes", "Embargo until"):
        edit.get_by_role("button", name=f"Add the field {name}").click()
    edit.get_by_role("button", name="Add Contributor").click()
    edit.get_by_label("Title", exact=True).fill("ab")
    expect(edit.get_by_label("Title", exact=True)).to_have_attribute("aria-invalid", "true")
    edit.get_by_role("combobox", name="Licence").click()
    edit.evaluate(AXE.read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = edit.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", tags
    )["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
