"""Jobs: counts, failures that stop nobody, cancel, one last word, and what is kept."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest

from hdp import jobs
from hdp.events import Bus
from hdp.jobs import Jobs, Lane
from hdp.sdk import InvalidInput, NotFound

LANE = Lane("test", 2)


def run(app, work, count=3):
    subjects = [(number, f"Item {number}") for number in range(1, count + 1)]
    job = app.jobs.submit("test", "Test", subjects, work, lane=LANE)
    assert app.jobs.wait(job, timeout=20)
    return app.jobs.get(job)


def test_a_failing_task_does_not_stop_the_others(app, project):
    def work(task):
        if task.subject == 2:
            raise InvalidInput("Broken.", code="broken", hint="Mend it.")
        if task.subject == 3:
            task.skip("Nothing to do.")
        task.say("Fine")

    job = run(app, work)
    assert (job["state"], job["done"], job["failed"], job["skipped"]) == ("failed", 1, 1, 1)
    tasks, total = app.jobs.tasks(job["id"])
    assert total == 3
    assert [(one["item"], one["state"], one["message"]) for one in tasks] == [
        (2, "failed", "Broken."), (3, "skipped", "Nothing to do."), (1, "done", "Fine"),
    ]  # fmt: skip
    assert tasks[0]["error"]["hint"] == "Mend it."


def test_a_bug_is_told_as_one_and_stops_nobody(app, project):
    def work(task):
        if task.subject == 1:
            raise ZeroDivisionError("oops")

    job = run(app, work)
    assert (job["done"], job["failed"]) == (2, 1)
    tasks, _ = app.jobs.tasks(job["id"], "failed")
    assert tasks[0]["error"]["code"] == "bug"


def test_cancel_stops_after_what_runs(app, project):
    started, go_on = threading.Event(), threading.Event()

    def work(task):
        started.set()
        go_on.wait(10)
        task.check_cancelled()

    subjects = [(number, "") for number in range(10)]
    job = app.jobs.submit("test", "Test", subjects, work, lane=LANE)
    assert started.wait(10)
    app.jobs.cancel(job)
    go_on.set()
    assert app.jobs.wait(job, 10)
    assert app.jobs.get(job)["state"] == "cancelled"
    assert {one["state"] for one in app.jobs.tasks(job)[0]} == {"cancelled"}


def test_exactly_one_finished_event_comes_last(app, project):
    heard = []
    app.bus.listen(heard.append)
    job = run(app, lambda task: task.progress(1, 1), count=20)
    told = [one.job["state"] for one in heard if one.type == "job" and one.job["id"] == job["id"]]
    assert told[-1] == "done"
    assert told.count("done") == 1


def test_jobs_are_kept_in_the_project(app, project):
    job = run(app, lambda task: task.say("Fine"))
    path = project.path
    app.close_project()
    app.open_project(path)
    kept = app.jobs.get(job["id"])
    assert (kept["state"], kept["done"], kept["total"]) == ("done", 3, 3)
    assert [one["message"] for one in app.jobs.tasks(job["id"])[0]] == ["Fine"] * 3


def test_an_unknown_job_is_not_found(app, project):
    with pytest.raises(NotFound):
        app.jobs.get(99)


def test_a_task_that_exits_has_failed(app, project):
    def work(task):
        if task.subject == 2:
            raise SystemExit(0)

    job = run(app, work)
    assert (job["state"], job["done"], job["failed"]) == ("failed", 2, 1)


def test_a_job_that_cannot_start_fails_and_ends(app, project, monkeypatch):
    def refuse(*_args):
        raise InvalidInput("The disk is full.", code="project-write-failed")

    monkeypatch.setattr("hdp.project.jobs.start_job", refuse)
    job = run(app, lambda task: None)
    assert (job["state"], job["failed"]) == ("failed", 3)


def test_a_long_job_keeps_the_computer_awake(app, project, monkeypatch):
    seen, gate = [], threading.Event()

    @contextmanager
    def awake():
        seen.append("awake")
        gate.set()
        yield True
        seen.append("asleep")

    monkeypatch.setattr(jobs, "stay_awake", awake)
    monkeypatch.setattr(jobs, "_SHORT_S", 0.01)
    run(app, lambda task: gate.wait(10) and None, count=1)
    assert seen == ["awake", "asleep"]


SHORT = Lane("short", 2, together=3)


def run_short(app, work, count):
    subjects = [(number, f"Item {number}") for number in range(1, count + 1)]
    job = app.jobs.submit("test", "Test", subjects, work, lane=SHORT)
    assert app.jobs.wait(job, timeout=20)
    return app.jobs.get(job)


def test_short_tasks_are_done_only_when_what_they_left_is_written(app, project):
    seen, told = [], []

    def work(task):
        def then(came):
            seen.append((came, task.state))
            if task.subject == 5:
                task.skip("Somebody else was faster.")

        task.write_later(lambda c: task.subject * 2, then=then, tell=lambda *ids: told.extend(ids))

    job = run_short(app, work, 10)
    assert (job["done"], job["skipped"], job["state"]) == (9, 1, "done")
    assert sorted(seen) == [(number * 2, "running") for number in range(1, 11)]
    assert sorted(told) == [1, 2, 3, 4, 6, 7, 8, 9, 10]


def test_a_write_that_fails_undoes_nobody_elses(app, project):
    def work(task):
        def write(connection):
            connection.execute("INSERT INTO setting (key, value) VALUES (?, '1')", [task.title])
            if task.subject == 2:
                raise InvalidInput("Not this one.")

        task.write_later(write, then=lambda came: task.say("Written"), tell=lambda *ids: None)

    job = run_short(app, work, 6)
    assert (job["done"], job["failed"]) == (5, 1)
    rows = project.read(
        lambda c: c.execute("SELECT key FROM setting WHERE key LIKE 'Item %' ORDER BY 1").fetchall()
    )
    assert [row[0] for row in rows] == ["Item 1", "Item 3", "Item 4", "Item 5", "Item 6"]


def test_cancelling_short_tasks_keeps_what_is_done(app, project):
    written = []

    def work(task):
        if task.subject == 4:
            app.jobs.cancel(1)
        task.write_later(lambda c: written.append(task.subject), then=lambda came: None,
                         tell=lambda *ids: None)  # fmt: skip

    job = run_short(app, work, 50)
    assert job["state"] == "cancelled"
    assert job["done"] == len(written)
    assert job["done"] + job["cancelled"] == 50


def test_of_many_short_tasks_only_some_are_told(app, project):
    told = []
    app.bus.listen(lambda event: told.append(event.type))
    run_short(app, lambda task: None, 500)
    assert told.count("task") < 100


def test_the_share_is_of_all_bytes_and_other_processes_see_it(app, project, monkeypatch):
    monkeypatch.setattr(jobs, "_PROGRESS_S", 0.0)
    monkeypatch.setattr(jobs, "_PAUSE_S", 0.0)
    half, go_on = threading.Event(), threading.Event()

    def work(task):
        if task.subject == 1:
            task.progress(10, 10)
            return
        task.progress(15, 30)
        half.set()
        go_on.wait(10)
        task.skip("It was there.")

    job = app.jobs.submit(
        "test", "Test", [(1, "a"), (2, "b"), (3, "c")], work, lane=Lane("one", 1),
        sizes={1: 10, 2: 30, 3: 60},
    )  # fmt: skip
    assert half.wait(10)
    seen = app.jobs.get(job)
    assert (seen["bytes_done"], seen["bytes_total"], seen["share"]) == (25, 100, 0.25)
    elsewhere = Jobs(app.project, Bus())  # as another process, which has only the file
    while elsewhere.get(job)["bytes_done"] < 25:
        assert not go_on.wait(0.02), "it is written while the job runs"
    seen = elsewhere.get(job)
    assert (seen["bytes_total"], seen["share"], seen["running"]) == (100, 0.25, 1)
    tasks, total = elsewhere.tasks(job, "running")
    assert (tasks[0]["item"], total) == (2, 1)
    assert [one["state"] for one in elsewhere.tasks(job)[0]] == ["running", "queued", "done"]
    go_on.set()
    assert app.jobs.wait(job, 20)
    ended = app.jobs.get(job)
    assert (ended["bytes_done"], ended["bytes_total"], ended["share"]) == (40, 40, 1.0)


def test_work_that_moves_no_bytes_counts_its_steps(app, project):
    half, go_on = threading.Event(), threading.Event()

    def work(task):
        task.progress(50, 100)
        half.set()
        go_on.wait(10)

    job = app.jobs.submit("test", "Test", [(1, "a"), (2, "b")], work, lane=Lane("one", 1))
    assert half.wait(10)
    seen = app.jobs.get(job)
    assert (seen["share"], seen["bytes_total"], seen["running"]) == (0.25, 0, 1)
    go_on.set()
    assert app.jobs.wait(job, 20) and app.jobs.get(job)["share"] == 1.0


def test_what_a_job_held_is_let_go_of(app, project):
    ends = []

    def at_end():
        ends.append(1)
        raise ValueError("not clean")

    job = app.jobs.submit("test", "T", [(1, "a")], lambda task: None, lane=LANE, at_end=at_end)
    assert app.jobs.wait(job, 20)
    assert ends == [1] and app.jobs.get(job)["state"] == "done"
