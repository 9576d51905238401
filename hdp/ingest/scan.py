"""A scan: walk, group, hash. Checks of content are a second job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from sys import intern
from threading import Lock

from hdp.ingest.bundles import group
from hdp.ingest.fingerprint import fingerprint
from hdp.ingest.follow import KnownReferences
from hdp.ingest.hashing import Hashed, Hashes, Known, hash_file, hash_many
from hdp.ingest.items import ScannedFile, ScannedItem, ScanResult, worst
from hdp.ingest.options import ScanOptions
from hdp.ingest.review import count, look, report
from hdp.ingest.table_rows import rows_without_file
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
    walked: Walked | None = None,
    hashed: bool = True,
    known_references: KnownReferences | None = None,
) -> ScanResult:
    """The items of a folder, hashed; the same for the same set of files.

    `known` gives (sha256, md5, media type) by (relpath, size, mtime_ns, inode) for files that
    need not be read again; `progress` is told bytes done, bytes in all, and what is done;
    `walked` is what `walk` gave just before, and is used up. Not `hashed`, files are only
    listed and grouped, and their kind is the one of their extension. `known_references` gives
    what a file names for those that need not be parsed again; the result has them all.
    """
    walked = walked or walk(options, cancelled=cancelled)
    print_ = fingerprint(options, walked)
    same = _Same(options, walked, known, cancelled)
    grouped = group(options, walked, same, cancelled=cancelled, known_references=known_references)
    items = grouped.items
    rows = _rows_without_file(options, walked, items)
    whole = hashed and _hash(options, walked, items, known, progress, cancelled)
    seen = look(items)
    skipped = dict(sorted((walked.skipped + grouped.left_out).items()))
    findings = (*walked.findings, *grouped.findings, *rows)
    findings += (*report(options, walked, seen, items, skipped),)
    roots = {f"textures-{number}": path for number, path in walked.roots.items()}
    roots |= {f"added-{one.number}": one.folder for one in options.added}
    counts = count(seen, items, skipped)
    print_ = print_ if whole else ""
    references = grouped.references
    return ScanResult(tuple(items), counts, findings, skipped, roots, print_, references)


def _rows_without_file(
    options: ScanOptions, walked: Walked, items: list[ScannedItem]
) -> list[Finding]:
    taken = {one.relpath for item in items for one in item.files} if options.table_rows else ()
    return rows_without_file(options, (one.relpath for one in walked.files), taken)


def _hash(
    options: ScanOptions,
    walked: Walked,
    items: list[ScannedItem],
    known: Known | None,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> bool:
    """Put the hashes into the items, one after the other, so that none is there twice.

    Gives whether all files could be read.
    """
    wanted = _members(walked, items)
    walked.files.clear()
    tell = _teller(progress, sum(one.size for one in wanted))
    hashed = {
        one.found.relpath: one
        for one in hash_many(
            options.path_of, wanted, known=known, progress=tell, cancelled=cancelled
        )
    }
    for number, item in enumerate(items):
        items[number] = _with_hashes(item, hashed)
    return all(one.finding is None for one in hashed.values())


class _Same:
    """Whether two files have equal content; reads only those of equal size, each once."""

    def __init__(
        self,
        options: ScanOptions,
        walked: Walked,
        known: Known | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.options = options
        self.files = {one.relpath: one for one in walked.files}
        self.known = known.get if isinstance(known, Mapping) else known
        self.cancelled = cancelled
        self._hashes: dict[str, str] = {}

    def __call__(self, first: str, second: str) -> bool:
        if self.files[first].size != self.files[second].size:
            return False
        return self._hash(first) == self._hash(second)

    def _hash(self, relpath: str) -> str:
        if relpath not in self._hashes:
            self._hashes[relpath] = self._known(relpath) or self._read(relpath)
        return self._hashes[relpath]

    def _known(self, relpath: str) -> str:
        one = self.files[relpath]
        key = (relpath, one.size, one.mtime_ns, one.inode)
        before = self.known(key) if self.known else None
        return before[0] if before else ""

    def _read(self, relpath: str) -> str:
        try:
            return hash_file(self.options.path_of(relpath), cancelled=self.cancelled).sha256
        except OSError:
            return f"unreadable {relpath}"


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
        status = worst(file.status, _FILE_STATUS[hashed.finding.code])
        return replace(file, status=status, findings=(*file.findings, hashed.finding))
    hashes = hashed.hashes or Hashes("", "")
    media = hashes.media_type or file.media_type
    return file.with_hashes(hashes.sha256, hashes.md5, intern(media))
