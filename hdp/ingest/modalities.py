"""Kinds of collection: those built in, as data, and several together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from hdp.ingest.names import normalise_extensions
from hdp.sdk import Modality


@cache
def modalities() -> dict[str, dict[str, Any]]:
    """The built-in kinds by id: `title`, `summary`, `extensions`, `bundle`, `primary`,
    `pipelines`.
    """
    text = (files("hdp.ingest") / "modalities.json").read_text(encoding="utf-8")
    table: dict[str, dict[str, Any]] = json.loads(text)
    return table


def known_modalities(more: Mapping[str, Modality] | None = None) -> dict[str, Modality]:
    """The built-in kinds and those of plugins; a plugin's does not replace a built-in one."""
    built_in = {name: Modality(id=name, **one) for name, one in modalities().items()}
    others = {name: one for name, one in (more or {}).items() if name not in built_in}
    return {**built_in, **others}


@dataclass(frozen=True)
class Combined:
    """What several kinds of collection propose together."""

    extensions: tuple[str, ...] = ()
    bundle: str = "none"
    primary: str = ""
    pipelines: tuple[str, ...] = ()


def combine(chosen: Iterable[Modality]) -> Combined:
    """All extensions and pipelines in order, the first bundling that is one, the first primary."""
    kinds = list(chosen)
    return Combined(
        extensions=normalise_extensions(each for one in kinds for each in one.extensions),
        bundle=next((one.bundle for one in kinds if one.bundle != "none"), "none"),
        primary=next((one.primary for one in kinds if one.primary), ""),
        pipelines=tuple(dict.fromkeys(each for one in kinds for each in one.pipelines)),
    )
