"""The review that a draft is to have and a lost answer left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hdp.project import deposits
from hdp.project.deposits import Deposit
from hdp.remote import Remote
from hdp.sdk import Conflict, Draft, Record, TargetError
from hdp.uploads.desk import Desk
from hdp.uploads.reading_back import REVIEW_MISSING, compare_back, is_as_sent, review_json


def ask_review(desk: Desk, deposit_id: int) -> None:
    """Ask a draft's community for its review where that was left out; what is there comes first.

    Where the repository does not answer, or the draft was changed there, it stays as it is:
    its finding says what to do, and Publish refuses it.
    """
    deposit = desk.project.read(lambda c: deposits.get_deposit(c, deposit_id))
    if deposit.state != "draft" or deposit.doing is not None or not _lacks_review(deposit.site):
        return
    remote = desk.remote.using(about=deposit.title)
    try:
        with desk.intent(deposit, "edit") as ours:
            draft = remote.get_draft(str(ours.remote_id))
            if not is_as_sent(remote, draft, ours):
                desk.project.write(lambda c: deposits.settle(c, ours))
                return
            _store(desk, ours, _with_review(remote, ours, draft))
    except (TargetError, Conflict):
        return


def _lacks_review(found: Sequence[Mapping[str, Any]]) -> bool:
    return any(one["code"] == REVIEW_MISSING for one in found)


def _with_review(remote: Remote, deposit: Deposit, draft: Draft) -> Draft:
    if not _lacks_review(compare_back(remote, deposit.metadata, deposit.key, draft)):
        return draft
    record = Record(fields=deposit.metadata, key=deposit.key)
    return remote.update_draft(str(deposit.remote_id), record)


def _store(desk: Desk, deposit: Deposit, draft: Draft) -> None:
    site = compare_back(desk.remote, deposit.metadata, deposit.key, draft)
    desk.project.write(
        lambda c: deposits.settle(
            c, deposit, readback=dict(draft.metadata), site=site, review=review_json(draft)
        )
    )
