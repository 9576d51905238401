"""What nobody expected is told in one dialog, by whatever broke it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hdp.application import crashes
from hdp.application.crashes import Watch
from hdp.application.page import serve
from hdp.net import Answer

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def broken(browser, app):
    """A page of a server whose settings break, with a clipboard; it may have errors."""
    server = serve(app)
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="en-GB",
        permissions=["clipboard-read", "clipboard-write"],
    )  # fmt: skip
    context.set_default_timeout(15_000)
    page = context.new_page()
    yield page, server
    context.close()
    server.stop()


def axe(page) -> list[str]:
    if not AXE.is_file():
        return []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("axe.run(document.querySelector('dialog[open]'))")
    return [f"{one['id']}: {one['help']}" for one in result["violations"]]


def test_a_mistake_of_the_server_is_told_and_copied_without_secrets(
    broken, app, expect, monkeypatch
):
    page, server = broken
    page.goto(server.url)

    def fail(*_args):
        raise KeyError(f"plate 7 in {Path.home()} with access_token=abcdefg")

    monkeypatch.setattr("hdp.application.page.settings.SettingsPages.show", fail)
    page.goto(f"{server.base}/#/settings")
    dialog = page.get_by_role("dialog", name="HDP made a mistake")
    expect(dialog.get_by_text("HDP made a mistake here (KeyError).", exact=True)).to_be_visible()
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    assert axe(page) == []
    dialog.get_by_role("button", name="Copy details").click()
    expect(dialog.get_by_role("status")).to_contain_text("Copied.")
    text = page.evaluate("navigator.clipboard.readText()")
    assert "KeyError: 'plate 7" in text and "GET /api/settings" in text and "Report: " in text
    assert "abcdefg" not in text and f"in {Path.home()}" not in text
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Details").first.click()  # where it failed, it is told again
    expect(dialog).to_be_visible()


def test_a_mistake_of_the_page_is_told_also_where_the_server_is_gone(broken, expect):
    page, server = broken
    page.goto(server.url)
    page.goto(f"{server.base}/?lang=de")
    page.get_by_role("heading", level=1).first.wait_for()
    server.stop()
    page.evaluate(
        "() => { setTimeout(() => { throw new TypeError('no plate at /home/erika/x') }, 0)"
        "; Promise.reject(new Error('second')); Promise.reject(new DOMException('', 'AbortError'))"
        "; dispatchEvent(new ErrorEvent('error', {message: 'ResizeObserver loop exceeded'})) }"
    )
    dialog = page.get_by_role("dialog", name="In dieser Seite ist etwas kaputtgegangen")
    expect(dialog).to_contain_text("Nichts hierüber wurde an jemanden gesendet.")
    copy = dialog.get_by_role("button", name="Einzelheiten kopieren")
    expect(copy).to_be_enabled()
    copy.click()
    expect(dialog.get_by_role("status")).to_contain_text("Kopiert.")
    text = page.evaluate("navigator.clipboard.readText()")
    assert "Chrome" in text and "erika" not in text and "What happened" in text


def test_what_ended_an_earlier_run_is_told_once(broken, app, expect):
    page, server = broken
    Watch(app.home).note_words("Fatal Python error: Segmentation fault", "in mesh.py, line 3")
    page.goto(server.url)
    dialog = page.get_by_role("dialog", name="HDP ended unexpectedly last time")
    expect(dialog).to_contain_text("Fatal Python error: Segmentation fault")
    dialog.get_by_text("What is copied").click()
    expect(dialog.get_by_label("What is copied")).to_contain_text("in mesh.py, line 3")
    assert axe(page) == []
    with page.expect_response("**/api/crashes/forget"):
        dialog.get_by_role("button", name="Close").click()
    assert crashes.left(app.home) == []


def test_new_versions_are_looked_for_on_wish_and_told(broken, app, expect, monkeypatch):
    from hdp.application import releases

    page, server = broken
    asked = []

    def look(url):
        asked.append(url)
        told = '{"tag_name": "v99.1", "html_url": "https://github.com/x/releases/v99.1"}'
        return Answer(200, {}, told, url)

    monkeypatch.setattr(releases, "_ask", look)
    page.context.route("https://**/*", lambda route: route.abort())
    page.goto(server.url)
    page.goto(f"{server.base}/#/settings")
    switch = page.get_by_role("checkbox", name="Look for new versions")
    expect(switch).not_to_be_checked()
    with page.expect_response("**/api/settings/config"):
        switch.check()
    assert asked == []
    page.reload()  # the next start
    expect(page.get_by_text("HDP 99.1 is there.").first).to_be_visible()
    assert len(asked) == 1
    page.get_by_role("button", name="Look now").click()
    expect(page.get_by_role("region", name="New versions of HDP")).to_contain_text("99.1 is there")
    with page.expect_popup() as popup:
        page.get_by_role("region", name="New versions").get_by_role("button", name="Open").click()
    assert popup.value.url.startswith(("https://github.com/x/", "about:", "chrome-error:"))
    assert len(asked) == 2
