"""Takes docs/screens/*.png: the tutorial step by step, and every view with the sample collection.

Needs Chromium and playwright: python -m tools.make_screenshots
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from hdp.application import Application, Selection, actions, checking
from hdp.application.demo import create_sample, fill_sample
from hdp.application.page import serve
from hdp.project import deposits
from tools.walk_tutorial import make_folder
from tools.walk_tutorial import walk as walk_tutorial_steps

TARGET = Path(__file__).resolve().parents[1] / "docs" / "screens"
SIZE = {"width": 1280, "height": 900}
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
    "requests": "#/activity/requests",
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
    """Write one picture once the page is quiet, without messages that pass."""
    page.wait_for_timeout(900)
    for note in page.get_by_role("region", name="Messages").get_by_role("button").all():
        note.dispatch_event("click")
    page.screenshot(path=TARGET / f"{name}.png")


def walk_tutorial(browser: Any, folder: Path) -> None:
    """The pictures of the tutorial, in an HDP of their own."""
    app = Application(folder / "tutorial-home")
    server = serve(app)
    page = browser.new_page(viewport=SIZE, locale="en-GB")
    page.set_default_timeout(20_000)
    page.goto(server.url)
    walk_tutorial_steps(page, folder / "Finds", lambda name: take(page, name))
    page.close()
    server.stop()
    app.close()


def take_views(browser: Any, folder: Path) -> None:
    """Every view with the sample collection, some of them dark and German."""
    app = Application(folder / "home")
    server = serve(app)
    page = browser.new_page(viewport=SIZE, locale="en-GB")
    page.goto(server.url)
    base = page.url.split("#")[0]
    take(page, "welcome")
    page.goto(f"{base}#/new")
    take(page, "wizard")
    create_sample(app, folder / "Samples")
    fill_sample(app)
    opened = checking.check_files(app)
    if opened is not None:
        app.jobs.wait(opened)
    fill(app)
    page.goto(f"{base}#/files")
    page.reload()
    page.wait_for_timeout(6000)  # thumbnails are made when they are first looked at
    page.goto(f"{base}#/dashboard")
    for name, place in VIEWS.items():
        page.goto(f"{base}{place}")
        take(page, name)
    take_dialogs(page, base)
    take_version(app, page, base, folder / "Rescans")
    page.emulate_media(color_scheme="dark")
    for name in ("uploads-drafts", "dashboard", "settings"):
        page.goto(f"{base}{VIEWS[name]}")
        take(page, f"{name}-dark")
    page.emulate_media(color_scheme="light")
    page.goto(f"{base}?lang=de{VIEWS['dashboard']}")
    take(page, "dashboard-german")
    page.close()
    server.stop()
    app.close()


def take_dialogs(page: Any, base: str) -> None:
    """Dialogs that people meet every day."""
    page.goto(f"{base}{VIEWS['uploads-drafts']}")
    page.get_by_role("button", name="View Files").first.click()
    take(page, "view-files")
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Publish$")).first.click()
    take(page, "publish")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("bowl")
    take(page, "palette")
    page.keyboard.press("Escape")
    page.goto(f"{base}{VIEWS['settings']}")
    page.get_by_role("button", name="Add Environment").click()
    take(page, "add-environment")
    page.keyboard.press("Escape")


def take_version(app: Application, page: Any, base: str, folder: Path) -> None:
    """New files for what is published, and the records they are matched to."""
    folder.mkdir()
    published = app.project.read(lambda c: deposits.list_deposits(c, "practice", ["published"]))
    for one in published:
        file = app.project.read(lambda c, one=one: deposits.list_files(c, one.id))[0]
        old = app.project.file_path(file.root, file.path).read_bytes()
        (folder / file.name).write_bytes(old + b"\n")
    page.goto(f"{base}{VIEWS['uploads-published']}")
    page.get_by_role("button", name="Create New Version from Files...").click()
    page.get_by_label("Folder or file").fill(str(folder))
    page.get_by_role("button", name="Continue").click()
    page.get_by_label(re.compile("^Record for")).first.wait_for()
    take(page, "new-version-matches")
    page.keyboard.press("Escape")


@contextmanager
def own_folder() -> Iterator[Path]:
    """A new folder that has the same name each time: paths are in the pictures."""
    folder = Path(tempfile.gettempdir()).resolve() / "hdp-tutorial"
    folder.mkdir()  # another run is going on, or died: look, then remove it
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Take all pictures; no home, keyring or project of the person is touched."""
    TARGET.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("HDP_CHROMIUM") or shutil.which("chromium")
    with own_folder() as folder, sync_playwright() as playwright:
        os.environ["HDP_HOME"] = f"{folder}/home"
        os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        make_folder(folder / "Finds")
        walk_tutorial(browser, folder)
        take_views(browser, folder)
        browser.close()


if __name__ == "__main__":
    main()
