"""One light row for each item: what lists, counts and filters need, in a single query."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

STAGES = ("prepare", "create", "drafts", "published")
_STAGE_OF = {
    None: "prepare",
    "prepared": "create",
    "draft": "drafts",
    "in_review": "drafts",
    "published": "published",
}


@dataclass(frozen=True)
class Overview:
    """An item as lists show it, in one environment.

    `pending` is the pipeline that its draft waits for; `reason` why that failed, here or for a
    draft that was discarded again; `site` the findings on a draft in the repository, as JSON.
    """

    id: int
    key: str
    primary: str
    media_type: str
    file_count: int
    bytes: int
    worst: str
    set_aside: str | None
    accepted: str | None
    created: str
    state: str | None
    deposit_id: int | None
    doing: str | None
    title: str
    remote_id: str | None
    url: str | None
    doi: str | None
    prepared: str | None
    drafted: str | None
    published: str | None
    first_prepared: str | None
    mapping_hash: str | None
    mapping: str | None
    sent_files: int
    uploaded: int
    failed: int
    sent_bytes: int
    uploaded_bytes: int
    previous: int | None = None
    pending: str | None = None
    reason: str | None = None
    site: str | None = None

    @property
    def stage(self) -> str:
        """The tab that shows the item."""
        return _STAGE_OF[self.state]


# The worst status of an item's files comes first in this list.
WORST = (
    "missing", "invalid", "changed", "conflict", "material-missing", "textures-missing", "problems",
)  # fmt: skip

_QUERY = """
WITH chosen AS (
  SELECT item_id, MAX(id) AS id FROM deposit d
  WHERE env = :env AND state != 'discarded' AND NOT (state = 'published' AND EXISTS (
    SELECT 1 FROM deposit live WHERE live.item_id = d.item_id AND live.env = d.env
    AND live.state IN ('prepared', 'draft', 'in_review')))
  GROUP BY item_id
), first AS (
  SELECT item_id, MIN(prepared) AS at, MAX(id) AS newest
  FROM deposit WHERE env = :env GROUP BY item_id
), sent AS (
  SELECT deposit_id, COUNT(*) AS n, SUM(status = 'uploaded') AS uploaded,
         SUM(status = 'failed') AS failed, SUM(size) AS bytes,
         SUM(CASE WHEN status = 'uploaded' THEN size ELSE 0 END) AS uploaded_bytes
  FROM deposit_file GROUP BY deposit_id
), held AS (
  SELECT l.item_id, COUNT(*) AS n, SUM(f.size) AS bytes,
         MIN(CASE f.status {ranks} ELSE 99 END) AS rank
  FROM item_file l JOIN file f ON f.id = l.file_id GROUP BY l.item_id
)
SELECT i.id, i.key, COALESCE(p.path, '') AS "primary",
       COALESCE(p.media_type, 'application/octet-stream') AS media_type,
       COALESCE(h.n, 0) AS file_count, COALESCE(h.bytes, 0) AS bytes, COALESCE(h.rank, 99) AS rank,
       i.set_aside, i.accepted, i.created, d.state, d.id AS deposit_id, d.doing,
       COALESCE(d.title, '') AS title, d.remote_id, d.url, d.doi,
       d.prepared, d.drafted, d.published, d.previous,
       CASE d.state WHEN 'draft' THEN json_extract(d.pending, '$.pipeline') END AS pending,
       CASE WHEN d.id IS NULL OR d.state IN ('prepared', 'draft')
         THEN json_extract(COALESCE(d.pending, n.pending), '$.error.message') END AS reason,
       CASE WHEN d.state IN ('draft', 'in_review') AND d.site != '[]' THEN d.site END AS site,
       first.at AS first_prepared, d.mapping_hash, d.mapping,
       COALESCE(s.n, 0) AS sent_files, COALESCE(s.uploaded, 0) AS uploaded,
       COALESCE(s.failed, 0) AS failed, COALESCE(s.bytes, 0) AS sent_bytes,
       COALESCE(s.uploaded_bytes, 0) AS uploaded_bytes
FROM item i
LEFT JOIN file p ON p.id = i.primary_file
LEFT JOIN held h ON h.item_id = i.id
LEFT JOIN chosen c ON c.item_id = i.id
LEFT JOIN deposit d ON d.id = c.id
LEFT JOIN first ON first.item_id = i.id
LEFT JOIN deposit n ON n.id = first.newest AND d.id IS NULL
LEFT JOIN sent s ON s.deposit_id = d.id
WHERE p.id IS NOT NULL AND h.n IS NOT NULL
   OR i.primary_file IS NULL AND d.id IS NOT NULL  -- adopted: its files are elsewhere
ORDER BY i.id
""".replace(
    "{ranks}", " ".join(f"WHEN '{status}' THEN {rank}" for rank, status in enumerate(WORST))
)


def list_overview(connection: sqlite3.Connection, env: str) -> list[Overview]:
    """All items of the project as one environment sees them, set-aside ones too."""
    rows = connection.execute(_QUERY, {"env": env}).fetchall()
    return [_overview(row) for row in rows]


def _overview(row: sqlite3.Row) -> Overview:
    one = object.__new__(Overview)  # ten times as fast as a frozen dataclass's own way
    values = one.__dict__
    values.update(zip(row.keys(), row, strict=True))
    rank = values.pop("rank")
    values["worst"] = WORST[rank] if rank < len(WORST) else "valid"
    return one
