"""What changed between two versions of a record: files and metadata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hdp.project import deposits
from hdp.project.deposits import Deposit, DepositFile
from hdp.sdk import NotFound
from hdp.uploads.differences import compare

if TYPE_CHECKING:
    from hdp.application.app import Application


def list_chain(app: Application, env: str, item: int) -> list[Deposit]:
    """The published versions of an item's record, the first one first; NotFound without any."""
    found = app.project.read(lambda c: deposits.list_deposits(c, env, ["published"], [item]))
    if not found:
        raise NotFound(
            f"No record of item {item} is published here.", code="no-such-record",
            hint="See: hdp record list",
        )  # fmt: skip
    return found


def compare_versions(
    app: Application, env: str, item: int, before: int = 0, after: int = 0
) -> dict[str, Any]:
    """Files and fields of version `after` (0: the newest) against `before` (0: the one before it).

    Versions are counted from 1 as this project knows them.
    """
    chain = list_chain(app, env, item)
    after = after or len(chain)
    before = before or max(after - 1, 1)
    for number in (before, after):
        if not 1 <= number <= len(chain):
            raise NotFound(
                f"There is no version {number}; this project knows {len(chain)}.",
                code="no-such-version", hint="See: hdp record list",
            )  # fmt: skip
    old, new = chain[before - 1], chain[after - 1]
    files = app.project.read(lambda c: deposits.files_by_deposit(c, [old.id, new.id]))
    return {
        "item": item, "title": new.title,
        "from": _version(old, before), "to": _version(new, after),
        "files": compare_files(files.get(old.id, ()), files.get(new.id, ())),
        "metadata": [one.to_json() for one in compare(old.metadata, new.metadata)],
        "note": (new.change or {}).get("note", ""),
        "pipeline": (new.change or {}).get("pipeline", ""),
        "versions": [_version(one, number) for number, one in enumerate(chain, 1)],
    }  # fmt: skip


def _version(one: Deposit, number: int) -> dict[str, Any]:
    return {
        "number": number, "version": one.metadata.get("version"), "doi": one.doi,
        "published": one.published, "remote_id": one.remote_id, "url": one.url,
    }  # fmt: skip


def compare_files(
    before: Sequence[DepositFile], after: Sequence[DepositFile]
) -> list[dict[str, Any]]:
    """Each name of both with what became of it: carried, replaced, added or removed."""
    old, new = {one.name: one for one in before}, {one.name: one for one in after}
    return [_change(name, old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new])]


def _change(name: str, old: DepositFile | None, new: DepositFile | None) -> dict[str, Any]:
    if old is None or new is None:
        what = "added" if old is None else "removed"
    else:
        what = "carried" if (old.size, old.md5) == (new.size, new.md5) else "replaced"
    return {"name": name, "what": what, "before": _held(old), "after": _held(new)}


def _held(one: DepositFile | None) -> dict[str, Any] | None:
    return None if one is None else {"size": one.size, "md5": one.md5}
