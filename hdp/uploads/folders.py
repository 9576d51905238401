"""Where in the Output Data Directory the files lie that HDP makes of an item."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from hdp.project.items import Item
from hdp.project.project import Project


def item_folder(project: Project, item: Item) -> Path:
    """`<output>/<short code>/<item id>-<safe key>`."""
    name = f"{item.id}-{safe_name(item.key)}"
    return project.root_dir("output") / safe_name(project.about.code) / name


def safe_name(text: str) -> str:
    """A name that every file system takes: letters, digits, dot, dash, underscore."""
    text = unicodedata.normalize("NFC", text)
    return re.sub(r"[^\w.-]+", "-", text).strip("-.")[:80] or "item"
