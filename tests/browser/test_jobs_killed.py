"""A batch that is killed in the middle: the top bar says so, and Carry on does nothing twice."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from hdp.application import Application
from hdp.sdk import Draft

pytestmark = pytest.mark.browser
COUNT, HANGING = 12, 3


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


class Served:
    """`hdp serve` in a process of its own, and a page on it."""

    def __init__(self, browser, project, *more: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hdp", "serve", str(project), *more],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
        assert self.process.stdout is not None
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
        self.page = self.context.new_page()
        self.page.goto(self.process.stdout.readline().strip())

    def kill(self) -> None:
        self.process.kill()  # SIGKILL: nothing is put in order
        self.process.wait()
        self.process.stdout.close()
        self.context.close()


@pytest.fixture
def serve(browser) -> Iterator[object]:
    """Starts `hdp serve` on a project file; ends it with the test."""
    started: list[Served] = []

    def start(*args: str) -> Served:
        started.append(Served(browser, *args))
        return started[-1]

    yield start
    for one in started:
        one.kill()


def drafts_of(app: Application) -> list[Draft]:
    return list(app.remotes.open(app.environment("practice")).list_drafts())


def files_of(app: Application) -> list[str]:
    remote = app.remotes.open(app.environment("practice"))
    return sorted(one.name for draft in drafts_of(app) for one in remote.list_files(draft.id))


def begin(page) -> None:
    page.goto(f"{page.url.split('#')[0]}#/uploads/create")
    page.get_by_label("Select Batch Action").select_option(
        label="Create Zenodo Drafts and Upload Files"
    )
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_role("button", name="Execute").click()


@pytest.mark.slow
def test_a_killed_batch_is_carried_on_without_doing_anything_twice(
    serve, expect, open_project, app, do
):
    path = open_project(COUNT).path
    assert do("prepare")["done"] == COUNT
    app.close_project()
    first = serve(path, "--practice-faults", f"slow=900:upload*{HANGING}")
    begin(first.page)
    dialog = first.page.get_by_role("dialog", name="Create Zenodo Drafts and Upload Files")
    dialog.get_by_role("button", name="Close", exact=True).click()
    expect(dialog).to_have_count(0)
    running = first.page.get_by_role("button", name=re.compile("Running job"))
    expect(running).to_contain_text(f"{COUNT - HANGING} of {COUNT}", timeout=60_000)
    first.kill()

    # Another process, another address: nothing of the first window is left.
    second = serve(path)
    carry_on = second.page.get_by_role("group", name="Interrupted: carry on")
    carry_on.get_by_role("button", name="Interrupted: carry on").click()
    dialog = second.page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{COUNT - HANGING} of {COUNT}")
    expect(dialog).to_contain_text("What was done is not done again.")
    dialog.get_by_role("button", name="Carry on").click()
    expect(dialog).to_contain_text(f"{HANGING} of {HANGING}", timeout=60_000)
    expect(carry_on).to_have_count(0)
    second.kill()

    app.open_project(path)
    assert len(drafts_of(app)) == COUNT
    assert files_of(app) == [f"photo_{number:03}.jpg" for number in range(COUNT)]
    states = [job["state"] for job in app.jobs.page()[0]]
    assert states[:2] == ["done", "interrupted"]


@pytest.fixture
def elsewhere(open_project, do) -> Iterator[subprocess.Popen[str]]:
    """A command line of its own that uploads, and hangs at its last file."""
    path = open_project(COUNT).path
    assert do("prepare")["done"] == COUNT
    process = subprocess.Popen(
        [sys.executable, "-m", "hdp", "-p", str(path), "draft", "create", "--all", "--upload",
         "--practice-faults", "slow=900:upload*1"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    yield process
    process.kill()
    process.wait()


@pytest.mark.slow
def test_a_job_of_another_process_is_followed_here(page, expect, elsewhere):
    page.reload()
    running = page.get_by_role("button", name=re.compile("Running job"))
    expect(running).to_contain_text(f"{COUNT - 1} of {COUNT}", timeout=60_000)
    running.click()
    dialog = page.get_by_role("dialog", name="Create Zenodo Drafts and Upload Files")
    dialog.get_by_role("button", name=re.compile(r"^Uploading\s*1$")).click()
    lines = dialog.get_by_role("list", name="Records of this job").get_by_role("listitem")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text("Uploading")
    dialog.get_by_role("button", name=re.compile(rf"^Done\s*{COUNT - 1}$")).click()
    expect(lines).to_have_count(COUNT - 1)

    elsewhere.kill()
    expect(dialog).to_contain_text("Interrupted: carry on.", timeout=30_000)
    expect(dialog.get_by_role("button", name="Carry on")).to_be_visible()
    expect(running).to_have_count(0)
