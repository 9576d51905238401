"""Faults on demand: what goes wrong between a client and a repository, on order.

A specification is a list of faults separated by commas: `WORD[=SECONDS][:KIND][*COUNT]`.

- WORD: see `WORDS`. SECONDS: how long `slow` and `slow-body` take, or the Retry-After of 429 and
  503 (1).
- KIND: the kind of request it strikes (see `KINDS`); without one, the next request of any kind.
- COUNT: how often it strikes (once); `*` alone means always.

`lost-answer:create*2,429=5:upload` loses the answers of two creations and refuses one upload for
five seconds.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass

from hdp.sdk.errors import UsageError

WORDS = {
    "429": "too many requests: not done",
    "429-bare": "too many requests, without a Retry-After: not done",
    "500": "the server failed: not done",
    "502": "a proxy's page instead of an answer: not done",
    "503": "overloaded: not done",
    "504": "a proxy waited too long: not done",
    "504-done": "a proxy waited too long, but it was done",
    "lost-answer": "done, but the connection ends without an answer",
    "slow": "answers late",
    "slow-body": "the answer comes bit by bit",
    "cut-body": "done, but the connection ends in the middle of the answer",
    "no-effect": "answered well, but nothing was done",
    "cut-upload": "the connection ends in the middle of the body: not done",
    "wrong-checksum": "the file is damaged on its way, and its checksum says so",
    "disk-full": "the server has no room for the body: not done",
    "quota-full": "the draft's quota is used up: not done",
    "too-many-files": "the draft has a hundred files already: not done",
    "token-refused": "the token is refused: not done",
    "token-revoked": "the token is refused from now on",
    "cleaned": "before the request, all records and drafts were removed",
    "deleted-on-site": "before the request, somebody else deletes the draft",
    "published-on-site": "before the request, somebody else publishes the draft",
    "changed-on-site": "before the request, somebody else changes the draft's title",
    "files-changed-on-site": "before the request, somebody else adds a file to the draft",
    "vanish": "the upload is answered well, but the file is not there",
}
KINDS = (
    "create", "list", "get", "metadata", "upload", "files", "delete-file", "publish", "discard",
    "newversion", "edit", "me", "begin", "commit", "import", "reserve", "review", "submit",
    "request", "community",
)  # fmt: skip

_SPEC = re.compile(
    r"(?P<word>[\w-]+)(?:=(?P<seconds>\d+(?:\.\d+)?))?(?::(?P<kind>[\w-]+))?(?P<times>\*\d*)?"
)
_CHANGES = tuple(kind for kind in KINDS if kind not in ("list", "get", "files", "me"))
_OF_DRAFT = (
    "get", "metadata", "files", "delete-file", "publish", "discard", "begin", "commit", "reserve",
    "review", "submit",
)  # fmt: skip
_ONLY: dict[str, tuple[str, ...]] = {
    "cut-upload": ("upload",),
    "wrong-checksum": ("upload",),
    "vanish": ("upload",),
    "disk-full": ("upload",),
    "quota-full": ("upload",),
    "too-many-files": ("upload", "begin"),
    "no-effect": _CHANGES,
    "504-done": _CHANGES,
    "changed-on-site": (*_OF_DRAFT, "edit"),
    "deleted-on-site": (*_OF_DRAFT, "edit"),
    "published-on-site": _OF_DRAFT,
    "files-changed-on-site": _OF_DRAFT,
}


@dataclass
class Fault:
    """One kind of misfortune; `left` is None where it never ends."""

    word: str
    kind: str = ""
    left: int | None = 1
    seconds: float = 1.0

    def strikes(self, kind: str) -> bool:
        """Whether it is meant for this kind of request and not used up."""
        allowed = (self.kind,) if self.kind else _ONLY.get(self.word, KINDS)
        return self.left != 0 and kind in allowed


class Faults:
    """The faults still to come; safe for several threads."""

    def __init__(self, spec: str = "") -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self.struck: list[tuple[str, str]] = []
        self.add(spec)

    def add(self, spec: str) -> None:
        """Add the faults of a specification."""
        parsed = parse(spec)
        with self._lock:
            self._faults += parsed

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._faults.clear()

    def take(self, kind: str) -> dict[str, Fault]:
        """The faults that strike this request, by word; each is counted."""
        taken: dict[str, Fault] = {}
        with self._lock:
            for fault in self._faults:
                if fault.word not in taken and fault.strikes(kind):
                    taken[fault.word] = fault
                    fault.left = None if fault.left is None else fault.left - 1
                    self.struck.append((fault.word, kind))
        return taken


def parse(spec: str) -> list[Fault]:
    """Read a specification; UsageError names the words that there are."""
    return [_parse_one(part.strip()) for part in spec.split(",") if part.strip()]


def _parse_one(text: str) -> Fault:
    match = _SPEC.fullmatch(text)
    if not match or match["word"] not in WORDS:
        raise UsageError(
            f"“{text}” is no fault.", hint=f"A fault begins with one of: {', '.join(WORDS)}."
        )
    word, kind = match["word"], match["kind"] or ""
    allowed = _ONLY.get(word, KINDS)
    if kind and kind not in allowed:
        raise UsageError(
            f"“{kind}” in “{text}” is no kind of request that {word} can strike.",
            hint=f"Allowed: {', '.join(allowed)}.",
        )
    times = match["times"]
    left = 1 if times is None else int(times[1:]) if len(times) > 1 else None
    return Fault(word, kind, left, float(match["seconds"] or 1))
