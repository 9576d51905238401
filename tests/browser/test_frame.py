"""The frame by role and name: dashboard, settings, activity, palette, projects, both languages."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from hdp.application import Application
from hdp.application.page import serve
from hdp.jobs import Lane

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
LANE = Lane("test", 2)
SCREENS = ("dashboard", "settings", "activity", "activity/requests")


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


def go(page, place: str) -> None:
    page.goto(f"{page.url.split('#')[0]}#/{place}")


def shown(page, place: str) -> None:
    page.reload()
    go(page, place)
    page.get_by_role("heading", level=1).first.wait_for()


@pytest.fixture
def busy(app, project):
    """A job that runs until it is told to end."""
    go_on = threading.Event()

    def work(task):
        while not go_on.wait(0.02):
            task.check_cancelled()

    job = app.jobs.submit(
        "upload", "Upload Files", [(1, "Photograph 0")], work, lane=LANE, env="practice"
    )
    yield job
    go_on.set()
    if app.has_project:
        app.jobs.wait(job, timeout=20)


def test_the_dashboard_counts_in_all_environments(page, expect, project, app, do, tmp_path):
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    app.environments.add("shelf", target="archive", url=shelf.as_uri(), kind="sandbox")
    do("prepare", 1, 2)
    do("create", 1)
    do("prepare", 1, env="shelf")
    do("prepare", 3, env="sandbox")
    shown(page, "dashboard")
    table = page.get_by_role("region", name="In all environments").get_by_role("table")
    expect(table.get_by_role("row", name=re.compile("Practice"))).to_contain_text("1")
    cells = table.get_by_role("row", name=re.compile("shelf")).get_by_role("cell")
    assert [one.inner_text() for one in cells.all()] == ["2", "1", "0", "0"]
    page.get_by_label("Environment", exact=True).select_option("sandbox")
    row = page.get_by_role("region", name="Needs attention").get_by_role("listitem")
    expect(row).to_contain_text("1 record waits for a token")
    page.get_by_role("button", name="1 in Create Draft, shelf").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Uploads")
    expect(page.get_by_label("Environment", exact=True)).to_have_value("shelf")


def test_the_latest_records_have_their_doi(page, expect, project, do):
    for action in ("prepare", "create", "upload", "publish"):
        do(action, 1)
    shown(page, "dashboard")
    latest = page.get_by_role("region", name="Latest published records")
    expect(latest.get_by_role("button", name=re.compile("Copy DOI 10.5072"))).to_be_visible()
    expect(page.get_by_role("link", name="View Mapping")).to_be_visible()
    expect(page.get_by_role("link", name="Reconfigure")).to_be_visible()
    limits = page.get_by_role("region", name="Disk and limits")
    expect(limits).to_contain_text("A record may hold 100 files and 50.0 GB.")


def test_an_environment_is_added_edited_checked_removed(page, expect, project, app, tmp_path):
    (tmp_path / "shelf").mkdir()
    shown(page, "settings")
    page.get_by_role("button", name="Add Environment").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Kind of repository").select_option(label="Archive folder")
    dialog.get_by_label("Short name").fill("Our Shelf")
    expect(dialog.get_by_text("Use small letters")).to_be_visible()
    expect(dialog.get_by_role("button", name="Add", exact=True)).to_be_disabled()
    dialog.get_by_label("Short name").fill("shelf")
    dialog.get_by_label("Folder of the archive").fill(str(tmp_path / "nowhere"))
    dialog.get_by_label("Short name").focus()
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("is not there")
    dialog.get_by_label("Folder of the archive").fill(str(tmp_path / "shelf"))
    dialog.get_by_label("Short name").focus()
    dialog.get_by_role("radio", name=re.compile("Sandbox")).check()
    dialog.get_by_role("button", name="Add", exact=True).click()
    card = page.get_by_role("article", name="shelf")
    expect(card).to_contain_text("Archive folder")
    card.get_by_role("button", name="Check shelf").click()
    expect(card.get_by_role("status")).to_contain_text("It answers")
    card.get_by_role("button", name="Edit shelf").click()
    page.get_by_role("dialog").get_by_label("Title").fill("Our shelf")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    card = page.get_by_role("article", name="Our shelf")
    expect(card).to_be_visible()
    assert app.environments.get("shelf").title == "Our shelf"
    card.get_by_role("button", name="Remove Our shelf").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(card).to_have_count(0)


def test_a_token_is_set_replaced_and_forgotten(page, expect, app):
    go(page, "settings")
    card = page.get_by_role("article", name="Sandbox")
    expect(card.get_by_role("button", name="Check Sandbox")).to_be_disabled()
    card.get_by_label("Token for Sandbox").fill("first-token")
    card.get_by_role("button", name="Save token").click()
    expect(card.get_by_role("button", name="Replace token")).to_be_visible()
    assert app.credentials.get("sandbox")[0] == "first-token"
    card.get_by_label("Token for Sandbox").fill("zweites Token")
    card.get_by_role("button", name="Replace token").click()
    expect(card.get_by_role("alert")).to_contain_text("characters that no token has")
    card.get_by_label("Token for Sandbox").fill("second-token")
    card.get_by_role("button", name="Replace token").click()
    expect(card.get_by_label("Token for Sandbox")).to_have_value("")
    assert app.credentials.get("sandbox")[0] == "second-token"
    assert "second-token" not in page.content()
    card.get_by_role("button", name="Forget token: Sandbox").click()
    expect(card.get_by_role("button", name="Save token")).to_be_visible()
    assert not app.credentials.has("sandbox")


def test_publishing_is_switched_off_for_this_project(page, expect, project, app):
    shown(page, "settings")
    box = page.get_by_role("checkbox", name=re.compile("may publish in Practice"))
    box.uncheck()
    expect(box).not_to_be_checked()
    expect(page.get_by_role("article", name="Practice")).to_be_visible()
    page.wait_for_function(
        "fetch('/api/settings').then(r => r.json()).then(s => !s.project.publishing.practice)"
    )
    assert project.setting("drafts-only") == ["practice"]


def test_defaults_are_kept_where_the_field_is_left(page, expect, app):
    from hdp.application.config import Config

    go(page, "settings")
    region = page.get_by_role("region", name="Defaults")
    region.get_by_label("Creator").fill("Müller, Anna")
    region.get_by_label("ORCID").fill("0000-0002-1825-0098")
    region.get_by_label("Affiliation").focus()
    expect(region.get_by_role("alert")).to_contain_text("an ORCID such as")
    region.get_by_label("ORCID").fill("0000-0002-1825-0097")
    region.get_by_label("Affiliation").focus()
    expect(region.get_by_role("alert")).to_have_count(0)
    page.wait_for_function(
        "fetch('/api/settings').then(r => r.json()).then(s => !!s.config['creator-orcid'])"
    )
    assert Config(app.home).creator() == {"name": "Müller, Anna", "orcid": "0000-0002-1825-0097"}


def test_theme_and_language_outlive_the_address(page, expect, app, browser):
    go(page, "settings")
    page.get_by_label("Theme").select_option("dark")
    page.get_by_label("Language", exact=True).select_option("de")
    expect(page.get_by_role("heading", level=1)).to_have_text("Einstellungen")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    again = Application(app.home)  # the next start: another port, an empty browser
    server = serve(again)
    context = browser.new_context(locale="en-GB")
    other = context.new_page()
    other.goto(server.url)
    expect(other.get_by_role("button", name="Neues Projekt")).to_be_visible()
    expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    context.close()
    server.stop()
    again.close()


def test_a_german_page_speaks_german(page, expect, project, app, do):
    for action in ("prepare", "create", "upload"):
        do(action)
    page.reload()
    go(page, "settings")
    page.get_by_label("Language", exact=True).select_option("de")
    go(page, "activity")
    expect(page.get_by_role("row", name=re.compile("Hochladen"))).to_contain_text("3 von 3")
    page.get_by_role("button", name="Einzelheiten zu Hochladen").click()
    expect(page.get_by_role("dialog")).to_contain_text("Erledigt")
    expect(page.get_by_role("dialog")).to_contain_text("1 von 1 Datei geprüft")
    page.keyboard.press("Escape")
    go(page, "activity/requests")
    expect(page.get_by_role("cell", name=re.compile(r"0,\d\d s")).first).to_be_visible()
    page.get_by_label("Language", exact=True)
    go(page, "dashboard")
    expect(page.get_by_text("Ein Datensatz fasst 100 Dateien und 50,0 GB.")).to_be_visible()


def test_the_palette_finds_sections_actions_and_records(page, expect, project, do):
    do("prepare", 2)
    page.reload()
    page.get_by_role("heading", level=1).first.wait_for()
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Search sections, actions and records")
    expect(box).to_be_focused()
    for section in ("Dashboard", "Files", "Mapping", "Uploads", "Pipelines", "Plugins", "Activity",
                    "Settings"):  # fmt: skip
        expect(page.get_by_role("option", name=f"{section} Section", exact=True)).to_have_count(1)
    page.keyboard.type("graph 1")
    option = page.get_by_role("option", name=re.compile("Photograph 1"))
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Photograph 1")
    page.keyboard.press("Control+k")
    page.keyboard.type("requests")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Requests")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Control+k")
    page.keyboard.type("nothing like it")
    expect(page.get_by_role("status").filter(has_text="Nothing has that name.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_recents_say_what_is_gone(page, expect, project, app):
    path = project.path
    app.close_project()
    path.rename(path.with_suffix(".bak"))
    page.reload()
    section = page.get_by_role("region", name="Recent projects")
    expect(section).to_contain_text("no longer there")
    expect(section.get_by_role("button", name=re.compile("Test .*no longer"))).to_be_disabled()
    section.get_by_role("button", name="Remove Test from the list").click()
    expect(section).to_contain_text("None yet.")


def test_a_project_is_opened_by_its_path(page, expect, project, app):
    path = project.path
    app.close_project()
    page.reload()
    page.get_by_role("button", name="Open Project").click()
    dialog = page.get_by_role("dialog", name="Open Project")
    field = dialog.get_by_label("Project file")
    expect(field).to_be_focused()
    field.fill(str(path.parent / "input" / "objects.csv"))
    dialog.get_by_role("button", name="Open", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("is not a project file")
    field.fill(str(path))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dashboard")


def test_leaving_asks_while_jobs_run(page, expect, project, app, busy):
    page.reload()
    menu = page.get_by_role("button", name=re.compile("Test 3 items"))
    menu.click()
    page.get_by_role("menuitem", name="Close Project").click()
    dialog = page.get_by_role("dialog", name="1 job is still running")
    expect(dialog.get_by_role("button", name="Stay here")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    assert app.has_project and app.jobs.running() == [busy]
    menu.click()
    page.get_by_role("menuitem", name="Close Project").click()
    dialog.get_by_role("button", name="Close Project").click()
    expect(page.get_by_role("button", name="New Project")).to_be_visible()
    assert not app.has_project


def test_the_top_bar_lists_several_jobs(page, expect, project, app, busy):
    page.reload()
    expect(page.get_by_role("button", name=re.compile("Running job.*Upload Files"))).to_be_visible()
    go_on = threading.Event()
    second = app.jobs.submit(
        "verify", "Verify", [(2, "B")], lambda task: go_on.wait(30) and None,
        lane=LANE, env="practice",
    )  # fmt: skip
    page.get_by_role("button", name=re.compile(r"\+ 1 more")).click()
    expect(page.get_by_role("menuitem")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Verify")).to_be_visible()
    go_on.set()
    app.jobs.wait(second, timeout=20)


def test_a_second_window_is_told_of_another_project(page, expect, project, app):
    page.reload()
    page.get_by_role("heading", level=1).first.wait_for()
    app.close_project()  # as another window of this HDP does
    expect(page.get_by_role("button", name="New Project")).to_be_visible()
    expect(page.get_by_text("Another window closed “Test”.")).to_be_visible()
    app.open_project(project.path)
    expect(page.get_by_text("Another window opened “Test”.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dashboard")


@pytest.mark.parametrize("size", [(1000, 700), (640, 450)])
def test_messages_lie_over_nothing(page, expect, project, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(reduced_motion="reduce")
    shown(page, "settings")
    page.get_by_label("Token for Sandbox").fill("a-token")
    page.get_by_role("button", name="Save token").first.click()
    toast = page.get_by_role("region", name="Messages").get_by_text("token is in")
    expect(toast).to_be_visible()
    page.wait_for_function(
        """() => {
            const bottom = (one) => document.querySelector(one).getBoundingClientRect().bottom
            const notes = document.querySelector('[popover]:popover-open').getBoundingClientRect()
            return Math.min(bottom('#main'), bottom('#app')) <= notes.top + 1
        }"""
    )
    page.get_by_role("button", name=re.compile("Command palette")).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_activity_by_keyboard(page, expect, project, do):
    do("prepare")
    shown(page, "activity")
    jobs = page.get_by_role("tab", name="Jobs")
    jobs.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Requests")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Requests")).to_be_visible()
    page.keyboard.press("Home")
    expect(jobs).to_be_focused()
    row = page.get_by_role("row", name=re.compile("Prepare Metadata"))
    expect(row).to_contain_text("3 of 3")
    row.get_by_role("button", name="Details of Prepare Metadata").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Prepare Metadata")
    expect(dialog).to_contain_text("Photograph 1")
    expect(dialog.get_by_role("button", name="Save report")).to_be_visible()
    page.keyboard.press("Escape")
    expect(row.get_by_role("button", name="Details of Prepare Metadata")).to_be_focused()


def test_all_sections_are_reached_by_keyboard(page, expect, project):
    """From the top of the page: project menu, sections, environment, palette; then the view."""
    page.reload()
    page.get_by_role("heading", level=1).first.wait_for()
    page.get_by_role("button", name=re.compile("Test 3 items")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="New Project")).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("menuitem", name="Close Project")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=re.compile("Test 3 items"))).to_be_focused()
    for section in ("Dashboard", "Files", "Mapping", "Uploads", "Pipelines", "Plugins", "Activity",
                    "Settings"):  # fmt: skip
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name=section, exact=True).first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_text("Settings")
    expect(page.get_by_role("button", name="Add Environment")).to_be_enabled()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Add Environment")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Kind of repository")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Add Environment")).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_frame(page, project, app, do, theme):
    if not AXE.is_file():
        pytest.skip("accessibility: frontend/node_modules is not there")
    for action in ("prepare", "create", "upload", "publish"):
        do(action, 1)
    do("prepare", 2, env="sandbox")
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.reload()
    found = []

    def look(what: str) -> None:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        result = page.evaluate("axe.run()")
        found.extend(f"{what}: {one['id']}: {one['help']}" for one in result["violations"])

    for place in SCREENS:
        go(page, place)
        page.get_by_role("heading", level=1).first.wait_for()
        look(place)
    go(page, "settings")
    page.get_by_role("button", name="Add Environment").click()
    look("add environment")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.get_by_role("listbox", name="Commands").wait_for()
    look("palette")
    page.keyboard.press("Escape")
    app.close_project()
    page.get_by_role("button", name="New Project").wait_for()
    look("welcome")
    page.get_by_role("button", name="Open Project").click()
    look("open project")
    assert found == []
