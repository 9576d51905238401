"""Everything Zenodo would refuse, drop or change, found before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from hdp.sdk import Finding, Record
from hdp_plugins.zenodo import checks_links, checks_lists, checks_terms, translate, vocabulary
from hdp_plugins.zenodo.checks_dates import check_dates, check_embargo, check_publication_date
from hdp_plugins.zenodo.checks_files import MOST_FILES, check_files
from hdp_plugins.zenodo.checks_people import check_people
from hdp_plugins.zenodo.checks_shape import check_json, check_shape
from hdp_plugins.zenodo.checks_text import check_texts
from hdp_plugins.zenodo.findings import brief, dropped, found, nearest, required
from hdp_plugins.zenodo.texts import says_nothing

REQUIRED = ("title", "upload_type", "publication_date", "creators", "access_right")
NEEDS_LICENCE = ("open", "embargoed")
# Longer ones are kept, but lists and citations become unreadable.
LONG_TITLE = 250
_WHY = {
    "access_right": "Nobody but you can say who may get the files.",
    "publication_date": "It is the day on which the record is published, not that of the object.",
}

Fields = Mapping[str, Any]


def check_record(
    record: Record, today: date | None = None, most_files: int = MOST_FILES
) -> Iterator[Finding]:
    """All findings about the fields and the files; `where` names the dotted field or the file.

    `today` is the day of publishing, by default that of the server's clock (UTC).
    """
    day = today or datetime.now(UTC).date()
    fields = {**record.fields, **record.extra.get("zenodo", {})}
    yield from _check_required(fields)
    for name, value in fields.items():
        if translate.is_empty(value):
            continue
        broken = () if isinstance(value, str) else tuple(check_json(brief(name), value))
        yield from broken
        if not broken:
            yield from _check_field(str(name), value, fields, day)
    yield from check_files(record.files, most_files)


def _check_required(fields: Fields) -> Iterator[Finding]:
    for name in REQUIRED:
        if _is_missing(fields.get(name)):
            yield required(name, hint=_WHY.get(name, ""))
    access = fields.get("access_right")
    if access in NEEDS_LICENCE and _is_missing(fields.get("license")):
        yield required(
            "license",
            "Open and embargoed records need a licence.",
            "Nobody but you can choose it: map a column, or write one such as cc-by-4.0.",
        )
    if access == "embargoed" and _is_missing(fields.get("embargo_date")):
        yield required("embargo_date", "An embargoed record needs the day on which it opens.")


def _is_missing(value: Any) -> bool:
    """Whether nothing of it would be sent: blank texts are left out too."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, list | tuple):
        return all(isinstance(one, str) and not one.strip() for one in value)
    return translate.is_empty(value)


def _check_field(name: str, value: Any, fields: Fields, today: date) -> Iterator[Finding]:
    schema = vocabulary.properties().get(name)
    if schema is None:
        near = nearest(name, tuple(vocabulary.properties()))
        hint = f"Did you mean {near[0]}?" if near else ""
        yield dropped(brief(name), f"Zenodo has no field “{brief(name)}”; it is not sent.", hint)
        return
    # A licence may be an object with an id; its own check knows both.
    if name != "license":
        yield from check_shape(name, value, schema)
    yield from check_texts(name, value)
    check = CHECKS.get(name)
    if check is not None:
        yield from check(value, fields, today)


def _check_title(value: Any, _fields: Fields, _today: date) -> Iterator[Finding]:
    if not isinstance(value, str) or not value.strip():
        return
    if len(value.strip()) < 3:
        yield found(
            "error",
            "title-short",
            "title",
            "A title has at least three characters.",
            "Zenodo drops a shorter one.",
            value=value,
        )
    elif says_nothing(value):
        yield found(
            "warning",
            "title-placeholder",
            "title",
            f"“{value.strip()}” stands for a title that is missing.",
            "Say what it shows; [Untitled] if that is its title.",
            value=value,
        )
    elif len(value) > LONG_TITLE:
        yield found(
            "info",
            "title-long",
            "title",
            f"The title has {len(value)} characters; lists and citations cut it.",
            "Put the details into the description.",
        )


Check = Callable[[Any, Fields, date], Iterable[Finding]]
CHECKS: dict[str, Check] = {
    "title": _check_title,
    "upload_type": lambda value, _f, _t: checks_terms.check_upload_type(value),
    "publication_type": lambda value, f, _t: checks_terms.check_subtype("publication", value, f),
    "image_type": lambda value, f, _t: checks_terms.check_subtype("image", value, f),
    "software_type": lambda value, f, _t: checks_terms.check_subtype("software", value, f),
    "access_right": lambda value, _f, _t: checks_terms.check_access(value),
    "access_conditions": lambda _v, _f, _t: checks_terms.check_conditions(),
    "license": lambda value, f, _t: checks_terms.check_licence(value, f),
    "language": lambda value, _f, _t: checks_terms.check_language(value),
    "embargo_date": lambda value, f, today: check_embargo(value, f.get("access_right"), today),
    "publication_date": lambda value, _f, today: check_publication_date(value, today),
    "creators": lambda value, _f, _t: check_people("creators", value),
    "contributors": lambda value, _f, _t: check_people("contributors", value),
    "thesis_supervisors": lambda value, _f, _t: check_people("thesis_supervisors", value),
    "keywords": lambda value, _f, _t: checks_lists.check_words("keywords", value),
    "references": lambda value, _f, _t: checks_lists.check_words("references", value),
    "subjects": lambda value, _f, _t: checks_lists.check_subjects(value),
    "dates": lambda value, _f, _t: check_dates(value),
    "locations": lambda value, _f, _t: checks_lists.check_locations(value),
    "communities": lambda value, _f, _t: checks_lists.check_communities(value),
    "grants": lambda value, _f, _t: checks_lists.check_grants(value),
    "custom": lambda value, _f, _t: checks_lists.check_custom(value, vocabulary.custom_fields()),
    "related_identifiers": lambda value, _f, _t: checks_links.check_related(value),
    "doi": lambda value, _f, _t: checks_links.check_doi(value),
    "imprint_isbn": lambda value, _f, _t: checks_links.check_isbn(value),
    "conference_url": lambda value, _f, _t: checks_links.check_url(value),
}
