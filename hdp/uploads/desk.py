"""One project at work in one environment: what every step of the four stages needs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hdp.events import Bus, Changed
from hdp.jobs import Task
from hdp.project import deposits, items
from hdp.project.deposits import Deposit
from hdp.project.project import Project
from hdp.remote import Remote
from hdp.sdk import Conflict, HdpError, Refused, Target, Unreachable
from hdp.uploads.alone import BUSY, busy


@dataclass
class Desk:
    """A project, an environment, and the way to its repository.

    `remote` is made when it is first needed, so that local work needs no token;
    `offline` is the target without a token, which can only check. `base_url` is the
    environment's address, "" for practice, which has another one each time.
    """

    project: Project
    bus: Bus
    env: str
    env_title: str
    kind: str
    target: type[Target]
    offline: Target
    open_remote: Callable[[], Remote]
    by: str = ""
    base_url: str = ""
    _remote: Remote | None = None
    _account: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def remote(self) -> Remote:
        """The repository, in the host's care."""
        with self._lock:
            if self._remote is None:
                self._remote = self.open_remote()
            return self._remote

    def remote_for(self, task: Task, title: str) -> Remote:
        """The repository for one task: it can be cancelled, and errors name the record."""
        task.title = title
        return self.remote.using(check_cancelled=task.check_cancelled, about=title)

    def account(self) -> str:
        """Who the token belongs to; asked once, which also tells the server's time."""
        remote = self.remote
        with self._lock:
            if not self._account:
                self._account = remote.whoami()
            return self._account

    def server_now(self) -> str:
        """This moment by the server's clock, as far as its last answer tells; ISO 8601 UTC."""
        seconds = self.remote.server_time
        moment = datetime.now(UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
        return moment.isoformat()

    def item(self, item_id: int) -> items.Item:
        """An item of the project."""
        return self.project.read(lambda c: items.get_item(c, item_id))

    def live(self, item_id: int) -> Deposit | None:
        """The item's prepared, draft or in-review deposit here."""
        return self.project.read(lambda c: deposits.live_deposit(c, item_id, self.env))

    def current(self, item_id: int) -> Deposit | None:
        """The item's live deposit here, else its latest published one."""
        return self.project.read(lambda c: deposits.current_deposit(c, item_id, self.env))

    def changed(self, *item_ids: int) -> None:
        """Tell everybody that deposits of these items changed; called after the commit."""
        self.bus.emit(Changed(("deposits",), list(item_ids), self.by))

    def check_address(self, deposit: Deposit) -> None:
        """Refused where the draft or record is at another address than the environment's."""
        sent = deposit.remote_id is not None or deposit.doing is not None
        if sent and deposit.base_url and deposit.base_url != self.base_url:
            raise Refused(
                f"This record is at {deposit.base_url}, but {self.env} is {self.base_url} now."
                " Nothing was done.",
                code="other-address",
                hint="Add the old address as an environment under its old name, and this one under"
                " another: hdp env remove, hdp env add.",
                where={"item": deposit.item_id},
            )

    def check_account(self, deposit: Deposit) -> str:
        """Our account; Refused where the draft is another one's, or at another address."""
        self.check_address(deposit)
        account = self.account()
        if deposit.account and deposit.account != account:
            raise Refused(
                f"This draft belongs to {deposit.account}, but the token for {self.env} belongs to"
                f" {account}. Nothing was changed.",
                code="other-account",
                hint=f"Set the token of {deposit.account}: hdp env token {self.env}",
                where={"item": deposit.item_id},
            )
        return account

    @contextmanager
    def intent(self, deposit: Deposit, doing: str) -> Iterator[Deposit]:
        """Write what is about to be done, before it is; taken back where it surely was not done.

        Gives the deposit as it is now that nobody else can change it. The body must settle
        it when it worked. On Unreachable the intent stays, because nobody knows yet.
        """
        account = self.check_account(deposit)
        since = self.server_now()
        with BUSY.held(self.project.session.id, deposit):
            ours = self.project.write(
                lambda c: deposits.claim(
                    c, deposit.id, doing=doing, state=deposit.state,
                    owner=self.project.session.id, since=since, account=account,
                    base_url=self.base_url,
                ) and deposits.get_deposit(c, deposit.id)
            )  # fmt: skip
            if not ours:
                raise busy(deposit)
            try:
                yield ours
            except HdpError as error:
                # Whether an unreachable server did it is open, so the intent stays; not where
                # the request never left, nor for an upload, which looks before it sends.
                lost = isinstance(error, Unreachable) and error.values.get("sent") is not False
                if lost and doing != "upload":
                    self._note_lost(deposit)
                else:
                    self.project.write(lambda c: deposits.settle(c, ours))
                self.changed(deposit.item_id)
                raise
        self.changed(deposit.item_id)

    def _note_lost(self, deposit: Deposit) -> None:
        until = self.server_now()
        self.project.write(lambda c: deposits.update(c, deposit.id, doing_until=until))


def wrong_state(message: str, item_id: int, hint: str) -> Conflict:
    """The error of an item that has not come as far as the step needs."""
    return Conflict(message, hint=hint, where={"item": item_id})
