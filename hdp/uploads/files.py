"""Upload Files: every file there once, compared by checksum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hdp.jobs import Task
from hdp.project import deposits
from hdp.project.deposits import Deposit, DepositFile
from hdp.remote import Remote
from hdp.sdk import Cancelled, HdpError, InvalidInput, LocalFile, Rejected, RemoteFile
from hdp.uploads import settling
from hdp.uploads.desk import Desk, wrong_state

_SHORT = 1 << 20  # bytes that are sent in a moment


def upload_files(desk: Desk, task: Task) -> None:
    """Send all files of a draft that are not there yet; each is verified."""
    deposit = settling.settled(desk, desk.current(task.subject), task)
    if deposit is None or deposit.state == "prepared":
        raise wrong_state("There is no draft of this item yet.", task.subject, "Create it first.")
    if deposit.state == "published":
        task.skip("It is published already.")
    remote = desk.remote_for(task, deposit.title)
    with desk.intent(deposit, "upload") as ours:
        files = desk.project.read(lambda c: deposits.list_files(c, ours.id))
        try:
            failures = _send_all(desk, remote, ours, files, task)
        except BaseException:
            desk.project.write(lambda c: deposits.reset_files(c, ours.id))
            raise
        desk.project.write(lambda c: _end(c, ours))
    if failures:
        raise _summary(failures, len(files))
    task.say(f"{len(files)} of {len(files)} files verified")


def _end(connection: Any, deposit: Deposit) -> None:
    deposits.reset_files(connection, deposit.id)
    deposits.settle(connection, deposit)


@dataclass
class _Sending:
    """The upload of one draft's files: what is there already, and how far it is."""

    remote: Remote
    draft_id: str
    present: dict[str, RemoteFile]
    task: Task
    total: int
    sent: int = 0

    def tell(self, done: int, name: str) -> None:
        self.task.progress(self.sent + done, self.total, name)


def _send_all(
    desk: Desk, remote: Remote, deposit: Deposit, files: Sequence[DepositFile], task: Task
) -> list[HdpError]:
    draft_id = str(deposit.remote_id)
    present = {one.name: one for one in remote.list_files(draft_id)}
    sending = _Sending(remote, draft_id, present, task, sum(one.size for one in files))
    failures: list[HdpError] = []
    for file in files:
        task.check_cancelled()
        try:
            _send(desk, sending, file)
        except Cancelled:
            raise
        except HdpError as error:
            failures.append(error)
            _store_failure(desk, file, error)
            if not isinstance(error, InvalidInput | Rejected):
                return failures  # the repository is gone: the other files would fail alike
        sending.sent += file.size
        sending.tell(0, file.name)
        desk.changed(deposit.item_id)
    return failures + _verify(desk, remote, draft_id, files)


def _send(desk: Desk, send: _Sending, file: DepositFile) -> None:
    there = send.present.get(file.name)
    if there is not None and matches(file, there):
        store_uploaded(desk, file, there)
        return
    local = check_local(desk, file)
    if file.size > _SHORT or file.status != "pending":  # who looks does not see a short one
        desk.project.write(
            lambda c: deposits.update_file(c, file.id, status="uploading", error=None)
        )
    arrived = send.remote.upload_file(
        send.draft_id, local, lambda done, _all: send.tell(done, file.name), known=()
    )
    store_uploaded(desk, file, arrived)


def matches(file: DepositFile, there: RemoteFile) -> bool:
    """Whether the repository's file is ours: same name, size and MD5."""
    return (there.name, there.size, there.checksum.removeprefix("md5:")) == (
        file.name, file.size, file.md5,
    )  # fmt: skip


def store_uploaded(desk: Desk, file: DepositFile, there: RemoteFile) -> None:
    """Write down that the repository holds the file with the right checksum."""
    desk.project.write(
        lambda c: deposits.update_file(
            c, file.id, status="uploaded", remote_id=there.id, remote_checksum=there.checksum,
            error=None,
        )
    )  # fmt: skip


def _store_failure(desk: Desk, file: DepositFile, error: HdpError) -> None:
    desk.project.write(
        lambda c: deposits.update_file(c, file.id, status="failed", error=error.to_json())
    )


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
        hint="Scan the project again, then discard the draft and prepare the item anew.",
        where={"file": file.path},
    )


def to_local(file: DepositFile, path: Path) -> LocalFile:
    """A deposit's file as the plugins know files."""
    return LocalFile(
        path=path, name=file.name, media_type=file.media_type, role=file.role, size=file.size,
        sha256=file.sha256, md5=file.md5, relpath=file.path,
    )  # fmt: skip


def _verify(
    desk: Desk, remote: Remote, draft_id: str, files: Sequence[DepositFile]
) -> list[HdpError]:
    """List once more: an answer that said "done" is no proof that the file is there."""
    there = {one.name: one for one in remote.list_files(draft_id)}
    failures: list[HdpError] = []
    for file in desk.project.read(lambda c: deposits.files_by_id(c, [one.id for one in files])):
        if file.status != "uploaded" or (file.name in there and matches(file, there[file.name])):
            continue
        error = Rejected(
            f"The repository said it took {file.name}, but does not hold it.",
            code="file-vanished",
            hint="Upload again; only what is missing is sent.",
            where={"file": file.name},
        )
        _store_failure(desk, file, error)
        failures.append(error)
    return failures


def _summary(failures: Sequence[HdpError], total: int) -> HdpError:
    first = failures[0]
    if len(failures) > 1:
        first.message = f"{len(failures)} of {total} files failed; the first: {first.message}"
    return first
