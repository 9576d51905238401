"""Dataverse: one target."""

from collections.abc import Iterable

from hdp.sdk import Target, hookimpl


@hookimpl
def hdp_targets() -> Iterable[type[Target]]:
    """The places where records can go."""
    from .target import Dataverse

    return [Dataverse]
