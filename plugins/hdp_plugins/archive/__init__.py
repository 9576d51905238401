"""The built-in plugin for archives: a folder of BagIt bags."""

from __future__ import annotations

from collections.abc import Iterable

from hdp.sdk import Target, hookimpl


@hookimpl
def hdp_targets() -> Iterable[type[Target]]:
    """The target `archive`."""
    from hdp_plugins.archive.target import Archive

    return (Archive,)
