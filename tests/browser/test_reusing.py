"""Use what was prepared in Sandbox: the offer after a switch, the difference, all or some."""

from __future__ import annotations

from pathlib import Path

import pytest

from hdp.application import editing
from hdp.project import deposits

pytestmark = pytest.mark.browser
HOSTILE = '"><img src=x onerror=alert(1)>'
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
USE = "Use what was prepared in Sandbox"


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def there(app, project, do, home):
    """Three are prepared in the Sandbox; two read otherwise there."""
    app.environments.add("institute", target="zenodo", url="https://repository.example.org")
    do("prepare", env="sandbox")
    for item, change in ((1, {"title": HOSTILE}), (2, {"communities": [{"identifier": "samos"}]})):
        found = app.project.read(lambda c, i=item: deposits.current_deposit(c, i, "sandbox"))
        metadata = found.metadata | change
        app.project.write(lambda c, f=found, m=metadata: deposits.update(c, f.id, metadata=m))
    return project


def go(page, place: str) -> None:
    page.reload()
    page.goto(f"{page.url.split('#')[0]}#/{place}")


def record(page, name: str):
    return page.get_by_role("dialog", name=USE).get_by_role("region", name=name)


def test_what_was_prepared_in_sandbox_is_used_elsewhere(page, expect, app, there):
    go(page, "uploads/prepare")
    page.get_by_label("Environment", exact=True).select_option(label="institute")
    offer = page.get_by_role("region", name="Prepared elsewhere")
    expect(offer).to_contain_text("3 of these were prepared in Sandbox.")
    offer.get_by_role("button", name=USE).click()
    dialog = page.get_by_role("dialog", name=USE)
    expect(dialog.get_by_text("3 of 3 selected")).to_be_visible()
    expect(record(page, HOSTILE).get_by_role("row", name="Title")).to_contain_text("Photograph 0")
    kept = record(page, "Photograph 1").get_by_role("row", name="Communities")
    expect(kept).to_contain_text("Not taken: Each repository has its own.")
    expect(dialog).to_contain_text("1 record says the same in Sandbox and here.")
    dialog.get_by_role("checkbox", name="Select All").uncheck()
    expect(dialog.get_by_role("button", name="Prepare Metadata")).to_be_disabled()
    dialog.get_by_role("checkbox", name="Select All").check()
    dialog.get_by_role("checkbox", name="Photograph 1").uncheck()
    expect(dialog.get_by_text("2 of 3 selected")).to_be_visible()
    dialog.get_by_role("button", name="Prepare Metadata").click()
    expect(page.get_by_text("2 of 2")).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(offer).to_contain_text("1 of these was prepared in Sandbox.")
    offer.get_by_role("button", name="Not now").click()
    expect(offer).to_be_hidden()
    states = {row.id: row.state for row in app.project.overview("institute")}
    assert states == {1: "prepared", 2: None, 3: "prepared"}
    page.get_by_role("tab", name="Create Draft").click()
    page.get_by_role("row", name=HOSTILE).get_by_role("button", name="Edit").click()
    expect(page.get_by_text("row 2, as prepared in Sandbox").first).to_be_visible()
    page.get_by_role("button", name="Reset Title to the mapping").click()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Photograph 0")


def test_what_is_prepared_here_already_is_offered_where_it_differs(page, expect, app, there, do):
    do("prepare", 1, 3, env="institute")
    editing.lock(app, "institute", 3, ["title"])
    go(page, "uploads/create")
    page.get_by_label("Environment", exact=True).select_option(label="institute")
    offer = page.get_by_role("region", name="Prepared elsewhere")
    expect(offer).to_contain_text("1 of these reads otherwise in Sandbox.")
    offer.get_by_role("button", name=USE).click()
    page.get_by_role("dialog", name=USE).get_by_role("button", name="Prepare Metadata").click()
    expect(page.get_by_text("1 of 1")).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("row", name=HOSTILE)).to_be_visible()
    expect(offer).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page, expect, there, scheme):
    if not AXE.is_file():
        pytest.skip("on purpose: axe-core is not installed")
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    go(page, "uploads/prepare")
    page.get_by_label("Environment", exact=True).select_option(label="institute")
    page.get_by_role("region", name="Prepared elsewhere").get_by_role("button", name=USE).click()
    expect(page.get_by_role("dialog", name=USE).get_by_text("3 of 3 selected")).to_be_visible()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", tags)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
