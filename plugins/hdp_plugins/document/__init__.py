"""Documents: their text, typed or scanned, and what they say about themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hdp.sdk import Component, hookimpl


@hookimpl
def hdp_components() -> Iterable[type[Component[Any]]]:
    """The components of this plugin."""
    from hdp_plugins.document.metadata import ReadMetadata
    from hdp_plugins.document.ocr import ReadScans
    from hdp_plugins.document.text import TakeText

    return (TakeText, ReadScans, ReadMetadata)
