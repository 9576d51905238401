"""3D models: lighter copies that keep their textures, and reports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hdp.sdk import Component, hookimpl


@hookimpl
def hdp_components() -> Iterable[type[Component[Any]]]:
    """The components of this plugin."""
    from hdp_plugins.mesh.convert import Convert
    from hdp_plugins.mesh.optimise import Optimise
    from hdp_plugins.mesh.preview import Preview
    from hdp_plugins.mesh.report import Report
    from hdp_plugins.mesh.thumbnails import Thumbnails

    return (Optimise, Report, Convert, Preview, Thumbnails)
