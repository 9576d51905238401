"""What only a window can do; a page in a browser does without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Dialogs(Protocol):
    """The system's own dialogs and browser; each dialog gives a path, or None when closed."""

    def open_folder(self, title: str) -> str | None:
        """Let the person choose a folder."""

    def open_file(self, title: str, kinds: Sequence[str]) -> str | None:
        """Let the person choose a file; `kinds` are extensions without a dot."""

    def open_files(self, title: str) -> list[str]:
        """Let the person choose several files; none where it was closed."""

    def save_file(self, title: str, name: str) -> str | None:
        """Let the person choose where a new file goes."""

    def show_page(self, url: str) -> bool:
        """Show an address in the person's own browser; whether it worked."""

    def show_folder(self, path: str) -> bool:
        """Show a folder in the system's own way; whether it worked."""
