"""A target opened as HDP opens it, without an environment being added."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, TypeVar

from hdp.net import Client
from hdp.sdk import Connection, Target

T = TypeVar("T", bound=Target)


def open_target(
    target: type[T],
    *,
    base_url: str = "",
    token: str = "",
    settings: Mapping[str, Any] | None = None,
) -> T:
    """The target at an address, with HDP's own HTTP client; `settings` by their names."""
    http = Client(token=token, allowed_host=base_url)
    log = logging.getLogger(f"hdp.target.{target.id}")
    chosen = target.settings(**(settings or {}))
    return target(Connection("test", base_url, token, chosen, http, log))
