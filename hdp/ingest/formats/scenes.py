"""Scenes in XML: COLLADA and X3D; nothing that the XML itself refers to is opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.handler import ContentHandler

from hdp.ingest.formats.reference import MAX_LINE, Check, Reference, from_uri, role_of

_BLOCK = 256 * 1024


class _Finder(ContentHandler):
    """Gathers references while the elements go by."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Reference] = []

    def add(self, reference: Reference | None) -> None:
        if reference:
            self.found.append(reference)


def _parse(path: Path, finder: _Finder, check: Check) -> Iterator[Reference]:
    from xml.sax import SAXException

    from defusedxml.common import DefusedXmlException
    from defusedxml.sax import make_parser

    parser: Any = make_parser()
    parser.forbid_dtd = False  # entities and external parts stay forbidden
    parser.setContentHandler(finder)
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                check()
                parser.feed(block)
                yield from finder.found
                finder.found.clear()
            parser.close()
    except DefusedXmlException:
        raise ValueError("its XML expands itself or refers to other files") from None
    except (SAXException, LookupError) as error:
        said = error.getMessage() if isinstance(error, SAXException) else str(error)
        raise ValueError(f"it is no proper XML: {said}") from None
    yield from finder.found


class _Collada(_Finder):
    """`image/init_from` of 1.4 holds the path, that of 1.5 a `ref`; other `init_from` an id."""

    def __init__(self) -> None:
        super().__init__()
        self._path: list[str] = []
        self._text: list[str] | None = None

    def startElement(self, name: str, attrs: Any) -> None:
        name = name.rpartition(":")[2]
        self._path.append(name)
        here = self._path[-3:]
        if here[-2:] == ["image", "init_from"] or here == ["image", "init_from", "ref"]:
            self._text = []
        elif name == "hex":
            self._text = None
        url = attrs.get("url", "")
        if name.startswith("instance_") and url and not url.startswith("#"):
            self.add(from_uri(url, "member"))

    def characters(self, content: str) -> None:
        if self._text is not None and len(self._text) < MAX_LINE:
            self._text.append(content[:MAX_LINE])

    def endElement(self, name: str) -> None:
        if self._text is not None and name.rpartition(":")[2] in ("init_from", "ref"):
            text = "".join(self._text).strip()
            if len(text) < MAX_LINE:
                self.add(from_uri(text, "texture"))
            self._text = None
        self._path.pop()


def dae(path: Path, check: Check) -> Iterator[Reference]:
    """The images of a COLLADA file, and other files whose parts it uses."""
    return _parse(path, _Collada(), check)


_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def strings(text: str) -> list[str]:
    """The strings of an X3D or VRML list; a text without quotes is one."""
    found = [re.sub(r"\\(.)", r"\1", one) for one in _STRING.findall(text)]
    return found or [text.strip()]


def from_urls(urls: list[str], role: str = "") -> Reference | None:
    """One thing named by several URLs, of which the first that leads to something counts."""
    named = [one for url in urls if (one := from_uri(url, role or role_of(url.partition("#")[0])))]
    near = [one for one in named if "://" not in one.text] or named
    if not near:
        return None
    also = dict.fromkeys(text for one in near for text in (one.text, *one.also))
    return Reference(near[0].text, near[0].role, also=tuple(also)[1:])


class _X3d(_Finder):
    def startElement(self, name: str, attrs: Any) -> None:
        node = name.rpartition(":")[2]
        for key, value in attrs.items():
            if (key == "url" or key.endswith("Url")) and len(value) < MAX_LINE:
                role = "texture" if "Texture" in node or key != "url" else ""
                if node not in ("Anchor", "Script", "LoadSensor", "meta"):
                    self.add(from_urls(strings(value), role))


def x3d(path: Path, check: Check) -> Iterator[Reference]:
    """The textures and parts of an X3D scene."""
    return _parse(path, _X3d(), check)
