"""Jobs: batches with one task per item, in lanes, with progress, cancel and a report."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Any

from hdp.awake import stay_awake
from hdp.events import Bus, JobChanged, TaskFinished
from hdp.project import jobs as rows
from hdp.project.project import Project
from hdp.sdk import Cancelled, Finding, HdpError, NotFound

log = logging.getLogger(__name__)
_SHORT_S = 3.0  # no computer falls asleep sooner
_PAUSE_S = 0.2  # at most five progress events a second
_TASK_PAUSE_S = 0.1
_LOOK_S = 0.2
_FEW = 64  # of short tasks more may run at once: nobody follows them one by one
_PROGRESS_S = 1.0  # what other processes see of a job is at most so old
Work = Callable[["Task"], None]


@dataclass(frozen=True)
class Lane:
    """A queue of its own: `width` tasks of it run at once.

    For many short tasks: each thread takes one after the other, and what they leave to be
    written is written up to `together` at a time.
    """

    name: str
    width: int
    together: int = 1


def local_lane(width: int | None = None) -> Lane:
    """Work on this computer: as many at once as there are processors, at most four."""
    return Lane("local", width or min(4, os.cpu_count() or 1))


def remote_lane(host: str, width: int) -> Lane:
    """Work on one repository, so many tasks at once; the limiter decides the pace of the calls."""
    return Lane(f"remote:{host}", width)


class Skipped(Exception):
    """Raised by `Task.skip` to end a task that had nothing to do."""


@dataclass(frozen=True)
class Left:
    """What a task leaves to be written; see `Task.write_later`."""

    write: Callable[[Any], Any]
    then: Callable[[Any], None]
    tell: Callable[..., None]


class Task:
    """One item's share of a job, as the work function sees it."""

    def __init__(self, job: _Job, subject: int, title: str) -> None:
        self.subject = subject
        self.title = title
        self.state = "queued"
        self.message = ""
        self.error: dict[str, Any] | None = None
        self.finding: dict[str, Any] | None = None
        self.done = 0
        self.total: int | None = None
        self.left: Left | None = None
        self.was_told = False
        self._job = job
        self._told = 0.0

    def write_later(
        self,
        write: Callable[[Any], Any],
        *,
        then: Callable[[Any], None],
        tell: Callable[..., None],
    ) -> None:
        """Leave a write to the task's end, where it may share a transaction with others'.

        Only when that is committed is the task done. `then` gets what `write` gave and may
        still skip or fail it; `tell` is called once with the subjects of all that were written.
        """
        self.left = Left(write, then, tell)

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Tell how far the task is; may be called as often as you like."""
        self.done, self.total = done, total
        if message:
            self.message = message
        if time.monotonic() - self._told > _PAUSE_S:
            self._told = time.monotonic()
            self._job.tell_task(self)
            self._job.tell()

    def say(self, message: str) -> None:
        """Set the sentence that stands behind the item when it is done."""
        self.message = message

    def warn(self, finding: Finding) -> None:
        """Have the item stand out when it is done: it needs a look."""
        self.finding = finding.to_json()

    def check_cancelled(self) -> None:
        """Raise Cancelled when the person has stopped the job."""
        if self._job.cancelled.is_set():
            raise Cancelled("Cancelled.")

    def is_cancelled(self) -> bool:
        """Whether the person has stopped the job."""
        return self._job.cancelled.is_set()

    def skip(self, reason: str) -> None:
        """End the task here: there is nothing to do, for a reason."""
        raise Skipped(reason)

    def to_json(self) -> dict[str, Any]:
        """The task in the shape that the command line and the page show."""
        return {
            "item": self.subject,
            "title": self.title,
            "state": self.state,
            "done": self.done,
            "total": self.total,
            "message": self.message,
            "error": self.error,
            "finding": self.finding,
        }


class _Job:
    """A job that runs in this process."""

    def __init__(
        self, manager: Jobs, job_id: int, subjects: Sequence[tuple[int, str]],
        sizes: Mapping[int, int] | None,
    ) -> None:  # fmt: skip
        self.id = job_id
        self.manager = manager
        self.moves_bytes = sizes is not None
        self.cancelled = threading.Event()
        self.finished = threading.Event()
        self.tasks = [Task(self, subject, title) for subject, title in subjects]
        for task in self.tasks if sizes else ():
            task.total = (sizes or {}).get(task.subject)
        self._unsaved: list[Task] = []
        self._saved = self._told = self._kept = time.monotonic()
        self._task_told = 0.0
        self._late = False
        self._last_kept = rows.Progress()
        self._lock = threading.Lock()

    def run_task(self, task: Task, work: Work) -> None:
        """Do a task whole: its work, and the write that it leaves."""
        self._start(task, work)
        self._write([task] if task.state == "running" else [])

    def run_many(self, queue: deque[Task], work: Work, together: int) -> None:
        """Do short tasks until none is left, writing what they leave some at a time."""
        waiting: list[Task] = []
        begun = time.monotonic()
        while queue:
            try:
                task = queue.popleft()
            except IndexError:
                break  # another thread took the last one
            self._start(task, work, short=True)
            if task.state == "running":
                waiting.append(task)
            if len(waiting) >= together or time.monotonic() - begun > _PAUSE_S:
                self._write(waiting)
                waiting, begun = [], time.monotonic()
        self._write(waiting)

    def _start(self, task: Task, work: Work, *, short: bool = False) -> None:
        """Do a task's work; it still runs afterwards where it left a write."""
        if self.cancelled.is_set():
            task.state = "cancelled"
            return
        task.state = "running"
        if not short or self._may_tell():
            self.tell_task(task)
        self._attempt(task, partial(work, task))
        if task.state != "running":
            self._note(task)

    def _write(self, tasks: Sequence[Task]) -> None:
        """Commit what tasks have left, and end them."""
        if not tasks:
            return
        try:
            came = self.manager.write([task.left for task in tasks if task.left])
        except Exception as error:  # noqa: BLE001 - the tasks fail with it
            if len(tasks) > 1:  # one may have spoilt it for all: each alone
                for task in tasks:
                    self._write([task])
                return
            self._attempt(tasks[0], partial(_fail, error))
            self._note(tasks[0])
            return
        for task, one in zip(tasks, came, strict=True):
            left, task.left = task.left, None
            if left:
                self._attempt(task, partial(left.then, one))
        done = [task for task in tasks if task.state == "done"]
        if done and left:
            left.tell(*(task.subject for task in done))
        for task in tasks:
            self._note(task)

    def _attempt(self, task: Task, step: Callable[[], None]) -> None:
        """Do a step of a task, which ends it unless a write is left for later."""
        try:
            step()
            task.state = "running" if task.left else "done"
            return
        except Skipped as reason:
            task.state, task.message = "skipped", str(reason)
        except Cancelled as stop:
            task.state = "cancelled"
            task.message = stop.message if stop.name != stop.code else task.message
        except HdpError as error:
            task.state, task.message, task.error = "failed", error.message, error.to_json()
        except BaseException as error:  # a plugin may even call sys.exit
            log.exception("A task of job %s failed in an unexpected way", self.id)
            task.state, task.error = "failed", _bug(error)
            task.message = task.error["message"]
        task.left = None

    def fail_rest(self, error: Exception) -> None:
        told = error.to_json() if isinstance(error, HdpError) else _bug(error)
        for task in self.tasks:
            if task.state in ("queued", "running"):
                task.state, task.message, task.error = "failed", told["message"], told
                self._unsaved.append(task)

    def _note(self, task: Task) -> None:
        with self._lock:
            self._unsaved.append(task)
            due = time.monotonic() - self._saved > _PAUSE_S
        if due:
            self.save()
        if task.was_told or self._may_tell():
            self.tell_task(task)
        self.tell()

    def save(self) -> None:
        with self._lock:
            tasks, self._unsaved = self._unsaved, []
            self._saved = time.monotonic()
        try:
            if tasks:
                self.manager.save_tasks(self.id, tasks)
        except HdpError:
            with self._lock:
                self._unsaved = [*tasks, *self._unsaved]  # written with the next ones
            log.exception("The tasks of job %s could not be written yet", self.id)

    def catch_up(self) -> None:
        """Write and tell what came too soon after the last: a long task holds back no other's."""
        if self._unsaved:
            self.save()
        if self._late:
            self.tell()
        if time.monotonic() - self._kept > _PROGRESS_S:
            self.keep_progress()

    def _may_tell(self) -> bool:
        """Whether somebody who looks could still follow: short tasks are not told one by one."""
        return time.monotonic() - self._task_told > _TASK_PAUSE_S

    def tell_task(self, task: Task) -> None:
        self._task_told, task.was_told = time.monotonic(), True
        self.manager.bus.emit(TaskFinished(self.id, task.to_json()))

    def tell(self, *, last: bool = False) -> None:
        self._late = not last and time.monotonic() - self._told <= _PAUSE_S
        if not self._late:
            self._told = time.monotonic()
            self.manager.bus.emit(JobChanged(self.manager.get(self.id)))

    def keep_progress(self) -> None:
        """Write down how far it is, for windows of other processes; never in a task's own time."""
        self._kept = time.monotonic()
        running = tuple(task.subject for task in self.tasks if task.state == "running")
        progress = rows.Progress(*_bytes(self), running if len(running) <= _FEW else ())
        if progress == self._last_kept:
            return
        try:
            self.manager.keep_progress(self.id, progress)
            self._last_kept = progress
        except HdpError:
            log.exception("How far job %s is could not be written", self.id)

    def end_state(self) -> str:
        states = {task.state for task in self.tasks}
        if self.cancelled.is_set() and "cancelled" in states:
            return "cancelled"
        return "done" if states <= {"done", "skipped"} else "failed"


def _accompany(job: _Job, running: Sequence[Future[None]], seconds: float = inf) -> bool:
    """Wait for a job's work, at most so long; whether it has ended."""
    begun = time.monotonic()
    while wait(running, timeout=_LOOK_S).not_done:
        job.catch_up()
        if time.monotonic() - begun > seconds:
            return False
    return True


def _fail(error: Exception) -> None:
    raise error


def _bug(error: BaseException) -> dict[str, Any]:
    return HdpError(
        f"HDP made a mistake here ({type(error).__name__}: {error}).",
        code="bug",
        hint="The log holds the details; please report it.",
    ).to_json()


class Jobs:
    """The jobs of one open project."""

    def __init__(self, project: Project, bus: Bus) -> None:
        self.bus = bus
        self._project = project
        self._running: dict[int, _Job] = {}
        self._lanes: dict[str, ThreadPoolExecutor] = {}
        self._lock = threading.Lock()

    def submit(
        self,
        kind: str,
        title: str,
        subjects: Sequence[tuple[int, str]],
        work: Work,
        *,
        lane: Lane,
        env: str = "",
        args: Mapping[str, Any] | None = None,
        at_end: Callable[[], None] = lambda: None,
        sizes: Mapping[int, int] | None = None,
    ) -> int:
        """Start a job with one task for each (item id, title); returns its id at once.

        `at_end` lets go of what the work held, however the job ended. Work that moves bytes
        says how many each item has in `sizes`, and its progress is in bytes.
        """
        owner = self._project.session.id
        job_id = self._project.write(
            lambda c: rows.insert_job(
                c, kind=kind, title=title, env=env, args=args or {}, owner=owner, subjects=subjects
            )
        )
        job = _Job(self, job_id, subjects, sizes)
        self._running[job_id] = job
        threading.Thread(target=self._run, args=(job, work, lane, at_end), daemon=True).start()
        return job_id

    def _run(self, job: _Job, work: Work, lane: Lane, at_end: Callable[[], None]) -> None:
        try:
            self._project.write(lambda c: rows.start_job(c, job.id))
            job.tell(last=True)
            pool = self._pool(lane)
            if lane.together > 1:
                queue = deque(job.tasks)
                several = range(lane.width)
                running = [pool.submit(job.run_many, queue, work, lane.together) for _ in several]
            else:
                running = [pool.submit(job.run_task, task, work) for task in job.tasks]
            if not _accompany(job, running, _SHORT_S):
                with stay_awake():
                    _accompany(job, running)
        except Exception as error:
            log.exception("Job %s could not be run", job.id)
            job.fail_rest(error)
        finally:
            self._let_go(at_end)
            self._finish(job)

    def _let_go(self, at_end: Callable[[], None]) -> None:
        try:
            at_end()
        except Exception:
            log.exception("What a job held could not be closed")

    def _finish(self, job: _Job) -> None:
        try:
            job.save()
            job.keep_progress()
            self._project.write(lambda c: rows.finish_job(c, job.id, job.end_state()))
            job.tell(last=True)
        except Exception:
            log.exception("The end of job %s could not be written", job.id)
        finally:
            job.finished.set()

    def _pool(self, lane: Lane) -> ThreadPoolExecutor:
        with self._lock:
            if lane.name not in self._lanes:
                self._lanes[lane.name] = ThreadPoolExecutor(lane.width, lane.name)
            return self._lanes[lane.name]

    def save_tasks(self, job_id: int, tasks: Sequence[Task]) -> None:
        """Write down how tasks ended, several in one transaction."""

        def save(connection: Any) -> None:
            for task in tasks:
                rows.finish_task(
                    connection,
                    job_id,
                    task.subject,
                    task.state,
                    task.message,
                    task.error or task.finding,
                )

        self._project.write(save)

    def keep_progress(self, job_id: int, progress: rows.Progress) -> None:
        """Write down how far a job is."""
        self._project.write(lambda c: rows.save_progress(c, job_id, progress))

    def write(self, left: Sequence[Left]) -> list[Any]:
        """Write what tasks have left, in one transaction."""
        return self._project.write(lambda c: [one.write(c) for one in left])

    def cancel(self, job_id: int) -> None:
        """Stop a job after what is being sent just now; what is done stays done."""
        self.get(job_id)
        job = self._running.get(job_id)
        if job is not None:
            job.cancelled.set()

    def wait(self, job_id: int, timeout: float | None = None) -> bool:
        """Wait until a job of this process has ended; False when the time is over first."""
        job = self._running.get(job_id)
        return job is None or job.finished.wait(timeout)

    def running(self) -> list[int]:
        """The jobs of this process that have not ended."""
        return [job_id for job_id, job in self._running.items() if not job.finished.is_set()]

    def close(self) -> None:
        """Cancel what runs and wait for it."""
        for job_id in self.running():
            self._running[job_id].cancelled.set()
        for job_id in self.running():
            self.wait(job_id)
        for pool in self._lanes.values():
            pool.shutdown()

    def get(self, job_id: int) -> dict[str, Any]:
        """A job as JSON; NotFound when there is none of that id."""
        row = self._project.read(lambda c: rows.get_job(c, job_id))
        if row is None:
            raise NotFound(
                f"There is no job {job_id}.", code="no-such-job", hint="List them: hdp job list"
            )
        return self._job_json(row)

    def page(self, offset: int = 0, limit: int = 100) -> tuple[list[dict[str, Any]], int]:
        """Jobs as JSON, the newest first, and how many there are."""
        found, total = self._project.read(lambda c: rows.list_jobs(c, offset, limit))
        return [self._job_json(row) for row in found], total

    def tasks(
        self, job_id: int, state: str | None = None, offset: int = 0, limit: int = 1_000_000
    ) -> tuple[list[dict[str, Any]], int]:
        """Tasks of a job as JSON, failures first, and how many there are."""
        job = self._running.get(job_id)
        if job is not None:
            chosen = [task for task in job.tasks if state in (None, task.state)]
            chosen.sort(key=lambda task: _ORDER.index(task.state))
            return [task.to_json() for task in chosen[offset : offset + limit]], len(chosen)
        found, total = self._project.read(
            lambda c: rows.list_tasks(c, job_id, state, offset, limit)
        )
        return [_task_json(row) for row in found], total

    def _job_json(self, row: rows.JobRow) -> dict[str, Any]:
        values = {
            "id": row.id, "kind": row.kind, "title": row.title, "state": row.state, "env": row.env,
            "total": row.total, "done": row.done, "failed": row.failed, "skipped": row.skipped,
            "cancelled": row.cancelled, "running": row.running,
            "bytes_done": row.bytes_done, "bytes_total": row.bytes_total,
            "started": row.started, "finished": row.finished,
            "error": row.error, "args": row.args, "message": "",
        }  # fmt: skip
        ended = row.done + row.failed + row.skipped + row.cancelled
        values["share"] = round(
            row.bytes_done / row.bytes_total if row.bytes_total and row.state == "running"
            else ended / row.total if row.total else 1.0, 4,
        )  # fmt: skip
        job = self._running.get(row.id)
        return values if job is None else values | _live(job)


_OPEN = ("queued", "running")
_ORDER = ("failed", "running", "queued", "interrupted", "cancelled", "skipped", "done")


def _bytes(job: _Job) -> tuple[int, int]:
    """What was moved, of what is to be moved: of tasks that ended early no more will come."""
    if not job.moves_bytes:
        return 0, 0
    done = sum([one.done for one in job.tasks])
    left = [(one.total or 0) - one.done for one in job.tasks if one.state in _OPEN]
    return done, done + sum(left)


def _share(job: _Job) -> float:
    """How much of the job is done, from 0 to 1: of its bytes, else of its items."""
    done, total = _bytes(job)
    if total:
        return done / total
    ended = sum([one.state not in _OPEN for one in job.tasks])
    begun = sum([min(one.done / one.total, 1.0) for one in job.tasks
                 if one.state == "running" and one.total])  # fmt: skip
    return (ended + begun) / len(job.tasks) if job.tasks else 1.0


def _live(job: _Job) -> dict[str, Any]:
    states = Counter([task.state for task in job.tasks])
    running = [task for task in job.tasks if task.state == "running"] if states["running"] else []
    messages = [task.message for task in running if task.message]
    done, total = _bytes(job)
    return {
        **{name: states[name] for name in ("done", "failed", "skipped", "cancelled", "running")},
        "bytes_done": done,
        "bytes_total": total,
        "share": round(_share(job), 4),
        "message": messages[-1] if messages else "",
    }


def _task_json(row: rows.TaskRow) -> dict[str, Any]:
    return {
        "item": row.subject,
        "title": row.title,
        "state": row.state,
        "done": 0,
        "total": None,
        "message": row.message,
        "error": row.error if row.state == "failed" else None,
        "finding": None if row.state == "failed" else row.error,
    }
