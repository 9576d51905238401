"""Language models: metadata from texts, tables and pictures, each value with its evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hdp.sdk import Component, hookimpl


@hookimpl
def hdp_components() -> Iterable[type[Component[Any]]]:
    """The components of this plugin."""
    from hdp_plugins.llm.extract import Extract

    return (Extract,)
