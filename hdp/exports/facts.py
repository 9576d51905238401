"""What all exports start from: a record and what its repository made of it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hdp.sdk import Json, LocalFile, Record, Term

# What XML cannot hold, what terminals obey, and halves of characters.
_UNHOLDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_HALF = re.compile("[\ud800-\udfff]")
_DEEPEST = 20
Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Exported:
    """A record on its way out; `vocabulary` gives the terms that its words are of.

    `native` makes the JSON of InvenioRDM's records of it.
    `doi` and `concept_doi` are bare, `published` is a UTC time, `publisher` the repository's name;
    each is "" where it is not known. Below `file_base` the repository gives out the files by name.
    Values of a wrong shape read as if they were not there.
    """

    record: Record
    item: int = 0
    doi: str = ""
    concept_doi: str = ""
    version: str = ""
    url: str = ""
    published: str = ""
    publisher: str = ""
    state: str = "new"
    file_base: str = ""
    vocabulary: Callable[[str], Sequence[Term]] = field(default=lambda _name: (), repr=False)
    native: Callable[[Record], Entry] = field(default=lambda record: record.fields, repr=False)

    @cached_property
    def fields(self) -> dict[str, Json]:
        """The record's fields as JSON that every format can hold."""
        found = clean(dict(self.record.fields))
        return found if isinstance(found, dict) else {}

    @property
    def key(self) -> str:
        """Our own key of the item, holdable."""
        return clean_text(self.record.key)

    @property
    def files(self) -> Sequence[LocalFile]:
        """The files of the record."""
        return self.record.files

    def text(self, name: str) -> str:
        """A field of one text or number; "" where there is none."""
        return as_text(self.fields.get(name))

    def texts(self, name: str) -> list[str]:
        """A field of several texts, none empty, none twice."""
        value = self.fields.get(name)
        found = value if isinstance(value, list) else [value]
        return unique(one for one in map(as_text, found) if one)

    def entries(self, name: str) -> list[dict[str, Any]]:
        """A field of several entries with attributes."""
        value = self.fields.get(name)
        found = value if isinstance(value, list) else [value]
        return [one for one in found if isinstance(one, dict)]

    def term(self, vocabulary: str, word: str) -> Term | None:
        """The term that a word of the record is of, by its id or an older spelling."""
        return _terms(self.vocabulary, vocabulary).get(word.lower()) if word else None

    @property
    def kind(self) -> str:
        """The resource type, such as publication-article or image."""
        upload = self.text("upload_type")
        part = self.text(f"{upload}_type") if upload in ("publication", "image", "software") else ""
        if part == "thesis":
            part = "dissertation"
        return f"{upload}-{part}" if part else upload

    @property
    def kind_title(self) -> str:
        """The resource type as people name it."""
        term = self.term("resource_types", self.kind)
        return term.title if term else self.kind

    @property
    def language(self) -> str:
        """The language by its shortest code (BCP 47): de rather than deu."""
        word = self.text("language")
        term = self.term("languages", word)
        short = [one for one in (term.aliases if term else ()) if len(one) == 2]
        return short[0] if short else word

    @property
    def address(self) -> str:
        """Where the record is found: its DOI's address, else its page; "" where it has neither."""
        return f"https://doi.org/{self.doi}" if self.doi else web_address(self.url)

    @property
    def own_version(self) -> str:
        """The version the record says it is; else that of the repository."""
        return self.text("version") or clean_text(self.version)

    @property
    def issued_by(self) -> str:
        """The publisher the record names; else the repository."""
        return self.text("imprint_publisher") or clean_text(self.publisher)


_FOUND: dict[tuple[Any, str], dict[str, Term]] = {}


def _terms(vocabulary: Callable[[str], Sequence[Term]], name: str) -> dict[str, Term]:
    key = (vocabulary, name)
    if key not in _FOUND:
        if len(_FOUND) > 40:
            _FOUND.clear()
        terms = vocabulary(name)
        found = {alias.lower(): one for one in terms for alias in one.aliases}
        _FOUND[key] = found | {one.id.lower(): one for one in terms}
    return _FOUND[key]


def clean(value: Any, depth: int = 0) -> Json:
    """Any value as JSON that every format can hold: no control characters, no infinite numbers."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        # Python refuses to write out numbers of thousands of digits.
        return value if value.bit_length() < 10_000 else hex(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth < _DEEPEST and isinstance(value, Mapping):
        return {clean_text(name): clean(one, depth + 1) for name, one in value.items()}
    if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return [clean(one, depth + 1) for one in value]
    return clean_text(value)


def clean_text(value: object) -> str:
    """A text that every format can hold; half characters become the sign for an unknown one."""
    return _HALF.sub("\ufffd", _UNHOLDABLE.sub("", str(value).replace("\r\n", "\n"))).strip()


def as_text(value: object) -> str:
    """A text or number as text; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def at(entry: Entry, name: str) -> str:
    """A text of an entry; "" where there is none."""
    return as_text(entry.get(name))


def unique(values: Iterable[Any]) -> list[Any]:
    """The values in their order, each once."""
    seen: list[Any] = []
    known: set[str] = set()
    for one in values:
        if (mark := repr(one)) not in known:
            known.add(mark)
            seen.append(one)
    return seen


def filled(**values: Any) -> dict[str, Any]:
    """The values that say something, by their names."""
    return {name: one for name, one in values.items() if one not in ("", None, [], {})}


def web_address(text: str) -> str:
    """The text where it is an address of the web without blanks; else nothing."""
    found = clean_text(text)
    plain = re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", found, re.IGNORECASE)
    return found if plain else ""
