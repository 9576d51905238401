"""Everything Zenodo would refuse, drop or change, found before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

import idutils

from hdp.sdk import Finding, Record
from hdp_plugins.zenodo import translate, vocabulary
from hdp_plugins.zenodo.checks_dates import check_dates, check_publication_date
from hdp_plugins.zenodo.checks_files import check_files
from hdp_plugins.zenodo.checks_lists import (
    check_communities,
    check_grants,
    check_locations,
    check_people,
    check_related,
    check_subjects,
    check_texts,
)
from hdp_plugins.zenodo.findings import dropped, found, required, unknown_term, wrong_shape

REQUIRED = ("title", "upload_type", "publication_date", "creators", "access_right")
NEEDS_LICENCE = ("open", "embargoed")
KEPT_TAGS = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "blockquote",
        "br",
        "caption",
        "code",
        "div",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tfoot",
        "tr",
        "u",
        "ul",
        "dl",
        "dt",
        "dd",
    ]
)
HTML_FIELDS = ("description", "notes", "method")
CUSTOM = ("dwc:", "gbif-dwc:", "ac:", "dc:", "obo:", "openbiodiv:", "code:")


def check_record(record: Record) -> Iterator[Finding]:
    """All findings about the fields and the files; `where` names field, index or file."""
    fields = {**record.fields, **record.extra.get("zenodo", {})}
    yield from _check_required(fields)
    yield from _check_known(fields)
    for name, value in fields.items():
        if not translate.is_empty(value):
            yield from _check_field(name, value, fields)
    yield from check_files(record.files)


def _check_required(fields: Mapping[str, Any]) -> Iterator[Finding]:
    for name in REQUIRED:
        if translate.is_empty(fields.get(name)):
            yield required(name)
    if str(fields.get("access_right")) in NEEDS_LICENCE and translate.is_empty(
        fields.get("license")
    ):
        yield required("license", "Open and embargoed records need a licence.")
    if fields.get("access_right") == "embargoed" and not fields.get("embargo_date"):
        yield required("embargo_date", "An embargoed record needs the day on which it opens.")


def _check_known(fields: Mapping[str, Any]) -> Iterator[Finding]:
    properties = vocabulary.properties()
    for name, value in fields.items():
        if translate.is_empty(value):
            continue
        if name not in properties:
            yield dropped(name, f"Zenodo has no field “{name}”; it is not sent.")
        elif properties[name].get("x-unsupported"):
            yield dropped(name, f"Zenodo's deposit API cannot say “{name}”; it is not sent.")


def _check_field(name: str, value: Any, fields: Mapping[str, Any]) -> Iterable[Finding]:
    schema = vocabulary.properties().get(name, {})
    check = CHECKS.get(name)
    if check is not None:
        return check(value, fields)
    if schema.get("x-unsupported") or not schema:
        return ()
    if schema.get("type") == "string" and not isinstance(value, str):
        return (wrong_shape(name, "text"),)
    if name in HTML_FIELDS:
        return _check_html(name, value)
    if "enum" in schema and value not in schema["enum"]:
        return (unknown_term(name, value, schema["enum"]),)
    return ()


def _check_title(value: Any, _fields: Mapping[str, Any]) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield wrong_shape("title", "text")
    elif len(value.strip()) < 3:
        yield found(
            "error",
            "title-short",
            "title",
            "A title has at least three characters.",
            "Zenodo drops a shorter one.",
        )


def _check_access(value: Any, fields: Mapping[str, Any]) -> Iterator[Finding]:
    known = vocabulary.terms("access_rights")
    if str(value) not in known:
        yield unknown_term("access_right", value, known)
    elif value == "closed":
        yield found(
            "warning", "value-changed", "access_right", "Zenodo turns “closed” into “restricted”."
        )


def _check_embargo(value: Any, fields: Mapping[str, Any]) -> Iterator[Finding]:
    if fields.get("access_right") != "embargoed":
        yield dropped(
            "embargo_date", "Zenodo keeps an embargo date only with access right “embargoed”."
        )
        return
    try:
        until = date.fromisoformat(value)
        valid = len(value) == 10 and until > datetime.now(UTC).date()
    except (TypeError, ValueError):
        valid = False
    if not valid:
        yield found(
            "error",
            "embargo-date",
            "embargo_date",
            f"The embargo must end on a day after today, not “{value}”.",
            "Write it as YYYY-MM-DD.",
        )


def _check_conditions(_value: Any, _fields: Mapping[str, Any]) -> Iterator[Finding]:
    yield dropped(
        "access_conditions",
        "Zenodo no longer keeps access conditions.",
        "Write them into the notes.",
    )


def _check_licence(value: Any, _fields: Mapping[str, Any]) -> Iterator[Finding]:
    text = value.get("id") if isinstance(value, dict) else value
    if not isinstance(text, str):
        yield wrong_shape("license", "text")
    elif vocabulary.licence_id(text) is None:
        yield found(
            "error",
            "licence-unknown",
            "license",
            f"Zenodo does not know the licence “{text}”.",
            "Choose one of its list, such as cc-by-4.0 or cc0-1.0. The Public Domain Mark "
            "and RightsStatements.org are not in it.",
            value=text,
        )


def _check_language(value: Any, _fields: Mapping[str, Any]) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield wrong_shape("language", "text")
    elif vocabulary.language_id(value) is None:
        yield found(
            "error",
            "language-unknown",
            "language",
            f"“{value}” is no language code.",
            "Use a code of ISO 639 with two or three letters, such as de or deu.",
            value=value,
        )


def _check_subtype(kind: str) -> Callable[[Any, Mapping[str, Any]], Iterator[Finding]]:
    name = f"{kind}_type"

    def check(value: Any, fields: Mapping[str, Any]) -> Iterator[Finding]:
        known = vocabulary.properties()[name]["enum"]
        if value not in known:
            yield unknown_term(name, value, known)
        elif fields.get("upload_type") != kind:
            yield dropped(name, f"Zenodo keeps {name} only with upload type “{kind}”.")
        elif value == "thesis":
            yield found("info", "value-changed", name, "Zenodo writes “dissertation” for “thesis”.")

    return check


def _check_doi(value: Any, _fields: Mapping[str, Any]) -> Iterator[Finding]:
    text = str(value)
    if translate.OWN_DOI.search(text):
        yield dropped("doi", "Zenodo gives its own DOIs; this one is not sent.")
    elif not idutils.is_doi(text):
        yield found(
            "error",
            "doi-invalid",
            "doi",
            f"“{text}” is no DOI.",
            "A DOI looks like 10.1234/abc.",
            value=text,
        )
    else:
        yield found(
            "warning",
            "doi-external",
            "doi",
            "A record with a DOI from elsewhere cannot get new versions in Zenodo.",
        )


def _check_isbn(value: Any, _fields: Mapping[str, Any]) -> Iterator[Finding]:
    if not isinstance(value, str) or not idutils.is_isbn(value):
        yield found(
            "error",
            "isbn-invalid",
            "imprint_isbn",
            f"“{value}” is no ISBN.",
            "Zenodo would drop it.",
        )


def _check_url(value: Any, _fields: Mapping[str, Any]) -> Iterator[Finding]:
    if not isinstance(value, str) or not idutils.is_url(value):
        yield found(
            "error",
            "url-invalid",
            "conference_url",
            f"“{value}” is no address.",
            "Zenodo would drop it; it must start with https://.",
        )


def _check_custom(value: Any, _fields: Mapping[str, Any]) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield wrong_shape("custom", "an object of name and values")
        return
    for name in value:
        if not str(name).startswith(CUSTOM):
            yield dropped("custom", f"Zenodo has no custom field “{name}”.")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lost: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in KEPT_TAGS:
            self.lost.append(tag)
        self.lost += [name for name, _ in attrs if name.startswith("on")]


def _check_html(name: str, value: str) -> Iterator[Finding]:
    tags = _Tags()
    tags.feed(value)
    if tags.lost:
        lost = ", ".join(sorted(set(tags.lost)))
        yield found(
            "warning",
            "html-changed",
            name,
            f"Zenodo takes parts of the HTML out: {lost}.",
            "Use plain text and simple HTML.",
        )


Check = Callable[[Any, Mapping[str, Any]], Iterable[Finding]]
CHECKS: dict[str, Check] = {
    "title": _check_title,
    "access_right": _check_access,
    "embargo_date": _check_embargo,
    "access_conditions": _check_conditions,
    "license": _check_licence,
    "language": _check_language,
    "publication_type": _check_subtype("publication"),
    "image_type": _check_subtype("image"),
    "publication_date": lambda value, _: check_publication_date(value),
    "creators": lambda value, _: check_people("creators", value),
    "contributors": lambda value, _: check_people("contributors", value),
    "thesis_supervisors": lambda value, _: check_people("thesis_supervisors", value),
    "keywords": lambda value, _: check_texts("keywords", value),
    "references": lambda value, _: check_texts("references", value),
    "related_identifiers": lambda value, _: check_related(value),
    "subjects": lambda value, _: check_subjects(value),
    "dates": lambda value, _: check_dates(value),
    "locations": lambda value, _: check_locations(value),
    "communities": lambda value, _: check_communities(value),
    "grants": lambda value, _: check_grants(value),
    "doi": _check_doi,
    "imprint_isbn": _check_isbn,
    "conference_url": _check_url,
    "custom": _check_custom,
}
