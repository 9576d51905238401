"""Whether there is a newer HDP: asked only where the person wants it, and never fetched.

One GET to one address, without anything about the person or what they work on.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

from hdp import __version__
from hdp.application.config import Config
from hdp.net import Answer, Client, is_loopback
from hdp.paths import replace_text
from hdp.sdk import HdpError, Unreachable

log = logging.getLogger(__name__)
FILE = "releases.json"
EVERY = timedelta(days=1)
LARGEST = 1 << 20
PATIENCE_S = 15.0
_READ_S = 8.0
_MOST_LISTED = 100
_VERSION = re.compile(
    r"v?(\d{1,6}(?:\.\d{1,6}){0,3})((?:[-_.]?[a-z]+[-_.]?\d*)*)(?:\+[\w.]+)?",
    re.A,
)
_LOOKING = threading.Lock()


@dataclass(frozen=True)
class Release:
    """The newest release that was heard of; `url` is its page or "", `looked` ISO 8601."""

    version: str
    url: str
    looked: str

    @property
    def newer(self) -> bool:
        """Whether it is newer than the HDP that runs."""
        return is_newer(self.version, __version__)

    def to_json(self) -> dict[str, Any]:
        """For the page and for programs."""
        return asdict(self) | {"newer": self.newer, "running": __version__}


def is_newer(one: str, other: str) -> bool:
    """Whether a final release is newer than a version; what is no version never is."""
    this, that = _rank(one), _rank(other)
    return this is not None and that is not None and this[1] and this > that


def _rank(text: str) -> tuple[tuple[int, ...], bool] | None:
    """Its numbers, and whether it is final: a trial version comes before it."""
    found = _VERSION.fullmatch(text.strip().lower())
    if found is None:
        return None
    numbers = [int(one) for one in found[1].split(".")]
    return tuple(numbers + [0] * (4 - len(numbers))), not found[2] or "post" in found[2]


def known(home: Path) -> Release | None:
    """What the last look found; nothing is asked."""
    read = _read(home)
    if _rank(str(read.get("version"))) is None:
        return None
    return Release(*(str(read.get(name, "")) for name in ("version", "url", "looked")))


def is_due(home: Path, now: datetime) -> bool:
    """Whether the person wants HDP to look by itself, and it did not within the last day."""
    if Config(home).get("updates") != "on":
        return False
    with suppress(KeyError, ValueError, TypeError):
        tried = datetime.fromisoformat(_read(home)["tried"])
        return not now - EVERY < tried <= now  # a clock may have been set back
    return True


def look(home: Path) -> Release:
    """Ask now; Unreachable with a sentence where there is no good answer in time.

    The time of asking is kept first, so that a server that is down is not asked again and again.
    """
    url = str(Config(home).get("updates-url"))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with _LOOKING:
        _write(home, _read(home) | {"tried": now})
        release = _newest(_ask(url), url, now)
        _write(home, asdict(release) | {"tried": now})
    return release


def look_if_due(home: Path) -> Release | None:
    """Look where it is wanted and time; None where not, or where there was no good answer."""
    try:
        return look(home) if is_due(home, datetime.now(UTC)) else None
    except HdpError as error:
        log.info("No look for a new version: %s", error.message)
        return None


def _ask(url: str) -> Answer:
    """The answer, or Unreachable after 15 seconds, however slowly the server drips."""
    answers: SimpleQueue[Answer | HdpError] = SimpleQueue()
    client = Client(connect_timeout=_READ_S, read_timeout=_READ_S, largest=LARGEST)

    def ask() -> None:
        try:
            answers.put(client.request("GET", url))
        except HdpError as error:
            answers.put(error)
        except Exception as error:
            log.exception("Looking for a new version")
            answers.put(_bad(url, f"could not be asked ({type(error).__name__})"))

    threading.Thread(target=ask, name="new-version", daemon=True).start()
    try:
        found = answers.get(timeout=PATIENCE_S)
    except Empty:
        raise _bad(url, f"gave no whole answer within {PATIENCE_S:g} seconds") from None
    finally:
        client.close()
    if isinstance(found, HdpError):
        raise found
    return found


def _newest(answer: Answer, url: str, now: str) -> Release:
    if 300 <= answer.status < 400:
        raise _bad(url, "sends on to another address, which is not followed")
    if answer.status == 404:
        raise _bad(url, "knows of no release")
    if answer.status != 200:
        raise _bad(url, f"answered {answer.status}")
    read = answer.json()
    entries = read if isinstance(read, list) else [read]
    found = [one for one in entries[:_MOST_LISTED] if _is_final(one)]
    if not found:
        raise _bad(url, "names no release that HDP can read")
    best = max(found, key=lambda one: _rank(one["tag_name"]) or ((), False))
    version = best["tag_name"].strip().lower().removeprefix("v")
    return Release(version, _page(best, url), now)


def _is_final(one: Any) -> bool:
    if not isinstance(one, Mapping) or one.get("draft") or one.get("prerelease"):
        return False
    tag = one.get("tag_name")
    rank = _rank(tag) if isinstance(tag, str) and len(tag) < 100 else None
    return rank is not None and rank[1]


def _page(one: Mapping[str, Any], asked: str) -> str:
    """The page that the answer names, where it is on the site that was asked; else none."""
    url = one.get("html_url")
    if not isinstance(url, str) or len(url) > 500 or not url.isprintable() or " " in url:
        return ""
    try:
        parts, host = urlsplit(url), (urlsplit(asked).hostname or "").removeprefix("api.")
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url))
        good = safe and parts.hostname == host and not parts.username
    except ValueError:
        return ""
    return url if good else ""


def _bad(url: str, what: str) -> Unreachable:
    return Unreachable(
        f"{urlsplit(url).hostname or url} {what}.",
        code="bad-answer",
        hint="Look on the project's own page, or try again later.",
    )


def _read(home: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        read = json.loads((home / FILE).read_text(encoding="utf-8"))
        if isinstance(read, dict):
            return read
    return {}


def _write(home: Path, values: Mapping[str, Any]) -> None:
    try:
        replace_text(home / FILE, json.dumps(values, indent=1))
    except OSError as error:
        log.warning("What was found of new versions cannot be kept: %s", error)
