"""The built-in plugin for Zenodo."""

from __future__ import annotations

from collections.abc import Iterable

from hdp.sdk import Target, hookimpl


@hookimpl
def hdp_targets() -> Iterable[type[Target]]:
    """The target `zenodo`."""
    from hdp_plugins.zenodo.target import Zenodo

    return (Zenodo,)
