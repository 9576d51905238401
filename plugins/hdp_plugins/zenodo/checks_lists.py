"""Checks of fields that are lists: words, places, communities, grants."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hdp.sdk import Finding
from hdp_plugins.zenodo import identifiers as ids
from hdp_plugins.zenodo.findings import brief, changed, dropped, found, required

_GRANT = re.compile(r"(10\.13039/[^:\s]+)::(\S.*)", re.ASCII)
EUROPEAN_COMMISSION = "10.13039/501100000780"
# The funders whose DOIs Zenodo knows; every other one makes it refuse the whole record.
FUNDERS = {
    "10.13039/100000001", "10.13039/100000002", "10.13039/100001345", "10.13039/100004440",
    "10.13039/100014013", "10.13039/100018231", "10.13039/501100000024", "10.13039/501100000038",
    "10.13039/501100000690", "10.13039/501100000780", "10.13039/501100000806",
    "10.13039/501100000923", "10.13039/501100000925", "10.13039/501100001602",
    "10.13039/501100001665", "10.13039/501100001711", "10.13039/501100001871",
    "10.13039/501100002341", "10.13039/501100002428", "10.13039/501100003246",
    "10.13039/501100004410", "10.13039/501100004488", "10.13039/501100004564",
    "10.13039/501100006364",
}  # fmt: skip
_PLACE = ("place", "lat", "lon", "description")


def _entries(field: str, value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for index, entry in enumerate(value if isinstance(value, list | tuple) else ()):
        if isinstance(entry, Mapping):
            yield f"{field}.{index}", entry


def _unknown(path: str, entry: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[Finding]:
    for name, value in entry.items():
        if name not in known and value not in (None, "", [], {}):
            yield dropped(f"{path}.{name}", f"Zenodo knows no “{brief(name)}” here; it is lost.")


def check_words(field: str, value: Any) -> Iterator[Finding]:
    """Keywords and references: empty and double entries, several words in one."""
    seen: dict[str, str] = {}
    for index, entry in enumerate(value if isinstance(value, list | tuple) else ()):
        if not isinstance(entry, str):
            continue
        path, word = f"{field}.{index}", entry.strip()
        if not word:
            yield found(
                "warning", "entry-empty", path, "An empty entry is left out.", leave_out=path
            )
        elif word.casefold() in seen:
            yield found(
                "info",
                "entry-twice",
                path,
                f"“{brief(word)}” is there twice.",
                value=word,
                leave_out=path,
            )
        elif field == "keywords" and re.search(r"[,;|]", word):
            yield found(
                "info",
                "keyword-separator",
                path,
                f"“{brief(word)}” is sent as one keyword.",
                "If it is several, name the separator in the mapping: split: ','.",
                value=word,
            )
        seen.setdefault(word.casefold(), word)


def check_subjects(value: Any) -> Iterator[Finding]:
    """Entries with a term; the identifier is an address or known number."""
    for path, entry in _entries("subjects", value):
        term = entry.get("term")
        if not term or (isinstance(term, str) and not term.strip()):
            yield required(f"{path}.term", "A subject needs a term.")
        number = entry.get("identifier")
        if isinstance(number, str) and number.strip() and not ids.schemes(number.strip()):
            yield found(
                "info",
                "identifier-unknown",
                f"{path}.identifier",
                f"“{brief(number)}” is no address or known identifier; it will not be a link.",
                "Write the term's address, such as https://d-nb.info/gnd/4001838-2.",
                value=number,
                leave_out=f"{path}.identifier",
            )
        yield from _unknown(path, entry, ("term", "identifier", "scheme"))


def check_locations(value: Any) -> Iterator[Finding]:
    """Entries with a place; coordinates both or none, in range and not zero."""
    for path, entry in _entries("locations", value):
        place = entry.get("place")
        if not place or (isinstance(place, str) and not place.strip()):
            yield required(f"{path}.place", "A location needs the name of a place.")
        yield from _check_point(path, entry.get("lat"), entry.get("lon"))
        yield from _unknown(path, entry, _PLACE)


def _check_point(path: str, lat: Any, lon: Any) -> Iterator[Finding]:
    given = [one for one in (lat, lon) if one not in (None, "")]
    if not given or not all(_is_number(one) for one in given):
        return
    if len(given) == 1:
        missing = "lon" if lat in given else "lat"
        yield found(
            "error",
            "coordinates",
            f"{path}.{missing}",
            "Latitude and longitude belong together; one of them is missing.",
            "Give both or none.",
            leave_out=f"{path}.{'lat' if missing == 'lon' else 'lon'}",
        )
        return
    for name, number, most in (("lat", lat, 90), ("lon", lon, 180)):
        if not -most <= number <= most:
            yield _out_of_range(path, name, number, most, lat, lon)
            return
    if lat == 0 or lon == 0:
        name = "lat" if lat == 0 else "lon"
        yield dropped(
            f"{path}.{name}",
            "Zenodo drops both coordinates where one of them is exactly 0.",
            "If the place really lies there, write a very small number such as 0.000001; if it"
            " stands for “unknown”, leave both out.",
        )


def _out_of_range(path: str, name: str, number: Any, most: int, lat: Any, lon: Any) -> Finding:
    swapped = -90 <= lon <= 90 and -180 <= lat <= 180
    return found(
        "error",
        "coordinates",
        f"{path}.{name}",
        f"{name} is {brief(number)}; it must lie between -{most} and {most}.",
        "Latitude and longitude may have changed places."
        if swapped
        else "Write degrees with decimals.",
        value=brief(number),
        better=f"lat {lon}, lon {lat}" if swapped else "",
        leave_out=f"{path}.{name}",
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def check_communities(value: Any) -> Iterator[Finding]:
    """Entries with an identifier; whether it exists is known only after publishing."""
    for path, entry in _entries("communities", value):
        name = entry.get("identifier")
        if not name or (isinstance(name, str) and not name.strip()):
            yield required(f"{path}.identifier", "A community needs its identifier.")
        elif isinstance(name, str):
            yield found(
                "info",
                "community-request",
                f"{path}.identifier",
                f"Zenodo asks the community “{brief(name)}” when the record is published, and"
                " forgets it without a word if there is none.",
                "The identifier is the last part of the community's address.",
                value=name,
            )
        yield from _unknown(path, entry, ("identifier",))


def check_grants(value: Any) -> Iterator[Finding]:
    """Entries with an id; a number without its funder is taken for the European Commission's."""
    for path, entry in _entries("grants", value):
        grant = entry.get("id")
        if not grant or (isinstance(grant, str) and not grant.strip()):
            yield required(f"{path}.id", "A grant needs its id.")
        elif isinstance(grant, str):
            yield from _check_grant(path, grant.strip())
        yield from _unknown(path, entry, ("id",))


def _check_grant(path: str, grant: str) -> Iterator[Finding]:
    place = f"{path}.id"
    match = _GRANT.fullmatch(grant)
    if "::" not in grant and re.fullmatch(r"\d{4,}", grant, re.ASCII):
        yield changed(
            place, grant, f"{EUROPEAN_COMMISSION}::{grant}", ", a grant of the European Commission"
        )
    elif match is None:
        yield found(
            "error",
            "grant-invalid",
            place,
            f"“{brief(grant)}” is no grant id.",
            f"Funder's DOI, two colons, number: {EUROPEAN_COMMISSION}::283595.",
            value=grant,
            leave_out=path,
        )
    elif match[1] not in FUNDERS:
        yield found(
            "warning",
            "grant-funder",
            place,
            f"The funder {match[1]} is not among those whose DOI Zenodo knows; it may refuse the"
            " whole record.",
            "Name the funder in the notes instead.",
            value=grant,
            leave_out=path,
        )
    else:
        yield found(
            "info",
            "grant-unchecked",
            place,
            f"Only Zenodo knows whether there is a grant {brief(grant)}; it refuses the record"
            " if not.",
            "Look it up on Zenodo's upload page.",
            value=grant,
            leave_out=path,
        )


def check_custom(value: Any, known: Mapping[str, str]) -> Iterator[Finding]:
    """Fields of Zenodo's own, each a list of texts, numbers or days."""
    for name, entries in value.items() if isinstance(value, Mapping) else ():
        path = f"custom.{name}"
        if name not in known:
            yield dropped(path, f"Zenodo has no custom field “{brief(name)}”; it is lost.")
            continue
        wanted = {"number": (int, float), "date": (str,), "text": (str,)}.get(known[name])
        good = isinstance(entries, list | tuple) and (
            wanted is None or all(isinstance(one, wanted) for one in entries)
        )
        if not good:
            yield found(
                "error",
                "wrong-shape",
                path,
                f"“{brief(name)}” must be a list of {known[name]}s.",
                'Write ["…"] even for a single value.',
            )
