"""Further ways through the page: pipelines with drafts, production's number, accessibility."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hdp.application import views
from hdp.application.published import published_groups

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
VIEWS = (
    "dashboard", "files", "mapping", "uploads/prepare", "uploads/create", "uploads/drafts",
    "uploads/published", "pipelines", "plugins", "activity", "settings",
)  # fmt: skip


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


def go(page, place: str) -> None:
    page.goto(f"{page.url.split('#')[0]}#/{place}")


def test_a_pipeline_makes_enriched_drafts(page, expect, project, app, do):
    do("prepare")
    page.reload()
    go(page, "uploads/create")
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_label("Select Batch Action").select_option(label="Run Pipeline")
    page.get_by_role("button", name="Execute").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Pipeline", exact=True).select_option(value="web-copies")
    dialog.get_by_role("button", name="Initiate Pipeline Execution").click()
    expect(page.get_by_role("dialog")).to_contain_text("3 of 3")
    rows = views.draft_list(app, "practice")
    assert [len(one["files"]) for one in rows] == [2, 2, 2]
    assert all(one["state"] == "draft" for one in rows)


def test_production_asks_for_the_number(page, expect, project, app, do, practice, monkeypatch):
    app.environments.add("live", target="zenodo", url=practice.url, kind="production")
    monkeypatch.setenv("HDP_TOKEN_LIVE", practice.token)
    for action in ("prepare", "create", "upload"):
        assert do(action, env="live")["state"] == "done"
    page.reload()
    go(page, "uploads/drafts")
    page.get_by_label("Environment", exact=True).select_option("live")
    expect(page.get_by_text("Live: what you publish is permanent.").first).to_be_visible()
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_label("Select Batch Action").select_option(label="Publish")
    page.get_by_role("button", name="Execute").click()
    dialog = page.get_by_role("dialog")
    button = dialog.get_by_role("button", name="Publish", exact=False).last
    number = dialog.get_by_role("textbox").or_(dialog.get_by_role("spinbutton")).first
    expect(button).to_be_disabled()
    number.fill("2")
    expect(button).to_be_disabled()
    number.fill("3")
    button.click()
    close = page.get_by_role("dialog").get_by_role("button", name="Close", exact=True)
    expect(close).to_be_visible()
    expect(page.get_by_role("dialog")).to_contain_text("3 of 3")
    close.click()
    assert published_groups(app, "live")["total"] == 3


def test_a_change_elsewhere_shows_without_a_reload(page, expect, project, do):
    page.reload()
    go(page, "uploads/prepare")
    expect(page.get_by_role("tab", name=re.compile("Create Draft"))).to_contain_text("0")
    do("prepare")
    expect(page.get_by_role("tab", name=re.compile("Create Draft"))).to_contain_text("3")


def test_a_hostile_title_is_text(page, expect, project, app, do):
    table = project.root_dir("input") / "objects.csv"
    text = table.read_text(encoding="utf-8")
    bad = '<img src=x onerror="document.title=1">'
    quoted = bad.replace('"', '""')
    table.write_text(text.replace("Photograph 1,", f'"{quoted}",'), encoding="utf-8")
    do("prepare")
    page.reload()
    go(page, "uploads/create")
    expect(page.get_by_role("row", name=re.compile("onerror"))).to_be_visible()
    assert page.title() != "1"


def test_axe_finds_nothing(page, project, do):
    if not AXE.is_file():
        pytest.skip("accessibility: frontend/node_modules is not there")
    do("prepare", 1, 2)
    do("create", 1)
    page.reload()
    script = AXE.read_text(encoding="utf-8")
    found = []
    for place in VIEWS:
        go(page, place)
        page.get_by_role("heading", level=1).first.wait_for()
        page.evaluate(script)
        result = page.evaluate("axe.run()")
        found += [f"{place}: {one['id']}: {one['help']}" for one in result["violations"]]
    assert found == []
