"""Pull: records that were published without HDP become the project's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from urllib.parse import urlsplit

from hdp.project import deposits, items
from hdp.project.deposits import Deposit, DepositFile
from hdp.project.items import Item, ItemFileRow
from hdp.sdk import (
    Can,
    Conflict,
    Missing,
    NotFound,
    Publication,
    Refused,
    RemoteFile,
    UsageError,
)
from hdp.uploads.desk import Desk

_RESOLVERS = ("https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/")
_PAGES = ("record", "records", "deposit", "uploads")


@dataclass(frozen=True)
class Adopted:
    """What became of one record: its item, how many versions are new, and a sentence."""

    item: int
    versions: int
    message: str


def pull_record(desk: Desk, id_or_doi: str, item_id: int | None = None) -> Adopted:
    """Adopt all versions of a published record, given by id or DOI.

    It goes to the item that has it already, else to `item_id`, else to the one whose files
    have the same checksums, else to a new item without files. Refused where the record is
    another account's.
    """
    if Can.PULL not in desk.remote.can:
        raise Conflict(f"{desk.target.title} cannot tell of its records.", code="not-supported")
    account = desk.account()
    versions = _versions(desk, _named(desk, id_or_doi))
    _check_ours(desk, versions[0], account)
    known = desk.project.read(lambda c: deposits.of_concept(c, desk.env, versions[0].concept_id))
    if known:
        desk.check_address(known[-1])
    new = _unknown(versions, known)
    if not new:
        return Adopted(known[-1].item_id, 0, "It is known already.")
    held = [(one, desk.remote.list_record_files(one.id)) for one in new]
    if known and item_id not in (None, known[-1].item_id):
        raise _taken(known[-1].item_id)
    goal = known[-1].item_id if known else _goal(desk, held[-1][1], item_id)
    stored = desk.project.write(lambda c: _store(c, desk, held, goal, account, known))
    desk.changed(stored)
    return Adopted(stored, len(new), _said(stored, goal, new))


def _versions(desk: Desk, id_or_doi: str) -> list[Publication]:
    """All versions of the record, the oldest first."""
    try:
        one = desk.remote.get_record(id_or_doi)
    except Missing as missing:
        raise _not_there(desk, id_or_doi) from missing
    if not _is_of(id_or_doi, one):
        raise _not_there(desk, id_or_doi)
    found = list(desk.remote.list_versions(one.concept_id or one.id))
    if all(each.id != one.id for each in found):  # a list may lag behind
        found.insert(0, one)
    return found[::-1]


def _named(desk: Desk, text: str) -> str:
    """The id or DOI that a person means who gives the address of a page instead."""
    text = text.strip()
    if text.lower().startswith(("doi:", *_RESOLVERS)):
        return text[text.index("10.") :] if "10." in text else text
    base = f"{desk.remote.target.connection.base_url.rstrip('/')}/"
    if not text.startswith(base):
        return text
    parts = urlsplit(text).path.removeprefix(urlsplit(base).path).split("/")
    return parts[1] if len(parts) > 1 and parts[0] in _PAGES else text


def _is_of(id_or_doi: str, one: Publication) -> bool:
    """Whether a DOI is the record's own: other instances have the same numbers in theirs."""
    wanted = id_or_doi.lower()
    if not wanted.startswith("10.") or not one.doi:
        return True
    return wanted in (one.doi.lower(), (one.concept_doi or "").lower())


def _not_there(desk: Desk, id_or_doi: str) -> NotFound:
    return NotFound(
        f"No published record {id_or_doi} was found in {desk.env_title}.",
        code="no-such-record",
        hint="Check the id or DOI, and the environment: --env NAME.",
    )


def _check_ours(desk: Desk, one: Publication, account: str) -> None:
    if desk.remote.owns_record(one.id) is False:
        raise Refused(
            f"Record {one.id} is not among the records of {account}: HDP could not make new"
            " versions of it. Nothing was changed.",
            code="foreign-record",
            hint=f"Use the token of the account that owns it: hdp env token {desk.env}. A record"
            " that was published a moment ago may not be listed yet.",
        )


def _unknown(versions: Sequence[Publication], known: Sequence[Deposit]) -> list[Publication]:
    """Versions that the project does not have, and that come after those it has."""
    have = {one.remote_id for one in known}
    last = max((n for n, one in enumerate(versions) if one.id in have), default=-1)
    return list(versions[last + 1 :])


def _goal(desk: Desk, files: Sequence[RemoteFile], item_id: int | None) -> int | None:
    """The item that the record is of; None where it is to be a new one."""
    if item_id is not None:
        desk.item(item_id)
        if desk.current(item_id) is not None:
            raise _taken(item_id, other=True)
        return item_id
    wanted = {one.checksum for one in files}
    fits = [
        one.id
        for one in desk.project.read(items.list_items)
        if wanted and {f"md5:{file.md5}" for file in one.files} == wanted
    ]
    free = [one for one in fits if desk.current(one) is None]
    if len(free) > 1:
        raise UsageError(
            f"Items {', '.join(map(str, free[:5]))} have the same files as this record.",
            code="several-items",
            hint=f"Say which one it is: --item {free[0]}",
        )
    return free[0] if free else None


def _taken(item_id: int, *, other: bool = False) -> Conflict:
    what = "Another draft or record of" if other else "The record belongs to"
    end = "is there already" if other else "already"
    return Conflict(
        f"{what} item {item_id} {end}. Nothing was changed.",
        code="item-taken",
        hint="Name another item, or leave --item out.",
        where={"item": item_id},
    )


def _store(
    connection: Any,
    desk: Desk,
    held: Sequence[tuple[Publication, Sequence[RemoteFile]]],
    goal: int | None,
    account: str,
    known: Sequence[Deposit],
) -> int:
    newest = held[-1][0]
    item_id = goal or items.insert_without_files(connection, _title(newest))
    here = items.get_item(connection, item_id)
    previous = next((one.id for one in reversed(known) if one.state == "published"), None)
    for one, files in held:
        metadata = {name: value for name, value in one.metadata.items() if name != "doi"}
        moment = one.created.astimezone(UTC).isoformat() if one.created else None
        previous = deposits.insert_adopted(
            connection, [_file(file, here) for file in files],
            item_id=item_id, env=desk.env, account=account, base_url=desk.base_url,
            remote_id=one.id, concept_id=one.concept_id, doi=one.doi,
            concept_doi=one.concept_doi, version=one.version, url=one.url, title=_title(one),
            metadata=metadata, readback=dict(one.metadata) or None, published=moment,
            previous=previous,
        )  # fmt: skip
    return item_id


def _title(one: Publication) -> str:
    return str(one.metadata.get("title") or f"Record {one.id}")


def _file(there: RemoteFile, item: Item) -> DepositFile:
    """A record's file, with the one here that has the same bytes; else it has no path."""
    md5 = there.checksum.removeprefix("md5:")
    here: ItemFileRow | None = next((one for one in item.files if one.md5 == md5), None)
    return DepositFile(
        0, here.root if here else "input", here.path if here else "", there.name,
        here.role if here else "member",
        here.media_type if here else "application/octet-stream", there.size,
        here.sha256 if here else "", md5, "uploaded", there.id, there.checksum,
    )  # fmt: skip


def _said(item_id: int, goal: int | None, new: Sequence[Publication]) -> str:
    count = "1 version" if len(new) == 1 else f"{len(new)} versions"
    where = f"item {item_id}" if goal is not None else f"new item {item_id}, without local files"
    return f"{new[-1].doi or new[-1].id}: {count} adopted as {where}"
