"""A batch as a whole: what would fail every record alike is said once, and ends it."""

from __future__ import annotations

import threading

from hdp.jobs import Task, Work
from hdp.project import deposits
from hdp.sdk import Can, Cancelled, HdpError, Missing, Unauthorised
from hdp.uploads.desk import Desk


class Batch:
    """Runs a step for many records; after a refused token, or an emptied repository, no more."""

    def __init__(self, desk: Desk, step: Work) -> None:
        self._desk, self._step = desk, step
        self._lock = threading.Lock()
        self._why = ""
        self._some_left = False

    def __call__(self, task: Task) -> None:
        """Do one record's share; Cancelled (`not-tried`) where the batch has ended."""
        if self._why:
            raise self._not_tried()
        try:
            self._step(task)
        except Unauthorised as error:
            self._end_if(self._refused(error), error)
            raise
        except Missing as error:
            self._end_if(self._emptied(), error)
            raise

    def _end_if(self, reason: HdpError | None, error: HdpError) -> None:
        """Let the first that found the reason tell it, and the others be not tried."""
        if reason is None:
            return
        with self._lock:
            first, self._why = not self._why, reason.message
        raise (reason if first else self._not_tried()) from error

    def _not_tried(self) -> Cancelled:
        return Cancelled(f"Not tried: {self._why}", code="not-tried")

    def _refused(self, error: Unauthorised) -> HdpError | None:
        """The one error where the token itself is refused, not only this record."""
        if self._why:
            return error
        try:
            self._desk.remote.whoami()
        except Unauthorised:
            return Unauthorised(
                f"{self._desk.env_title} does not accept the token any more.",
                hint=f"Make a new one on the site and keep it: hdp env token {self._desk.env}."
                " The same command carries on from there.",
                where={"environment": self._desk.env},
            )
        except HdpError:
            return None
        return None

    def _emptied(self) -> HdpError | None:
        """The one error where none of several drafts is there any more."""
        desk = self._desk
        if self._why:
            return Missing(self._why)
        if self._some_left or Can.LIST_DRAFTS not in desk.remote.can:
            return None
        live = desk.project.read(
            lambda c: deposits.list_deposits(c, desk.env, ("draft", "in_review"))
        )
        ours = {one.remote_id for one in live if one.remote_id}
        try:
            there = {one.id for one in desk.remote.list_drafts()}
        except HdpError:
            return None
        if len(ours) < 2 or ours & there:
            self._some_left = True
            return None
        return Missing(
            f"None of this project's {len(ours)} drafts is in {desk.env_title} any more:"
            " it was emptied, or they were all deleted there.",
            code="repository-emptied",
            hint=f"Start these again here: hdp draft restart --all --env {desk.env}",
            where={"environment": desk.env},
        )
