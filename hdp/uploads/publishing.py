"""Publish: only what is verified, never twice, never by a button's say-so."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from hdp.jobs import Task
from hdp.project import deposits, machine_values
from hdp.project.deposits import Deposit, DepositFile
from hdp.project.settings import DRAFTS_ONLY, get_setting
from hdp.remote import Remote
from hdp.sdk import Draft, Missing, Record, Refused, RemoteFile, Unreachable
from hdp.uploads import including, settling
from hdp.uploads.desk import Desk, wrong_state
from hdp.uploads.files import check_run, matches
from hdp.uploads.reading_back import check_accepted, compare_back


def check_publishing_on(desk: Desk) -> None:
    """Refused where this project may only make drafts in this environment."""
    off = desk.project.read(lambda c: get_setting(c, DRAFTS_ONLY))
    if desk.env in off:
        raise Refused(
            f"Publishing in {desk.env_title} is switched off in this project. Nothing was sent.",
            code="publishing-off",
            hint=f"Switch it on: hdp project set --publishing on --env {desk.env}",
            where={"environment": desk.env},
        )


def publish_draft(desk: Desk, task: Task) -> None:
    """Make a verified draft public, for ever; Refused where anything is not as we left it."""
    check_publishing_on(desk)
    deposit = settling.settled(desk, desk.current(task.subject), task)
    if deposit is None or deposit.state == "prepared":
        raise wrong_state("There is no draft of this item yet.", task.subject, "Create it first.")
    if deposit.state == "published":
        task.skip(f"It is published already: {deposit.known_as}.")
    if deposit.state == "in_review":
        task.skip("Its community is reviewing it; look what became of it with Look again.")
    remote = desk.remote_for(task, deposit.title)
    files = desk.project.read(lambda c: deposits.list_files(c, deposit.id))
    check_uploaded(deposit, files)
    check_values_accepted(desk, deposit)
    check_still_valid(desk, deposit)
    try:
        with desk.intent(deposit, "publish") as ours:
            draft = check_site(desk, ours, files)
            check_no_review(ours, draft)
            check_accepted(ours, compare_back(remote, ours.metadata, ours.key, draft))
            task.check_cancelled()
            renew_date(desk, remote, ours)
            publication = remote.publish(str(ours.remote_id))
            settling.store_publication(desk, ours, publication)
    except Unreachable:
        # It may be public by now: look, and never publish on a guess.
        left = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
        if left.doing == "publish":
            settling.settle(desk, left)
        now_is = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
        if now_is.state != "published":
            raise
    published = desk.current(task.subject)
    asked = including.ask_communities(desk, deposit.id)
    name = published.known_as if published else ""
    task.say(f"{name}. {asked}" if asked else name)


_OPEN = ("created", "submitted", "commented")


def check_no_review(deposit: Deposit, draft: Draft) -> None:
    """Refused where a community's curators are to see the draft before it is public."""
    review = draft.review
    if review is None or review.state == "accepted":
        return
    if review.state in _OPEN or deposit.metadata.get("communities"):
        raise Refused(
            "Its community reviews it before it is public. Nothing was published.",
            code="needs-review",
            hint=f"Hand it to the curators: hdp draft submit {deposit.item_id}. To publish without"
            " the community: take it out of the metadata and update the draft.",
            where={"item": deposit.item_id, "field": "communities"},
        )


def renew_date(desk: Desk, remote: Remote, deposit: Deposit) -> None:
    """Send today's date where "today" was meant: the day of publishing, not of preparing."""
    today = date.today().isoformat()
    prepared = datetime.fromisoformat(deposit.prepared).astimezone().date().isoformat()
    meant_today = deposit.origins.get("publication_date", {}).get("rule") == "default"
    if not meant_today or deposit.metadata.get("publication_date") != prepared or today == prepared:
        return
    metadata = {**deposit.metadata, "publication_date": today}
    # Written down first: if the answer is lost, the draft may have either date.
    desk.project.write(lambda c: deposits.update(c, deposit.id, metadata=metadata))
    draft = remote.update_draft(str(deposit.remote_id), Record(fields=metadata, key=deposit.key))
    readback = dict(draft.metadata)
    site = compare_back(remote, metadata, deposit.key, draft)
    desk.project.write(lambda c: deposits.update(c, deposit.id, readback=readback, site=site))
    check_accepted(deposit, site)


def check_uploaded(deposit: Deposit, files: Sequence[DepositFile]) -> None:
    """Refused while any file is not verified in the repository, or a pipeline is not through."""
    check_run(deposit)
    open_files = [one.name for one in files if one.status != "uploaded"]
    if open_files or not files:
        raise Refused(
            f"{len(open_files)} of {len(files)} files are not verified in the repository"
            + (f", the first is {open_files[0]}." if open_files else "."),
            code="files-not-verified",
            hint="Upload the files first.",
            where={"item": deposit.item_id},
        )


def check_values_accepted(
    desk: Desk, deposit: Deposit, fields: Collection[str] | None = None, command: str = "draft"
) -> None:
    """Refused while a pipeline wrote values, of `fields` or all, that nobody has accepted."""
    item = deposit.item_id
    marks = desk.project.read(lambda c: machine_values.read_accepted(c, [item])).get(item, {})
    found = [
        name
        for name in machine_values.not_accepted(deposit.origins, deposit.metadata, marks)
        if fields is None or name in fields
    ]
    if not found:
        return
    raise Refused(
        f"A pipeline wrote values that nobody has accepted: {', '.join(found)}. Nothing was"
        " published.",
        code="values-not-accepted",
        hint=f"Look at them: hdp metadata machine {item} --env {desk.env}. Then accept them:"
        f" hdp {command} accept {item} --env {desk.env}, or give them back to the mapping:"
        f" hdp metadata reject {item} FIELD.",
        where={"item": item, "field": found[0]},
        values={"fields": ", ".join(found)},
    )


def check_still_valid(desk: Desk, deposit: Deposit) -> None:
    """Refused where the metadata was right when prepared and is wrong today: a past embargo."""
    found = desk.offline.validate(Record(fields=deposit.metadata, key=deposit.key))
    errors = [
        one
        for one in found
        if one.severity == "error" and one.where.get("field", "files") != "files"
    ]
    if errors:
        raise Refused(
            f"The repository would refuse it today: {errors[0].message}",
            code="not-valid-today",
            hint=f"{errors[0].hint} Then update the draft and publish again.".strip(),
            where={"item": deposit.item_id, **errors[0].where},
            findings=errors,
        )


def check_site(desk: Desk, deposit: Deposit, files: Sequence[DepositFile]) -> Draft:
    """The draft as it is on the site; Refused where it is not as we left it."""
    draft_id = str(deposit.remote_id)
    try:
        draft = desk.remote.get_draft(draft_id)
    except Missing as missing:
        if settling.find_published(desk, deposit):
            raise Refused(
                "It was published on the site meanwhile; that is noted now.",
                code="published-on-site",
                where={"item": deposit.item_id},
            ) from missing
        missing.hint = (
            "It was deleted on the site. Start it again:"
            f" hdp draft restart {deposit.item_id} --env {desk.env}"
        )
        raise
    there = {one.name: one for one in draft.files}
    if len(there) != len(files) or not all(_is_there(one, there) for one in files):
        # Not every answer tells of the files, or of all: only the list can say what is wrong.
        there = {one.name: one for one in desk.remote.list_files(draft_id)}
    differences = [one.name for one in files if not _is_there(one, there)]
    differences += sorted(set(there) - {one.name for one in files})
    if differences:
        named = f"its files ({', '.join(differences[:3])})"
        raise _differs(deposit, named, "discard it, create and upload again.")
    if not _is_as_sent(desk, deposit, draft):
        back = f"hdp draft update {deposit.item_id} --overwrite --env {desk.env}"
        raise _differs(deposit, "its metadata", back)
    return draft


def _is_as_sent(desk: Desk, deposit: Deposit, draft: Draft) -> bool:
    if deposit.readback is None:  # an update whose answer was lost
        return desk.remote.same_metadata(Record(fields=deposit.metadata), draft)
    if dict(draft.metadata) == deposit.readback:
        return True
    if deposit.readback.get("publication_date") == deposit.metadata.get("publication_date"):
        return False
    # The new date of ours, whose answer was lost: the draft is what we wanted to send.
    return desk.remote.same_metadata(Record(fields=deposit.metadata), draft)


def _is_there(file: DepositFile, there: Mapping[str, RemoteFile]) -> bool:
    found = there.get(file.name)
    return found is not None and matches(file, found)


def _differs(deposit: Deposit, what: str, back: str) -> Refused:
    return Refused(
        f"The draft was changed on the site: {what} are not what HDP last sent. Nothing was"
        " published.",
        code="changed-on-site",
        hint=f"Look at it on the site. To bring back HDP's: {back}",
        where={"item": deposit.item_id},
    )
