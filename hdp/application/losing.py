"""What discarding drafts takes away, told before it is done, over the whole selection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hdp.project.overview import Overview

_SHOWN = 10


def losses(rows: Sequence[Overview]) -> dict[str, Any]:
    """Drafts, files and bytes that the repository holds of them, and the first drafts by name."""
    return {
        "drafts": len(rows),
        "files": sum(row.uploaded for row in rows),
        "bytes": sum(row.uploaded_bytes for row in rows),
        "records": [
            {"item": row.id, "title": row.title or row.key, "remote_id": row.remote_id or ""}
            for row in rows[:_SHOWN]
        ],
    }
