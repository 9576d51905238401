"""Zenodo's vocabularies and the schema of its fields, read from the files beside this one."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from hdp.sdk import Term

Texts = Mapping[str, str]


def _read(*parts: str) -> dict[str, Any]:
    place = resources.files(__package__)
    for part in parts:
        place = place / part
    data: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return data


@cache
def _short() -> dict[str, dict[str, list[str]]]:
    return _read("vocabularies", "terms.json")


@cache
def terms(name: str) -> dict[str, str]:
    """A short vocabulary, id -> title; names are those of vocabularies/terms.json."""
    return {one: names[0] for one, names in _short()[name].items()}


@cache
def spellings(name: str) -> dict[str, str]:
    """A short vocabulary's ids by their lower-case form."""
    return {one.lower(): one for one in terms(name)}


@cache
def licences() -> tuple[dict[str, str], dict[str, str]]:
    """Licence ids with titles, and older spellings -> id."""
    data = _read("vocabularies", "licences.json")
    return data["titles"], data["aliases"]


@cache
def _licence_words() -> dict[str, str]:
    """Other words that mean one licence and no other: titles, addresses, CC BY 4.0."""
    titles, aliases = licences()
    found = {_plain(title): one for one, title in titles.items()}
    for one, url in _read("vocabularies", "licences.json")["urls"].items():
        found[_bare_url(url)] = one
    for old, new in aliases.items():
        # An old id without a version would choose one that nobody said.
        if re.search(r"\d", old) or not re.search(r"\d", new):
            found[old] = new
    for one in titles:
        if one.startswith("cc-"):
            found[_plain(one.replace("-", " ").replace(" nc ", " nc-"))] = one
    return found | {"cc0": "cc0-1.0", "cc0 1.0": "cc0-1.0", "mit": "mit"}


def _plain(text: str) -> str:
    words = re.sub(r"[\s_-]+", " ", text.strip().casefold())
    return words.removesuffix(" international").removesuffix(" license")


def _bare_url(text: str) -> str:
    found = re.sub(r"^https?://(www\.)?", "", text.strip().casefold())
    return re.sub(r"/(deed|legalcode)(\.\w+)?$", "", found.rstrip("/"))


@cache
def licence_id(text: str) -> str | None:
    """Zenodo's own id of a licence in any spelling that it accepts; None for an unknown one."""
    titles, aliases = licences()
    key = text.strip().lower()
    found = aliases.get(key, key)
    return found if found in titles else None


@cache
def licence_meant(text: str) -> str | None:
    """The licence that a title, an address or another spelling names; None where unsure."""
    words = _licence_words()
    return words.get(_plain(text)) or words.get(_bare_url(text))


@cache
def _language_data() -> dict[str, Any]:
    return _read("vocabularies", "languages.json")


@cache
def languages() -> tuple[dict[str, str], dict[str, str]]:
    """The three-letter codes with English names, and two letters -> three letters."""
    data = _language_data()
    return data["names"], data["two_letters"]


def language_id(text: str) -> str | None:
    """The three-letter code that Zenodo reads from a code; None for an unknown one."""
    codes, two_letters = languages()
    found = two_letters.get(text, text)
    return found if found in codes else None


@cache
def _language_names() -> dict[str, str]:
    data = _language_data()
    names: dict[str, str] = {name.casefold(): code for code, name in data["names"].items()}
    # "Ancient Greek (to 1453)" is asked for without its years, where that is no other's name.
    for name, code in list(names.items()):
        names.setdefault(re.sub(r"\s*\(.*", "", name), code)
    names |= {name.casefold(): code for code, name in data["german"].items()}
    names |= data["bibliographic"]
    return names


def language_meant(text: str) -> str | None:
    """The code of a language by its name (English or German), older code or locale (de-DE)."""
    word = text.strip().casefold()
    return (
        language_id(word)
        or _language_names().get(word)
        or language_id(re.split(r"[-_]", word)[0] if re.match(r"[a-z]{2,3}[-_]", word) else "")
    )


@cache
def vocabulary(name: str) -> Sequence[Term]:
    """All terms of a vocabulary in its own order; none for an unknown name."""
    if name == "licences":
        return _licence_terms()
    if name == "languages":
        return _language_terms()
    found = _short().get(name, {})
    return tuple(
        Term(one, names[0], _german(names[1]), words=_kinds(one) if name == "upload_types" else ())
        for one, names in found.items()
    )


def _kinds(upload_type: str) -> tuple[str, ...]:
    """What is chosen in a second field, by the words that people look for in the first."""
    kinds = _short().get(f"{upload_type}_types", {})
    return tuple(word for one, names in kinds.items() if one != "other" for word in names if word)


def _german(title: str) -> Texts:
    return {"de": title} if title else {}


# What heritage is published under most; these are offered first, from free to restricted.
COMMON_LICENCES = (
    "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nd-4.0", "cc-by-nc-sa-4.0",
    "cc-by-nc-nd-4.0", "other-pd", "pddl-1.0", "odc-by-1.0", "odbl-1.0", "mit", "apache-2.0",
    "gpl-3.0-or-later", "bsd-3-clause",
)  # fmt: skip


def _licence_terms() -> tuple[Term, ...]:
    titles, aliases = licences()
    urls: dict[str, str] = _read("vocabularies", "licences.json")["urls"]
    older: dict[str, list[str]] = {}
    for old, new in aliases.items():
        older.setdefault(new, []).append(old)
    return tuple(
        Term(one, title, aliases=tuple(older.get(one, ())), url=urls.get(one, ""))
        for one, title in sorted(titles.items(), key=lambda pair: _commonness(pair[0]))
    )


def _commonness(licence: str) -> int:
    """Its place among the common ones; all others follow in the list's order."""
    known = COMMON_LICENCES
    return known.index(licence) if licence in known else len(known)


def _language_terms() -> tuple[Term, ...]:
    data = _language_data()
    other: dict[str, list[str]] = {}
    for table in (data["two_letters"], data["bibliographic"]):
        for short, code in table.items():
            other.setdefault(code, []).append(short)
    german: dict[str, str] = data["german"]
    found = [
        Term(one, name, _german(german.get(one, "")), tuple(other.get(one, ())))
        for one, name in data["names"].items()
    ]
    # Those with a short code are asked for most; the others follow in the list's order.
    return tuple(sorted(found, key=lambda one: not one.aliases))


@cache
def _schema() -> dict[str, Any]:
    data = _read("schema.json")
    for one in data["properties"].values():
        _fill(one)
    data["properties"]["publication_type"]["x-aliases"]["thesis"] = "dissertation"
    return data


def _fill(schema: dict[str, Any]) -> None:
    """Put the words of the vocabularies that a schema names into it."""
    name = schema.get("x-vocabulary")
    if name == "licences":
        titles, aliases = licences()
        schema |= {"enum": list(dict.fromkeys([*titles, *aliases])), "x-titles": titles}
        schema["x-aliases"] = dict(_licence_words())
    elif name == "languages":
        # 7,847 codes are too many for a list: `vocabulary` finds them, the checks know them.
        schema["x-aliases"] = {**languages()[1], **_common_names()}
    elif name:
        german = {names[1]: one for one, names in _short()[name].items() if names[1]}
        schema |= {"enum": list(terms(name)), "x-titles": terms(name), "x-aliases": german}
    for one in schema.get("items", schema).get("properties", {}).values():
        _fill(one)


def _common_names() -> dict[str, str]:
    """Names and codes of the languages that have a short code."""
    names, two_letters = languages()
    data = _language_data()
    english = {names[code]: code for code in two_letters.values()}
    german = {name: code for code, name in data["german"].items()}
    return {**english, **german, **data["bibliographic"]}


def properties() -> dict[str, Any]:
    """The schema of each field; shared, so never change it."""
    found: dict[str, Any] = _schema()["properties"]
    return found


def schema() -> dict[str, Any]:
    """The fields as a JSON Schema; the caller may change its copy."""
    found: dict[str, Any] = pickle.loads(_pickled())
    return found


@cache
def _pickled() -> bytes:
    """The schema as bytes: reading them is four times as fast as a deep copy."""
    return pickle.dumps(_schema())


@cache
def custom_fields() -> dict[str, str]:
    """Zenodo's custom fields -> text, number, date or relation."""
    fields: dict[str, list[str]] = _read("vocabularies", "custom.json")
    return {name: kind for kind, names in fields.items() for name in names}
