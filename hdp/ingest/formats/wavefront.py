"""OBJ and its materials: read as a stream, however large, wherever the statement stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hdp.ingest.formats.reference import (
    MAX_LINE,
    Check,
    Reference,
    clean,
    decode,
    line_blocks,
)

# Lines of old programs may end in CR alone, after which ^ does not match.
_MTLLIB = re.compile(rb"(?:^|\r)[ \t]*mtllib[ \t]+([^\r\n]+)", re.MULTILINE | re.IGNORECASE)
_NAMES = re.compile(r'"([^"]+)"|(\S+)')
_COMMENT = re.compile(r"\s+#.*$")


def obj(path: Path, check: Check) -> Iterator[Reference]:
    """The material files of an OBJ."""
    with path.open("rb") as file:
        for block in line_blocks(file, check):
            if b"tllib" in block or b"TLLIB" in block:
                for match in _MTLLIB.finditer(_joined(block)):
                    if len(match[1]) < MAX_LINE:
                        yield from _materials(decode(match[1]))


def _joined(block: bytes) -> bytes:
    if b"\\" not in block:
        return block
    return block.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ").replace(b"\\\r", b" ")


def _materials(text: str) -> Iterator[Reference]:
    if text.count('"') > 2:
        for quoted, bare in _NAMES.findall(text):
            yield Reference(quoted or bare, "material")
    elif name := clean(text):
        yield Reference(name, "material", several=True, also=_also(name))


_STATEMENT = re.compile(
    rb"(?:^|\r)[ \t]*(map_(?!aat\b)\w+|bump|disp|decal|norm|refl)[ \t]+([^\r\n]+)",
    re.MULTILINE | re.IGNORECASE,
)
_ONE = {"-blendu", "-blendv", "-cc", "-clamp", "-imfchan", "-texres", "-bm", "-boost", "-type",
        "-colorspace"}  # fmt: skip
_NUMBERS = {"-o": 3, "-s": 3, "-t": 3, "-mm": 2}
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")
_WORD = re.compile(r"[ \t]*(\S+)")
_LATE = re.compile(
    r"\s+-(?:blend[uv]|cc|clamp|imfchan|texres|bm|boost|type|colorspace|[ost]|mm)\s.*$", re.I
)


def mtl(path: Path, check: Check) -> Iterator[Reference]:
    """The textures of a material file."""
    with path.open("rb") as file:
        for block in line_blocks(file, check):
            for match in _STATEMENT.finditer(_joined(block)):
                if len(match[2]) < MAX_LINE and (name := _texture(decode(match[2]))):
                    yield Reference(name, "texture", also=_also(name))


def _texture(text: str) -> str:
    return clean(after_options(text))


def _also(name: str) -> tuple[str, ...]:
    """What the name may be where a comment, or options, follow it on the line."""
    readings = [clean(_COMMENT.sub("", name)), clean(_LATE.sub("", name))]
    readings.append(clean(_LATE.sub("", readings[0])))
    return tuple(one for one in dict.fromkeys(readings) if one and one != name)


def after_options(text: str) -> str:
    """The file name of a texture statement: what follows its options, spaces kept."""
    position = 0
    while word := _WORD.match(text, position):
        option = word[1].lower()
        if option in _ONE:
            following = _WORD.match(text, word.end())
            position = following.end() if following else len(text)
        elif option in _NUMBERS:
            position = _after_numbers(text, word.end(), _NUMBERS[option])
        else:
            break
    return text[position:]


def _after_numbers(text: str, position: int, most: int) -> int:
    for _ in range(most):
        word = _WORD.match(text, position)
        if not word or not _NUMBER.match(word[1]):
            break
        position = word.end()
    return position
