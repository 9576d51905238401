"""Whether a record's metadata is complete and in the target's own words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from hdp.metadata.schemas import (
    Schema,
    entry_schema,
    fields_of,
    nearest,
    nearest_word,
    unknown_word,
)
from hdp.sdk import Finding

REQUIRED = ("title", "creators", "upload_type", "publication_date", "access_right")
_WITH_LICENSE = ("open", "embargoed")
_HINTS = {
    "access_right": "Say it in the mapping: access_right: {choose: open} or a column.",
    "license": "Say it in the mapping, as in license: {literal: cc-by-4.0}, or map a column.",
    "publication_date": "Say it in the mapping: publication_date: {default: today}; it is the day"
    " of publishing, never the age of the object.",
    "upload_type": "Say it in the mapping, as in upload_type: {choose: image}, or map a column.",
    "creators": 'Map the column that names them, or say it: creators: [{name: {literal: "Family,'
    ' Given"}}].',
}


def check_record(
    fields: Mapping[str, Any],
    schema: Schema,
    *,
    origins: Mapping[str, Mapping[str, Any]] | None = None,
    item: int | None = None,
    later: Collection[str] = (),
) -> list[Finding]:
    """Required fields, unknown fields and vocabularies; `later` are filled by a pipeline.

    Each finding names the field and the table, row and column it came from.
    """
    check = _Check(schema, origins or {}, item)
    found = list(check.required(fields, later))
    for name, value in fields.items():
        found += check.field(str(name), value)
    return found


class _Check:
    def __init__(
        self, schema: Schema, origins: Mapping[str, Mapping[str, Any]], item: int | None
    ) -> None:
        self.schema = schema
        self.known = fields_of(schema)
        self.origins = origins
        self.item = item

    def required(self, fields: Mapping[str, Any], later: Collection[str]) -> Iterator[Finding]:
        """What is not there and must be."""
        needed = {*REQUIRED, *self.schema.get("required", ())} - {"license"}
        if "license" in self.known and fields.get("access_right") in _WITH_LICENSE:
            needed.add("license")
        for name in sorted(needed & set(self.known)):
            if fields.get(name) in (None, "", [], {}) and name not in later:
                title = self.known[name].get("title", name)
                hint = _HINTS.get(name, "Map a column to it, or write a fixed value.")
                verb = "are" if self.known[name].get("type") == "array" else "is"
                yield self._finding("required", f"{title} {verb} missing.", hint, name)

    def field(self, name: str, value: Any) -> Iterator[Finding]:
        """What is wrong with one field's words."""
        schema = self.known.get(name)
        if schema is None:
            hint = nearest(name, self.known).strip()
            yield self._finding("field-unknown", f"There is no field {name}.", hint, name)
            return
        shortest = schema.get("minLength", 0)
        if isinstance(value, str) and value and len(value.strip()) < shortest:
            message = f"{name} needs at least {shortest} characters."
            yield self._finding("too-short", message, "Write more.", name, value=value)
        entry = entry_schema(schema)
        several = isinstance(value, list)
        for index, one in enumerate(value if several else [value]):
            path = f"{name}.{index}" if several else name
            if entry is not None and isinstance(one, Mapping):
                yield from self._entry(path, one, entry)
            elif problem := unknown_word(one, schema.get("items", schema)):
                yield self._unknown(path, problem, one, schema.get("items", schema))

    def _entry(self, path: str, one: Mapping[str, Any], schema: Schema) -> Iterator[Finding]:
        attributes = fields_of(schema)
        for key in schema.get("required", ()):
            if one.get(key) in (None, "", []):
                message = f"{path} has no {key}."
                yield self._finding("required", message, "Fill it in.", f"{path}.{key}")
        for key, value in one.items():
            place = f"{path}.{key}"
            if attributes and key not in attributes and not schema.get("additionalProperties"):
                hint = nearest(str(key), attributes).strip()
                message = f"{path} has no attribute {key}."
                yield self._finding("attribute-unknown", message, hint, place)
            elif problem := unknown_word(value, attributes.get(key, {})):
                yield self._unknown(place, problem, value, attributes[key])

    def _unknown(self, path: str, problem: str, value: Any, schema: Schema) -> Finding:
        near = nearest_word(str(value), schema.get("enum", ()))
        return self._finding(
            "not-in-vocabulary", f"{path}: {problem}", "", path, value=str(value)[:200], better=near
        )

    def _finding(
        self, code: str, message: str, hint: str, path: str, *, value: str = "", better: str = ""
    ) -> Finding:
        where: dict[str, Any] = {"field": path}
        if self.item is not None:
            where["item"] = self.item
        origin = self.origins.get(path.split(".")[0], {})
        where |= {key: origin[key] for key in ("table", "row", "column") if origin.get(key)}
        args = {key: one for key, one in (("value", value), ("better", better)) if one}
        hint = hint or "Correct the value."
        return Finding("error", code, message, hint, where, {"field": path, **args})
