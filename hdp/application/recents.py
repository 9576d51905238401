"""The projects that were opened lately, the newest first."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from hdp.events import now
from hdp.paths import replace_text

log = logging.getLogger(__name__)
_MOST = 12


def _file(home: Path) -> Path:
    return home / "recents.json"


def list_recents(home: Path) -> list[dict[str, Any]]:
    """`{path, name, opened, exists}` of each; an unreadable list counts as empty."""
    try:
        found = json.loads(_file(home).read_text(encoding="utf-8"))
        recents = [
            {"path": str(one["path"]), "name": str(one["name"]), "opened": str(one["opened"])}
            for one in found
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [one | {"exists": Path(one["path"]).is_file()} for one in recents]


def note(home: Path, path: Path, name: str) -> None:
    """Put a project at the head of the list."""
    rest = [one for one in list_recents(home) if one["path"] != str(path)]
    _write(home, [{"path": str(path), "name": name, "opened": now()}, *rest])


def forget(home: Path, path: Path) -> None:
    """Take a project off the list; its file stays where it is."""
    _write(home, [one for one in list_recents(home) if one["path"] != str(path)])


def _write(home: Path, recents: list[dict[str, Any]]) -> None:
    kept = [{name: one[name] for name in ("path", "name", "opened")} for one in recents[:_MOST]]
    try:
        replace_text(_file(home), json.dumps(kept, indent=1))
    except OSError as error:
        log.warning("The list of recent projects could not be written: %s", error)
