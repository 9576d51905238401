"""Files and folders outside the input folder that a person added to the project later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PREFIX = "//+"  # of relpaths: no path below a folder begins so


@dataclass(frozen=True)
class Added:
    """A folder whose files take part as if they lay in the input folder.

    `number` is its own for good; with `names` only these files of it may start an item, the
    others are there to be referred to. Its files have relpaths `//+<number>/...`.
    """

    number: int
    folder: Path
    names: frozenset[str] | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Added:
        """What `to_json` gave."""
        names = data.get("names")
        return cls(
            int(data["number"]), Path(data["folder"]), None if names is None else frozenset(names)
        )

    def to_json(self) -> dict[str, Any]:
        """The folder as JSON, names sorted."""
        names = None if self.names is None else sorted(self.names)
        return {"number": self.number, "folder": str(self.folder), "names": names}

    @property
    def prefix(self) -> str:
        """What the relpaths of its files begin with."""
        return f"{PREFIX}{self.number}/"

    def may_start(self, below: str) -> bool:
        """Whether a file by its path below the folder was added, or only lies there."""
        return self.names is None or below in self.names


def number_of(relpath: str) -> int | None:
    """The number of the added folder that a relpath lies in; None where it is in none."""
    if not relpath.startswith(PREFIX):
        return None
    return int(relpath[len(PREFIX) :].partition("/")[0])
