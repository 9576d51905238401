"""The JSON export of a collections system, as a table."""

from collections.abc import Iterable

from hdp.sdk import Source, hookimpl


@hookimpl
def hdp_sources() -> Iterable[Source]:
    """Objects of a collection."""
    from .export import read

    return [Source("museum_json.objects", "Objects of a collection (JSON)", read, (".json",))]
