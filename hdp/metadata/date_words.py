"""The words in which people date things, in German, English and French."""

from __future__ import annotations

import re
import unicodedata

_MONTHS = (
    "januar jaenner janner jan january janvier janv",
    "februar feb february fevrier fevr fev feber",
    "maerz marz mrz mar march mars",
    "april apr avril avr",
    "mai may",
    "juni jun june juin",
    "juli jul july juillet juil",
    "august aug aout",
    "september sept sep septembre",
    "oktober okt october oct octobre",
    "november nov novembre",
    "dezember dez december dec decembre",
)
MONTHS = {name: n for n, names in enumerate(_MONTHS, 1) for name in names.split()}
MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"

ABOUT = (
    r"(?:um|ca\.?|circa|c\.|about|around|etwa|ungefahr|approx(?:\.|imately)?|vers|environ|env\.)"
)
PERHAPS = r"(?:vermutlich|vermutl\.|wahrscheinlich|wohl|probably|possibly|perhaps|probablement)"
BEFORE = r"(?:vor dem|vor|before|bis|until|till|avant|spatestens|not after|ante)"
AFTER = r"(?:nach dem|nach|after|ab|seit|since|apres|depuis|fruhestens|not before|post)"
BETWEEN = r"(?:zwischen|between|entre|von|from|de|du)"
TO = r"\s*[-‐‑‒–—/]\s*|\s+(?:bis|to|until|und|and|et|a|au|till)\s+"

OUR_ERA = r"(?:n\.?\s*chr\.?|u\.?\s*z\.?|a\.?\s*d\.?|c\.?\s*e\.?|apr\.?\s*j\.?-?\s*c\.?)"
BEFORE_ERA = r"(?:v\.?\s*chr\.?|v\.?\s*u\.?\s*z\.?|b\.?\s*c\.?(?:\s*e\.?)?|av\.?\s*j\.?-?\s*c\.?)"
CENTURY = (
    r"(?:jahrhunderts|jahrhundert|jhdts?\.?|jhdt\.?|jhd\.?|jhs?\.?|century|centuries|cent\.?|c\."
    r"|siecles?|s\.)"
)
PARTS = {
    "halfte": 2, "half": 2, "moitie": 2, "drittel": 3, "third": 3, "tiers": 3,
    "viertel": 4, "quarter": 4, "quart": 4,
}  # fmt: skip
NUMBERS = {
    "erste": 1, "ersten": 1, "first": 1, "premiere": 1, "premier": 1, "zweite": 2, "zweiten": 2,
    "second": 2, "seconde": 2, "deuxieme": 2, "dritte": 3, "dritten": 3, "third": 3,
    "troisieme": 3, "drittes": 3, "erstes": 1, "zweites": 2,
    "viertes": 4, "vierte": 4, "vierten": 4, "fourth": 4, "quatrieme": 4, "letzte": -1,
    "letzten": -1, "letztes": -1, "last": -1, "dernier": -1, "derniere": -1,
}  # fmt: skip
VAGUE = (
    r"(?:anfang|beginn|mitte|ende|fruhes|spates|spat|early|mid|late|middle|beginning|start|end"
    r"|debut|milieu|fin)(?:\s+(?:of|of the|des|du|the))?[\s-]+(?:the\s+)?"
)
SEASON = (
    r"(?:fruhjahr|fruhling|sommer|herbst|winter|spring|summer|autumn|fall|printemps|ete|automne"
    r"|hiver)"
)
_ROMAN = re.compile(r"(x{0,2})(ix|iv|v?i{0,3})", re.ASCII)


def plain(text: str) -> str:
    """The text in small letters without accents, blanks as one each."""
    folded = unicodedata.normalize("NFD", text.casefold())
    return " ".join("".join(one for one in folded if not unicodedata.combining(one)).split())


def roman(text: str) -> int:
    """A Roman number up to 29 in small letters; 0 where it is none."""
    match = _ROMAN.fullmatch(text)
    if match is None:
        return 0
    ones = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
    return len(match[1]) * 10 + (ones.index(match[2]) if match[2] in ones else 0)
