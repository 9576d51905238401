"""The Uploads page with many records in a real browser, against the same page with few.

Needs Chromium and playwright, as the browser tests do; without them it measures nothing.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import preparing, tables
from benchmarks.listing import first_rows
from hdp.application import Application
from hdp.application.page import serve

MANY, FEW = preparing.MANY, 100
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]
Line = tuple[str, float, float, str]
_WATCH = """() => { window.long = [];
new PerformanceObserver((all) => long.push(...all.getEntries().map((one) => one.duration)))
  .observe({ entryTypes: ['longtask'] }) }"""
_OPEN = """(tab) => new Promise((done) => { const begin = performance.now()
const look = () => document.querySelector('#panel tbody tr[aria-label]')
  ? done(performance.now() - begin) : requestAnimationFrame(look)
document.getElementById(tab).click(); requestAnimationFrame(() => requestAnimationFrame(look)) })"""


def measure() -> Iterator[Line]:
    """A line for each promise: with many records, with few, and what was seen."""
    chromium = os.environ.get("HDP_CHROMIUM") or shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return
    if not chromium:
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        few, many = (_look(browser, count) for count in (FEW, MANY))
        browser.close()
    peer = f"the same with {FEW} records"
    yield f"open the tab with {MANY}", many["open"], few["open"], peer
    yield f"server's answer for it, {MANY}", many["answer"], few["answer"], peer
    what = f"{peer}; {many['over']} tasks over 50 ms, {many['nodes']} nodes"
    yield "Select All, Prepare: longest task", many["longest"], few["longest"], what


def _look(browser: Any, count: int) -> dict[str, Any]:
    """Seconds, counts and nodes of one walk: open, choose everything, prepare."""
    with tempfile.TemporaryDirectory() as temporary:
        place = preparing.Place(Path(temporary) / "p", count)
        table = first_rows(tables.make_csv(Path(temporary) / "all.csv"), Path(temporary) / "t.csv")
        place.map_with(table)
        app = Application(place.folder / "home")
        app.open_project(place.folder / "p.hdpc")
        server = serve(app)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
        try:
            page.goto(server.url)
            return _walk(page)
        finally:
            page.close()
            server.stop()
            app.close()


def _walk(page: Any) -> dict[str, Any]:
    page.goto(f"{page.url.split('#')[0]}#/uploads/drafts")
    page.get_by_role("tab", name="Prepare Metadata").wait_for()
    page.wait_for_load_state("networkidle")
    took = []
    for _ in range(5):
        took.append(page.evaluate(_OPEN, "tab-prepare"))
        page.evaluate("document.getElementById('tab-drafts').click()")
        page.wait_for_function("!document.querySelector('#panel tbody tr[aria-label]')")
    page.evaluate(_OPEN, "tab-prepare")
    answers = page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.name.includes"
        "('/api/uploads?') && one.name.includes('limit=100')).map((one) => one.duration)"
    )
    page.evaluate(_WATCH)
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_label("Select Batch Action").select_option(label="Prepare Metadata")
    page.get_by_role("button", name="Execute").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").wait_for(state="detached")
    long = page.evaluate("window.long")
    return {
        "open": statistics.median(took) / 1000, "answer": statistics.median(answers) / 1000,
        "longest": max(long, default=0.0) / 1000 or 1e-4, "over": len(long),
        "nodes": page.evaluate("document.querySelectorAll('*').length"),
    }  # fmt: skip
