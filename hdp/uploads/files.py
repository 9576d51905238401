"""Upload Files: every file there once, compared by checksum."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hdp.jobs import Task
from hdp.project import deposits
from hdp.project.deposits import Deposit, DepositFile
from hdp.remote import Remote
from hdp.sdk import (
    Cancelled,
    HdpError,
    InvalidInput,
    LocalFile,
    Refused,
    Rejected,
    RemoteFile,
)
from hdp.uploads import settling
from hdp.uploads.desk import Desk, wrong_state
from hdp.uploads.version_drafts import bring_metadata, import_carried
from hdp.wording import counted

_SHORT = 1 << 20  # bytes that are sent in a moment
_SOON_S = 0.3  # so long may what arrived wait to be written down with others


def upload_files(desk: Desk, task: Task) -> None:
    """Send all files of a draft that are not there yet; each is verified."""
    deposit = settling.settled(desk, desk.current(task.subject), task)
    if deposit is None or deposit.state == "prepared":
        raise wrong_state("There is no draft of this item yet.", task.subject, "Create it first.")
    if deposit.state == "published":
        task.skip("It is published already.")
    check_run(deposit)
    remote = desk.remote_for(task, deposit.title)
    deposit = bring_metadata(desk, remote, deposit)
    with desk.intent(deposit, "upload") as ours:
        files = desk.project.read(lambda c: deposits.list_files(c, ours.id))
        sending = _Sending(desk, remote, str(ours.remote_id), task, sum(one.size for one in files))
        sending.clear = _to_clear(ours, files)
        try:
            failures = _send_all(sending, ours, files)
        except BaseException:
            desk.project.write(lambda c: _leave(c, sending, ours))
            raise
        desk.project.write(lambda c: _end(c, sending, ours))
    if failures:
        raise _summary(failures, len(files))
    task.say(f"{len(files)} of {counted(len(files), 'file')} verified")


def check_run(deposit: Deposit) -> None:
    """Refused while a draft that was made for its DOI waits for its pipeline."""
    if deposit.state == "draft" and deposit.pending is not None:
        name = deposit.pending["pipeline"]
        raise Refused(
            f"The pipeline {name}, for which this draft was made, is not through yet.",
            code="pipeline-unfinished",
            hint=f"Run it again (hdp pipeline draft {deposit.pending.get('use') or name}"
            f" {deposit.item_id} --env {deposit.env}), or discard the draft.",
            where={"item": deposit.item_id},
        )


def _leave(connection: Any, sending: _Sending, deposit: Deposit) -> None:
    set_uploaded(connection, sending.arrived)
    deposits.reset_files(connection, deposit.id)


def _end(connection: Any, sending: _Sending, deposit: Deposit) -> None:
    _leave(connection, sending, deposit)
    deposits.settle(connection, deposit)


@dataclass
class _Sending:
    """The upload of one draft's files: what is there already, and how far it is.

    `arrived` is what is not written down yet. Nothing is lost with it: whoever comes next looks
    at what is there before anything is sent.
    """

    desk: Desk
    remote: Remote
    draft_id: str
    task: Task
    total: int
    sent: int = 0
    present: dict[str, RemoteFile] = field(default_factory=dict)
    arrived: list[tuple[DepositFile, RemoteFile]] = field(default_factory=list)
    clear: Sequence[str] = ()
    written: float = field(default_factory=time.monotonic)

    def listed(self) -> dict[str, RemoteFile]:
        """What the draft holds, by name."""
        return {one.name: one for one in self.remote.list_files(self.draft_id)}

    def tell(self, done: int, name: str) -> None:
        """How far it is, with what of this file is done."""
        self.task.progress(self.sent + done, self.total, name)

    def note(self, file: DepositFile, there: RemoteFile) -> None:
        """Write down that it is there; several that come in a moment are written together."""
        self.arrived.append((file, there))
        if time.monotonic() - self.written > _SOON_S:
            arrived, self.arrived = self.arrived, []
            self.desk.project.write(lambda c: set_uploaded(c, arrived))
            self.written = time.monotonic()
            self.desk.changed(self.task.subject)


def _send_all(sending: _Sending, deposit: Deposit, files: Sequence[DepositFile]) -> list[HdpError]:
    sending.present = sending.listed()
    if not sending.present and import_carried(sending.desk, sending.remote, deposit, files):
        sending.present = sending.listed()
    _clear(sending)
    failures: list[HdpError] = []
    taken: list[DepositFile] = []
    for file in files:
        sending.task.check_cancelled()
        try:
            sending.note(file, _send(sending, file))
            taken.append(file)
        except Cancelled:
            raise
        except HdpError as error:
            failures.append(error)
            _store_failure(sending.desk, file, error)
            if not isinstance(error, InvalidInput | Rejected):
                return failures  # the repository is gone: the other files would fail alike
        sending.sent += file.size
        sending.tell(0, file.name)
    return failures + _verify(sending, taken)


def _to_clear(deposit: Deposit, files: Sequence[DepositFile]) -> list[str]:
    """The files that a new version is not to have: they came with its draft."""
    wanted = {one.name for one in files}
    return [one for one in (deposit.change or {}).get("clear", ()) if one not in wanted]


def _clear(sending: _Sending) -> None:
    """Take out what is not to be there, before anything is sent; an answer alone is no proof."""
    gone = [name for name in sending.clear if name in sending.present]
    for name in gone:
        sending.task.check_cancelled()
        sending.remote.delete_file(sending.draft_id, name)
    if gone:
        sending.present = sending.listed()
    left = [name for name in gone if name in sending.present]
    if left:
        raise Rejected(
            f"The repository said it removed {left[0]}, but still holds it.",
            code="file-not-removed",
            hint="Upload again; only what is left to do is done.",
            where={"file": left[0]},
        )


def _send(sending: _Sending, file: DepositFile) -> RemoteFile:
    there = sending.present.get(file.name)
    if there is not None and matches(file, there):
        return there
    local = _local_or_carried(sending.desk, file)
    if file.size > _SHORT or file.status != "pending":  # who looks does not see a short one
        sending.desk.project.write(
            lambda c: deposits.update_file(c, file.id, status="uploading", error=None)
        )
    return sending.remote.upload_file(
        sending.draft_id, local, lambda done, _all: sending.tell(done, file.name), known=()
    )


def matches(file: DepositFile, there: RemoteFile) -> bool:
    """Whether the repository's file is ours: same name, size and MD5."""
    return (there.name, there.size, there.checksum.removeprefix("md5:")) == (
        file.name, file.size, file.md5,
    )  # fmt: skip


def set_uploaded(connection: Any, arrived: Sequence[tuple[DepositFile, RemoteFile]]) -> None:
    """Note that the repository holds files with the right checksums."""
    for file, there in arrived:
        deposits.update_file(
            connection, file.id, status="uploaded", remote_id=there.id,
            remote_checksum=there.checksum, error=None,
        )  # fmt: skip


def _store_failure(desk: Desk, file: DepositFile, error: HdpError) -> None:
    desk.project.write(
        lambda c: deposits.update_file(c, file.id, status="failed", error=error.to_json())
    )


def _local_or_carried(desk: Desk, file: DepositFile) -> LocalFile:
    try:
        return check_local(desk, file)
    except InvalidInput as error:
        if file.plan != "carry":
            raise
        raise Rejected(
            f"{file.name} was to be carried over from the version before, but the draft does not"
            " hold it, and it is not on this computer.",
            code="carried-missing",
            hint="Discard the draft and make the new version again.",
            where={"file": file.name},
        ) from error


def check_local(desk: Desk, file: DepositFile) -> LocalFile:
    """The file on this computer, as it was when it was prepared; InvalidInput where it is not."""
    path = desk.project.file_path(file.root, file.path)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InvalidInput(
            f"{file.path} cannot be read: {error.strerror}.",
            code="file-missing",
            hint="Put it back where it was, then upload again.",
            where={"file": file.path},
        ) from error
    if size != file.size:
        raise _changed(file)
    return to_local(file, path)


def _changed(file: DepositFile) -> InvalidInput:
    return InvalidInput(
        f"{file.path} was changed after its record was prepared; it was not sent.",
        code="file-changed",
        hint="Put it back as it was, or discard the draft and make the new version again."
        if file.plan  # of a new version: nothing of it is scanned or prepared
        else "Scan the project again, then discard the draft and prepare the item anew.",
        where={"file": file.path},
    )


def to_local(file: DepositFile, path: Path) -> LocalFile:
    """A deposit's file as the plugins know files."""
    return LocalFile(
        path=path, name=file.name, media_type=file.media_type, role=file.role, size=file.size,
        sha256=file.sha256, md5=file.md5, relpath=file.path,
    )  # fmt: skip


def _verify(sending: _Sending, taken: Sequence[DepositFile]) -> list[HdpError]:
    """List once more: an answer that said "done" is no proof that the file is there."""
    there = sending.listed()
    failures: list[HdpError] = []
    for file in taken:
        if file.name in there and matches(file, there[file.name]):
            continue
        error = Rejected(
            f"The repository said it took {file.name}, but does not hold it.",
            code="file-vanished",
            hint="Upload again; only what is missing is sent.",
            where={"file": file.name},
        )
        sending.arrived = [one for one in sending.arrived if one[0].id != file.id]
        _store_failure(sending.desk, file, error)
        failures.append(error)
    return failures


def _summary(failures: Sequence[HdpError], total: int) -> HdpError:
    first = failures[0]
    if len(failures) > 1:
        first.message = f"{len(failures)} of {total} files failed; the first: {first.message}"
    return first
