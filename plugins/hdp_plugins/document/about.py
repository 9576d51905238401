"""What stands in a PDF about it: the Info dictionary, the XMP packet, the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hdp.sdk import ComponentError, LocalFile
from hdp_plugins.document.opening import locked, unreadable

_DC = "{http://purl.org/dc/elements/1.1/}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
_DATE = re.compile(r"(?:D:)?(\d{4})-?(\d{2})-?(\d{2})")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?")
# Titles that programs put there themselves.
_NO_TITLE = re.compile(
    r"(untitled|unbenannt|ohne titel|document\s*\d*|microsoft (word|powerpoint) -.*"
    r"|.*\.(docx?|indd|qxd|pptx?|xlsx?|odt|tex|dvi|pdf|tiff?|jpe?g))",
    re.IGNORECASE,
)
MAX_XMP = 20_000_000


@dataclass
class About:
    """`described`: field of a record -> (value, where it stands); the rest is for the report."""

    pages: int = 0
    described: dict[str, tuple[Any, str]] = field(default_factory=dict)
    technical: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        """All that was found, for JSON."""
        told = {name: value for name, (value, _) in self.described.items()}
        return {"pages": self.pages, **told, **self.technical}


def read_about(file: LocalFile) -> About:
    """What the PDF says; ComponentError for a broken or locked one. XMP wins over Info."""
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        with file.path.open("rb") as stream:
            reader = pypdf.PdfReader(stream)
            # Many PDFs are locked against changes only: their password for reading is empty.
            if reader.is_encrypted and not reader.decrypt(""):
                raise locked(file)
            return _read(reader)
    except ComponentError:
        raise
    except PyPdfError as error:
        raise unreadable(file, "this is no PDF that can be opened") from error
    except Exception as error:  # hostile PDFs fail in every way there is
        raise unreadable(file, f"it is damaged ({type(error).__name__})") from error


def _read(reader: Any) -> About:
    about = About(pages=len(reader.pages))
    about.technical["pdf_version"] = reader.pdf_header.removeprefix("%PDF-")
    values: dict[str, tuple[Any, str]] = {}
    for name, read in (("Info", _info), ("XMP", _xmp), ("catalogue", _catalogue)):
        try:
            for key, value in read(reader):
                if value:
                    values[key] = (value, f"PDF {name}")
        except Exception as error:  # noqa: BLE001 - hostile ones; the rest may still be right
            about.problems.append(f"its {name} cannot be read ({type(error).__name__}).")
    about.described = dict(_as_record(values))
    technical = ("producer", "creator_tool", "pdfa")
    about.technical |= {one: values[one][0] for one in technical if one in values}
    return about


def _info(reader: Any) -> Iterator[tuple[str, Any]]:
    info = reader.trailer.get("/Info")
    info = info.get_object() if info is not None else {}
    names = {"/Title": "title", "/Subject": "description", "/Producer": "producer",
             "/Creator": "creator_tool", "/CreationDate": "date"}  # fmt: skip
    for key, name in names.items():
        if key in info:
            yield name, _clean(info[key])
    yield "creators", _split(_clean(info.get("/Author", "")), ";")
    words = _clean(info.get("/Keywords", ""))
    yield "keywords", _split(words, ";" if ";" in words else ",")


def _catalogue(reader: Any) -> Iterator[tuple[str, Any]]:
    language = reader.trailer["/Root"].get_object().get("/Lang")
    yield "language", _clean(language or "")


def _xmp(reader: Any) -> Iterator[tuple[str, Any]]:
    packet = reader.trailer["/Root"].get_object().get("/Metadata")
    if packet is None:
        return
    from defusedxml import ElementTree

    data = packet.get_object().get_data()
    if len(data) > MAX_XMP:
        raise ValueError("gigantic")
    root = ElementTree.fromstring(data.strip(b"\x00 \r\n\t"))
    lists = {"title": "title", "description": "description", "language": "language"}
    for name, ours in lists.items():
        yield ours, next(iter(_items(root, _DC + name)), "")
    yield "creators", _items(root, _DC + "creator")
    yield "keywords", _items(root, _DC + "subject")
    yield "date", next(iter(_items(root, _XMP + "CreateDate")), "")
    part = "".join(_items(root, _PDFA + "part") + _items(root, _PDFA + "conformance"))
    yield "pdfa", f"claims PDF/A-{part}" if part else ""


def _items(root: Any, name: str) -> list[str]:
    texts: list[str] = []
    for element in root.iter():
        if name in element.attrib:
            texts.append(_clean(element.attrib[name]))
        if element.tag == name:
            items = [one for one in element.iter() if one.tag.endswith("}li")] or [element]
            texts += [_clean(one.text or "") for one in items]
    return list(dict.fromkeys(one for one in texts if one))


def _as_record(values: dict[str, tuple[Any, str]]) -> Iterator[tuple[str, tuple[Any, str]]]:
    for name in ("title", "description", "keywords"):
        value, source = values.get(name, ("", ""))
        if value and not (name == "title" and _NO_TITLE.fullmatch(value)):
            yield name, (value, source)
    people, source = values.get("creators", ([], ""))
    if people:
        yield "creators", ([{"name": one} for one in people], source)
    language, source = values.get("language", ("", ""))
    match = _LANGUAGE.fullmatch(language)
    if match:
        yield "language", (match[1].lower(), source)
    day, source = values.get("date", ("", ""))
    made = _DATE.match(day)
    if made and made[1] != "0000":
        one = "-".join(made.groups())
        yield "dates", ([{"start": one, "end": one, "type": "Created"}], source)


def _split(text: str, mark: str) -> list[str]:
    return list(dict.fromkeys(one.strip() for one in text.split(mark) if one.strip()))


def _clean(value: Any) -> str:
    text = value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)
    return "".join(one for one in text if one in "\n\t" or one.isprintable()).strip()
