"""Verify: ask the repository again, and compare what it holds with what was sent and is here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from hdp.events import now
from hdp.jobs import Task
from hdp.project import deposits
from hdp.project.deposits import Deposit, DepositFile
from hdp.remote import Remote
from hdp.sdk import Finding, Missing, Rejected, RemoteFile
from hdp.uploads import settling
from hdp.uploads.desk import Desk, wrong_state
from hdp.uploads.files import matches

_BLOCK = 1 << 20
_SHOWN = 3
_GONE = "record-withdrawn"


def verify_record(desk: Desk, task: Task) -> None:
    """Compare a published record's files by checksum; Rejected where any differs.

    Files that are not on this computer any more are counted, not failed.
    """
    deposit = settling.settled(desk, desk.project.read(
        lambda c: deposits.latest_published(c, task.subject, desk.env)), task)  # fmt: skip
    if deposit is None or deposit.state != "published":
        raise wrong_state(
            "No record of this item is published here.", task.subject, "Publish it first."
        )
    remote = desk.remote_for(task, deposit.title)
    there = _files_there(desk, remote, deposit)
    files = desk.project.read(lambda c: deposits.list_files(c, deposit.id))
    _check_there(desk, deposit, files, there)
    gone = _check_here(desk, task, deposit, files)
    site = [one for one in deposit.site if one["code"] not in (_GONE, "record-differs")]
    desk.project.write(lambda c: deposits.update(c, deposit.id, verified=now(), site=site))
    desk.changed(deposit.item_id)
    some = f"; {gone} not on this computer" if gone else ""
    task.say(f"{len(files)} of {len(files)} files are as they were published{some}")


def _files_there(desk: Desk, remote: Remote, deposit: Deposit) -> Sequence[RemoteFile]:
    """The record's files; what is not shown any more is noted with the record."""
    try:
        return remote.list_record_files(str(deposit.remote_id))
    except Missing as error:
        finding = Finding(
            "warning", "record-withdrawn",
            f"{desk.env_title} does not show this record any more: it was withdrawn, or the"
            " repository was emptied.",
            "Look at its page. The files are still here; the DOI stays with the record.",
            {"item": deposit.item_id},
        )  # fmt: skip
        kept = [one for one in deposit.site if one["code"] != _GONE]
        desk.project.write(
            lambda c: deposits.update(c, deposit.id, site=[*kept, finding.to_json()])
        )
        desk.changed(deposit.item_id)
        error.hint = error.hint or finding.hint
        raise


def _check_there(
    desk: Desk, deposit: Deposit, files: Sequence[DepositFile], there: Sequence[RemoteFile]
) -> None:
    held = {one.name: one for one in there}
    wrong = [one.name for one in files if one.name in held and not matches(one, held[one.name])]
    missing = [one.name for one in files if one.name not in held]
    more = sorted(set(held) - {one.name for one in files})
    found = {"other bytes": wrong, "missing": missing, "unknown to HDP": more}
    parts = [f"{word}: {_names(names)}" for word, names in found.items() if names]
    if not parts:
        return
    finding = Finding(
        "warning", "record-differs",
        f"The repository's files of {deposit.known_as} are not those that were published from"
        f" here: {'; '.join(parts)}.",
        "Download the record and compare; tell the repository's support if it is damaged.",
        {"item": deposit.item_id},
    )  # fmt: skip
    # Until it is found sound again it is not verified, whatever else is done with it.
    kept = [one for one in deposit.site if one["code"] != "record-differs"]
    site = [*kept, finding.to_json()]
    desk.project.write(lambda c: deposits.update(c, deposit.id, verified=None, site=site))
    desk.changed(deposit.item_id)
    raise Rejected(finding.message, code=finding.code, hint=finding.hint, where=finding.where)


def _check_here(desk: Desk, task: Task, deposit: Deposit, files: Sequence[DepositFile]) -> int:
    """How many files are not here any more; Rejected where one here has other bytes."""
    changed, gone, done = [], 0, 0
    total = sum(one.size for one in files)
    for file in files:
        path = desk.project.file_path(file.root, file.path)
        digest = _digest(path, task)
        done += file.size
        task.progress(done, total, file.name)
        if digest is None:
            gone += 1
        elif digest != (file.sha256 or digest):
            changed.append(file.path)
    if changed:
        raise Rejected(
            f"The repository holds what was published, but on this computer"
            f" {_names(changed)} changed since.",
            code="local-differs",
            hint="Bring the files back from the record, or publish them as a new version.",
            where={"item": deposit.item_id, "file": changed[0]},
        )
    return gone


def _digest(path: Path, task: Task) -> str | None:
    digest = hashlib.sha256()
    try:
        with path.open("rb", buffering=0) as opened:
            while block := opened.read(_BLOCK):
                task.check_cancelled()
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()


def _names(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
