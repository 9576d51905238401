"""A target in the host's care: pace, repeats, checksums, and errors that say what was done."""

from __future__ import annotations

import copy
import hashlib
import logging
import random
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from hdp.net import Client, OnCall, host_of, redact
from hdp.pacing import Limiter, Limits
from hdp.sdk import (
    Can,
    Conflict,
    Connection,
    Draft,
    Finding,
    HdpError,
    InvalidInput,
    LocalFile,
    Missing,
    Publication,
    RateLimited,
    Record,
    Rejected,
    RemoteFile,
    Target,
    TargetError,
    Unreachable,
)

T = TypeVar("T")

TRIES = 5
MOST_LIMITED = 20
FIRST_BACKOFF = 1.0
LONGEST_BACKOFF = 60.0
CLOCK_TOLERANCE = timedelta(seconds=2)
SETTLE_WAITS = (0, 2, 5, 15, 30)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Doing:
    """What a request belongs to: the verb in words, the record's title and remote id."""

    what: str = ""
    about: str = ""
    remote_id: str = ""


NOTHING = Doing()
DOING: ContextVar[Doing] = ContextVar("doing", default=NOTHING)


class Locks:
    """One lock for each draft: Zenodo spoils two changes of one draft at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_id: dict[str, threading.Lock] = {}

    @contextmanager
    def held(self, draft_id: str) -> Iterator[None]:
        """Hold the draft's lock; an empty id locks nothing."""
        if not draft_id:
            yield
            return
        with self._lock:
            lock = self._by_id.setdefault(draft_id, threading.Lock())
        with lock:
            yield


class Remote:
    """A target's verbs, managed.

    Reading, replacing and deleting are repeated up to five times when there was no
    answer; create_draft, new_version and publish never. A 429 was not done, so every
    verb is repeated after the wait that was asked for. Errors say what was being done
    and where; tokens are cut out of them.
    """

    def __init__(
        self,
        target: Target,
        *,
        limiter: Limiter | None = None,
        check_cancelled: Callable[[], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        tries: int = TRIES,
    ) -> None:
        self.target = target
        self.limiter = limiter or Limiter()
        self.about = ""
        self._check_cancelled = check_cancelled or (lambda: None)
        self._sleep, self._jitter, self._tries = sleep, jitter, tries
        self._locks = Locks()

    def __repr__(self) -> str:
        return f"Remote({self.target.id}, {self.target.connection.environment})"

    def using(
        self, *, check_cancelled: Callable[[], None] | None = None, about: str = ""
    ) -> Remote:
        """The same remote for one task: its way to stop, and the record's title for errors."""
        view = copy.copy(self)
        view._check_cancelled = check_cancelled or self._check_cancelled
        view.about = about or self.about
        return view

    @property
    def can(self) -> Can:
        """What the target is able to do."""
        return self.target.can

    @property
    def server_time(self) -> float | None:
        """The server's clock now, UTC seconds, carried on from its last answer."""
        http = self.target.connection.http
        now = getattr(http, "server_now", None)
        return now() if callable(now) else http.server_time

    def page_url(self, remote_id: str) -> str:
        """Where a person looks at the draft or record."""
        return self.target.page_url(remote_id)

    def same_metadata(self, record: Record, draft: Draft) -> bool:
        """Whether the draft is what the repository makes of the record."""
        return self.target.same_metadata(record, draft)

    def compare_metadata(self, record: Record, draft: Draft) -> Sequence[Finding]:
        """What of the record the draft does not hold, or holds otherwise."""
        return self.target.compare_metadata(record, draft)

    def pause(self, seconds: float) -> None:
        """Wait; Cancelled within a quarter of a second when the person stops it."""
        self._check_cancelled()
        while seconds > 0:
            step = min(0.25, seconds)
            self._sleep(step)
            seconds -= step
            self._check_cancelled()

    # Reading: repeated.

    def whoami(self) -> str:
        """The account that the token belongs to."""
        return self._do("Checking the token", "", self.target.whoami)

    def get_draft(self, draft_id: str) -> Draft:
        """The draft as it is now; Missing when there is none."""
        return self._do("Looking at the draft", draft_id, lambda: self.target.get_draft(draft_id))

    def list_files(self, draft_id: str) -> Sequence[RemoteFile]:
        """The files that the draft holds."""
        return self._do("Listing the files", draft_id, lambda: self.target.list_files(draft_id))

    def find_draft(self, key: str) -> Draft | None:
        """The draft made under our key."""
        return self._do("Looking for the draft", "", lambda: self.target.find_draft(key))

    def list_drafts(self, since: datetime | None = None) -> Sequence[Draft]:
        """This account's unpublished drafts created at or after `since`."""
        return self._do("Listing the drafts", "", lambda: self.target.list_drafts(since))

    def get_record(self, id_or_doi: str) -> Publication:
        """A published record; Missing when it is not published."""
        return self._do("Looking at the record", "", lambda: self.target.get_record(id_or_doi))

    def list_record_files(self, record_id: str) -> Sequence[RemoteFile]:
        """The files of a published record."""
        return self._do("Listing the files", "", lambda: self.target.list_record_files(record_id))

    def list_versions(self, concept_id: str) -> Sequence[Publication]:
        """All published versions, newest first."""
        return self._do("Listing the versions", "", lambda: self.target.list_versions(concept_id))

    def owns_record(self, record_id: str) -> bool | None:
        """Whether a published record is this account's; None where it cannot be told."""
        return self._do("Looking whose it is", "", lambda: self.target.owns_record(record_id))

    # Replacing and deleting: repeated, because twice is the same as once.

    def update_draft(self, draft_id: str, record: Record) -> Draft:
        """Replace the draft's metadata."""
        return self._do(
            "Changing the metadata", draft_id, lambda: self.target.update_draft(draft_id, record)
        )

    def reserve_doi(self, draft_id: str) -> str:
        """The DOI that the draft will have; asked again it is the same one."""
        return self._do("Reserving a DOI", draft_id, lambda: self.target.reserve_doi(draft_id))

    def delete_file(self, draft_id: str, name: str) -> None:
        """Take a file out of the draft; one that is gone counts as done."""
        try:
            self._do(f"Deleting {name}", draft_id, lambda: self.target.delete_file(draft_id, name))
        except Missing:
            # The file is gone; but where the draft itself is, list_files raises Missing.
            if any(file.name == name for file in self.list_files(draft_id)):
                raise

    def discard(self, draft_id: str) -> None:
        """Delete the draft; one that is gone counts as done, a published one is a Conflict."""
        try:
            self._do("Discarding the draft", draft_id, lambda: self.target.discard(draft_id))
        except Missing as error:
            self._check_gone(draft_id, error)

    def drop_edit(self, record_id: str) -> None:
        """Close an open edit of a published record without its changes; a closed one stays so."""
        try:
            self._do("Closing the edit", record_id, lambda: self.target.discard(record_id))
        except Missing:
            return

    def _check_gone(self, draft_id: str, error: Missing) -> None:
        if Can.PULL in self.can and _or_none(lambda: self.get_record(draft_id)) is not None:
            raise Conflict(
                f"Record {draft_id} is published; it cannot be discarded.",
                code="already-published",
            ) from error
        if _or_none(lambda: self.get_draft(draft_id)) is not None:
            raise error

    def upload_file(
        self,
        draft_id: str,
        file: LocalFile,
        progress: Progress | None = None,
        *,
        known: Sequence[RemoteFile] | None = None,
    ) -> RemoteFile:
        """Send a file and compare size and checksum; the same one already there is not sent.

        `known` are the draft's files where they were just listed. Rejected with code
        `checksum-differs` when what arrived is not what was sent, in every try.
        """
        file = _with_hash(file)
        there = known if known is not None else self.list_files(draft_id)
        for one in there:
            if is_same_file(file, one):
                return one
        name = file.name or file.path.name

        def watch(sent: int, total: int) -> None:
            self._check_cancelled()
            if progress is not None:
                progress(sent, total)

        def send() -> RemoteFile:
            with self._expecting(file):
                arrived = self.target.upload_file(draft_id, file, watch)
            if arrived.size != file.size or not _same_checksum(file, arrived):
                raise Rejected(
                    f"{name} arrived damaged: {arrived.size} bytes with {arrived.checksum}, "
                    f"sent were {file.size} bytes with md5:{file.md5}.",
                    code="checksum-differs",
                    hint="Rescan the file if it was changed, then upload it again.",
                    where={"file": name},
                )
            return arrived

        return self._do(f"Uploading {name}", draft_id, send, lock=False)

    def _expecting(self, file: LocalFile) -> AbstractContextManager[None]:
        """Hold the client to the bytes that were prepared, whatever the target sends."""
        http = self.target.connection.http
        if file.sha256 and isinstance(http, Client):
            return http.expecting(file.path, file.sha256)
        return nullcontext()

    # Sent once.

    def create_draft(self, record: Record, key: str) -> Draft:
        """A new draft; after Unreachable it is open whether there is one: settle_create."""
        about = self.using(about=self.about or str(record.fields.get("title", "")))
        return about._do(
            "Creating the draft", "", lambda: self.target.create_draft(record, key), again=False
        )

    def publish(self, draft_id: str) -> Publication:
        """Make it public; after Unreachable it is open whether it is: settle_publish."""
        return self._do("Publishing", draft_id, lambda: self.target.publish(draft_id), again=False)

    def new_version(self, record_id: str, *, keep_files: bool, key: str) -> Draft:
        """A draft of the next version, or the one that is open already."""
        return self._do(
            "Making a new version",
            record_id,
            lambda: self.target.new_version(record_id, keep_files=keep_files, key=key),
            again=False,
        )

    def edit_record(self, record_id: str, key: str) -> Draft:
        """Open a published record's metadata for change."""
        return self._do(
            "Opening the record",
            record_id,
            lambda: self.target.edit_record(record_id, key),
            again=False,
        )

    def submit_for_review(self, draft_id: str) -> Draft:
        """Hand the draft to its community's curators."""
        return self._do(
            "Submitting for review",
            draft_id,
            lambda: self.target.submit_for_review(draft_id),
            again=False,
        )

    def cancel_review(self, draft_id: str) -> Draft:
        """Take the draft back from its community's curators."""
        return self._do(
            "Withdrawing from review",
            draft_id,
            lambda: self.target.cancel_review(draft_id),
            again=False,
        )

    def ask_communities(self, record_id: str, record: Record) -> Sequence[Finding]:
        """Ask the communities of a public record that it is not in yet."""
        return self._do(
            "Asking the communities",
            record_id,
            lambda: self.target.ask_communities(record_id, record),
        )

    def _do(
        self,
        what: str,
        remote_id: str,
        send: Callable[[], T],
        *,
        again: bool = True,
        lock: bool = True,
    ) -> T:
        failed = limited = 0
        while True:
            self._check_cancelled()
            try:
                with self._locks.held(remote_id if lock else ""), self.limiter.slot(self.pause):
                    token = DOING.set(Doing(what, self.about, remote_id))
                    try:
                        return send()
                    finally:
                        DOING.reset(token)
            except RateLimited as error:
                limited += 1
                if limited > MOST_LIMITED:
                    raise self._told(error, what, remote_id) from None
                self.limiter.hold(max(0.0, error.retry_after) + self._jitter())
            except TargetError as error:
                failed += 1
                if not again or failed >= self._tries or not _may_pass(error):
                    raise self._told(error, what, remote_id) from None
                wait = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** (failed - 1))
                self.pause(wait * (0.5 + self._jitter() / 2))
            except HdpError as error:
                raise self._told(error, what, remote_id) from None

    def _told(self, error: HdpError, what: str, remote_id: str) -> HdpError:
        """The error with what was being done, to which record and where, without the token."""
        connection = self.target.connection
        secrets = (connection.token,)
        about = f" “{self.about}”" if self.about else ""
        number = f" ({remote_id})" if remote_id else ""
        place = connection.environment
        error.message = redact(f"{what}{about}{number} in {place}: {error.message}", secrets)
        error.hint = redact(error.hint, secrets)
        error.args = (error.message,)
        error.where = {"environment": place, **error.where}
        error.findings = tuple(
            replace(one, message=redact(one.message, secrets)) for one in error.findings
        )
        return error


def _may_pass(error: TargetError) -> bool:
    return isinstance(error, Unreachable) or error.name == "checksum-differs"


def _or_none(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except Missing:
        return None


def _with_hash(file: LocalFile) -> LocalFile:
    if file.md5:
        return file
    try:
        with file.path.open("rb") as opened:
            md5 = hashlib.file_digest(opened, "md5").hexdigest()
        return replace(file, md5=md5, size=file.path.stat().st_size)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
    raise InvalidInput(
        f"{file.path.name} cannot be read: {reason}.",
        code="file-unreadable",
        hint="Check that the file is still there and that you may read it.",
        where={"file": str(file.path)},
    )


def _same_checksum(file: LocalFile, there: RemoteFile) -> bool:
    kind, _, value = there.checksum.rpartition(":")
    ours = {"md5": file.md5, "": file.md5, "sha256": file.sha256}.get(kind.lower(), "")
    return bool(ours) and ours.lower() == value.lower()


def is_same_file(file: LocalFile, there: RemoteFile) -> bool:
    """Whether the repository holds exactly this file: name, size and checksum."""
    name = file.name or file.path.name
    return there.name == name and there.size == file.size and _same_checksum(file, there)


def settle_create(
    remote: Remote,
    record: Record,
    since: datetime,
    known_ids: Collection[str],
    *,
    until: datetime | None = None,
    waits: Sequence[float] = SETTLE_WAITS,
) -> list[Draft]:
    """Drafts that a create with a lost answer may have made, oldest first; [] is "none".

    They were created between `since` and `until` by the server's clock, are unknown to
    us, hold no files and are what the repository makes of the record. Without a hit it
    lists again after each of `waits` (seconds): the list lags behind.
    """
    earliest = _utc(since) - CLOCK_TOLERANCE
    latest = _utc(until) + CLOCK_TOLERANCE if until else None
    for seconds in waits:
        remote.pause(seconds)
        found = [
            draft
            for draft in remote.list_drafts(earliest)
            if draft.id not in known_ids
            and _within(draft.created, earliest, latest)
            and not draft.files
            and remote.same_metadata(record, draft)
        ]
        if found:
            return sorted(found, key=lambda draft: (draft.created or earliest, draft.id))
    return []


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _within(created: datetime | None, earliest: datetime, latest: datetime | None) -> bool:
    return created is None or (created >= earliest and (latest is None or created <= latest))


def settle_publish(remote: Remote, draft_id: str) -> Publication | None:
    """What a publish with a lost answer made; None when the draft is not public.

    Unreachable goes through: then it is still open.
    """
    return _or_none(lambda: remote.get_record(draft_id))


def connect(
    target: type[Target],
    *,
    environment: str,
    base_url: str,
    token: str,
    settings: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
    on_call: OnCall | None = None,
    ca_path: Path | None = None,
) -> Remote:
    """A managed target with its own HTTP client; the pace is shared through `limits`.

    Settings that the target does not have are left out.
    """
    limiter = (limits or Limits()).of(host_of(base_url))
    http = Client(
        token=token,
        allowed_host=base_url,
        ca_path=ca_path,
        on_call=on_call,
        on_answer=limiter.heed,
        pace=limiter.request,
    )
    known = target.settings.schema()["properties"]
    chosen = {name: value for name, value in (settings or {}).items() if name in known}
    log = logging.getLogger(f"hdp.target.{target.id}")
    connection = Connection(environment, base_url, token, target.settings(**chosen), http, log)
    return Remote(target(connection), limiter=limiter)
