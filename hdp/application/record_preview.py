"""How a record's page will read: the parts that people look at, cleaned for showing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hdp.application.terms import term_of
from hdp.metadata.markup import clean_html
from hdp.metadata.schemas import entry_schema, fields_of, is_html
from hdp.project.deposits import DepositFile
from hdp.sdk import Target

_FILES_SHOWN = 100
_SHORT = ("title", "publication_date", "version", "embargo_date", "doi")
_TERMS = ("upload_type", "image_type", "publication_type", "access_right", "license", "language")
_ENTRIES = {
    "creators": "type", "contributors": "type", "dates": "type", "locations": "",
    "related_identifiers": "relation", "subjects": "", "communities": "", "grants": "",
}  # fmt: skip


def preview_record(
    target: type[Target], fields: Mapping[str, Any], files: Sequence[DepositFile]
) -> dict[str, Any]:
    """Texts, terms with titles, people, HTML that is safe to show, and the files by their names.

    Whatever has another shape than it should is left out: the findings tell of it.
    """
    known = fields_of(target.schema())
    return {
        **{name: _text(fields.get(name)) for name in _SHORT},
        **{name: _word(target, known.get(name, {}), fields.get(name)) for name in _TERMS},
        **{
            name: _entries(target, known.get(name, {}), fields.get(name), coded)
            for name, coded in _ENTRIES.items()
        },
        "keywords": [one for one in _list(fields.get("keywords")) if isinstance(one, str)],
        "html": [
            {"field": name, "title": schema.get("title", name), "html": clean_html(fields[name])}
            for name, schema in known.items()
            if is_html(schema) and isinstance(fields.get(name), str) and fields[name]
        ],
        "files": [{"name": one.name, "size": one.size} for one in files[:_FILES_SHOWN]],
        "file_count": len(files),
        "bytes": sum(one.size for one in files),
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _word(target: type[Target], schema: Mapping[str, Any], value: Any) -> dict[str, Any] | None:
    text = _text(value)
    if not text:
        return None
    plain = {"id": text, "title": text, "titles": {}, "url": ""}
    return term_of(target, schema, text) or plain


def _entries(
    target: type[Target], schema: Mapping[str, Any], value: Any, coded: str
) -> list[dict[str, Any]]:
    """Entries whose attributes are texts; `coded` is the one that holds a vocabulary's word."""
    attributes = fields_of(entry_schema(schema) or {})
    made = []
    for one in _list(value):
        if not isinstance(one, Mapping):
            continue
        entry: dict[str, Any] = {
            str(name): str(part)
            for name, part in one.items()
            if isinstance(part, (str, int, float)) and not isinstance(part, bool)
        }
        if coded and coded in entry:
            entry[coded] = _word(target, attributes.get(coded, {}), entry[coded])
        made.append(entry)
    return made
