"""The built-in plugin for InvenioRDM; Zenodo's plugin shares its records API."""

from __future__ import annotations

from collections.abc import Iterable

from hdp.sdk import Target, hookimpl


@hookimpl
def hdp_targets() -> Iterable[type[Target]]:
    """The target `inveniordm`."""
    from hdp_plugins.inveniordm.target import InvenioRDM

    return (InvenioRDM,)
