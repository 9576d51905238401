"""Names of people: which part comes first, and what is no name of one person."""

from __future__ import annotations

import re

ORDERS = ("family-first", "given-first")

# What stands between given and family name, and stays with the family name.
_PARTICLES = {
    "von", "vom", "zu", "zum", "zur", "van", "de", "den", "der", "des", "del", "della", "dello",
    "dei", "degli", "di", "da", "do", "dos", "das", "du", "la", "le", "les", "las", "los", "ten",
    "ter", "te", "af", "av", "ibn", "bin", "bint", "el", "al", "und", "y", "e", "'t", "op", "aus",
    "im", "am",
}  # fmt: skip
_INSTITUTION = re.compile(
    r"(?i)\b(?:museum|museen|musee|musée|museo|galerie|gallery|archiv(?:e|es|es|io)?|"
    r"bibliothe[kc]a?|bibliothèque|library|universit\w*|institut\w*|akademie|academy|académie|"
    r"hochschule|schule|school|verein|association|gesellschaft|society|société|stiftung|"
    r"foundation|fondation|verlag|press|agentur|agency|gmbh|inc|ltd|e\.\s?v|amt|ministeri\w*|"
    r"stadt|city|landes\w+|staats\w+|national|nationale?|sammlung(?:en)?|collection|project|"
    r"projekt|team|group|gruppe|firma|company|werkstatt|workshop|atelier|studio|schloss|"
    r"kirche|kloster|diözese|bistum|zentrum|center|centre|denkmalamt|photothek|mediathek)"
    r"\b|(?:museum|archiv|bibliothek|universität|institut|verein|stiftung|sammlung|amt|schule)\b"
)
_NOBODY = re.compile(
    r"(?i)^(?:unbekannt\w*|unknown|inconnue?|anonym\w*|n\.?\s?n\.?|o\.\s?a\.|\?+|-+|nicht bekannt)$"
)
_ADDITION = re.compile(
    r"(?i)\(|\[|\?|\b(?:d\.\s?[jä]|der (?:jüngere|ältere|große)|the (?:elder|younger)|jr|sr|"
    r"[ivx]{2,}|zugeschrieben|attributed|nach|after|circle|umkreis|nachfolger|meister|master|schüler)\b"
)
_SEVERAL = re.compile(r"\s*(?:;|\||\n|\s&\s|\s\+\s|\sund\s|\sand\s|\set\s|\s/\s)\s*")


def is_institution(name: str) -> bool:
    """Whether the words are those of a museum, a university, a firm."""
    return _INSTITUTION.search(name) is not None


def is_nobody(name: str) -> bool:
    """Whether the words say that nobody is known."""
    return _NOBODY.match(name.strip()) is not None


def people_in(name: str) -> list[str]:
    """The names in a cell that seems to hold several; one where it does not."""
    if is_institution(name):
        return [name]
    parts = [one for one in _SEVERAL.split(name.strip()) if one]
    # "von und zu Guttenberg" is one.
    if len(parts) > 1 and all(one.split()[-1].casefold() not in _PARTICLES for one in parts):
        return parts
    return [name]


def reorder(name: str, order: str) -> tuple[str, bool]:
    """The name in the order family-first or given-first, and whether that is sure.

    Where it is not the name comes back as it was; no word of it is ever lost.
    """
    text = " ".join(name.split())
    if is_institution(text) or is_nobody(text) or len(people_in(name)) > 1:
        return name, False
    commas = text.count(",")
    if order == "given-first":
        return (_given_first(text), True) if commas == 1 else (name, commas == 0)
    if commas:
        return (text, True) if commas == 1 and all(text.split(",")) else (name, False)
    return _family_first(text, name)


def _given_first(text: str) -> str:
    family, _, given = text.partition(",")
    return f"{given.strip()} {family.strip()}".strip()


def _family_first(text: str, name: str) -> tuple[str, bool]:
    words = text.split(" ")
    if len(words) < 2 or _ADDITION.search(text):
        return name, False
    at = len(words) - 1
    while at > 1 and words[at - 1].casefold().strip(".") in _PARTICLES:
        at -= 1
    between = [n for n, one in enumerate(words[1:at], 1) if one in _PARTICLES]
    if between:  # "Maria de la Cruz Lopez": all from the particle on
        at = between[0]
    if words[0].casefold() in _PARTICLES:
        return name, False
    return f"{' '.join(words[at:])}, {' '.join(words[:at])}", True
