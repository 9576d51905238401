"""Where pipelines run: this computer, a Dask cluster, or jobs of a SLURM queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from hdp.sdk import UsageError

LOCAL = "local"
_MOST = 64


@dataclass(frozen=True)
class Place:
    """A place; `width` is how many items run at once there, None where HDP decides."""

    kind: Literal["local", "dask", "slurm"]
    address: str = ""
    width: int | None = None

    def __str__(self) -> str:
        rest = self.address or (str(self.width) if self.width else "")
        return f"{self.kind}:{rest}" if rest else self.kind


def read_place(text: str) -> Place:
    """`local`, `local:N`, `dask:tcp://HOST:PORT`, `slurm` or `slurm:N`; UsageError for others."""
    kind, _, rest = text.strip().partition(":")
    if kind == "dask" and urlsplit(rest).scheme in ("tcp", "tls") and urlsplit(rest).hostname:
        return Place("dask", rest)
    if kind in ("local", "slurm") and not rest:
        return Place("local" if kind == "local" else "slurm")
    if kind in ("local", "slurm") and rest.isascii() and rest.isdigit() and 0 < int(rest) <= _MOST:
        return Place("local" if kind == "local" else "slurm", width=int(rest))
    raise UsageError(
        f"“{text}” is no place to run a pipeline.", code="unknown-place",
        hint=f"local, local:N (N up to {_MOST}), dask:tcp://HOST:8786, slurm or slurm:N.",
    )  # fmt: skip
