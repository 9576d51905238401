"""Items and deposits as JSON: the shapes that the command line promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hdp.project.accepting import BLOCKING
from hdp.project.deposits import Deposit, DepositFile
from hdp.project.items import Item, ItemFileRow


def item_json(
    item: Item, *, env: str, states: Mapping[str, str], title: str = ""
) -> dict[str, Any]:
    """An item; `states` is environment -> state."""
    return {
        "id": item.id,
        "key": item.key,
        "title": title or item.key,
        "primary": item.primary.path,
        "files": [_file_json(one, item) for one in item.files],
        "state": states.get(env, "new"),
        "env_states": dict(states),
        "set_aside": item.set_aside,
        "accepted": item.accepted,
        "acceptance": _acceptance(item),
        "problems": item.problems,
    }


def _acceptance(item: Item) -> dict[str, Any] | None:
    """Who accepted what when; `open` are problems that came later and were not accepted."""
    if item.accepted is None:
        return None
    troubled = [one for one in item.files if one.status in BLOCKING]
    return {
        "reason": item.accepted,
        "by": item.accepted_by,
        "at": item.accepted_at,
        "problems": [one.path for one in troubled if item.accepts(one)],
        "open": [one.path for one in troubled if not item.accepts(one)],
    }


def _file_json(one: ItemFileRow, item: Item) -> dict[str, Any]:
    parents = {file.id: file.path for file in item.files}
    return {
        "path": one.path,
        "root": one.root,
        "role": one.role,
        "parent": parents.get(one.parent) if one.parent else None,
        "media_type": one.media_type,
        "size": one.size,
        "sha256": one.sha256,
        "md5": one.md5,
        "status": one.status,
        "problems": one.problems,
    }


def deposit_json(
    deposit: Deposit, files: Sequence[DepositFile], previous: str | None = None
) -> dict[str, Any]:
    """A deposit with its files; `previous` is the id of the version before in the repository."""
    return {
        "item": deposit.item_id,
        "env": deposit.env,
        "state": deposit.state.replace("_", "-"),
        "account": deposit.account,
        "title": deposit.title,
        "remote_id": deposit.remote_id,
        "concept_id": deposit.concept_id,
        "doi": deposit.doi,
        "concept_doi": deposit.concept_doi,
        "version": deposit.version,
        "url": deposit.url,
        "files": [file_json(one) for one in files],
        "metadata": deposit.metadata,
        "previous": previous,
        "doing": deposit.doing,
        "unsettled": None
        if deposit.doing is None
        else {"since": deposit.doing_since, "candidates": deposit.candidates or []},
        "prepared": deposit.prepared,
        "drafted": deposit.drafted,
        "published": deposit.published,
        "edited": deposit.edited,
        "verified": deposit.verified,
        "findings": [*deposit.findings, *deposit.site],
        "review": deposit.review,
        "waits_for": _waits_for(deposit),
    }


def _waits_for(deposit: Deposit) -> dict[str, Any] | None:
    """The pipeline for whose DOI a draft was made first, and why it failed; None where none is."""
    if deposit.state != "draft" or deposit.pending is None:
        return None
    return {name: deposit.pending.get(name) for name in ("pipeline", "doi", "error")}


def file_json(one: DepositFile) -> dict[str, Any]:
    """A file of a deposit; `checksum` is the repository's, else what ours will be."""
    return {
        "name": one.name,
        "role": one.role,
        "size": one.size,
        "checksum": one.remote_checksum or f"md5:{one.md5}",
        "local_checksum": f"md5:{one.md5}",
        "sha256": one.sha256,
        "status": one.status,
        "error": one.error,
    }
