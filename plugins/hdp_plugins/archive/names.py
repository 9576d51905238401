"""Names in an archive: ids of records and versions, and file names that every system keeps."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable

from hdp.sdk import Rejected
from hdp_plugins.archive import crate

_ID = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)-v([1-9]\d{0,5})", re.ASCII)
_CODES = re.compile(r"[\x00-\x1f\x7f/\\]|%(?:25|0[ADad])")
LONGEST = 240


def new_concept(title: str) -> str:
    """A new record's id: words of its title, so that a person finds it, and chance."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-")
    return f"{words or 'record'}-{secrets.token_hex(5)}"


def version_id(concept: str, number: int) -> str:
    """The id of one version, as a draft and when it is published."""
    return f"{concept}-v{number}"


def is_id(text: str) -> bool:
    """Whether a text is the id of a version."""
    return _ID.fullmatch(text) is not None


def split(version: str) -> tuple[str, int]:
    """The concept and the number of a version; ("", 0) where it is no id."""
    match = _ID.fullmatch(version)
    return (match[1], int(match[2])) if match else ("", 0)


def check_file(name: str, others: Iterable[str]) -> None:
    """Rejected where a name cannot be in a bag, or is too like another one's."""
    if problem := file_problem(name):
        raise Rejected(
            f"A bag cannot hold a file with the name “{name}”: {problem}.",
            code="file-name",
            hint="Give the file another name in the record.",
            where={"file": name},
        )
    for one in others:
        if one != name and plain(one) == plain(name):
            raise Rejected(
                f"“{name}” and “{one}” are the same name for many systems.",
                code="file-name-twice",
                hint="Rename one of them.",
                where={"file": name},
            )


def plain(name: str) -> str:
    """A file name as systems compare it that make no difference of capitals or accents' form."""
    return unicodedata.normalize("NFC", name).casefold()


def file_problem(name: str) -> str:
    """Why a name cannot be in a bag; "" where it can."""
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "it is no text"
    if name in ("", ".", "..") or name.startswith("."):
        return "it is empty or hidden"
    if plain(name) == crate.METADATA:
        return "the record's own description has it"
    if _CODES.search(name):
        return "it has a slash, a control character or a code such as %25"
    if size > LONGEST:
        return f"it is longer than {LONGEST} bytes"
    return "it ends with a space or a dot" if name[-1] in " ." or name[0] == " " else ""
