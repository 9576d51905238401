"""Filters of the Uploads tabs by problems and days, by role and name."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


def go(page, place: str) -> None:
    page.reload()
    page.goto(f"{page.url.split('#')[0]}#/{place}")


def damage(project) -> None:
    first = "SELECT primary_file FROM item WHERE id = 1"
    project.write(lambda c: c.execute(f"UPDATE file SET status = 'missing' WHERE id = ({first})"))
    project.write(
        lambda c: c.execute("UPDATE item SET created = '2026-03-05T12:00:00.000Z' WHERE id = 2")
    )


def test_problems_and_days_narrow_a_tab_and_select_all(page, expect, project):
    damage(project)
    go(page, "uploads/prepare")
    count = page.get_by_text("3 records")
    expect(count).to_be_visible()
    page.get_by_label("Problems", exact=True).select_option(label="With errors")
    expect(page.get_by_text("1 record", exact=True)).to_be_visible()
    page.get_by_role("checkbox", name="Select All").check()
    expect(page.get_by_role("region", name="Selection")).to_contain_text("1 selected of 1")
    page.get_by_label("Problems", exact=True).select_option(label="Failed")
    expect(page.get_by_text("No record fits this filter")).to_be_visible()
    expect(page.get_by_role("region", name="Selection")).not_to_contain_text("selected of")
    page.get_by_label("Problems", exact=True).select_option(label="With and without problems")
    page.get_by_role("button", name="Filter by date").click()
    days = page.get_by_role("group", name="Created")
    days.get_by_label("to", exact=True).fill("2026-03-06")
    expect(page.get_by_text("1 record", exact=True)).to_be_visible()
    page.get_by_role("button", name="Filter by date").click()  # closed, it filters no longer
    expect(count).to_be_visible()
