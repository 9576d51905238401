"""The places to publish in: practice, sandbox, production, and those the person adds."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hdp.paths import replace_text
from hdp.sdk import Conflict, InvalidInput, NotFound, Refused, UsageError
from hdp.sdk.target import EnvironmentKind

FILE = "environments.json"
KINDS: tuple[EnvironmentKind, ...] = ("practice", "sandbox", "production")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


@dataclass(frozen=True)
class EnvironmentEntry:
    """A place: which target, where, and how much care; practice has its url while it runs."""

    name: str
    target: str
    url: str
    kind: EnvironmentKind
    title: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    builtin: bool = False


BUILT_IN = (
    EnvironmentEntry("practice", "zenodo", "", "practice", "Practice", builtin=True),
    EnvironmentEntry(
        "sandbox", "zenodo", "https://sandbox.zenodo.org", "sandbox", "Sandbox", builtin=True
    ),
    EnvironmentEntry(
        "production", "zenodo", "https://zenodo.org", "production", "Production", builtin=True
    ),
)


class Environments:
    """The environments of one HDP home; added ones are kept in `environments.json`."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        self._lock = threading.Lock()

    def list(self) -> tuple[EnvironmentEntry, ...]:
        """The built-in ones, then the added ones by name."""
        return BUILT_IN + tuple(sorted(self._read(), key=lambda one: one.name))

    def get(self, name: str) -> EnvironmentEntry:
        """One by its name; NotFound names those there are."""
        for entry in BUILT_IN:
            if entry.name == name:
                return entry
        known = self.list()
        for entry in known:
            if entry.name == name:
                return entry
        names = ", ".join(one.name for one in known)
        raise NotFound(
            f"There is no environment “{name}”.",
            code="no-such-environment",
            hint=f"Known: {names}. Add one with: hdp env add",
            values={"name": name},
        )

    def add(
        self,
        name: str,
        *,
        target: str,
        url: str,
        kind: str | None = None,
        title: str = "",
        settings: Mapping[str, Any] | None = None,
    ) -> EnvironmentEntry:
        """Add and keep one; without `kind` it is production, on this computer sandbox."""
        entry = EnvironmentEntry(
            name=_check_name(name),
            target=target,
            url=_check_url(url),
            kind=_check_kind(kind, url),
            title=title or name,
            settings=dict(settings or {}),
        )
        with self._lock:
            if any(one.name == name for one in self.list()):
                raise Conflict(
                    f"There is an environment “{name}” already.",
                    code="environment-exists",
                    hint="Choose another name, or remove that one first.",
                )
            self._write([*self._read(), entry])
        return entry

    def change(
        self,
        name: str,
        *,
        url: str | None = None,
        kind: str | None = None,
        title: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> EnvironmentEntry:
        """Change what is given of an added one; name and target stay, settings are replaced."""
        old = self.get(name)
        if old.builtin:
            raise Refused(f"“{name}” belongs to HDP and cannot be changed.", code="built-in")
        address = old.url if url is None else _check_url(url)
        entry = replace(
            old,
            url=address,
            kind=old.kind if kind is None else _check_kind(kind, address),
            title=old.title if title is None else title.strip() or name,
            settings=old.settings if settings is None else dict(settings),
        )
        with self._lock:
            self._write([entry if one.name == name else one for one in self._read()])
        return entry

    def remove(self, name: str) -> None:
        """Forget an added one; the built-in ones stay."""
        if self.get(name).builtin:
            raise Refused(f"“{name}” belongs to HDP and cannot be removed.", code="built-in")
        with self._lock:
            self._write([one for one in self._read() if one.name != name])

    def _read(self) -> tuple[EnvironmentEntry, ...]:
        try:
            data = json.loads(self._path.read_text(encoding="utf-8"))
            return tuple(_entry(one) for one in data["environments"])
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, KeyError, TypeError, RecursionError, UsageError) as error:
            reason = getattr(error, "message", "") or "it is damaged"
        raise InvalidInput(
            f"{self._path} cannot be used: {reason.rstrip('.')}.",
            code="environments-unreadable",
            hint="Repair or rename the file; HDP does not overwrite it.",
            where={"file": str(self._path)},
        )

    def _write(self, entries: Iterable[EnvironmentEntry]) -> None:
        data = {"environments": [_plain(one) for one in entries]}
        text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replace_text(self._path, text)
            return
        except OSError as error:
            reason = error.strerror or "unknown reason"
        raise InvalidInput(
            f"{self._path} cannot be written: {reason}.",
            code="home-not-writable",
            hint="Check the folder and its permissions.",
            where={"file": str(self._path)},
        )


def _plain(entry: EnvironmentEntry) -> dict[str, Any]:
    data = asdict(entry)
    del data["builtin"]
    return data


def _entry(data: Mapping[str, Any]) -> EnvironmentEntry:
    settings = data.get("settings", {})
    if not isinstance(settings, dict) or not isinstance(data["target"], str):
        raise ValueError("target and settings")
    name = _check_name(data["name"])
    if any(one.name == name for one in BUILT_IN):
        raise UsageError(f"“{name}” is one of HDP's own names")
    return EnvironmentEntry(
        name=name,
        target=data["target"],
        url=_check_url(data["url"]),
        kind=_check_kind(data.get("kind"), data["url"]),
        title=str(data.get("title", "") or name),
        settings=settings,
    )


def _check_name(name: object) -> str:
    if isinstance(name, str) and len(name) <= 40 and _NAME.fullmatch(name):
        return name
    raise UsageError(
        f"“{name}” cannot be the name of an environment.",
        code="environment-name",
        hint="Use small letters, digits and hyphens, such as my-archive.",
    )


def is_folder(url: str) -> bool:
    """Whether an environment is a folder of this computer: it needs no token."""
    return urlsplit(url).scheme == "file"


def folder_url(path: Path) -> str:
    """The address of a folder that an environment is to be; UsageError where it is not there."""
    if not path.expanduser().is_dir():
        raise UsageError(
            f"The folder {path} is not there.",
            code="environment-url",
            hint="Make it first, or give an address such as https://zenodo.org.",
        )
    return path.expanduser().resolve().as_uri()


def _check_url(url: object) -> str:
    if isinstance(url, str) and url.startswith("file:///") and not {"?", "#"} & set(url):
        return url
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        host = parts.hostname if parts else None
        valid = bool(parts and host and (parts.port is None or parts.port > 0))
    except ValueError:
        parts, host, valid = None, None, False
    if parts is None or not valid or parts.scheme not in ("http", "https"):
        raise UsageError(
            f"“{url}” is no address.",
            code="environment-url",
            hint="It looks like https://zenodo.org.",
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError(
            "The address may hold no name, password, question mark or #.",
            code="environment-url",
            hint="Tokens are stored with: hdp env token",
        )
    if parts.scheme == "http" and host not in LOOPBACK:
        raise UsageError(
            f"{host} must be reached by https: the token would be readable.",
            code="environment-url",
            hint="Plain http is only for this computer.",
        )
    return str(url).rstrip("/")


def _check_kind(kind: object, url: str) -> EnvironmentKind:
    if kind is None:
        return "sandbox" if urlsplit(url).hostname in LOOPBACK else "production"
    for one in KINDS:
        if one == kind and one != "practice":
            return one
    raise UsageError(
        f"“{kind}” is no kind of environment.",
        code="environment-kind",
        hint="Say sandbox or production.",
    )
