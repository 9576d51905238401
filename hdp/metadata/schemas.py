"""What a target's JSON Schema says of fields, attributes and vocabularies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

Schema = Mapping[str, Any]


def fields_of(schema: Schema) -> dict[str, Schema]:
    """The schema of each field, or of each attribute of an entry."""
    return dict(schema.get("properties", {}))


def entry_schema(field: Schema) -> Schema | None:
    """The schema of one entry, where the field is a list of entries or is one."""
    items = field.get("items")
    if isinstance(items, Mapping) and items.get("type") == "object":
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
    words = schema.get("enum")
    if not words or value in words or not isinstance(value, str):
        return value
    names = {str(one).casefold(): one for one in words}
    names |= {str(title).casefold(): one for one, title in schema.get("x-titles", {}).items()}
    names |= {str(one).casefold(): word for one, word in schema.get("x-aliases", {}).items()}
    return names.get(value.casefold().strip(), value)


def unknown_word(value: Any, schema: Schema) -> str:
    """A sentence on a value that is not in the vocabulary, or "" where it is or there is none."""
    words = schema.get("enum")
    if not words or canonical(value, schema) in words:
        return ""
    return f'"{value}" is not in the list of allowed values.{nearest(str(value), words)}'


def nearest(word: str, known: Iterable[Any]) -> str:
    """ " Did you mean ...?" with the nearest right name, or all names where they are few."""
    names = [str(one) for one in known]
    by_case = {one.casefold(): one for one in names}
    if near := get_close_matches(word.casefold(), by_case, n=1, cutoff=0.5):
        return f" Did you mean {by_case[near[0]]}?"
    return f" It can be {', '.join(names)}." if 0 < len(names) <= 12 else ""
