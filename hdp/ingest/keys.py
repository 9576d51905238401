"""The key of a file as a function of its name: same key, same item."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hdp.ingest import patterns
from hdp.ingest.items import below_root
from hdp.ingest.names import basename, fold, stem_of
from hdp.ingest.options import ScanOptions
from hdp.sdk import Finding

Cancel = Callable[[], bool]


def keys_of(
    options: ScanOptions, paths: Sequence[str], cancelled: Cancel | None = None
) -> tuple[list[str], list[Finding]]:
    """The key of each file, "" for those that are items of their own, and what did not fit."""
    names = [basename(one) for one in paths]
    if options.bundle == "none":
        return [""] * len(names), []
    if options.bundle == "stem":
        return [stem_of(one) for one in names], []
    if options.bundle == "table":
        found = _by_table(options.table_groups, names)
        return found, [*options.table_findings, *_unmatched(paths, found, _no_row)]
    if options.bundle in ("core", "pattern"):
        found = patterns.keys(options.bundle, names, [options.pattern], cancelled)
        return found, _unmatched(paths, found, _no_match)
    stems = [stem_of(one) for one in names]
    prefix = options.prefix if options.bundle != "suffix" else ""
    suffix = options.suffix if options.bundle != "prefix" else ""
    found = patterns.keys(options.bundle, stems, [prefix, suffix], cancelled)
    findings = _unmatched(paths, found, _nothing_left)
    return [key or stem for key, stem in zip(found, stems, strict=True)], findings


def _by_table(groups: Mapping[str, str], names: Sequence[str]) -> list[str]:
    """Looked up by the name, then by the stem, then by both without case and Unicode form."""
    folded: dict[str, str] = {}
    for name, group in groups.items():
        folded.setdefault(fold(name), group)

    def look_up(name: str) -> str:
        stem = stem_of(name)
        for table, spelt in ((groups, str), (folded, fold)):
            for one in (name, stem):
                if key := table.get(spelt(one)):
                    return key
        return ""

    return [look_up(one) for one in names]


MOST_TOLD = 100


def _unmatched(
    paths: Sequence[str], keys: Sequence[str], tell: Callable[[str], Finding]
) -> list[Finding]:
    missed = [path for path, key in zip(paths, keys, strict=True) if not key]
    shown = [tell(one) for one in missed[:MOST_TOLD]]
    rest = len(missed) - len(shown)
    if rest:
        message = f"The same is true of {rest} more files."
        shown.append(Finding("warning", shown[0].code, message, shown[0].hint, {}, {"count": rest}))
    return shown


def _no_match(path: str) -> Finding:
    message = f"The pattern finds nothing in the name {basename(path)}; it is an item of its own."
    hint = "The pattern is looked for in the whole name with its extension."
    return Finding("warning", "no-match", message, hint, {"file": below_root(path)})


def _nothing_left(path: str) -> Finding:
    message = f"Prefix and suffix leave nothing of the name {basename(path)}; its stem is the key."
    return Finding(
        "warning", "no-match", message, "Make the pattern narrower.", {"file": below_root(path)}
    )


def _no_row(path: str) -> Finding:
    message = f"The table has no group for {basename(path)}; it is an item of its own."
    hint = "Add a row for it, or look whether the right column was chosen for the file names."
    return Finding("warning", "no-group", message, hint, {"file": below_root(path)})
