"""Fields and vocabularies of a target as the page asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hdp.metadata.schemas import entry_schema, fields_of, nearest
from hdp.sdk import NotFound, Target, Term

_OFFERED_AT_ONCE = 60
_KEPT = ("type", "title", "description", "format", "minLength", "maxLength", "minimum", "maximum")


def page_schema(target: type[Target], schema: Mapping[str, Any], path: str) -> dict[str, Any]:
    """What a form needs of a field: `options` of a short vocabulary, the path of a long one."""
    made: dict[str, Any] = {name: schema[name] for name in _KEPT if name in schema}
    made["unsupported"] = bool(schema.get("x-unsupported"))
    terms = terms_of(target, schema)
    if terms and len(terms) <= _OFFERED_AT_ONCE:
        made["options"] = [term_json(one) for one in terms]
    elif terms:
        made["vocabulary"] = path
    if isinstance(schema.get("items"), Mapping):
        made["items"] = page_schema(target, schema["items"], path)
    if schema.get("type") == "object":
        made["required"] = list(schema.get("required", ()))
        made["properties"] = {
            name: page_schema(target, one, f"{path}.{name}")
            for name, one in fields_of(schema).items()
        }
    return made


def terms_of(target: type[Target], schema: Mapping[str, Any]) -> Sequence[Term]:
    """The words that a field may have; none where it may have any."""
    name = schema.get("x-vocabulary")
    if name and (found := target.vocabulary(str(name))):
        return found
    titles = schema.get("x-titles", {})
    return tuple(Term(str(one), str(titles.get(one, one))) for one in schema.get("enum", ()))


def term_of(target: type[Target], schema: Mapping[str, Any], value: Any) -> dict[str, Any] | None:
    """The term that a value names by its id or an alias; None where it names none."""
    if not isinstance(value, str) or not value:
        return None
    for one in terms_of(target, schema):
        if value == one.id or value in one.aliases:
            return term_json(one)
    return None


def term_json(one: Term) -> dict[str, Any]:
    """A term; `titles` by language beside the English one."""
    return {"id": one.id, "title": one.title, "titles": dict(one.titles), "url": one.url} | (
        {"words": list(one.words)} if one.words else {}
    )


def find_terms(
    target: type[Target], field: str, query: str, limit: int
) -> tuple[list[dict[str, Any]], int]:
    """The terms of a field (`contributors.type`) that fit some words, best first, and how many."""
    terms = terms_of(target, _schema_at(target, field))
    if not terms:
        raise NotFound(
            f"{field} has no vocabulary.", code="no-such-vocabulary",
            hint="It takes any text.", where={"field": field},
        )  # fmt: skip
    words = query.casefold().split()
    ranked = sorted(
        (
            (rank, at, one)
            for at, one in enumerate(terms)
            if (rank := _rank(one, words)) is not None
        ),
        key=lambda found: found[:2],
    )
    return [term_json(one) for _, _, one in ranked[:limit]], len(ranked)


def _schema_at(target: type[Target], field: str) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = target.schema()
    for name in field.split("."):
        known = fields_of(entry_schema(schema) or schema)
        if name not in known:
            raise NotFound(
                f"There is no field {field}.", code="unknown-field",
                hint=nearest(name, known).strip() or f"There are: {', '.join(known)}.",
                where={"field": field},
            )  # fmt: skip
        schema = known[name]
    items = schema.get("items")
    return items if isinstance(items, Mapping) and items.get("type") != "object" else schema


def _rank(one: Term, words: Sequence[str]) -> int | None:
    """0 is the word itself, then its beginning, then the beginning of words, then inside."""
    if not words:
        return 0
    names = [text.casefold() for text in _names(one)]
    whole = " ".join(words)
    if whole in names:
        return 0
    if any(name.startswith(whole) for name in names):
        return 1
    parts = [part for name in names for part in name.replace("-", " ").replace("(", " ").split()]
    if all(any(part.startswith(word) for part in parts) for word in words):
        return 2
    return 3 if all(any(word in name for name in names) for word in words) else None


def _names(one: Term) -> Iterable[str]:
    return (one.id, one.title, *one.titles.values(), *one.aliases, *one.words)
