"""The HTTP client that a target or component is given; the real one is HDP's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol


class Response(Protocol):
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    text: str
    url: str

    def json(self) -> Any:
        """The body as JSON; raises Unreachable where it is none."""
        ...


class Http(Protocol):
    """Sends one request and never repeats it; retries are the host's business.

    Raises Unreachable when there was no whole answer. Every status is returned,
    none is raised: what a status means is the target's knowledge. Times are UTC
    seconds since 1970; `server_time` is by the last answer's Date header.
    """

    server_time: float | None

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        body: bytes | Path | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Response:
        """Send it. A Path is streamed, with its length; `progress(sent, total)` in bytes."""
        ...
