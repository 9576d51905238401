"""What a repository made of the metadata it was sent: the same, dropped, or altered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from hdp.sdk import Finding
from hdp_plugins.inveniordm import refusing
from hdp_plugins.inveniordm.native import Flavour
from hdp_plugins.inveniordm.reading import from_native
from hdp_plugins.zenodo import identifiers as ids
from hdp_plugins.zenodo import translate
from hdp_plugins.zenodo.findings import brief
from hdp_plugins.zenodo.texts import rewritten

# What the repository gives by itself, and what a draft does not show.
NOT_COMPARED = ("communities", "custom")


def is_native(data: Mapping[str, Any]) -> bool:
    """Whether an answer is of the records API, not of the deposit API."""
    return isinstance(data.get("parent"), Mapping) and "custom_fields" in data


def differences(
    sent: Mapping[str, Any], got: Mapping[str, Any], flavour: Flavour
) -> Iterator[Finding]:
    """What of a body that was sent is not, or not so, in the answer; what stands there besides."""
    ours = _canonical(from_native(sent, flavour))
    theirs = _canonical(from_native(got, flavour))
    if "doi" not in ours:
        theirs.pop("doi", None)
    for name in sorted({*ours, *theirs}):
        if ours.get(name) != theirs.get(name):
            yield _difference(name, ours.get(name), theirs.get(name))


def about_metadata(found: Iterable[Finding]) -> Iterator[Finding]:
    """Those that tell of values; that a community is still to be asked is no value."""
    return (one for one in found if one.code != "review-missing")


def _difference(name: str, sent: Any, got: Any) -> Finding:
    where, args = {"field": name}, {"field": name, "sent": sent, "got": got}
    if got is None:
        message = f"The repository dropped “{name}”: {_brief(sent)}."
    elif sent is None:
        message = f"The repository holds “{name}”, which was not sent: {_brief(got)}."
    else:
        message = f"The repository altered “{name}”: {_brief(sent)} became {_brief(got)}."
    code = "value-dropped" if got is None else "value-altered"
    hint = "Correct the field and send the draft again, or accept what the repository holds."
    return Finding("warning", code, message, hint, where, args)


def _brief(value: Any) -> str:
    return brief(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def refused(data: Mapping[str, Any]) -> Iterator[Finding]:
    """What a draft's answer says is wrong with it; that its files are still to come is not."""
    errors = data.get("errors")
    for one in errors if isinstance(errors, list) else []:
        if not isinstance(one, Mapping) or str(one.get("field", "")).startswith("files"):
            continue
        field = str(one.get("field", "")).removeprefix("metadata.")
        told = one.get("messages")
        text = " ".join(map(str, told)) if isinstance(told, list) else str(told)
        yield Finding(
            "error",
            "refused-by-repository",
            f"{field}: {brief(text)}",
            "Correct the named field and send the draft again.",
            {"field": refusing.word(field)},
            {"field": field},
        )


def _canonical(words: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: one for name, one in words.items() if name not in NOT_COMPARED}
    plain = {
        name: translate.FORMS.get(name, translate.text_form)(one)
        for name, one in found.items()
        if name not in FORMS
    }
    return plain | {name: form(found[name]) for name, form in FORMS.items() if name in found}


def _person(person: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(person)
    several = kept.pop("affiliations", None) or [kept.pop("affiliation", "")]
    kept["affiliations"] = [
        one["ror"] if isinstance(one, dict) else rewritten(str(one)) for one in several if one
    ]
    if "ror" in kept:
        kept["ror"] = ids.bare_ror(str(kept["ror"]))
    kept["name"] = rewritten(str(kept.get("name", "")))
    return kept


def _ordered(values: Any) -> list[Any]:
    return sorted(values, key=lambda one: json.dumps(one, sort_keys=True))


def _date(entry: Mapping[str, Any]) -> dict[str, Any]:
    text = rewritten(str(entry.get("description", "")))
    return {**entry, "type": str(entry.get("type")).lower(), "description": text}


def _statement(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: rewritten(str(one)) for name, one in entry.items()}


FORMS: dict[str, Callable[[Any], Any]] = {
    "creators": lambda given: [_person(one) for one in given],
    "contributors": lambda given: _ordered(_person(one) for one in given),
    "dates": lambda given: _ordered(_date(one) for one in given),
    "additional_titles": lambda given: _ordered(_statement(one) for one in given),
    "rights": lambda given: _ordered(_statement(one) for one in given),
    "identifiers": lambda given: _ordered(_statement(one) for one in given),
}
