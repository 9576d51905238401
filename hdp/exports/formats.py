"""The formats by their names, and records rendered in them as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hdp.exports.datacite import to_datacite
from hdp.exports.dublin_core import to_dublin_core, to_xml
from hdp.exports.facts import Exported, clean
from hdp.exports.schema_org import to_schema_org

# of one record
DOCUMENTS = ("zenodo", "inveniordm", "datacite", "schema.org", "dublin-core", "ro-crate")
TABLES = ("csv", "xlsx")


def to_json(record: Exported, form: str) -> dict[str, Any]:
    """The record as a JSON document in one of DOCUMENTS; Dublin Core by its elements' names."""
    return _MAKERS[form](record)


def to_text(records: Sequence[Exported], form: str) -> str:
    """Records as the text of a file: XML for Dublin Core, else JSON, several of them a list.

    schema.org has a way of its own to hold several: one `@graph`.
    """
    if form == "dublin-core":
        return to_xml(records)
    made: list[dict[str, Any]] = [to_json(one, form) for one in records]
    if len(made) == 1:
        return dump(made[0])
    if form == "schema.org":
        graph = [{name: one for name, one in row.items() if name != "@context"} for row in made]
        return dump({"@context": made[0]["@context"] if made else "", "@graph": graph})
    return dump(made)


def dump(document: Any) -> str:
    """The document as JSON text, with a line break at its end."""
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _held(document: Mapping[str, Any]) -> dict[str, Any]:
    found = clean(dict(document))
    return found if isinstance(found, dict) else {}


def _crate(record: Exported) -> dict[str, Any]:
    from hdp.exports.ro_crate import to_ro_crate

    return to_ro_crate(record)


_MAKERS: Mapping[str, Callable[[Exported], dict[str, Any]]] = {
    "zenodo": lambda record: dict(record.fields),
    "inveniordm": lambda record: _held(record.native(record.record)),
    "datacite": to_datacite,
    "schema.org": to_schema_org,
    "dublin-core": lambda record: dict(to_dublin_core(record)),
    "ro-crate": _crate,
}
