"""What happened too soon after the last event is told and written while a long task runs."""

from __future__ import annotations

import threading

import pytest

from hdp.jobs import Lane

COUNT = "SELECT COUNT(*) FROM task WHERE job_id = ? AND state = 'done'"


@pytest.fixture
def told():
    """Set when an event says that five tasks are done."""
    return threading.Event()


@pytest.fixture
def hanging(app, project, told):
    """A job of which one task waits, and the five others end in one moment."""
    go_on = threading.Event()

    def work(task):
        if task.subject == 1:
            assert go_on.wait(60)

    app.bus.listen(lambda event: told.set() if is_five(event) else None)
    subjects = [(number, "") for number in range(1, 7)]
    job = app.jobs.submit("test", "Test", subjects, work, lane=Lane("test", 2))
    yield job
    go_on.set()
    assert app.jobs.wait(job, timeout=20)


def is_five(event) -> bool:
    return event.type == "job" and event.job["done"] == 5


def test_the_latest_number_is_told_and_kept(app, hanging, told):
    assert told.wait(20)
    for _ in range(200):
        if app.project.read(lambda c: c.execute(COUNT, (hanging,)).fetchone()[0]) == 5:
            return
        threading.Event().wait(0.1)
    raise AssertionError("what is done was not written while a task ran on")
