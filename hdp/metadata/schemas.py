"""What a target's JSON Schema says of fields, attributes and vocabularies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

Schema = Mapping[str, Any]


def fields_of(schema: Schema) -> Mapping[str, Schema]:
    """The schema of each field, or of each attribute of an entry."""
    found: Mapping[str, Schema] = schema.get("properties", {})
    return found


def entry_schema(field: Schema) -> Schema | None:
    """The schema of one entry, where the field is a list of entries or is one."""
    items = field.get("items")
    if items is not None and isinstance(items, Mapping) and items.get("type") == "object":
        return items
    return field if field.get("type") == "object" else None


def is_list(field: Schema) -> bool:
    """Whether the field holds several values."""
    return field.get("type") == "array"


def is_html(field: Schema) -> bool:
    """Whether the field's text is HTML."""
    return field.get("format") == "html"


def canonical(value: Any, schema: Schema) -> Any:
    """The vocabulary's own word for a value, by its title or an alias too; else the value."""
    words = schema.get("enum") or ()
    aliases = schema.get("x-aliases")
    if not isinstance(value, str) or not (words or aliases) or value in words:
        return value
    return _names_of(schema).get(value.casefold().strip(), value)


# A schema is asked thousands of times for the same names. It is kept here with its names, so
# that its id stays its own.
_NAMES: dict[int, tuple[Schema, dict[str, Any]]] = {}
_MOST_NAMES = 200


def _names_of(schema: Schema) -> dict[str, Any]:
    known = _NAMES.get(id(schema))
    if known is None:
        if len(_NAMES) >= _MOST_NAMES:
            _NAMES.clear()
        known = _NAMES[id(schema)] = (schema, _find_names(schema))
    return known[1]


def _find_names(schema: Schema) -> dict[str, Any]:
    """Titles and aliases -> word; a word itself comes before a title, a title before an alias."""
    names = {str(one).casefold(): word for one, word in schema.get("x-aliases", {}).items()}
    names |= {str(title).casefold(): one for one, title in schema.get("x-titles", {}).items()}
    return names | {str(one).casefold(): one for one in schema.get("enum", ())}


def unknown_word(value: Any, schema: Schema) -> str:
    """A sentence on a value that is not in the vocabulary, or "" where it is or there is none."""
    words = schema.get("enum")
    if not words or value in (None, "", [], {}) or canonical(value, schema) in words:
        return ""
    told = str(value) if len(str(value)) <= 80 else f"{str(value)[:79]}…"
    return f'"{told}" is not in the list of allowed values.{nearest(str(value), words)}'


def nearest(word: str, known: Iterable[Any]) -> str:
    """ " Did you mean ...?" with the nearest right name, or all names where they are few."""
    names = [str(one) for one in known]
    if near := nearest_word(word, names):
        return f" Did you mean {near}?"
    return f" It can be {', '.join(names)}." if 0 < len(names) <= 12 else ""


def nearest_word(word: str, known: Iterable[Any]) -> str:
    """The one of some words that looks most like it; "" where none does."""
    by_case = {str(one).casefold(): str(one) for one in known}
    near = get_close_matches(word.casefold()[:100], by_case, n=1, cutoff=0.5)
    return by_case[near[0]] if near else ""
