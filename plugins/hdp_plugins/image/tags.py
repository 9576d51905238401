"""EXIF, IPTC and XMP of one image, brought into the words of a record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_EXIF_TEXT = {"description": 0x010E, "creators": 0x013B, "copyright": 0x8298}
_TECHNICAL = {0x010F: "camera_maker", 0x0110: "camera_model", 0x0131: "software"}
_TECHNICAL_DETAILS = {0xA434: "lens", 0x829A: "exposure_seconds", 0x829D: "f_number",
                      0x8827: "iso", 0x920A: "focal_length_mm"}  # fmt: skip
_IPTC_TEXT = {"title": (2, 5), "description": (2, 120), "copyright": (2, 116)}
_XMP_TEXT = {"title": "title", "description": "description", "copyright": "rights"}
_DATE = re.compile(r"(\d{4})[:-](\d{2})[:-](\d{2})")


@dataclass
class Tags:
    """What an image says: `described` in a record's words, `technical` for the report."""

    described: dict[str, Any] = field(default_factory=dict)
    technical: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_tags(image: Image, *, location: bool) -> Tags:
    """All tags; a damaged block becomes a problem. XMP wins over IPTC, IPTC over EXIF."""
    tags = Tags(technical={"format": image.format, "width": image.width, "height": image.height,
                           "mode": image.mode})  # fmt: skip
    merged: dict[str, Any] = {}
    for name, read in (("EXIF", _read_exif), ("IPTC", _read_iptc), ("XMP", _read_xmp)):
        try:
            merged |= read(image)
        except Exception as error:  # noqa: BLE001 - hostile blocks fail in every way there is
            tags.problems.append(f"its {name} block cannot be read ({type(error).__name__}).")
    tags.described = _as_record(merged)
    try:
        tags.technical |= _read_technical(image, location=location)
    except Exception as error:  # noqa: BLE001 - as above
        tags.problems.append(f"its technical values cannot be read ({type(error).__name__}).")
    return tags


def _as_record(merged: Mapping[str, Any]) -> dict[str, Any]:
    record = {
        name: merged[name] for name in ("title", "description", "copyright") if merged.get(name)
    }
    if merged.get("creators"):
        record["creators"] = [{"name": one} for one in _unique(merged["creators"])]
    if merged.get("keywords"):
        record["keywords"] = _unique(merged["keywords"])
    date = _DATE.match(str(merged.get("date", "")))
    if date and date[1] != "0000":
        day = "-".join(date.groups())
        record["dates"] = [{"start": day, "end": day, "type": "Created"}]
    return record


def _unique(values: list[str]) -> list[str]:
    return list(dict.fromkeys(one.strip() for one in values if one.strip()))


def _clean(value: Any) -> str:
    if isinstance(value, bytes):
        try:
            value = value.decode("utf-8")
        except UnicodeDecodeError:
            value = value.decode("cp1252", errors="replace")
    kept = "".join(one for one in str(value) if one in "\n\t" or one.isprintable())
    return kept.strip()


def _read_exif(image: Image) -> dict[str, Any]:
    exif = image.getexif()
    found: dict[str, Any] = {
        name: _clean(exif[tag]) for name, tag in _EXIF_TEXT.items() if exif.get(tag)
    }
    if found.get("creators"):
        found["creators"] = found["creators"].split(";")
    taken = exif.get_ifd(_EXIF_IFD).get(0x9003)
    if taken:
        found["date"] = _clean(taken)
    return {key: value for key, value in found.items() if value}


def _read_iptc(image: Image) -> dict[str, Any]:
    from PIL import IptcImagePlugin

    info: Mapping[tuple[int, int], Any] = IptcImagePlugin.getiptcinfo(image) or {}  # type: ignore[arg-type]
    found: dict[str, Any] = {
        name: _clean(_first(info[key])) for name, key in _IPTC_TEXT.items() if info.get(key)
    }
    for name, key in (("creators", (2, 80)), ("keywords", (2, 25))):
        values = info.get(key) or []
        found[name] = [_clean(one) for one in (values if isinstance(values, list) else [values])]
    day = _clean(_first(info.get((2, 55)) or b""))
    if re.fullmatch(r"\d{8}", day):
        found["date"] = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    return {key: value for key, value in found.items() if value}


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def _read_xmp(image: Image) -> dict[str, Any]:
    block = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    if not block:
        return {}
    from defusedxml import ElementTree

    text = block if isinstance(block, str) else block.decode("utf-8", errors="replace")
    root = ElementTree.fromstring(text.strip("\x00 \r\n\t"))
    values = dict(_xmp_values(root))
    found: dict[str, Any] = {
        name: values[key][0] for name, key in _XMP_TEXT.items() if values.get(key)
    }
    found["creators"] = values.get("creator", [])
    found["keywords"] = values.get("subject", [])
    found["date"] = next(iter(values.get("DateCreated", [])), "")
    return {key: value for key, value in found.items() if value}


def _xmp_values(root: Any) -> Iterator[tuple[str, list[str]]]:
    wanted = {"title", "description", "rights", "creator", "subject", "DateCreated"}
    for element in root.iter():
        for name, value in element.attrib.items():
            if name.rpartition("}")[2] in wanted:
                yield name.rpartition("}")[2], [_clean(value)]
        name = element.tag.rpartition("}")[2]
        # Dublin Core and Photoshop only: other namespaces have a "title" of their own.
        if name in wanted and ("purl.org/dc" in element.tag or "photoshop" in element.tag):
            items = [one for one in element.iter() if one.tag.endswith("}li")]
            texts = [_clean(one.text or "") for one in items] or [_clean(element.text or "")]
            yield name, [one for one in texts if one]


def _read_technical(image: Image, *, location: bool) -> dict[str, Any]:
    exif = image.getexif()
    details = exif.get_ifd(_EXIF_IFD)
    found: dict[str, Any] = {
        name: _clean(exif[tag]) for tag, name in _TECHNICAL.items() if exif.get(tag)
    }
    found |= {name: _plain(details[tag]) for tag, name in _TECHNICAL_DETAILS.items()
              if tag in details}  # fmt: skip
    found["icc_profile"] = bool(image.info.get("icc_profile"))
    if location:
        found |= _position(exif.get_ifd(_GPS_IFD))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, (str, bytes)):
        return _clean(value)
    try:
        number = float(_first(value))
    except (TypeError, ValueError, ZeroDivisionError):
        return _clean(value)
    # A rational of 0/0 becomes NaN, which JSON does not know.
    return number if number == number and abs(number) != float("inf") else None


def _position(gps: Mapping[int, Any]) -> dict[str, float]:
    found = {}
    for name, sign_tag, tag in (("latitude", 1, 2), ("longitude", 3, 4)):
        if tag in gps:
            degrees, minutes, seconds = (float(one) for one in gps[tag])
            sign = -1 if gps.get(sign_tag) in ("S", "W") else 1
            found[name] = round(sign * (degrees + minutes / 60 + seconds / 3600), 7)
    return found


_RIGHTS_NAMES = {
    "{http://ns.adobe.com/xap/1.0/rights/}WebStatement": "xmpRights:WebStatement",
    "{http://ns.adobe.com/xap/1.0/rights/}UsageTerms": "xmpRights:UsageTerms",
    "{http://creativecommons.org/ns#}license": "cc:license",
}
_RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"


def read_rights(image: Image) -> dict[str, str]:
    """What XMP says of the licence, by the names of its properties; none where it is damaged."""
    block = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    if not block:
        return {}
    from defusedxml import ElementTree

    text = block if isinstance(block, str) else block.decode("utf-8", errors="replace")
    try:
        root = ElementTree.fromstring(text.strip("\x00 \r\n\t"))
    except Exception:  # noqa: BLE001 - hostile blocks fail in every way there is
        return {}
    found: dict[str, str] = {}
    for element in root.iter():
        for name, value in element.attrib.items():
            if name in _RIGHTS_NAMES:
                found[_RIGHTS_NAMES[name]] = _clean(value)
        if element.tag in _RIGHTS_NAMES:
            told = element.get(_RESOURCE) or " ".join("".join(element.itertext()).split())
            found[_RIGHTS_NAMES[element.tag]] = _clean(told)
    return {name: value for name, value in found.items() if value}
