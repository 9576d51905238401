"""Brings a project to what a scan found, or says what that would change."""

from __future__ import annotations

import json
import sqlite3  # noqa: TID251 - the type of a connection only
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from hdp import __version__
from hdp.application.scan_settings import extra_roots, place_of, read_by_hand, relpath_of
from hdp.ingest.follow import KnownReferences
from hdp.ingest.formats.reference import Reference
from hdp.ingest.hashing import Hashes, Key
from hdp.ingest.items import ScannedFile, ScannedItem, ScanResult
from hdp.ingest.options import ScanOptions
from hdp.ingest.walk import Found
from hdp.project import files, grouping, setting_aside, settings
from hdp.project.project import Project, relative
from hdp.sdk import Finding
from hdp.wording import counted

Check = Callable[[], None]
PRINT = "scan_print"


@dataclass(frozen=True)
class Renamed:
    """An item whose key is another one."""

    item: int
    old: str
    new: str


@dataclass(frozen=True)
class Changes:
    """What a scan changes in a project: paths of files, ids of items.

    `renamed` have another key; `regroup`: files grouped by hand were moved, scan once more.
    """

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    new_items: list[int] = field(default_factory=list)
    removed_items: list[int] = field(default_factory=list)
    regrouped: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    renamed: list[Renamed] = field(default_factory=list)
    regroup: bool = False

    def followed_by(self, later: Changes) -> Changes:
        """The changes of two scans, the first of which only told where files are."""
        return replace(later, new=self.new, changed=self.changed, moved=self.moved)

    def to_json(self) -> dict[str, Any]:
        """The changes as JSON; of new items there is only the number, as they have no ids yet."""
        values = asdict(self)
        values.pop("regroup")
        values["new_items"] = len(self.new_items)
        return values

    def __str__(self) -> str:
        """The changes in a few words; "" where there are none."""
        counts = (
            (self.new_items, "new item", "new items"),
            (self.removed_items, "item gone", "items gone"),
            (self.regrouped, "regrouped", ""), (self.renamed, "renamed", ""),
            (self.changed, "changed", ""), (self.moved, "moved", ""),
            (self.missing, "missing file", "missing files"),
            (self.waiting, "waiting for you", ""),
        )  # fmt: skip
        return ", ".join(counted(len(some), one, many or one) for some, one, many in counts if some)


def known_of(project: Project) -> dict[Key, Hashes]:
    """Stored hashes as a scan takes them."""
    stored = project.read(files.known_hashes)
    return {
        (relpath_of((root, path)), size, mtime_ns, inode): Hashes(*value)
        for (root, path, size, mtime_ns, inode), value in stored.items()
    }


def references_known(project: Project) -> KnownReferences:
    """What files name, of those that are as they were when it was read by this HDP."""
    stored = project.read(files.known_references)
    kept = {
        (relpath_of((root, path)), size, mtime_ns, inode): text
        for (root, path, size, mtime_ns, inode), text in stored.items()
    }

    def ask(found: Found) -> list[Reference] | None:
        text = kept.get(found)
        if text is None:
            return None
        version, *references = json.loads(text)
        return [Reference.from_json(one) for one in references] if version == __version__ else None

    return ask


def _keep_references(
    connection: sqlite3.Connection, ids: Mapping[files.Place, int], result: ScanResult
) -> None:
    files.keep_references(
        connection,
        {
            ids[place]: json.dumps(
                [__version__, *(one.to_json() for one in named)], ensure_ascii=False
            )
            for path, named in result.references.items()
            if (place := place_of(path)) in ids
        },
    )


def store(
    project: Project, options: ScanOptions, result: ScanResult, check: Check = lambda: None
) -> Changes:
    """Write what a scan found in one transaction; `check` may raise, then nothing is written."""
    return project.write(lambda c: _store(c, project, options, result, check))


def compare(project: Project, options: ScanOptions, result: ScanResult) -> Changes:
    """What storing would change; nothing is written."""
    return project.db.rehearse(lambda c: _store(c, project, options, result, lambda: None))


def _store(
    connection: sqlite3.Connection,
    project: Project,
    options: ScanOptions,
    result: ScanResult,
    check: Check,
) -> Changes:
    if read_by_hand(connection) != options.by_hand:  # grouped otherwise while this was scanned
        return Changes(regroup=True)
    roots = _roots(connection, project, options, result)
    facts = (_file_fact(one) for item in result.items for one in item.files)

    def exists(root: str, path: str) -> bool:
        return options.path_of(relpath_of((root, path))).is_file()

    of_files = files.store_files(connection, roots, facts, exists, check)
    _keep_references(connection, of_files.ids, result)
    if of_files.regroup:  # the rules were told the old places of these files
        settings.set_setting(connection, PRINT, "")
        return Changes(of_files.new, of_files.changed, of_files.moved, regroup=True)
    grouped = [_item_fact(item) for item in result.items]
    of_items = grouping.store_items(connection, of_files.ids, grouped, check)
    setting_aside.set_aside_first(connection)
    report = {
        "findings": [one.to_json() for one in [*result.findings, *_waiting(of_items.waiting)]],
        "counts": result.counts,
    }
    settings.set_setting(connection, "last_scan", report)
    settings.set_setting(connection, PRINT, result.fingerprint)
    return Changes(
        of_files.new, of_files.changed, of_files.moved, of_files.missing,
        of_items.new, of_items.removed, of_items.regrouped, of_items.waiting,
        [Renamed(one, *keys) for one, keys in of_items.renamed.items()],
    )  # fmt: skip


def _roots(
    connection: sqlite3.Connection, project: Project, options: ScanOptions, result: ScanResult
) -> dict[str, int]:
    there = {one.name for one in files.list_roots(connection)}
    wanted = {
        name: path for name, path in extra_roots(options, project.folder).items() if name in there
    }
    wanted |= {name: relative(path, project.folder) for name, path in result.roots.items()}
    return files.keep_roots(connection, wanted)


def _waiting(ids: Sequence[int]) -> list[Finding]:
    return [
        Finding(
            "warning",
            "regroup-pending",
            f"Item {one} has a draft or record, and the rules would give it other files now.",
            f"See hdp item show {one}; apply it with: hdp item regroup --apply {one}",
            {"item": one},
        )
        for one in ids[:100]
    ]


def forget_print(connection: sqlite3.Connection) -> None:
    """Have the next scan look at everything, whether the folder changed or not."""
    settings.set_setting(connection, PRINT, "")


def _file_fact(one: ScannedFile) -> files.FileFact:
    return files.FileFact(
        path=one.path, size=one.size, mtime_ns=one.mtime_ns, inode=one.inode,
        sha256=one.sha256, md5=one.md5, media_type=one.media_type, status=one.status,
        problems=[finding.to_json() for finding in one.findings], root=one.root,
    )  # fmt: skip


def _item_fact(item: ScannedItem) -> grouping.ItemFact:
    return grouping.ItemFact(
        key=item.key,
        primary=place_of(item.primary),
        files=[
            grouping.ItemFile(
                place_of(one.relpath), one.role, place_of(one.parent) if one.parent else None
            )
            for one in item.files
        ],
        problems=[finding.to_json() for finding in item.findings],
    )
