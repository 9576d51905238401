"""Start again: what a repository does not hold any more is prepared once more, as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hdp.jobs import Task
from hdp.project import deposits
from hdp.project.deposits import Deposit
from hdp.remote import Remote
from hdp.sdk import Missing
from hdp.uploads import settling
from hdp.uploads.desk import Desk, wrong_state


def restart_draft(desk: Desk, task: Task) -> None:
    """Take a draft (outside production a record too) that is gone back to prepared.

    Skipped where the repository still holds it: nothing is lost by asking.
    """
    deposit = settling.settled(desk, desk.current(task.subject), task)
    if deposit is None or deposit.state == "prepared":
        task.skip("Nothing of it was sent here.")
        return
    desk.check_address(deposit)
    if deposit.state == "published" and desk.kind == "production":
        raise wrong_state(
            "A published record is not started again.", task.subject,
            "If the repository does not show it any more, ask its support.",
        )  # fmt: skip
    remote, remote_id = desk.remote_for(task, deposit.title), str(deposit.remote_id)
    if deposit.state != "published" and _is_there(lambda: remote.get_draft(remote_id)):
        task.skip(f"Draft {remote_id} is still there.")
    if _is_there(lambda: remote.get_record(remote_id)):
        if deposit.state != "published":
            settling.find_published(desk, deposit)
        task.skip(f"It is published: {remote_id}.")
    follows = _follows(desk, remote, deposit)
    if not desk.project.write(lambda c: _start_again(c, deposit, follows=follows)):
        raise wrong_state("Something else was done to it.", task.subject, "Look again in a moment.")
    desk.changed(task.subject)
    if deposit.pending is not None and deposit.change is not None:
        task.say("Its draft is gone; make the new version again.")
        return
    task.say("Prepared again, as it was sent; create its draft anew.")


def _follows(desk: Desk, remote: Remote, deposit: Deposit) -> bool:
    """Whether it is the draft of a next version whose record is still there to be followed."""
    if deposit.change is None or deposit.state == "published":
        return False
    base = desk.project.read(lambda c: deposits.get_deposit(c, int(deposit.previous or 0)))
    return _is_there(lambda: remote.get_record(str(base.remote_id)))


def _is_there(ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except Missing:
        return False
    return True


def _start_again(connection: Any, before: Deposit, *, follows: bool) -> bool:
    now_is = deposits.get_deposit(connection, before.id)
    if (now_is.state, now_is.doing) != (before.state, None):
        return False
    files = deposits.list_files(connection, before.id)
    deposits.update(connection, before.id, state="discarded")
    if before.pending is not None and before.change is not None:
        return True  # its pipeline was not through: there is nothing that could be sent
    made = deposits.prepare_again(connection, before, files)
    if made is not None and follows:
        change = {**(before.change or {}), "asked": []}
        deposits.update(connection, made, previous=before.previous, change=change)
    return made is not None
