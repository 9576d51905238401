"""OBJ, MTL and glTF files whose paths are replaced by the names of a flat record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, unquote

from hdp.ingest.names import extension_of
from hdp.ingest.references import MAX_GLTF, MAX_TEXT, decode, references_of
from hdp.sdk import InvalidInput

# The name in the record of what a path in a file means; None where it is not in the record.
NameOf = Callable[[str], str | None]
_STATEMENT = re.compile(r"^\s*(map_\w+|bump|disp|decal|norm|refl)\s", re.IGNORECASE)
_MTLLIB = re.compile(rb"^[ \t]*mtllib[ \t]", re.IGNORECASE)
_LONGEST_LINE = 64 * 1024
_NOTE = "# HDP replaced the paths in this file by the names of the record's files.\n"


def write_flattened(source: Path, goal: IO[bytes], name_of: NameOf) -> None:
    """Write `source` with its paths replaced; paths that lead to nothing stay as they are.

    Raises InvalidInput `cannot-flatten` where it cannot be understood well enough.
    """
    kind = extension_of(source.name)
    if kind == ".mtl":
        goal.write(_mtl(source, name_of).encode("utf-8"))
    elif kind == ".gltf":
        goal.write(_gltf(source, name_of))
    else:
        _obj(source, goal, name_of)


def _mtl(source: Path, name_of: NameOf) -> str:
    if source.stat().st_size > MAX_TEXT:
        raise _cannot(source, "it is too large for a material file")
    # The longest first: "dark wood.jpg" ends as "wood.jpg" does.
    texts = sorted((one.text for one in references_of(source)), key=len, reverse=True)
    text = re.sub(r"\\\r?\n", " ", decode(source.read_bytes()))
    return _NOTE + "".join(_mtl_line(one, texts, name_of) for one in _lines(text))


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield f"{line}\n"


def _mtl_line(line: str, texts: list[str], name_of: NameOf) -> str:
    if not _STATEMENT.match(line):
        return line
    bare = line.rstrip().removesuffix('"').rstrip()
    for text in texts:
        start = bare.removesuffix(text)
        if start != bare and (start.endswith((" ", "\t")) or start.endswith('"')):
            name = name_of(text)
            return line if name is None else f"{start.removesuffix(chr(34))}{name}\n"
    return line


def _obj(source: Path, goal: IO[bytes], name_of: NameOf) -> None:
    goal.write(_NOTE.encode())
    with source.open("rb") as file:
        while line := file.readline(_LONGEST_LINE):
            if not _MTLLIB.match(line):
                goal.write(line)
                continue
            if line.rstrip(b"\r\n").endswith(b"\\"):
                raise _cannot(source, "its mtllib statement goes on over several lines")
            goal.write(_mtllib(source, decode(line), name_of).encode("utf-8"))


def _mtllib(source: Path, line: str, name_of: NameOf) -> str:
    text = line.strip()[len("mtllib") :].strip().strip('"').strip()
    if (name := name_of(text)) is not None:
        return f"mtllib {name}\n"
    words = text.split()
    names = [name_of(word) for word in words]
    if len(words) > 1 and any(names):
        if not all(names):
            raise _cannot(source, "its mtllib statement names a file that is not there")
        return "".join(f"mtllib {name}\n" for name in names)
    return line


def _gltf(source: Path, name_of: NameOf) -> bytes:
    try:
        document = read_gltf(source)
    except ValueError as error:
        raise _cannot(source, str(error)) from error
    for part in ("buffers", "images"):
        for entry in document.get(part) or ():
            uri = entry.get("uri")
            if isinstance(uri, str) and uri and not uri.lower().startswith("data:"):
                name = name_of(unquote(uri))
                entry["uri"] = uri if name is None else quote(name)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def read_gltf(source: Path) -> dict[str, Any]:
    """A glTF file's document; ValueError says why where it is none."""
    if source.stat().st_size > MAX_GLTF:
        raise ValueError("its JSON is too large to be read")
    try:
        document = json.loads(source.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it has no proper JSON ({type(error).__name__})") from error
    if not isinstance(document, dict):
        raise ValueError("it is no proper glTF document")
    for name in ("buffers", "images", "bufferViews"):
        part = document.get(name) or []
        if not isinstance(part, list) or not all(isinstance(one, dict) for one in part):
            raise ValueError(f"its {name} are no list of objects")
    return document


def _cannot(source: Path, why: str) -> InvalidInput:
    return InvalidInput(
        f"The paths in {source.name} cannot be replaced: {why}.",
        code="cannot-flatten",
        hint="Choose the ZIP instead: hdp item pack ID --archive auto --model zip",
        where={"file": source.name},
    )
