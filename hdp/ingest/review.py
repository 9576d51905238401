"""What a scan says of all that was found: counts, and what a person should look at."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from hdp.ingest.build import how_alike
from hdp.ingest.items import ScannedFile, ScannedItem, below_root
from hdp.ingest.keys import MOST_TOLD
from hdp.ingest.names import basename, extension_of, fold
from hdp.ingest.options import ScanOptions
from hdp.ingest.types import UNKNOWN, by_extension, kind_of
from hdp.ingest.walk import Walked
from hdp.sdk import Finding

_OFFICE = {
    ".doc", ".docx", ".docm", ".dot", ".dotx", ".odt", ".ott", ".rtf", ".pages", ".xls", ".xlsx",
    ".xlsm", ".xlsb", ".ods", ".numbers", ".ppt", ".pptx", ".pptm", ".odp", ".key", ".msg", ".eml",
    ".pst", ".mdb", ".accdb", ".vsd", ".vsdx", ".one", ".pub", ".mpp",
}  # fmt: skip
_FOR_PROGRAMS = ("material", "texture", "buffer", "sidecar")
_SHOWN = 10
# So many records are no mistake in most collections, but a person should have heard the number.
_MANY = 1000

REASONS = {
    "hidden": "hidden", "litter": "litter of the system", "link": "links",
    "excluded": "excluded", "never": "the project's own", "special": "no regular files",
    "extension": "of other extensions", "subfolder": "in subfolders and not referred to",
    "folder": "folders not looked into", "loose": "above the folders that are items",
    "folder-unused": "in folders that are no items", "unreadable": "unreadable",
    "name": "with names that are no text",
}  # fmt: skip


def count(items: Sequence[ScannedItem], skipped: dict[str, int]) -> dict[str, Any]:
    """How much there is: each file once, however many items have it."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    size = files = 0
    flagged: Counter[str] = Counter()
    for one in _each(items):
        extension = extension_of(one.relpath)
        kinds[kind_of(basename(one.relpath))][extension] += 1
        flagged[_flag(one, extension)] += 1
        size += one.size
        files += 1
    total: Counter[str] = sum(kinds.values(), Counter())
    return {
        "items": len(items),
        "files": files,
        "bytes": size,
        "by_extension": dict(sorted(total.items())),
        "by_kind": {kind: dict(sorted(kinds[kind].items())) for kind in sorted(kinds)},
        "office": flagged["office"],
        "unknown": flagged["unknown"],
        "skipped": skipped,
    }


def _each(items: Iterable[ScannedItem]) -> Iterable[ScannedFile]:
    seen: set[str] = set()
    for item in items:
        for one in item.files:
            if one.relpath not in seen:
                seen.add(one.relpath)
                yield one


def _flag(file: ScannedFile, extension: str) -> str:
    if extension in _OFFICE:
        return "office"
    unknown = file.media_type == UNKNOWN and by_extension(file.relpath) == UNKNOWN
    return "unknown" if unknown and file.role not in _FOR_PROGRAMS else ""


def report(
    options: ScanOptions, walked: Walked, items: Sequence[ScannedItem], skipped: dict[str, int]
) -> list[Finding]:
    """What a person should know of the whole, most of it about single files."""
    findings = [_skipped(skipped)] if skipped else []
    findings += [_link_outside(link) for link in sorted(walked.links) if walked.links[link] is None]
    findings += _flagged(options, items)
    findings += _alike(items)
    findings += _of_items(items)
    if len(items) >= _MANY:
        message = f"These would become {len(items):,} records, each with a DOI of its own."
        hint = "If several files belong together, choose how they are bundled."
        args = {"count": len(items)}
        findings.append(Finding("info", "many-records", message, hint, {}, args))
    return findings


def _skipped(skipped: dict[str, int]) -> Finding:
    parts = ", ".join(f"{number} {REASONS.get(why, why)}" for why, number in skipped.items())
    return Finding("info", "skipped", f"Left out: {parts}.", "", {}, dict(skipped))


def _link_outside(link: str) -> Finding:
    message = (
        f"{link} is a link that leads out of the input folder, or nowhere; it was not followed."
    )
    hint = "Put a copy of the file in its place if it belongs to the item."
    return Finding("warning", "link-outside", message, hint, {"file": link})


def _flagged(options: ScanOptions, items: Sequence[ScannedItem]) -> list[Finding]:
    found: dict[str, list[str]] = {"office": [], "unknown": []}
    for one in _each(items):
        extension = extension_of(one.relpath)
        flag = _flag(one, extension)
        if flag and extension not in options.extensions:
            found[flag].append(one.path)
    findings = []
    if found["office"]:
        message = f"{_listed(found['office'], 'office document')} would be published with the rest."
        hint = (
            "Contracts and lists of persons lie in such folders: look, and leave out by --exclude."
        )
        findings.append(_of_many("office-documents", message, hint, found["office"]))
    if found["unknown"]:
        message = f"{_listed(found['unknown'], 'file')} of a kind that is not known."
        hint = "Look whether they belong to the collection, and leave out the others by --exclude."
        findings.append(_of_many("unknown-kind", message, hint, found["unknown"]))
    return findings


def _listed(paths: list[str], what: str) -> str:
    plural = "" if len(paths) == 1 else "s"
    paths.sort()
    shown = ", ".join(paths[:_SHOWN]) + (", ..." if len(paths) > _SHOWN else "")
    return f"{len(paths)} {what}{plural} ({shown})"


def _of_many(code: str, message: str, hint: str, paths: list[str]) -> Finding:
    args = {"count": len(paths), "files": paths[:MOST_TOLD]}
    return Finding("warning", code, message, hint, {"file": paths[0]}, args)


def _alike(items: Sequence[ScannedItem]) -> list[Finding]:
    """Files, and items, whose names differ in case or Unicode form only."""
    findings: list[Finding] = []
    paths = _near({one.relpath for one in _each(items)})
    keys = _near({one.key for one in items})
    for what, groups in (("files", paths), ("items", keys)):
        for first, *others in groups:
            for other in others if len(findings) < MOST_TOLD else ():
                findings.append(_names_alike(what, below_root(first), below_root(other)))
    return findings


def _near(names: set[str]) -> list[list[str]]:
    first: dict[str, str] = {}
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        folded = fold(name)
        if folded in first:
            groups.setdefault(folded, [first[folded]]).append(name)
        else:
            first[folded] = name
    return list(groups.values())


def _names_alike(what: str, first: str, second: str) -> Finding:
    how = how_alike(first, second)
    message = f"The names of the {what} {first} and {second} differ in {how}."
    hint = "They are kept apart here; on some systems they would be one. Rename one of them."
    args = {"what": what, "names": [first, second]}
    return Finding("warning", "names-alike", message, hint, {"file": second}, args)


def _of_items(items: Sequence[ScannedItem]) -> list[Finding]:
    found = [(item, one) for item in items if item.findings for one in item.findings]
    return [
        Finding(one.severity, one.code, one.message, one.hint, {**one.where, "item": item.key})
        for item, one in found[:MOST_TOLD]
    ]
