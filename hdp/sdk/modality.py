"""Kinds of collection, as the New Project wizard offers them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Modality:
    """A kind of collection and what it proposes; a person may change all of it.

    `extensions` (lower case, with a dot) may start an item, `bundle` is the name of a way of
    bundling, `primary` an extension or "", `pipelines` are names of pipelines.
    """

    id: str
    title: str
    summary: str = ""
    extensions: Sequence[str] = ()
    bundle: str = "none"
    primary: str = ""
    pipelines: Sequence[str] = ()
