"""Bytes of a text table to text: a wrong guess at the encoding is never silent."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from hdp.metadata.table_file import wrong
from hdp.metadata.table_notes import Notes

# What a person may choose from; any other encoding that Python knows can be named, too.
ENCODINGS = ("utf-8", "utf-16", "cp1252", "latin-1", "mac_roman", "cp850", "iso8859-15")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TITLES = {
    "cp1252": "Windows-1252", "latin-1": "Latin-1", "mac_roman": "MacRoman",
    "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
}  # fmt: skip
_HIGH = re.compile(rb"[\x80-\xff]")
_LETTERS = frozenset("äöüßÄÖÜéèêëàâáçñøåæœíìîïóòôõúùûãÅÉÈÀØ")
_MOJIBAKE = re.compile("Ã[¤¶¼Ÿ„–œ©¨¡­³º±§]|â€[ž“”™œ˜š]")
_EXAMPLE = 40


def decode(path: Path, data: bytes, encoding: str | None, notes: Notes) -> tuple[str, str]:
    """The text and its encoding; the one named by a person is obeyed, except against a BOM."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if marked or encoding:
        return _strictly(path, data, marked or str(encoding)), marked or str(encoding)
    if wide := _wide(data):
        notes.note("encoding-guessed", 1, text=_TITLES[wide])
        return _strictly(path, data, wide), wide
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _guess(data, notes)
    _doubt(text, notes)
    return text, "utf-8"


def _strictly(path: Path, data: bytes, name: str) -> str:
    hint = f"Choose another encoding, such as {', '.join(ENCODINGS)}."
    try:
        text = data.decode(name)
    except LookupError:
        raise wrong(path, f"There is no encoding {name}.", hint) from None
    except ValueError as error:
        where = getattr(error, "start", 0)
        line = data.count(b"\n", 0, where) + 1
        raise wrong(path, f"{path.name} is not {name} text (line {line}).", hint) from error
    if not isinstance(text, str):
        raise wrong(path, f"{name} is no encoding of text.", hint)
    return text.removeprefix("\ufeff")


def _wide(data: bytes) -> str:
    """UTF-16 without its mark: every second byte of Latin text is zero."""
    sample = data[:4000]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if len(data) % 2 or half < 2 or max(even, odd) < half * 0.6 or min(even, odd) > half * 0.1:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _guess(data: bytes, notes: Notes) -> tuple[str, str]:
    if _mostly_utf8(data):
        return _mixed(data, notes), "utf-8"
    name = _likeliest(data)
    text = data.decode(name)
    line, example = next(_examples(text))
    notes.note("encoding-guessed", line, text=f"{_TITLES[name]} (line {line}: “{example}”)")
    return text, name


def _mostly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", "ignore")
    whole = len(text.encode("utf-8")) - sum(map(text.count, map(chr, range(128))))
    return whole > 0.8 * len(_HIGH.findall(data))


def _mixed(data: bytes, notes: Notes) -> str:
    lines = []
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            lines.append(line.decode("cp1252", "replace"))
            notes.note("encoding-mixed", number, text=next(_examples(lines[-1]))[1])
    return "\n".join(lines)


def _likeliest(data: bytes) -> str:
    """Of the old encodings, the one that gives most letters people use; Windows' at a tie."""
    high = b"".join(_HIGH.findall(data[:2_000_000]))

    def score(name: str) -> float:
        try:
            data.decode(name)
        except UnicodeDecodeError:
            return -1
        return sum(one in _LETTERS for one in high.decode(name, "ignore"))

    return max(("cp1252", "latin-1", "mac_roman"), key=score)


def _examples(text: str) -> Iterator[tuple[int, str]]:
    """The lines with letters beyond ASCII, each with its surroundings."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.isascii():
            place = next(n for n, one in enumerate(line) if not one.isascii())
            begin = max(0, place - _EXAMPLE // 2)
            yield number, " ".join(line[begin : begin + _EXAMPLE].split())


def _doubt(text: str, notes: Notes) -> None:
    if ("Ã" in text or "â€" in text) and (match := _MOJIBAKE.search(text)):
        line = text.count("\n", 0, match.start()) + 1
        begin = max(0, match.start() - 15)
        example = " ".join(text[begin : match.end() + 15].split())
        notes.note("encoding-doubtful", line, text=example)
