"""IIIF: a component, and a check of every record."""

from collections.abc import Iterable, Iterator
from typing import Any

from hdp.sdk import Component, Finding, Record, hookimpl


@hookimpl
def hdp_components() -> Iterable[type[Component[Any]]]:
    """The plugin's pipeline components."""
    from .manifest import Manifest

    return [Manifest]


@hookimpl
def hdp_check_record(record: Record) -> Iterator[Finding]:
    """A viewer shows who must be named; a record with a manifest should say it."""
    has_manifest = any(one.name.endswith(".manifest.json") for one in record.files)
    if has_manifest and not record.fields.get("license"):
        yield Finding(
            "warning", "iiif-no-rights", "The IIIF manifest will name no rights.",
            "Give the record a licence.", {"field": "license"},
        )  # fmt: skip
