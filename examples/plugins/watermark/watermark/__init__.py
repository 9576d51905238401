"""Watermarks: one component."""

from collections.abc import Iterable
from typing import Any

from hdp.sdk import Component, hookimpl


@hookimpl
def hdp_components() -> Iterable[type[Component[Any]]]:
    """The plugin's pipeline components."""
    from .text import Watermark

    return [Watermark]
