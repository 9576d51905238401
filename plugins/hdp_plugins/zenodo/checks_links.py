"""Checks of identifiers and addresses: related things, the record's DOI, ISBN, web pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hdp.sdk import Finding
from hdp_plugins.zenodo import identifiers as ids
from hdp_plugins.zenodo import vocabulary
from hdp_plugins.zenodo.findings import brief, changed, dropped, found, required, unknown_term

FIELD = "related_identifiers"
# What people write for a kind of identifier beside the library's own word for it.
_SAME_SCHEME = {"hdl": "handle", "bibcode": "ads", "eissn": "issn", "lissn": "issn"}


def check_related(value: Any) -> Iterator[Finding]:
    """Identifiers of a kind that Zenodo knows, with a relation of its vocabulary."""
    seen: set[tuple[str, str]] = set()
    for index, entry in enumerate(value if isinstance(value, list | tuple) else ()):
        if not isinstance(entry, Mapping):
            continue
        path = f"{FIELD}.{index}"
        yield from _check_term(f"{path}.relation", entry.get("relation"), "relations")
        if entry.get("resource_type"):
            yield from _check_term(
                f"{path}.resource_type", entry["resource_type"], "resource_types"
            )
        yield from _check_identifier(path, entry)
        for name, one in entry.items():
            if name not in ("identifier", "relation", "resource_type", "scheme") and one:
                yield dropped(
                    f"{path}.{name}", f"Zenodo knows no “{brief(name)}” of a related one."
                )
        key = (str(entry.get("identifier")).strip().lower(), str(entry.get("relation")).lower())
        if key in seen:
            yield found(
                "info",
                "entry-twice",
                path,
                f"“{brief(entry.get('identifier'))}” is listed twice.",
                leave_out=path,
                value=brief(entry.get("identifier")),
            )
        seen.add(key)


def _check_term(path: str, value: Any, name: str) -> Iterator[Finding]:
    if not value:
        yield required(path, "A related identifier needs a relation, such as isPartOf.")
    elif isinstance(value, str):
        spelled = vocabulary.spellings(name).get(value.strip().lower())
        if spelled is None:
            yield unknown_term(path, value, vocabulary.terms(name))
        elif spelled != value:
            yield changed(path, value, spelled)


def _check_identifier(path: str, entry: Mapping[str, Any]) -> Iterator[Finding]:
    value = entry.get("identifier")
    place = f"{path}.identifier"
    if not value or (isinstance(value, str) and not value.strip()):
        yield required(place, "A related identifier needs an identifier.")
        return
    if not isinstance(value, str):
        return
    text = value.strip()
    kinds = ids.schemes(text)
    if not kinds or (kinds[0] == "doi" and not ids.is_doi(text)):
        yield _unknown(place, path, text)
    elif kinds == ("handle",) and not text.lower().startswith(
        ("hdl:", "http://hdl.handle.net/", "https://hdl.handle.net/", "hdl.handle.net/")
    ):
        yield _handle(place, path, text)
    elif kinds[0] == "doi" and (bare := ids.DOI_PREFIX.sub("", text)) != text:
        yield changed(place, text, bare)
    given = entry.get("scheme")
    if kinds and isinstance(given, str) and given:
        word = _SAME_SCHEME.get(given.strip().lower(), given.strip().lower())
        if word != _SAME_SCHEME.get(kinds[0], kinds[0]):
            yield changed(f"{path}.scheme", given, kinds[0], " and looks at the identifier only")


def _unknown(place: str, path: str, text: str) -> Finding:
    better = f"https://{text}" if "." in text.split("/")[0] and "/" in text else ""
    return found(
        "error",
        "identifier-unknown",
        place,
        f"Zenodo recognises no kind of identifier in “{brief(text)}”.",
        f"Did you mean {brief(better)}?"
        if better
        else "Use a DOI, a web address, an ISBN or a handle; other numbers belong in the notes.",
        value=text,
        better=better,
        leave_out=path,
    )


def _handle(place: str, path: str, text: str) -> Finding:
    looks_like_web = "." in text.split("/")[0] and not text[0].isdigit()
    return found(
        "warning",
        "identifier-handle",
        place,
        f"Zenodo takes “{brief(text)}” for a handle and makes a link of it that leads nowhere.",
        f"Write https://{brief(text)}"
        if looks_like_web
        else "An inventory number belongs in the notes or keywords; write a real handle as hdl:…",
        value=text,
        better=f"https://{text}" if looks_like_web else "",
        leave_out=path,
    )


def check_doi(value: Any) -> Iterator[Finding]:
    """A DOI from elsewhere; Zenodo's own are never sent."""
    if not isinstance(value, str):
        return
    text = value.strip()
    if ids.OWN_DOI.search(text):
        yield dropped(
            "doi",
            f"Zenodo gives its own DOIs; “{brief(text)}” is not sent.",
            "Leave the field empty; name a related record among the related identifiers.",
        )
    elif not ids.is_doi(text):
        yield found(
            "error",
            "doi-invalid",
            "doi",
            f"“{brief(text)}” is no DOI.",
            "A DOI looks like 10.1234/abc. Leave the field empty: Zenodo gives one.",
            value=text,
            leave_out="doi",
        )
    else:
        if (bare := ids.DOI_PREFIX.sub("", text)) != text:
            yield changed("doi", text, bare)
        yield found(
            "info",
            "doi-external",
            "doi",
            "A record with a DOI from elsewhere cannot get new versions in Zenodo.",
            "Leave it empty to get a DOI from Zenodo.",
            value=text,
            leave_out="doi",
        )


def check_isbn(value: Any) -> Iterator[Finding]:
    """An ISBN with its check digit."""
    if isinstance(value, str) and not ids.is_isbn(value.strip()):
        yield found(
            "error",
            "isbn-invalid",
            "imprint_isbn",
            f"“{brief(value)}” is no ISBN.",
            "Zenodo would drop it. An ISBN has 10 or 13 digits; the last is a check digit.",
            value=value,
            leave_out="imprint_isbn",
        )


def check_url(value: Any) -> Iterator[Finding]:
    """A web address."""
    if isinstance(value, str) and not ids.is_web_url(value.strip()):
        bare = "." in value and " " not in value.strip() and "://" not in value
        better = f"https://{value.strip()}" if bare else ""
        yield found(
            "error",
            "url-invalid",
            "conference_url",
            f"“{brief(value)}” is no web address.",
            f"Did you mean {brief(better)}?" if better else "It must start with https://.",
            value=value,
            better=better,
            leave_out="conference_url",
        )
