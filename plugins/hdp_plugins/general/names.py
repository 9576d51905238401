"""Names for files: filled-in patterns, safe on every system, never the same twice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from hdp.sdk import ComponentError, InvalidInput, LocalFile, Record

_WORD = re.compile(r"\{(\w+)(?::(0?\d{1,2}))?\}")
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_LONGEST = 200  # characters; file systems take 255 bytes


def fill(pattern: str, file: LocalFile, record: Record, number: int) -> str:
    """The pattern with {stem}, {ext}, {name}, {key}, {title} and {n} or {n:03} filled in."""
    path = Path(file.name)
    words = {
        "stem": path.stem, "ext": path.suffix, "name": path.name, "key": record.key,
        "title": str(record.fields.get("title") or ""), "n": str(number),
    }  # fmt: skip

    def one(found: re.Match[str]) -> str:
        name, width = found.groups()
        if name not in words:
            raise InvalidInput(
                f"There is no {{{name}}} to fill in.", code="name-pattern",
                hint=f"There are: {', '.join('{' + word + '}' for word in words)}.",
            )  # fmt: skip
        return words[name].zfill(int(width)) if width else words[name]

    return safe(_WORD.sub(one, pattern))


def safe(name: str) -> str:
    """The name with `-` for what some system does not take; InvalidInput where nothing is left."""
    text = unicodedata.normalize("NFC", _FORBIDDEN.sub("-", name)).strip(" .")
    if _RESERVED.fullmatch(text):
        text = f"_{text}"
    stem, suffix = Path(text).stem, Path(text).suffix
    text = f"{stem[: _LONGEST - len(suffix)]}{suffix}"
    if not text.strip("-"):
        raise InvalidInput(
            f"“{name}” is no name for a file.", code="name-pattern",
            hint="Use {stem} or {n} in the pattern.",
        )  # fmt: skip
    return text


def refuse_doubles(names: Sequence[str], files: Iterable[LocalFile]) -> None:
    """ComponentError where two files would have one name, in any case and any accents."""
    seen: dict[str, str] = {}
    for name, file in zip(names, files, strict=True):
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            raise ComponentError(
                f"{seen[folded]} and {file.name} would both be called {name}.",
                code="pipeline-same-name", hint="Put {n} or {stem} into the pattern.",
                where={"file": file.name},
            )  # fmt: skip
        seen[folded] = file.name
