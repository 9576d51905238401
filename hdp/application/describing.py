"""The project's mappings at work: what they say of an item, checked as it would be sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hdp.application.mapping_checking import check_all
from hdp.application.mapping_loading import (
    LoadedMapping,
    LoadedMappings,
    load_mapping,
    load_mappings,
)
from hdp.application.mapping_preview import preview_rows
from hdp.application.mapping_setting import field_rows, set_mapping, show_mapping
from hdp.application.mapping_work import make_preparer
from hdp.uploads.desk import Desk
from hdp.uploads.preparing import Preparer

if TYPE_CHECKING:
    from hdp.application.app import Application

__all__ = [
    "LoadedMapping", "LoadedMappings", "check_all", "field_rows", "load_mapping", "load_mappings",
    "preparer", "preview", "preview_rows", "set_mapping", "show_mapping",
]  # fmt: skip


def preparer(
    app: Application,
    desk: Desk,
    mapping: str | None = None,
    *,
    fresh: bool = True,
    say: Callable[[str], None] | None = None,
) -> Preparer:
    """Prepares items of a desk, each by its mapping (or all by the one named).

    Every table is read once for the whole batch; `fresh` says not from memory, `say` is told
    of tables that were changed.
    """
    loaded = load_mappings(app, desk.target, mapping, fresh=fresh, say=say)
    return make_preparer(app, desk, loaded.describe)


def preview(app: Application, env: str | None, item_id: int) -> dict[str, Any]:
    """An item's metadata as it would be sent, where it came from, and what is wrong."""
    desk = app.desk(env)
    composed = preparer(app, desk, fresh=False).compose(desk.item(item_id))
    return {
        "metadata": composed.fields,
        "origins": composed.origins,
        "findings": [one.to_json() for one in composed.findings],
        "mapping": composed.mapping,
    }
