"""What is to be said about the name of a creator or contributor."""

from __future__ import annotations

from hdp.metadata.names import is_institution, is_nobody, people_in
from hdp.metadata.said import Said, brief, doubt
from hdp.metadata.schemas import Schema, fields_of
from hdp.sdk import Finding


def has_names(schema: Schema) -> bool:
    """Whether the entry is a person or an institution."""
    attributes = fields_of(schema)
    return "name" in attributes and ("orcid" in attributes or "affiliation" in attributes)


def check_name(name: str, *, institution: bool = False) -> list[Said]:
    """Doubts about a name; `institution` says that the entry is one."""
    args = {"value": name}
    if is_nobody(name):
        message = f'"{brief(name)}" is nobody\'s name, and would be cited as one.'
        hint = "Write who is responsible for the record, such as the institution."
        return [doubt("name-of-nobody", message, hint, "warning", args)]
    if len(people := people_in(name)) > 1:
        message = f'"{brief(name)}" seems to hold {len(people)} names, and is sent as one.'
        hint = 'Split the cell: {each: {column: ..., split: ";"}, name: {it: true}}.'
        return [doubt("several-names", message, hint, "warning", args)]
    if institution or is_institution(name):
        return _institution(name, args)
    if name.count(",") > 1:
        message = f'"{brief(name)}" has several commas: family and given names are not clear.'
        hint = "Write one person as Family, Given; split the cell where it holds several."
        return [doubt("name-unclear", message, hint, "warning", args)]
    return []


def is_said_already(one: Finding) -> bool:
    """Whether the order of a name is doubted that is doubted as a whole already."""
    return one.code == "name-order" and bool(check_name(str(one.args.get("value", ""))))


def _institution(name: str, args: dict[str, str]) -> list[Said]:
    if "," in name:
        message = f'The comma in "{brief(name)}" makes a person of what seems an institution.'
        hint = "Write its name without a comma."
        return [doubt("institution-comma", message, hint, "warning", args)]
    message = f'"{brief(name)}" seems to be an institution: it is kept whole, in its own words.'
    hint = "Nothing to do if so; write Family, Given if it is a person."
    return [doubt("institution-name", message, hint, "info", args)]


def not_reordered(name: str, order: str) -> list[Said]:
    """A name that was to be turned round and could not be without guessing."""
    if check_name(name):
        return []
    message = f'"{brief(name)}" stays as it is: what is its family name is not sure.'
    hint = "Write it as Family, Given in the table, if that is what it is."
    return [doubt("name-unclear", message, hint, "warning", {"value": name, "order": order})]
