"""What a scan says of all that was found: counts, and what a person should look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from hdp.ingest.items import ScannedFile, ScannedItem, below_root
from hdp.ingest.keys import MOST_TOLD
from hdp.ingest.names import extension_of, fold
from hdp.ingest.options import ScanOptions
from hdp.ingest.primary import kind_of_extension
from hdp.ingest.same_names import how_alike
from hdp.ingest.types import UNKNOWN
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
_ONE = {
    "link": "link", "special": "no regular file", "extension": "of another extension",
    "subfolder": "in a subfolder and not referred to", "folder": "folder not looked into",
    "loose": "above the folders that are items", "folder-unused": "in a folder that is no item",
    "name": "with a name that is no text",
}  # fmt: skip


@dataclass
class Seen:
    """All files of the items, each once: how many, and those of which something is said."""

    files: int = 0
    size: int = 0
    extensions: Counter[str] = field(default_factory=Counter)
    office: list[ScannedFile] = field(default_factory=list)
    unknown: list[ScannedFile] = field(default_factory=list)
    alike: list[list[str]] = field(default_factory=list)


def look(items: Iterable[ScannedItem]) -> Seen:
    """Look at all files once."""
    seen = Seen()
    files = {one.relpath: one for item in items for one in item.files}
    for path, one in files.items():
        extension = extension_of(path)
        seen.files += 1
        seen.size += one.size
        seen.extensions[extension] += 1
        if extension in _OFFICE:
            seen.office.append(one)
        elif _is_unknown(one, extension):
            seen.unknown.append(one)
    seen.alike = _near(files)
    return seen


def _is_unknown(one: ScannedFile, extension: str) -> bool:
    if one.media_type != UNKNOWN or one.role in _FOR_PROGRAMS:
        return False
    return kind_of_extension(extension) == "other"


def count(seen: Seen, items: Sequence[ScannedItem], skipped: dict[str, int]) -> dict[str, Any]:
    """How much there is: each file once, however many items have it."""
    extensions = dict(sorted(seen.extensions.items()))
    kinds: dict[str, dict[str, int]] = {}
    for extension, number in extensions.items():
        kinds.setdefault(kind_of_extension(extension), {})[extension] = number
    return {
        "items": len(items),
        "files": seen.files,
        "bytes": seen.size,
        "by_extension": extensions,
        "by_kind": dict(sorted(kinds.items())),
        "office": len(seen.office),
        "unknown": len(seen.unknown),
        "skipped": skipped,
    }


def report(
    options: ScanOptions,
    walked: Walked,
    seen: Seen,
    items: Sequence[ScannedItem],
    skipped: dict[str, int],
) -> list[Finding]:
    """What a person should know of the whole, most of it about single files."""
    findings = [_skipped(skipped)] if skipped else []
    findings += [_link_outside(link) for link in sorted(walked.links) if walked.links[link] is None]
    findings += _flagged(options, seen)
    findings += _alike("files", seen.alike)
    findings += _alike("items", _near({one.key for one in items}))
    findings += _of_items(items)
    if len(items) >= _MANY:
        message = f"These would become {len(items):,} records, each with a DOI of its own."
        hint = "If several files belong together, choose how they are bundled."
        args = {"count": len(items)}
        findings.append(Finding("info", "many-records", message, hint, {}, args))
    return findings


def _skipped(skipped: dict[str, int]) -> Finding:
    parts = ", ".join(f"{number} {_words(why, number)}" for why, number in skipped.items())
    return Finding("info", "skipped", f"Left out: {parts}.", "", {}, dict(skipped))


def _words(why: str, number: int) -> str:
    many = REASONS.get(why, why)
    return _ONE.get(why, many) if number == 1 else many


def _link_outside(link: str) -> Finding:
    message = (
        f"{link} is a link that leads out of the input folder, or nowhere; it was not followed."
    )
    hint = "Put a copy of the file in its place if it belongs to the item."
    return Finding("warning", "link-outside", message, hint, {"file": link})


def _flagged(options: ScanOptions, seen: Seen) -> list[Finding]:
    office = [one.path for one in seen.office if extension_of(one.path) not in options.extensions]
    unknown = [one.path for one in seen.unknown if extension_of(one.path) not in options.extensions]
    findings = []
    if office:
        message = f"{_listed(office, 'office document')} would be published, too."
        hint = "Contracts and lists of persons lie in such folders; --exclude leaves them out."
        findings.append(_of_many("office-documents", message, hint, office))
    if unknown:
        message = f"{_listed(unknown, 'file')} of a kind that is not known."
        hint = "Look whether they belong to the collection, and leave out the others by --exclude."
        findings.append(_of_many("unknown-kind", message, hint, unknown))
    return findings


def _listed(paths: list[str], what: str) -> str:
    plural = "" if len(paths) == 1 else "s"
    paths.sort()
    shown = ", ".join(paths[:_SHOWN]) + (", ..." if len(paths) > _SHOWN else "")
    return f"{len(paths)} {what}{plural} ({shown})"


def _of_many(code: str, message: str, hint: str, paths: list[str]) -> Finding:
    args = {"count": len(paths), "files": paths[:MOST_TOLD]}
    return Finding("warning", code, message, hint, {"file": paths[0]}, args)


def _alike(what: str, groups: Iterable[list[str]]) -> list[Finding]:
    """Files, or items, whose names differ in case or Unicode form only."""
    pairs = ((first, other) for first, *others in groups for other in others)
    return [
        _names_alike(what, below_root(first), below_root(other))
        for first, other in islice(pairs, MOST_TOLD)
    ]


def _near(names: Iterable[str]) -> list[list[str]]:
    """The names that are one without case and Unicode form, sorted."""
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
