"""What file names say: extension, stem, hidden, litter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_DOUBLE = (".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".nii.gz")
_ENDS = {one[one.rindex(".") :] for one in _DOUBLE}
_LITTER = {"thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "$recycle.bin", "icon\r"}
# Office's open files, and projects with their journals and backups.
_LITTER_PATTERN = re.compile(r"~\$|\.~lock\..*#$|.*\.hdpc($|-journal$|\.)", re.DOTALL)


def extension_of(name: str) -> str:
    """The extension in lower case with its dot; `.tar.gz` counts as one; "" where there is none."""
    return name[_cut(name) :].lower()


def stem_of(name: str) -> str:
    """The name without its extension, byte for byte."""
    return name[: _cut(name)]


def _cut(name: str) -> int:
    """Where the extension begins; the name's length where there is none."""
    dot = name.rfind(".")
    if name[dot:].lower() in _ENDS:
        for double in _DOUBLE:
            if len(name) > len(double) and name[-len(double) :].lower() == double:
                return len(name) - len(double)
    # "a/.b" is a hidden file, not an extension.
    hidden = dot <= 0 or name[dot - 1] == "/"
    return len(name) if hidden or dot == len(name) - 1 else dot


def basename(relpath: str) -> str:
    """The last part of a path with `/`."""
    return relpath.rpartition("/")[2]


def folder_of(relpath: str) -> str:
    """Everything before the last `/`; "" at the top."""
    return relpath.rpartition("/")[0]


def normalise_extensions(given: Iterable[str]) -> tuple[str, ...]:
    """Extensions as they are compared: lower case, with a dot, each once, in order."""
    cleaned = (one.strip().lower() for one in given)
    return tuple(dict.fromkeys(one if one.startswith(".") else f".{one}" for one in cleaned if one))


def fold(text: str) -> str:
    """The text without differences of case and of Unicode form."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def why_skipped(name: str) -> str:
    """`litter`, `hidden` or "" for a name that may be a member."""
    lower = name.lower()
    if lower in _LITTER or _LITTER_PATTERN.match(lower):
        return "litter"
    if lower == ".ds_store" or lower.startswith((".spotlight", "._", ".trash")):
        return "litter"
    return "hidden" if name.startswith(".") else ""


def is_unicode(name: str) -> bool:
    """Whether the bytes of the name are valid in the system's encoding."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
