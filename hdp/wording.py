"""Numbers in sentences: one thing or several."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """The number with its words: "1 item", "2 items"; `many` where an s does not make it."""
    return f"{count} {one if count == 1 else many or one + 's'}"
