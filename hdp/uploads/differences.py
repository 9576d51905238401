"""What changes when metadata is sent again: field by field, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hdp.project.deposits import Deposit
from hdp.uploads.preparing import Composed


@dataclass(frozen=True)
class Difference:
    """A field that is to change; None stands for a field that is not there."""

    field: str
    before: Any
    after: Any

    def to_json(self) -> dict[str, Any]:
        """As the page and the command line show it."""
        return {"field": self.field, "before": self.before, "after": self.after}


def renew(deposit: Deposit, composed: Composed) -> dict[str, Any]:
    """The fields of `composed` as they are to be for what is a draft or record already.

    Values that depend on the day they were made stay as they were.
    """
    fields = dict(composed.fields)
    for name, origin in composed.origins.items():
        if name == "publication_date" and origin.get("rule") == "default":
            fields[name] = deposit.metadata.get(name, fields.get(name))
    return fields


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """The fields that differ, in the order of `after`, those taken away last."""
    names = list(dict.fromkeys([*after, *before]))
    return [
        Difference(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]
