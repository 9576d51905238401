"""Takes docs/screens/*.png: every view of the page, with the sample collection, in both themes.

Needs Chromium and playwright: python -m tools.make_screenshots
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from hdp.application import Application, Selection, actions
from hdp.application.demo import create_sample, fill_sample
from hdp.application.page import serve

TARGET = Path(__file__).resolve().parents[1] / "docs" / "screens"
FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-gpu"]
VIEWS = {
    "dashboard": "#/dashboard",
    "files": "#/files",
    "mapping": "#/mapping",
    "uploads-prepare": "#/uploads/prepare",
    "uploads-create": "#/uploads/create",
    "uploads-drafts": "#/uploads/drafts",
    "uploads-published": "#/uploads/published",
    "pipelines": "#/pipelines",
    "plugins": "#/plugins",
    "activity": "#/activity",
    "settings": "#/settings",
}


def do(app: Application, kind: str, *ids: int) -> None:
    """Run an action on items to its end."""
    started = actions.start(app, actions.Action(kind, "practice", Selection(ids=ids)))
    if started.job is not None:
        app.jobs.wait(started.job)


def fill(app: Application) -> None:
    """Bring the sample items to different stages."""
    items = list(range(1, 15))
    do(app, "prepare", *items[:11])
    do(app, "create", *items[:9])
    do(app, "upload", *items[:6])
    do(app, "publish", *items[:3])


def take(page: Any, name: str) -> None:
    """Write one picture once the page is quiet."""
    page.wait_for_timeout(900)
    page.screenshot(path=TARGET / f"{name}.png")


def main() -> None:
    """Take all pictures."""
    TARGET.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("HDP_CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.environ["HDP_HOME"] = f"{folder}/home"
        app = Application(Path(folder, "home"))
        server = serve(app)
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
        page.goto(server.url)
        take(page, "welcome")
        page.goto(f"{page.url.split('#')[0]}#/new")
        take(page, "wizard")
        create_sample(app, Path(folder, "Samples"))
        fill_sample(app)
        fill(app)
        page.goto(f"{page.url.split('#')[0]}#/dashboard")
        page.reload()
        for name, place in VIEWS.items():
            page.goto(f"{page.url.split('#')[0]}{place}")
            take(page, name)
        page.goto(f"{page.url.split('#')[0]}#/uploads/drafts")
        page.get_by_role("button", name="View Files").first.click()
        take(page, "view-files")
        page.keyboard.press("Escape")
        page.get_by_role("button", name=re.compile("^Publish$")).first.click()
        take(page, "publish")
        page.keyboard.press("Escape")
        page.emulate_media(color_scheme="dark")
        for name in ("uploads-drafts", "dashboard"):
            page.goto(f"{page.url.split('#')[0]}{VIEWS[name]}")
            take(page, f"{name}-dark")
        browser.close()
        server.stop()
        app.close()


if __name__ == "__main__":
    main()
