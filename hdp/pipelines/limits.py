"""How long and how large a call of a component may become."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from hdp.pipelines.definition import StepDefinition

# For a step that says nothing, of a component that says nothing either.
DEFAULT_S = 3600.0
_SHARE = 0.8  # of the computer's memory, for a component that says nothing
_MB = 1 << 20


def time_limit(step: StepDefinition, resources: Mapping[str, float]) -> float:
    """Seconds for each call: the step's own, else the component's minutes, else an hour."""
    if step.timeout:
        return step.timeout
    minutes = resources.get("minutes", 0.0)
    return minutes * 60 if minutes > 0 else DEFAULT_S


def memory_limit(step: StepDefinition, resources: Mapping[str, float]) -> int | None:
    """Bytes for a component in a process of its own; None where nothing is known.

    The step's own and the component's `memory` are in MB of 1024 * 1024 bytes.
    """
    wanted = step.memory or resources.get("memory", 0.0)
    if wanted > 0:
        return int(wanted * _MB)
    try:
        return int(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * _SHARE)
    except (AttributeError, ValueError, OSError):
        return None


def resident_bytes(pid: int) -> int:
    """The memory a process holds just now; 0 where the system does not tell (not Linux)."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0
