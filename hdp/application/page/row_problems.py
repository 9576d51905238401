"""How many problems each row of Prepare Metadata has, looked for again only after a change."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hdp.application import describing
from hdp.application.mapping_cache import Kept, facts_of_file
from hdp.project import items, mappings
from hdp.project.items import Item
from hdp.sdk import HdpError

if TYPE_CHECKING:
    from hdp.application.app import Application

_MOST = 2000


class RowProblems:
    """Adds the number of findings, and the title that the mapping gives, to rows of a page."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._kept: Kept[tuple[dict[str, int], str]] = Kept(_MOST)

    def add(self, rows: list[dict[str, Any]], env: str) -> None:
        """Fill in `findings`, `mapped` and `title`; nothing where no mapping can be read."""
        project = self._app.project
        version = project.db.version()  # before reading: what changes meanwhile is asked next time
        stored = project.read(mappings.list_mappings)
        if not rows or not stored:
            return
        try:
            preparer = describing.preparer(self._app, self._app.desk(env), fresh=False)
        except HdpError:
            return  # the mapping screen says what is wrong with the mapping as a whole
        paths = [project.folder / one.table_path for one in stored if one.table_path]
        now = (
            str(project.path), env, version, datetime.now(UTC).date(),
            tuple(map(facts_of_file, paths)),
        )  # fmt: skip
        by_id = {row["item"]: row for row in rows}

        def look(item: Item) -> tuple[dict[str, int], str]:
            composed = preparer.compose(item)
            found = Counter(one.severity for one in composed.findings)
            return {"error": found["error"], "warning": found["warning"]}, composed.title

        for item in project.read(lambda c: items.list_items(c, list(by_id))):
            primary = facts_of_file(project.file_path(item.primary.root, item.primary.path))
            found, title = self._kept.fetch((now, item.id, primary), lambda: look(item))  # noqa: B023
            by_id[item.id] |= {"findings": dict(found), "mapped": bool(title)}
            by_id[item.id]["title"] = title or by_id[item.id]["title"]
