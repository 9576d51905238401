"""Checks of fields with one word of a vocabulary: types, access, licence, language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hdp.sdk import Finding
from hdp_plugins.zenodo import vocabulary
from hdp_plugins.zenodo.findings import (
    brief,
    changed,
    dropped,
    found,
    nearest,
    unknown_term,
    wrong_shape,
)

_RENAMED = {"thesis": "dissertation"}
_NOT_THERE = (
    "Choose one of its list, such as cc-by-4.0 or cc0-1.0. The Public Domain Mark and"
    " RightsStatements.org are not in it."
)


def check_upload_type(value: Any) -> Iterator[Finding]:
    """One of the upload types, in small letters."""
    if isinstance(value, str) and value.strip() not in vocabulary.terms("upload_types"):
        yield unknown_term("upload_type", value, vocabulary.terms("upload_types"))


def check_subtype(kind: str, value: Any, fields: Mapping[str, Any]) -> Iterator[Finding]:
    """A subtype of the upload type that the record has."""
    name = f"{kind}_type"
    known = vocabulary.terms(f"{kind}_types")
    if not isinstance(value, str):
        return
    word = value.strip()
    if fields.get("upload_type") != kind:
        yield dropped(name, f"Zenodo keeps {name} only with upload type “{kind}”.")
    elif word in _RENAMED and _RENAMED[word] in known:
        yield changed(name, word, _RENAMED[word])
    elif word not in known:
        yield unknown_term(name, value, known)


def check_access(value: Any) -> Iterator[Finding]:
    """One of the access rights; closed is no more."""
    if not isinstance(value, str):
        return
    if value.strip() not in vocabulary.terms("access_rights"):
        yield unknown_term("access_right", value, vocabulary.terms("access_rights"))
    elif value.strip() == "closed":
        yield changed("access_right", "closed", "restricted")


def check_conditions() -> Iterator[Finding]:
    """Access conditions are kept no more."""
    yield dropped(
        "access_conditions",
        "Zenodo no longer keeps access conditions.",
        "Write them into the notes.",
    )


def check_licence(value: Any, fields: Mapping[str, Any]) -> Iterator[Finding]:
    """A licence of Zenodo's list, in its own spelling."""
    text = value.get("id") if isinstance(value, Mapping) else value
    if not isinstance(text, str) or not text.strip():
        yield wrong_shape("license", "the id of a licence, such as cc-by-4.0", value)
        return
    known = vocabulary.licence_id(text)
    if known is None:
        yield _unknown_licence(text)
        return
    if isinstance(value, Mapping) or not _is_kept(text.strip(), known):
        yield changed("license", text, known)
    if fields.get("access_right") in ("restricted", "closed"):
        yield found(
            "info",
            "licence-restricted",
            "license",
            "Nobody gets the files of a restricted record; its licence says what those may do who"
            " are given them.",
            "Leave it out if nobody will be.",
            value=text,
        )


def _is_kept(text: str, known: str) -> bool:
    """Whether it is the id, or an older id of the same version, in small letters."""
    if text == known or text == "cc-zero":
        return True
    _, aliases = vocabulary.licences()
    chosen = re.search(r"\d", known) and not re.search(r"\d", text)
    return aliases.get(text) == known and not chosen


def _unknown_licence(text: str) -> Finding:
    meant = vocabulary.licence_meant(text)
    near = (meant,) if meant else nearest(text, tuple(vocabulary.licences()[0]))
    return found(
        "error",
        "licence-unknown",
        "license",
        f"Zenodo does not know the licence “{brief(text)}”.",
        f"Did you mean {' or '.join(near)}?" if near else _NOT_THERE,
        value=text,
        better=near[0] if near else "",
    )


def check_language(value: Any) -> Iterator[Finding]:
    """A code of ISO 639 that Zenodo knows; it writes all with three letters."""
    if not isinstance(value, str):
        return
    text = value.strip()
    code = vocabulary.language_id(text)
    meant = vocabulary.language_meant(text) if code is None else code
    if code is None:
        yield found(
            "error",
            "language-unknown",
            "language",
            f"“{brief(text)}” is no language code.",
            f"Did you mean {meant}?"
            if meant
            else "Use a code of ISO 639 with three letters, such as deu or lat.",
            value=text,
            better=meant or "",
            leave_out="language",
        )
    elif code != text:
        yield changed("language", text, code)
