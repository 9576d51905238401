"""Images: smaller copies, and the metadata that cameras and people wrote into them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hdp.sdk import Component, hookimpl


@hookimpl
def hdp_components() -> Iterable[type[Component[Any]]]:
    """The components of this plugin."""
    from hdp_plugins.image.convert import Convert
    from hdp_plugins.image.metadata import ReadMetadata
    from hdp_plugins.image.privacy import Privacy
    from hdp_plugins.image.resize import Resize
    from hdp_plugins.image.sheets import ContactSheet, Thumbnails

    return (Resize, Convert, ReadMetadata, Privacy, Thumbnails, ContactSheet)
