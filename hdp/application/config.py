"""The person's own settings of HDP on this computer: few, each with a default and an effect."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hdp.paths import replace_text
from hdp.pipelines.places import read_place
from hdp.sdk import InvalidInput, UsageError

FILE = "config.json"
RELEASES = "https://api.github.com/repos/heritage-data-processor/hdp/releases/latest"
_MOST_TEXT = 200
_CHANGING = threading.Lock()  # two changes at once would lose one


@dataclass(frozen=True)
class Setting:
    """A whole number that a person may change; `default` None means that HDP decides."""

    help: str
    default: int | None
    min: int
    max: int


@dataclass(frozen=True)
class Choice:
    """One word of a few; the first is the default."""

    help: str
    words: tuple[str, ...]

    @property
    def default(self) -> str:
        """The word that counts where none was chosen."""
        return self.words[0]


@dataclass(frozen=True)
class Text:
    """A line of text, empty where the person gave none; `orcid` is checked by its last digit.

    `place` is where pipelines run, `address` a web address.
    """

    help: str
    orcid: bool = False
    place: bool = False
    address: bool = False
    default: str = ""


SETTINGS: Mapping[str, Setting | Choice | Text] = {
    "workers": Setting("Items that pipelines work on at once here.", None, 1, 64),
    "run-on": Text("Where pipelines run: local, dask:ADDRESS, slurm.", place=True, default="local"),
    "calls-at-once": Setting("Calls to one repository at once.", 6, 1, 16),
    "language": Choice("Language of the window.", ("system", "en", "de")),
    "theme": Choice("Light or dark window.", ("system", "light", "dark")),
    "rows": Choice("Height of rows in lists.", ("comfortable", "compact")),
    "creator": Text("Creator that new mappings propose where a table names none."),
    "creator-orcid": Text("ORCID of that creator.", orcid=True),
    "creator-affiliation": Text("Affiliation of that creator."),
    "updates": Choice("Look for new versions of HDP once a day.", ("off", "on")),
    "updates-url": Text("Where new versions are listed.", address=True, default=RELEASES),
}


class Config:
    """The settings of one HDP home, kept in `config.json`."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE

    def get(self, name: str) -> int | str | None:
        """The value of a setting, or its default."""
        return self.all()[_known(name)]

    def number(self, name: str) -> int | None:
        """The value of a setting that is a number."""
        value = self.get(name)
        return value if isinstance(value, int) else None

    def creator(self) -> dict[str, str]:
        """The creator that new mappings propose, as an entry's attributes; empty without one."""
        values = self.all()
        found = {
            attribute: str(values[name])
            for attribute, name in (
                ("name", "creator"), ("orcid", "creator-orcid"),
                ("affiliation", "creator-affiliation"),
            )
            if values[name]
        }  # fmt: skip
        return found if "name" in found else {}

    def all(self) -> dict[str, int | str | None]:
        """All settings by name, those left at their default too."""
        read = self._read()
        return {name: _value(name, read.get(name, one.default)) for name, one in SETTINGS.items()}

    def set(self, name: str, value: str | None) -> int | str | None:
        """Change a setting, or (None) give it back to its default; returns what counts now."""
        one = SETTINGS[_known(name)]
        with _CHANGING:
            values = self._read()
            values.pop(name, None)
            if value is not None:
                values[name] = _value(name, value)
            self._write(values)
        now: int | str | None = values.get(name, one.default)
        return now

    def _write(self, values: Mapping[str, Any]) -> None:
        try:
            replace_text(self._path, json.dumps(values, indent=1, ensure_ascii=False))
        except OSError as error:
            raise InvalidInput(
                f"{self._path} cannot be written: {error.strerror}.",
                code="home-not-writable",
                hint="Check the folder and its permissions.",
                where={"file": str(self._path)},
            ) from error

    def _read(self) -> dict[str, Any]:
        try:
            values = json.loads(self._path.read_text(encoding="utf-8"))
            if isinstance(values, dict):
                return values
            reason = "it holds no settings"
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            reason = str(error)
        raise InvalidInput(
            f"The settings in {self._path} cannot be read: {reason}.",
            code="config-unreadable",
            hint="Correct the file or delete it; then the defaults count.",
            where={"file": str(self._path)},
        )


def _known(name: str) -> str:
    if name in SETTINGS:
        return name
    raise UsageError(
        f"There is no setting {name}.",
        code="unknown-setting",
        hint=f"Known: {', '.join(SETTINGS)}.",
    )


def _value(name: str, value: Any) -> int | str | None:
    one = SETTINGS[name]
    if isinstance(one, Setting):
        return _number(name, one, value)
    if isinstance(one, Choice):
        return _word(name, one, value)
    return _text(name, one, value)


def _number(name: str, one: Setting, value: Any) -> int | None:
    if value is None:
        return None
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = one.min - 1
    if isinstance(value, bool) or not one.min <= number <= one.max:
        raise _bad(name, f"a whole number from {one.min} to {one.max}", value)
    return number


def _word(name: str, one: Choice, value: Any) -> str:
    if value in one.words:
        return str(value)
    raise _bad(name, f"one of {', '.join(one.words)}", value)


def _text(name: str, one: Text, value: Any) -> str:
    text = value.strip() if isinstance(value, str) else None
    if text is None or len(text) > _MOST_TEXT or not (text.isprintable() or not text):
        raise _bad(name, f"a line of at most {_MOST_TEXT} characters", value)
    if text and one.orcid:
        return _orcid(name, text)
    if one.address:
        return _address(name, text or one.default)
    return str(read_place(text or one.default)) if one.place else text


def _address(name: str, text: str) -> str:
    """A web address that is encrypted, or on this computer."""
    with suppress(ValueError):
        parts = urlsplit(text)
        here = parts.hostname in ("localhost", "127.0.0.1", "::1")
        whole = parts.hostname and not parts.username and " " not in text
        if whole and (parts.scheme == "https" or (parts.scheme == "http" and here)):
            return text
    raise _bad(name, "an address that begins with https://", text)


def _orcid(name: str, text: str) -> str:
    """An ORCID in its four groups; its last digit is a checksum (ISO 7064, 11-2)."""
    digits = re.sub(r"^https?://(www\.)?orcid\.org/|[-\s]", "", text).upper()
    sum_ = 0
    if re.fullmatch(r"\d{15}[\dX]", digits, re.ASCII):
        for one in digits[:15]:
            sum_ = (sum_ + int(one)) * 2
        if digits[15] == "0123456789X"[(12 - sum_ % 11) % 11]:
            return "-".join(digits[at : at + 4] for at in range(0, 16, 4))
    raise _bad(name, "an ORCID such as 0000-0002-1825-0097", text)


def _bad(name: str, what: str, value: Any) -> UsageError:
    return UsageError(f"{name} takes {what}, not {value}.", code="bad-setting")
