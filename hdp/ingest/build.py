"""One item of its files: the primary, the tree of what it needs, sidecars, what clashes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hdp.ingest.items import ScannedFile, ScannedItem
from hdp.ingest.names import extension_of
from hdp.ingest.options import ScanOptions
from hdp.ingest.primary import choose_primary, kind_of_extension
from hdp.ingest.same_names import same_names
from hdp.ingest.sidecars import Sidecars
from hdp.ingest.types import by_extension
from hdp.ingest.units import Trees, roots_of
from hdp.ingest.walk import Found
from hdp.sdk import Finding


class Builder:
    """Makes items; what a file is and needs is looked up once, however many items have it."""

    def __init__(
        self, options: ScanOptions, files: Mapping[str, Found], trees: Trees, sidecars: Sidecars
    ) -> None:
        self.options = options
        self.files = files
        self.trees = trees
        self.sidecars = sidecars

    def item(self, key: str, members: Sequence[str], starters: Sequence[str] = ()) -> ScannedItem:
        """The item of some files; its primary is one of the `starters` where there are any."""
        self.trees.check_cancelled()
        roots = roots_of(members, self.trees) if len(members) > 1 else list(members)
        primary = self._by_hand(members) or self._primary(roots, starters)
        places: dict[str, tuple[str, str]] = {primary: ("primary", "")}
        hosted = {one for host in members for one in self.sidecars.of(host)} & set(members)
        ordered = [primary, *(one for one in roots if one != primary)]
        for one in ordered:
            if one not in hosted:
                places.setdefault(one, ("member", ""))
        for one in ordered:
            for path, place in self.trees.of(one).items():
                places.setdefault(path, place)
        for one in list(places):
            for path in self._sidecars_of(one, members):
                places.setdefault(path, ("sidecar", one))
        for one in sorted(members):
            places.setdefault(one, ("member", ""))
        files = tuple(self._file(path, *place) for path, place in places.items())
        packed = self.options.archive_subfolders
        findings = same_names(files, archive_subfolders=packed) if len(files) > 1 else ()
        return ScannedItem(key, primary, files, findings)

    def _by_hand(self, members: Sequence[str]) -> str:
        """The file that a person made primary, or ""."""
        by_hand = self.options.by_hand.primaries
        if not by_hand:
            return ""
        chosen = by_hand.intersection(members) or by_hand & self.trees.reach(members)
        return min(chosen, default="")

    def _sidecars_of(self, relpath: str, members: Sequence[str]) -> list[str]:
        """A file's sidecars but those that a person put elsewhere."""
        elsewhere = self.options.by_hand.groups
        found = self.sidecars.of(relpath)
        return [one for one in found if one not in elsewhere or one in members]

    def _primary(self, roots: Sequence[str], starters: Sequence[str]) -> str:
        if len(roots) == 1:
            return roots[0]
        extension = self.options.primary
        own = [one for one in roots if not self.sidecars.hosts(one)] or list(roots)
        if extension and any(extension_of(one) == extension for one in own):
            return choose_primary(own, extension)
        notes = ("material", "note")
        best = [one for one in own if kind_of_extension(extension_of(one)) not in notes] or own
        may = set(starters)
        return choose_primary([one for one in best if one in may] or best)

    def _file(self, relpath: str, role: str, parent: str) -> ScannedFile:
        found = self.files[relpath]
        status, findings = "valid", tuple[Finding, ...]()
        if relpath in self.trees.referring:
            follower = self.trees.follower
            status = follower.status(relpath, lambda one: follower.node(one).status)
            findings = tuple(follower.node(relpath).findings)
        return ScannedFile(
            relpath=relpath, role=role, size=found.size, mtime_ns=found.mtime_ns,
            inode=found.inode, media_type=by_extension(relpath), status=status,
            findings=findings, parent=parent,
        )  # fmt: skip
