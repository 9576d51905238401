"""Deposits: one item in one environment, with the journal of what is being done to it."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hdp.events import now


@dataclass(frozen=True)
class DepositFile:
    """A file that a deposit is to hold, as it was when the deposit was prepared.

    `plan` is what becomes of it in a new version: carry, replace or add.
    """

    id: int
    root: str
    path: str
    name: str
    role: str
    media_type: str
    size: int
    sha256: str
    md5: str
    status: str = "pending"
    remote_id: str | None = None
    remote_checksum: str | None = None
    error: Mapping[str, Any] | None = None
    plan: str = ""


@dataclass(frozen=True)
class Deposit:
    """One item in one environment; `metadata` is the snapshot that is (to be) sent.

    `findings` are of its own metadata, `site` of what the repository holds; `review` is what
    a community's curators did (state, community, comment, url). `change` is what a new version
    of the record `previous` changes; None where it is none. `pending` is what a pipeline is still
    to do to a draft that was made first, for its DOI (pipeline, use, params, doi, error); of a new
    version's also `order` and, once it is there, `opened`: the draft as the repository made it.
    """

    id: int
    item_id: int
    env: str
    state: str
    doing: str | None
    doing_since: str | None
    doing_until: str | None
    owner: str | None
    candidates: list[str] | None
    account: str
    key: str
    remote_id: str | None
    concept_id: str | None
    doi: str | None
    concept_doi: str | None
    version: str | None
    url: str | None
    title: str
    metadata: dict[str, Any]
    origins: dict[str, Any]
    findings: list[dict[str, Any]]
    mapping_hash: str
    readback: dict[str, Any] | None
    pipeline: str
    previous: int | None
    prepared: str
    drafted: str | None
    published: str | None
    mapping: str = ""
    edit: dict[str, Any] | None = None
    edited: str | None = None
    verified: str | None = None
    site: Sequence[Mapping[str, Any]] = ()
    review: dict[str, Any] | None = None
    base_url: str = ""
    change: dict[str, Any] | None = None
    pending: dict[str, Any] | None = None

    @property
    def known_as(self) -> str:
        """The DOI, else the repository's own id: not every repository gives DOIs."""
        return self.doi or self.remote_id or ""


_JSON = (
    "metadata", "origins", "findings", "readback", "candidates", "edit", "site", "review", "change",
    "pending",
)  # fmt: skip


def _deposit(row: sqlite3.Row) -> Deposit:
    values = dict(row)
    for name in _JSON:
        values[name] = None if values[name] is None else json.loads(values[name])
    return Deposit(**values)


def insert_prepared(
    connection: sqlite3.Connection,
    *,
    item_id: int,
    env: str,
    title: str,
    metadata: Mapping[str, Any],
    origins: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    mapping_hash: str,
    pipeline: str,
    files: Sequence[DepositFile],
    mapping: str = "",
) -> int | None:
    """Write the snapshot of a prepared item, in place of an earlier prepared one.

    Returns the deposit's id, or None where another process has gone further meanwhile.
    """
    live = live_deposit(connection, item_id, env)
    if live is not None and (live.state != "prepared" or live.doing):
        return None
    values = (
        title, _dump(metadata), _dump(origins), _dump(list(findings)),
        mapping_hash, mapping, pipeline, now(),
    )  # fmt: skip
    if live is None:
        cursor = connection.execute(
            "INSERT INTO deposit (title, metadata, origins, findings, mapping_hash, mapping,"
            " pipeline, prepared, item_id, env, state, key)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'prepared', ?)",
            (*values, item_id, env, str(uuid.uuid4())),
        )
        deposit_id = int(cursor.lastrowid or 0)
    else:
        deposit_id = live.id
        connection.execute(
            "UPDATE deposit SET title = ?, metadata = ?, origins = ?, findings = ?,"
            " mapping_hash = ?, mapping = ?, pipeline = ?, prepared = ?, pending = NULL"
            " WHERE id = ?",
            (*values, deposit_id),
        )
    store_files(connection, deposit_id, files)
    return deposit_id


def prepare_again(
    connection: sqlite3.Connection, before: Deposit, files: Sequence[DepositFile]
) -> int | None:
    """Write what was prepared once more, as it was; the id, or None as `insert_prepared`."""
    return insert_prepared(
        connection, item_id=before.item_id, env=before.env, title=before.title,
        metadata=before.metadata, origins=before.origins, findings=before.findings,
        mapping_hash=before.mapping_hash, mapping=before.mapping, pipeline=before.pipeline,
        files=files,
    )  # fmt: skip


def insert_version(
    connection: sqlite3.Connection, base: Deposit, change: Mapping[str, Any],
    pending: Mapping[str, Any] | None = None, **columns: Any,
) -> int | None:  # fmt: skip
    """Write the snapshot of a new version of `base`; None where another has gone further.

    `pending` is there where its draft is to wait for a pipeline, `columns` are those of
    `insert_prepared`.
    """
    deposit_id = insert_prepared(
        connection, item_id=base.item_id, env=base.env, mapping=base.mapping,
        mapping_hash=base.mapping_hash, **columns,
    )  # fmt: skip
    if deposit_id is not None:
        waits = None if pending is None else dict(pending)
        update(connection, deposit_id, previous=base.id, change=dict(change), pending=waits)
    return deposit_id


def count_published(connection: sqlite3.Connection, item_id: int, env: str, before: int) -> int:
    """How many versions of an item's record were there before the deposit `before`."""
    row = connection.execute(
        "SELECT COUNT(*) FROM deposit WHERE item_id = ? AND env = ? AND state = 'published'"
        " AND id < ?",
        (item_id, env, before),
    ).fetchone()
    return int(row[0])


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def store_files(
    connection: sqlite3.Connection, deposit_id: int, files: Sequence[DepositFile]
) -> None:
    """Replace the files that a deposit is to hold."""
    connection.execute("DELETE FROM deposit_file WHERE deposit_id = ?", (deposit_id,))
    connection.executemany(
        "INSERT INTO deposit_file (deposit_id, root, path, name, role, media_type, size, sha256,"
        " md5, plan) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (deposit_id, f.root, f.path, f.name, f.role, f.media_type, f.size, f.sha256, f.md5,
             f.plan)
            for f in files
        ],
    )  # fmt: skip


def get_deposit(connection: sqlite3.Connection, deposit_id: int) -> Deposit:
    """One deposit by its id."""
    row = connection.execute("SELECT * FROM deposit WHERE id = ?", (deposit_id,)).fetchone()
    return _deposit(row)


def live_deposit(connection: sqlite3.Connection, item_id: int, env: str) -> Deposit | None:
    """The prepared, draft or in-review deposit of an item in an environment."""
    row = connection.execute(
        "SELECT * FROM deposit WHERE item_id = ? AND env = ?"
        " AND state IN ('prepared', 'draft', 'in_review')",
        (item_id, env),
    ).fetchone()
    return None if row is None else _deposit(row)


def current_deposit(connection: sqlite3.Connection, item_id: int, env: str) -> Deposit | None:
    """The live deposit of an item in an environment, else its latest published one."""
    row = connection.execute(
        "SELECT * FROM deposit WHERE item_id = ? AND env = ? AND state != 'discarded'"
        " ORDER BY state = 'published', id DESC LIMIT 1",
        (item_id, env),
    ).fetchone()
    return None if row is None else _deposit(row)


def latest_published(connection: sqlite3.Connection, item_id: int, env: str) -> Deposit | None:
    """The newest published deposit of an item in an environment."""
    row = connection.execute(
        "SELECT * FROM deposit WHERE item_id = ? AND env = ? AND state = 'published'"
        " ORDER BY id DESC LIMIT 1",
        (item_id, env),
    ).fetchone()
    return None if row is None else _deposit(row)


def list_deposits(
    connection: sqlite3.Connection,
    env: str | None = None,
    states: Sequence[str] = (),
    item_ids: Sequence[int] | None = None,
) -> list[Deposit]:
    """Deposits by id, restricted to an environment, to states and to items."""
    conditions, values = ["1"], list[Any]()
    if env is not None:
        conditions.append("env = ?")
        values.append(env)
    for column, chosen in (("state", states or None), ("item_id", item_ids)):
        if chosen is not None:
            conditions.append(f"{column} IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(list(chosen)))
    query = f"SELECT * FROM deposit WHERE {' AND '.join(conditions)} ORDER BY id"
    return [_deposit(row) for row in connection.execute(query, values).fetchall()]


@dataclass(frozen=True)
class PublishedRow:
    """What a list shows of a published record, without its metadata."""

    id: int
    item_id: int
    title: str
    remote_id: str | None
    concept_id: str | None
    doi: str | None
    concept_doi: str | None
    published: str | None
    verified: str | None
    doing: str | None
    owner: str | None
    site: Sequence[Mapping[str, Any]] = ()


def list_published(connection: sqlite3.Connection, env: str) -> list[PublishedRow]:
    """All published records of an environment by id, read without their metadata."""
    rows = connection.execute(
        "SELECT id, item_id, title, remote_id, concept_id, doi, concept_doi, published, verified,"
        " doing, owner, site FROM deposit WHERE env = ? AND state = 'published' ORDER BY id",
        (env,),
    ).fetchall()
    return [
        PublishedRow(
            **{**dict(row), "site": () if row["site"] == "[]" else json.loads(row["site"])}
        )
        for row in rows
    ]


def deposits_by_id(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Deposit]:
    """Deposits by their ids."""
    rows = connection.execute(
        "SELECT * FROM deposit WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    ).fetchall()
    return {row["id"]: _deposit(row) for row in rows}


def with_machine_values(
    connection: sqlite3.Connection, env: str, item_ids: Sequence[int] | None
) -> list[int]:
    """The deposits that count now and may hold what a pipeline wrote."""
    rows = connection.execute(
        "SELECT id FROM deposit WHERE env = ?1 AND state != 'discarded'"
        " AND origins LIKE '%\"pipeline\"%' AND NOT EXISTS (SELECT 1 FROM deposit later"
        " WHERE later.item_id = deposit.item_id AND later.env = deposit.env"
        " AND later.state != 'discarded' AND later.id > deposit.id)"
        " AND (?2 IS NULL OR item_id IN (SELECT value FROM json_each(?2)))",
        (env, None if item_ids is None else json.dumps(list(item_ids))),
    ).fetchall()
    return [row["id"] for row in rows]


def newest_published(connection: sqlite3.Connection, env: str, limit: int) -> list[Deposit]:
    """The records of an environment that were published last, the newest first."""
    rows = connection.execute(
        "SELECT * FROM deposit WHERE env = ? AND state = 'published'"
        " ORDER BY published DESC, id DESC LIMIT ?",
        (env, limit),
    ).fetchall()
    return [_deposit(row) for row in rows]


def count_states(connection: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """(environment, state, how many items) of what each item has there now.

    An item with a draft beside its record counts as a draft, as in the tabs.
    """
    rows = connection.execute(
        "SELECT env, state, COUNT(*) AS items FROM"
        " (SELECT d.env, d.state, ROW_NUMBER() OVER (PARTITION BY d.item_id, d.env"
        "  ORDER BY d.state = 'published', d.id DESC) AS place"
        "  FROM deposit d JOIN item i ON i.id = d.item_id"
        "  WHERE d.state != 'discarded' AND i.set_aside IS NULL)"
        " WHERE place = 1 GROUP BY env, state"
    ).fetchall()
    return [(row["env"], row["state"], int(row["items"])) for row in rows]


def env_states(connection: sqlite3.Connection) -> dict[int, dict[str, str]]:
    """item -> environment -> state, live deposits before published ones."""
    rows = connection.execute(
        "SELECT item_id, env, state FROM deposit WHERE state != 'discarded'"
        " ORDER BY state != 'published', id"
    ).fetchall()
    states: dict[int, dict[str, str]] = {}
    for row in rows:
        states.setdefault(row["item_id"], {})[row["env"]] = row["state"].replace("_", "-")
    return states


def list_files(connection: sqlite3.Connection, deposit_id: int) -> list[DepositFile]:
    """The files of a deposit in the order they were prepared."""
    rows = connection.execute(
        "SELECT * FROM deposit_file WHERE deposit_id = ? ORDER BY id", (deposit_id,)
    ).fetchall()
    return [_file(row) for row in rows]


def _file(row: sqlite3.Row) -> DepositFile:
    values = dict(row)
    del values["deposit_id"]
    values["error"] = None if values["error"] is None else json.loads(values["error"])
    return DepositFile(**values)


def files_by_deposit(
    connection: sqlite3.Connection, deposit_ids: Sequence[int]
) -> dict[int, list[DepositFile]]:
    """deposit -> its files, for many deposits at once."""
    rows = connection.execute(
        "SELECT * FROM deposit_file WHERE deposit_id IN (SELECT value FROM json_each(?))"
        " ORDER BY id",
        (json.dumps(list(deposit_ids)),),
    ).fetchall()
    files: dict[int, list[DepositFile]] = {}
    for row in rows:
        files.setdefault(row["deposit_id"], []).append(_file(row))
    return files


def files_by_id(connection: sqlite3.Connection, file_ids: Sequence[int]) -> list[DepositFile]:
    """Files of deposits by their ids."""
    rows = connection.execute(
        "SELECT * FROM deposit_file WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(list(file_ids)),),
    ).fetchall()
    return [_file(row) for row in rows]


def claim(
    connection: sqlite3.Connection,
    deposit_id: int,
    *,
    doing: str,
    state: str,
    owner: str,
    since: str,
    account: str | None = None,
    base_url: str = "",
) -> bool:
    """Write the intent of an unsafe call; False where another is at it or it has moved on."""
    cursor = connection.execute(
        "UPDATE deposit SET doing = ?, owner = ?, doing_since = ?, doing_until = NULL,"
        " candidates = NULL, account = COALESCE(?, account), base_url = ?"
        " WHERE id = ? AND state = ? AND doing IS NULL",
        (doing, owner, since, account, base_url, deposit_id, state),
    )
    return cursor.rowcount == 1


def take_over(connection: sqlite3.Connection, deposit: Deposit, owner: str) -> bool:
    """Become the owner of an unsettled deposit; False where another was faster."""
    cursor = connection.execute(
        "UPDATE deposit SET owner = ? WHERE id = ? AND doing = ? AND owner = ?",
        (owner, deposit.id, deposit.doing, deposit.owner),
    )
    return cursor.rowcount == 1


def settle(connection: sqlite3.Connection, intent: Deposit, **changes: Any) -> bool:
    """Clear this very intent and write what became of it; False where it is another's by now."""
    row = connection.execute(
        "SELECT doing, owner, doing_since FROM deposit WHERE id = ?", (intent.id,)
    ).fetchone()
    if row is None or tuple(row) != (intent.doing, intent.owner, intent.doing_since):
        return False
    update(connection, intent.id, doing=None, owner=None, candidates=None, edit=None, **changes)
    return True


def creating_alike(connection: sqlite3.Connection, deposit: Deposit) -> list[str]:
    """The owners of other open creates of equal metadata in the same environment."""
    rows = connection.execute(
        "SELECT owner FROM deposit WHERE env = ? AND doing = 'create' AND id != ? AND metadata = ?",
        (deposit.env, deposit.id, _dump(deposit.metadata)),
    ).fetchall()
    return [row["owner"] for row in rows]


def update(connection: sqlite3.Connection, deposit_id: int, **changes: Any) -> None:
    """Change columns of a deposit; JSON columns take plain values."""
    for name in _JSON:
        if changes.get(name) is not None:
            changes[name] = _dump(changes[name])
    names = ", ".join(f"{name} = ?" for name in changes)
    connection.execute(f"UPDATE deposit SET {names} WHERE id = ?", (*changes.values(), deposit_id))


def update_file(connection: sqlite3.Connection, file_id: int, **changes: Any) -> None:
    """Change columns of a deposit's file."""
    if changes.get("error") is not None:
        changes["error"] = _dump(changes["error"])
    names = ", ".join(f"{name} = ?" for name in changes)
    connection.execute(
        f"UPDATE deposit_file SET {names} WHERE id = ?", (*changes.values(), file_id)
    )


def reset_files(connection: sqlite3.Connection, deposit_id: int) -> None:
    """Take back to pending what was under way when its process ended."""
    connection.execute(
        "UPDATE deposit_file SET status = 'pending' WHERE deposit_id = ? AND status = 'uploading'",
        (deposit_id,),
    )


def delete_prepared(connection: sqlite3.Connection, deposit_id: int) -> bool:
    """Take a prepared deposit back; False where it has moved on."""
    cursor = connection.execute(
        "DELETE FROM deposit WHERE id = ? AND state = 'prepared' AND doing IS NULL", (deposit_id,)
    )
    return cursor.rowcount == 1


def known_remote_ids(connection: sqlite3.Connection, env: str) -> set[str]:
    """Every id of a draft or record that the project has in an environment."""
    rows = connection.execute(
        "SELECT remote_id FROM deposit"
        " WHERE env = ? AND remote_id IS NOT NULL AND state != 'discarded'",
        (env,),
    ).fetchall()
    return {row["remote_id"] for row in rows}


def is_known(connection: sqlite3.Connection, env: str, remote_id: str) -> bool:
    """Whether a draft or record of an environment is one of the project's."""
    row = connection.execute(
        "SELECT 1 FROM deposit WHERE env = ? AND remote_id = ? AND state != 'discarded'",
        (env, remote_id),
    ).fetchone()
    return row is not None


def insert_adopted(
    connection: sqlite3.Connection, files: Sequence[DepositFile], **columns: Any
) -> int:
    """Write down a record that was published without HDP, with its files."""
    at = now()
    values: dict[str, Any] = {"state": "published", "key": str(uuid.uuid4()), "prepared": at}
    values |= columns
    for name in _JSON:
        if values.get(name) is not None:
            values[name] = _dump(values[name])
    cursor = connection.execute(
        f"INSERT INTO deposit ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
        tuple(values.values()),
    )
    deposit_id = int(cursor.lastrowid or 0)
    store_files(connection, deposit_id, files)
    for file in files:
        connection.execute(
            "UPDATE deposit_file SET status = 'uploaded', remote_id = ?, remote_checksum = ?"
            " WHERE deposit_id = ? AND name = ?",
            (file.remote_id, file.remote_checksum, deposit_id, file.name),
        )
    return deposit_id


def of_concept(connection: sqlite3.Connection, env: str, concept_id: str) -> list[Deposit]:
    """What the project has of a concept in an environment, the oldest first."""
    rows = connection.execute(
        "SELECT * FROM deposit WHERE env = ? AND concept_id = ? AND state != 'discarded'"
        " ORDER BY id",
        (env, concept_id),
    ).fetchall()
    return [_deposit(row) for row in rows]


def first_prepared(connection: sqlite3.Connection, env: str) -> dict[int, str]:
    """item -> when its metadata was first prepared in an environment."""
    rows = connection.execute(
        "SELECT item_id, MIN(prepared) AS at FROM deposit WHERE env = ? GROUP BY item_id", (env,)
    ).fetchall()
    return {row["item_id"]: row["at"] for row in rows}
