"""A job of many records, walked through in its dialog, and its report."""

from __future__ import annotations

import re

import openpyxl
import pytest

from hdp.jobs import Lane
from hdp.sdk import InvalidInput

pytestmark = pytest.mark.browser


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def dialog(page, app, project):
    def work(task):
        if task.subject % 50 == 0:
            raise InvalidInput('"><img src=x onerror=alert(1)> is broken.', hint="Mend it.")
        if task.subject % 40 == 0:
            task.skip("It was there.")

    subjects = [(number, f"=Record <b>{number}</b>") for number in range(1, 231)]
    job = app.jobs.submit(
        "upload", "Upload Files", subjects, work, lane=Lane("x", 1), env="practice"
    )
    assert app.jobs.wait(job, 20)
    page.goto(f"{page.url.split('#')[0]}#/activity")
    page.reload()
    page.get_by_role("button", name="Details of Upload Files").click()
    return page.get_by_role("dialog", name="Upload Files")


def test_every_record_of_a_job_can_be_reached(page, expect, dialog):
    lines = dialog.get_by_role("list", name="Records of this job").get_by_role("listitem")
    expect(dialog).to_contain_text("1 to 50 of 230")
    expect(lines).to_have_count(50)
    expect(lines.first).to_contain_text('"><img src=x onerror=alert(1)> is broken. Mend it.')
    for last in (100, 150, 200, 230):
        dialog.get_by_role("button", name="Next").click()
        expect(dialog).to_contain_text(f"{last - (last - 1) % 50} to {last} of 230")
    expect(dialog).to_contain_text("201 to 230 of 230")
    expect(lines).to_have_count(30)
    expect(dialog.get_by_role("button", name="Next")).to_be_disabled()
    dialog.get_by_role("button", name=re.compile(r"^Failed\s*4")).click()
    expect(lines).to_have_count(4)
    dialog.get_by_role("button", name=re.compile(r"^Skipped\s*4")).click()
    expect(lines).to_have_count(4)
    expect(lines.first).to_contain_text("It was there.")
    dialog.get_by_role("button", name=re.compile(r"^All")).click()
    expect(lines).to_have_count(50)


@pytest.mark.parametrize(("entry", "ending"), [("Excel", "xlsx"), ("CSV", "csv"), ("HTML", "html")])
def test_its_report_is_saved_in_three_forms(page, dialog, tmp_path, entry, ending):
    dialog.get_by_role("button", name="Save report").click()
    with page.expect_download() as told:
        page.get_by_role("menuitem", name=re.compile(entry)).click()
    assert re.fullmatch(rf"job-\d+\.{ending}", told.value.suggested_filename)
    path = tmp_path / f"report.{ending}"
    told.value.save_as(path)
    if ending == "xlsx":
        sheet = openpyxl.load_workbook(path).active
        assert (sheet.max_row, sheet["C2"].data_type) == (231, "s")
        return
    text = path.read_text(encoding="utf-8-sig")
    assert ("'=Record <b>50</b>" in text) == (ending == "csv")
    assert ("=Record &lt;b&gt;50&lt;/b&gt;" in text) == (ending == "html")
