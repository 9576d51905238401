"""Write the Zenodo plugin's vocabularies: `python -m tools.make_vocabularies FOLDER`.

FOLDER holds the repository software's own lists (YAML, CSV, JSON), as of August 2026.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import yaml

PLACE = Path(__file__).resolve().parent.parent / "plugins/hdp_plugins/zenodo/vocabularies"
# What Zenodo itself makes of the word, whatever the list of old ids says.
CORRECTED = {"cc-by": "cc-by-4.0"}
# The list of languages has English names only; these are the ones that collections here use.
GERMAN = {
    "ara": "Arabisch", "bel": "Belarussisch", "bul": "Bulgarisch", "ces": "Tschechisch",
    "cop": "Koptisch", "dan": "Dänisch", "deu": "Deutsch", "egy": "Altägyptisch",
    "ell": "Neugriechisch", "eng": "Englisch", "est": "Estnisch", "fas": "Persisch",
    "fin": "Finnisch", "fra": "Französisch", "frk": "Fränkisch", "gle": "Irisch",
    "gmh": "Mittelhochdeutsch", "goh": "Althochdeutsch", "got": "Gotisch", "grc": "Altgriechisch",
    "hbo": "Althebräisch", "heb": "Hebräisch", "hrv": "Kroatisch", "hun": "Ungarisch",
    "hye": "Armenisch", "isl": "Isländisch", "ita": "Italienisch", "jpn": "Japanisch",
    "kat": "Georgisch", "kor": "Koreanisch", "lat": "Latein", "lav": "Lettisch",
    "lit": "Litauisch", "mul": "Mehrsprachig", "nds": "Niederdeutsch", "nld": "Niederländisch",
    "nor": "Norwegisch", "pol": "Polnisch", "por": "Portugiesisch", "ron": "Rumänisch",
    "rus": "Russisch", "san": "Sanskrit", "slk": "Slowakisch", "slv": "Slowenisch",
    "spa": "Spanisch", "sqi": "Albanisch", "srp": "Serbisch", "sux": "Sumerisch",
    "swe": "Schwedisch", "syc": "Altsyrisch", "tur": "Türkisch", "ukr": "Ukrainisch",
    "und": "Unbestimmt", "yid": "Jiddisch", "zho": "Chinesisch",
}  # fmt: skip
# ISO 639-2 has two codes for these; Zenodo knows only the second.
BIBLIOGRAPHIC = {
    "alb": "sqi", "arm": "hye", "baq": "eus", "bur": "mya", "chi": "zho", "cze": "ces",
    "dut": "nld", "fre": "fra", "geo": "kat", "ger": "deu", "gre": "ell", "ice": "isl",
    "mac": "mkd", "mao": "mri", "may": "msa", "per": "fas", "rum": "ron", "slo": "slk",
    "tib": "bod", "wel": "cym",
}  # fmt: skip
ACCESS = {
    "open": ("Open", "Offen"), "embargoed": ("Embargoed", "Mit Sperrfrist"),
    "restricted": ("Restricted", "Eingeschränkt"), "closed": ("Closed", "Geschlossen"),
}  # fmt: skip

Terms = dict[str, list[str]]


def main(arguments: list[str]) -> int:
    """Write all files; 2 without a folder."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write("Name the folder with the repository's lists.\n")
        return 2
    source = Path(arguments[0])
    _write("terms.json", _short_lists(source))
    _write("licences.json", _licences(source))
    _write("languages.json", _languages(source))
    return 0


def _short_lists(source: Path) -> dict[str, Terms]:
    types = _titles(source / "resource_types.yaml")
    own = {one: names for one, names in types.items() if one not in _linked_only(source)}
    return {
        "resource_types": types,
        "upload_types": {one: names for one, names in own.items() if "-" not in one},
        "publication_types": _subtypes(types, "publication"),
        "image_types": _subtypes(types, "image"),
        "software_types": _subtypes(types, "software"),
        "contributor_types": _titles(source / "roles.yaml", spelled=True),
        "relations": {
            **_titles(source / "relation_types.yaml", spelled=True),
            "isAlternateIdentifier": ["Is alternate identifier", "Ist anderer Bezeichner"],
        },
        "date_types": _titles(source / "date_types.yaml"),
        "title_types": _titles(source / "title_types.yaml"),
        "description_types": _titles(source / "description_types.yaml"),
        "access_rights": {one: list(names) for one, names in ACCESS.items()},
    }


def _linked_only(source: Path) -> set[str]:
    """Types that other things may have, but no record of Zenodo."""
    rows = yaml.safe_load((source / "resource_types.yaml").read_text("utf-8"))
    return {row["id"] for row in rows if "depositable" not in row["tags"]}


def _titles(path: Path, *, spelled: bool = False) -> Terms:
    """Id -> English and German title; `spelled`: ids as the deposit API spells them."""
    found = {}
    for one in yaml.safe_load(path.read_text("utf-8")):
        name = _spelling(one, path.stem) if spelled else one["id"]
        title = one["title"]
        found[name] = [title["en"], title.get("de", "")]
    return found


def _spelling(one: dict[str, Any], kind: str) -> str:
    name = str(one["props"].get("datacite") or one["id"])
    return name[0].lower() + name[1:] if kind == "relation_types" else name


def _subtypes(types: Terms, kind: str) -> Terms:
    begin = f"{kind}-"
    return {one.removeprefix(begin): names for one, names in types.items() if begin in one}


def _licences(source: Path) -> dict[str, Any]:
    with (source / "licenses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    old = json.loads((source / "licences_legacy_to_rdm.json").read_text("utf-8")) | CORRECTED
    return {
        "titles": {row["id"]: row["title__en"] for row in rows},
        "urls": {row["id"]: row["props__url"] for row in rows if row["props__url"]},
        "aliases": {one: new for one, new in old.items() if one != new},
    }


def _languages(source: Path) -> dict[str, Any]:
    rows = yaml.load((source / "languages.yaml").read_text("utf-8"), yaml.CSafeLoader)
    two = {row["props"]["alpha_2"]: row["id"] for row in rows if row["props"].get("alpha_2")}
    return {
        "names": {row["id"]: row["title"]["en"] for row in rows},
        "german": GERMAN,
        "two_letters": two,
        "bibliographic": BIBLIOGRAPHIC,
    }


def _write(name: str, data: dict[str, Any]) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=0, separators=(",", ":"))
    (PLACE / name).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
