"""What the records API does to a record that is sent to it: keeps the good, lists the bad.

`clean` gives the record as it is kept and the problems; an id that no vocabulary knows refuses
the whole request at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import idutils

from hdp.practice.dates import is_date, is_day
from hdp.practice.metadata import REQUIRED, SCHEMES
from hdp.practice.native_people import clean_creators
from hdp.practice.refusals import Invalid, Problem, crash, refuse
from hdp.practice.texts import clean_html, text_of
from hdp.practice.translation import SUBJECTS, Data, empty, pid_of
from hdp.practice.vocabularies import vocabularies

Cleaner = Callable[[Any, str, list[Problem]], Any]

UNKNOWN = "Unknown field."
BAD_DATE = "Please provide a valid date or interval."
_CUSTOM = (
    "journal:journal", "meeting:meeting", "imprint:imprint", "thesis:thesis", SUBJECTS,
    "code:codeRepository", "code:programmingLanguage", "code:developmentStatus",
)  # fmt: skip
_TITLES = ("alternative-title", "other", "subtitle", "translated-title")
_DESCRIPTIONS = ("abstract", "methods", "series-information", "table-of-contents",
                 "technical-info", "other", "notes")  # fmt: skip


def clean(body: Any) -> tuple[Data, list[Problem]]:
    """The record as kept, and what publishing will complain about."""
    if not isinstance(body, dict):
        raise crash()
    problems: list[Problem] = []
    data = empty()
    data["metadata"] = _metadata(body.get("metadata", {}), problems)
    data["access"] = _access(body.get("access", {}), problems)
    data["custom_fields"] = _custom_fields(body.get("custom_fields", {}), problems)
    data["pids"] = _pids(body.get("pids", {}), problems)
    data["files"] = _files(body.get("files", {}), problems)
    return data, problems


def _metadata(sent: Any, problems: list[Problem]) -> Data:
    if not isinstance(sent, dict):
        problems.append(("metadata", "Invalid input type."))
        return {}
    kept: Data = {}
    for name, value in sent.items():
        cleaner = _FIELDS.get(name)
        if not cleaner:
            problems.append((f"metadata.{name}", UNKNOWN))
        elif (result := cleaner(value, f"metadata.{name}", problems)) not in (None, "", [], {}):
            kept[name] = result
    return kept


def _plain(value: Any, where: str, problems: list[Problem]) -> Any:
    if isinstance(value, str):
        return text_of(value)
    problems.append((where, "Not a valid string."))
    return None


def _title(value: Any, where: str, problems: list[Problem]) -> Any:
    text = _plain(value, where, problems)
    if isinstance(text, str) and len(text) < 3:
        problems.append((where, "Shorter than minimum length 3." if text else REQUIRED))
        return None
    return text


def _html(value: Any, where: str, problems: list[Problem]) -> Any:
    text = _plain(value, where, problems)
    return clean_html(text) if text else None


def _edtf(value: Any, where: str, problems: list[Problem]) -> Any:
    if isinstance(value, str) and value.startswith("-"):
        raise crash()
    if isinstance(value, str) and is_date(value):
        return value
    problems.append((where, BAD_DATE))
    return None


def _term(known: Any, value: Any, where: str, problems: list[Problem]) -> Data | None:
    """A vocabulary's entry by its id."""
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        problems.append((f"{where}.id", REQUIRED))
        return None
    if value["id"] not in known:
        raise refuse(400, f"Invalid value {value['id']}.")
    return {"id": value["id"]}


def _list(value: Any, where: str, problems: list[Problem]) -> list[tuple[Data, str]]:
    if not isinstance(value, list):
        problems.append((where, "Not a valid list."))
        return []
    found = []
    for index, one in enumerate(value):
        if isinstance(one, dict):
            found.append((one, f"{where}.{index}"))
        else:
            problems.append((f"{where}.{index}._schema", "Invalid input type."))
    return found


def _type(value: Any, where: str, problems: list[Problem]) -> Any:
    return _term(vocabularies().types, value, where, problems)


def _titles(value: Any, where: str, problems: list[Problem]) -> Any:
    kept = []
    for one, place in _list(value, where, problems):
        item: Data = {"title": _title(one.get("title", ""), f"{place}.title", problems)}
        item["type"] = _term(_TITLES, one.get("type"), f"{place}.type", problems)
        if "lang" in one:
            known = vocabularies().languages_3
            item["lang"] = _term(known, one["lang"], f"{place}.lang", problems)
        kept.append({name: part for name, part in item.items() if part})
    return kept


def _descriptions(value: Any, where: str, problems: list[Problem]) -> Any:
    kept = []
    for one, place in _list(value, where, problems):
        item: Data = {"description": _html(one.get("description"), place, problems)}
        item["type"] = _term(_DESCRIPTIONS, one.get("type"), f"{place}.type", problems)
        if "lang" in one:
            known = vocabularies().languages_3
            item["lang"] = _term(known, one["lang"], f"{place}.lang", problems)
        kept.append({name: part for name, part in item.items() if part})
    return kept


def _dates(value: Any, where: str, problems: list[Problem]) -> Any:
    kept = []
    for one, place in _list(value, where, problems):
        item: Data = {}
        if date := _edtf(one.get("date"), f"{place}.date", problems):
            item["date"] = date
        item["type"] = _term(vocabularies().date_types, one.get("type"), f"{place}.type", problems)
        if text := text_of(one.get("description")):
            item["description"] = text
        kept.append({name: part for name, part in item.items() if part})
    return kept


def _subjects(value: Any, where: str, problems: list[Problem]) -> Any:
    kept = []
    for one, place in _list(value, where, problems):
        if isinstance(one.get("id"), str):
            raise refuse(400, f"Invalid value {one['id']}.")  # no subject vocabulary here
        if text := text_of(one.get("subject")):
            kept.append({"subject": text})
        else:
            message = "An existing id or a free text subject must be present."
            problems.append((f"{place}.subjects", message))
    return kept


def _languages(value: Any, where: str, problems: list[Problem]) -> Any:
    known = vocabularies().languages_3
    found = [_term(known, one, place, problems) for one, place in _list(value, where, problems)]
    return [one for one in found if one]


def _identifiers(value: Any, where: str, problems: list[Problem]) -> Any:
    return [
        kept
        for one, place in _list(value, where, problems)
        if (kept := _identifier(one, place, problems, {*SCHEMES, "other"}))
    ]


def _identifier(one: Data, place: str, problems: list[Problem], known: set[str]) -> Data | None:
    identifier, scheme = text_of(one.get("identifier")), one.get("scheme")
    if not identifier:
        problems.append((f"{place}.identifier", REQUIRED))
        return None
    if not scheme:
        detected = idutils.detect_identifier_schemes(identifier)
        scheme = next((one for one in detected if one in known), None)
    if scheme not in known:
        problems.append((f"{place}.scheme", "No valid scheme recognized for identifier."))
        return None
    if scheme == "doi" and not idutils.is_doi(identifier):
        problems.append((f"{place}.identifier", "Invalid DOI identifier."))
    return {"identifier": identifier, "scheme": scheme}


def _related(value: Any, where: str, problems: list[Problem]) -> Any:
    words, kept = vocabularies(), []
    for one, place in _list(value, where, problems):
        item = _identifier(one, place, problems, {*SCHEMES, "other"}) or {}
        relation = one.get("relation_type")
        item["relation_type"] = _term(words.relations, relation, f"{place}.relation_type", problems)
        if "resource_type" in one:
            known, kind = words.linkable_types, one["resource_type"]
            item["resource_type"] = _term(known, kind, f"{place}.resource_type", problems)
        kept.append({name: part for name, part in item.items() if part})
    return kept


def _rights(value: Any, where: str, problems: list[Problem]) -> Any:
    known, kept = set(vocabularies().licences.values()), []
    for one, place in _list(value, where, problems):
        if "id" in one:
            kept.append(_term(known, one, place, problems))
        elif isinstance(one.get("title"), dict) and one["title"]:
            names = ("title", "description", "link")
            kept.append({name: one[name] for name in names if one.get(name)})
        else:
            message = "An identifier or title is required."
            problems.append((f"{place}.id", message))
    return [one for one in kept if one]


def _locations(value: Any, where: str, problems: list[Problem]) -> Any:
    features = value.get("features") if isinstance(value, dict) else None
    names = ("geometry", "place", "identifiers", "description")
    kept = [
        {name: one[name] for name in names if one.get(name)}
        for one, _ in _list(features, f"{where}.features", problems)
    ]
    return {"features": kept} if kept else None


def _funding(value: Any, where: str, problems: list[Problem]) -> Any:
    kept = []
    for one, place in _list(value, where, problems):
        if not isinstance(one.get("funder"), dict):
            problems.append((f"{place}.funder", REQUIRED))
            continue
        kept.append({name: one[name] for name in ("funder", "award") if one.get(name)})
    return kept


def _references(value: Any, where: str, problems: list[Problem]) -> Any:
    kept = []
    for one, place in _list(value, where, problems):
        if text := text_of(one.get("reference")):
            kept.append({"reference": text})
        else:
            problems.append((f"{place}.reference", REQUIRED))
    return kept


def _texts(value: Any, where: str, problems: list[Problem]) -> Any:
    if not isinstance(value, list):
        problems.append((where, "Not a valid list."))
        return []
    return [text_of(one) for one in value if text_of(one)]


_FIELDS: dict[str, Cleaner] = {
    "resource_type": _type, "creators": clean_creators, "contributors": clean_creators,
    "title": _title, "additional_titles": _titles, "publisher": _plain,
    "publication_date": _edtf, "subjects": _subjects, "dates": _dates, "languages": _languages,
    "identifiers": _identifiers, "related_identifiers": _related, "sizes": _texts,
    "formats": _texts, "version": _plain, "rights": _rights, "copyright": _plain,
    "description": _html, "additional_descriptions": _descriptions, "locations": _locations,
    "funding": _funding, "references": _references,
}  # fmt: skip


def _access(sent: Any, problems: list[Problem]) -> Data:
    sent = sent if isinstance(sent, dict) else {}
    refused = "You don't have permissions to manage record access."
    record, files = sent.get("record", "public"), sent.get("files", "public")
    if record not in ("public", "restricted"):
        raise _refused_access(refused, "'record'")
    if record == "restricted":
        raise _refused_access(refused)
    if files not in ("public", "restricted"):
        raise _refused_access("'files'")
    embargo, until = sent.get("embargo") or {}, None
    active = bool(embargo.get("active")) if isinstance(embargo, dict) else False
    kept: Data = {"active": active, "reason": embargo.get("reason") if active else None}
    if active:
        until = embargo.get("until")
        if is_day(until):
            kept["until"] = until
        else:
            message = "Embargo end date must be set if embargo is active."
            problems.append(("access.embargo.until", message))
    return {"record": "public", "files": files, "embargo": kept}


def _refused_access(*messages: str) -> Invalid:
    refusal = Invalid(("access", messages[0]))
    return refusal.with_messages("access", list(messages))


def _custom_fields(sent: Any, problems: list[Problem]) -> Data:
    kept: Data = {}
    for name, value in sent.items() if isinstance(sent, dict) else ():
        if name in _CUSTOM or name.split(":")[0] in _NAMESPACES:
            kept[name] = value
        else:
            problems.append((f"custom_fields.{name}", UNKNOWN))
    return kept


_NAMESPACES = ("dwc", "gbif-dwc", "ac", "dc", "eol", "obo", "openbiodiv", "rfg", "mining", "gold",
               "mods")  # fmt: skip


def _pids(sent: Any, problems: list[Problem]) -> Data:
    doi = sent.get("doi") if isinstance(sent, dict) else None
    if not isinstance(doi, dict) or not isinstance(doi.get("identifier"), str):
        return {}
    identifier = doi["identifier"].strip()
    if not identifier:
        return {}
    if not idutils.is_doi(identifier):
        problems.append(("pids.doi", "Invalid DOI"))
    if doi.get("provider") == "external":
        return {"doi": {"identifier": identifier, "provider": "external"}}
    return {"doi": pid_of(identifier)}


def _files(sent: Any, problems: list[Problem]) -> Data:
    if not isinstance(sent, dict):
        return {}
    if sent.get("enabled") is False:
        message = "You don't have permissions to manage files options."
        problems.append(("files.enabled", message))
    preview = sent.get("default_preview")
    return {"default_preview": preview} if isinstance(preview, str) and preview else {}
