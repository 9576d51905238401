"""A real Chromium on the real server. Skipped plainly where there is no browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from hdp.application.page import serve
from hdp.paths import frontend_dir

CHROMIUM = os.environ.get("HDP_CHROMIUM") or shutil.which("chromium") or ""
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-gpu-compositing",  # drawing pages in software takes a third less than by SwiftShader
]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """The system's Chromium, headless."""
    if not CHROMIUM:
        pytest.skip("browser tests: Chromium is not installed")
    if not (frontend_dir() / "index.html").is_file():
        pytest.skip("browser tests: the page is not built")
    sync_api = pytest.importorskip("playwright.sync_api", reason="browser tests: no playwright")
    sync_api.expect.set_options(timeout=20_000)  # where many processes share a processor
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser, app) -> Iterator[object]:
    """A page of the app with nothing open; errors in its console fail the test."""
    server = serve(app)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(15_000)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(server.url)
    yield page
    context.close()
    server.stop()
    assert problems == []
