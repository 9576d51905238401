"""A scan: walk, group, hash. Checks of content are a second job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

from hdp.ingest.bundles import group, mark
from hdp.ingest.hashing import Hashed, Hashes, Known, hash_file, hash_many
from hdp.ingest.items import ScannedFile, ScannedItem, ScanResult
from hdp.ingest.names import extension_of
from hdp.ingest.options import ScanOptions
from hdp.ingest.walk import Found, Walked, walk
from hdp.sdk import Finding

Progress = Callable[[int, int | None, str], None]
_FILE_STATUS = {"missing": "missing", "changed": "changed", "unreadable": "invalid"}


def scan(
    options: ScanOptions,
    *,
    known: Known | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ScanResult:
    """The items of a folder, hashed; the same for the same set of files.

    `known` gives (sha256, md5, media type) by (relpath, size, mtime_ns, inode) for files that
    need not be read again; `progress` is told bytes done, bytes in all, and what is done.
    """
    walked = walk(options, cancelled=cancelled)
    grouped = group(options, walked, _Same(options.input, walked))
    wanted = _members(walked, grouped.items)
    total = sum(one.size for one in wanted)
    tell = _teller(progress, total)
    hashed = {
        one.found.relpath: one
        for one in hash_many(options.input, wanted, known=known, progress=tell, cancelled=cancelled)
    }
    items = tuple(_with_hashes(item, hashed) for item in grouped.items)
    skipped = dict(sorted((walked.skipped + grouped.left_out).items()))
    findings = (*walked.findings, *_summary(walked, skipped))
    return ScanResult(items, _counts(items, wanted, skipped), findings, skipped)


class _Same:
    """Whether two files have equal content; reads only those of equal size, each once."""

    def __init__(self, root: Path, walked: Walked) -> None:
        self.root = root
        self.sizes = {one.relpath: one.size for one in walked.files}
        self._hashes: dict[str, str] = {}

    def __call__(self, first: str, second: str) -> bool:
        if self.sizes[first] != self.sizes[second]:
            return False
        return self._hash(first) == self._hash(second)

    def _hash(self, relpath: str) -> str:
        if relpath not in self._hashes:
            try:
                self._hashes[relpath] = hash_file(self.root / relpath).sha256
            except OSError:
                self._hashes[relpath] = f"unreadable {relpath}"
        return self._hashes[relpath]


def _members(walked: Walked, items: list[ScannedItem]) -> list[Found]:
    taken = {one.relpath for item in items for one in item.files}
    return [one for one in walked.files if one.relpath in taken]


def _teller(progress: Progress | None, total: int) -> Callable[[int], None] | None:
    if progress is None:
        return None
    tell, lock, done = progress, Lock(), [0]

    def told(count: int) -> None:
        with lock:
            done[0] += count
            tell(done[0], total, "Reading files")

    return told


def _with_hashes(item: ScannedItem, hashed: dict[str, Hashed]) -> ScannedItem:
    return replace(item, files=tuple(_hashed_file(one, hashed[one.relpath]) for one in item.files))


def _hashed_file(file: ScannedFile, hashed: Hashed) -> ScannedFile:
    if hashed.finding:
        return mark(file, _FILE_STATUS[hashed.finding.code], hashed.finding)
    hashes = hashed.hashes or Hashes("", "")
    media = hashes.media_type or file.media_type
    return replace(file, sha256=hashes.sha256, md5=hashes.md5, media_type=media)


def _counts(
    items: tuple[ScannedItem, ...], files: list[Found], skipped: dict[str, int]
) -> dict[str, Any]:
    kinds = Counter(extension_of(one.relpath) for one in files)
    return {
        "items": len(items),
        "files": len(files),
        "bytes": sum(one.size for one in files),
        "by_extension": dict(sorted(kinds.items())),
        "skipped": skipped,
    }


_REASONS = {
    "hidden": "hidden", "litter": "litter of the system", "link": "links",
    "excluded": "excluded", "never": "the project's own", "special": "no regular files",
    "extension": "of other extensions", "subfolder": "in subfolders and not referred to",
    "unreadable": "unreadable", "name": "with names that are no text",
}  # fmt: skip


def _summary(walked: Walked, skipped: dict[str, int]) -> list[Finding]:
    findings = []
    if skipped:
        parts = ", ".join(f"{count} {_REASONS[reason]}" for reason, count in skipped.items())
        findings.append(Finding("info", "skipped", f"Left out: {parts}.", "", {}, dict(skipped)))
    for link in sorted(one for one, goal in walked.links.items() if goal is None):
        message = (
            f"{link} is a link that leads out of the input folder, or nowhere; it was not followed."
        )
        hint = "Put a copy of the file in its place if it belongs to the item."
        findings.append(Finding("warning", "link-outside", message, hint, {"file": link}))
    return findings
