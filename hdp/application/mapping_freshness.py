"""With which mapping and table an item was prepared, and whether they are still the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdp.application.mapping_choice import Facts, choose_mapping
from hdp.project import mappings
from hdp.project.mappings import MappingRow
from hdp.project.overview import Overview

if TYPE_CHECKING:
    from hdp.application.app import Application

_WORDS = {
    "mapping": "Prepared with an earlier mapping",
    "table": "Prepared with an older table",
}


def stamp(row: MappingRow, digest: str) -> str:
    """The identity of a mapping's text and of what its table said, as a deposit keeps it."""
    return f"{row.hash}:{digest}" if digest else row.hash


class Freshness:
    """Compares many items with the project's mappings, which are read once."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._rows = app.project.read(mappings.list_mappings)
        self._digests: dict[str, str] = {}

    def mapping(self, row: Overview) -> MappingRow | None:
        """The mapping that the item uses now."""
        return choose_mapping(self._rows, Facts(row.id, row.primary))

    def outdated(self, row: Overview) -> str | None:
        """Whether what is prepared was made with another "mapping" or an older "table"."""
        if row.state != "prepared" or not row.mapping_hash:
            return None
        used = next((one for one in self._rows if one.name == row.mapping), self.mapping(row))
        text, _, digest = row.mapping_hash.partition(":")
        if used is None or text != used.hash:
            return "mapping"
        now = self._digest(used)
        return "table" if digest and now and digest != now else None

    def _digest(self, row: MappingRow) -> str:
        """What the table says now where it was read as it is, else when it was last looked at."""
        if row.name not in self._digests:
            known = self._app.mappings.digest(self._app, row)
            self._digests[row.name] = known or row.table_digest
        return self._digests[row.name]

    def to_json(self, row: Overview) -> dict[str, Any]:
        """What a row shows: the mapping's name, and a sentence where it is outdated."""
        chosen = self.mapping(row)
        outdated = self.outdated(row)
        name = row.mapping if row.state and row.mapping else chosen.name if chosen else None
        return {
            "mapping": name,
            "outdated": outdated,
            "outdated_reason": _WORDS.get(outdated or "", ""),
        }
