"""Keeps the computer from falling asleep while something long is running."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)


@contextmanager
def stay_awake() -> Iterator[bool]:
    """While it lasts the computer does not sleep; False where the system does not let us.

    The screen may go dark. The work goes on either way.
    """
    # Imported here: short commands never need it and start faster so.
    from wakepy import keep

    with keep.running(on_fail="pass") as mode:
        if not mode.active:
            log.info("This system cannot be kept awake; the work goes on")
        yield bool(mode.active)
