"""What a person has to know of the names in the record: collisions, limits, broken paths."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from hdp.ingest.names import basename, fold, folder_of
from hdp.ingest.packing_model import PackChoices, RecordFile, Tree, common_folder
from hdp.sdk import Finding


def check_same_names(
    record: Sequence[RecordFile], taken: Sequence[str], item_id: int
) -> Iterator[Finding]:
    """Names that are the same, or are on systems that fold case or Unicode forms."""
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in record:
        groups[fold(one.name)].append((one.name, one.source.path))
    for name in taken:
        groups[fold(name)].append((name, f"{name} (made by a pipeline)"))
    for group in groups.values():
        if len(group) > 1:
            names = [name for name, _ in group]
            paths = [path for _, path in group]
            yield Finding(
                "error",
                "same-name",
                f"{len(group)} files would be called {names[0]} in the record"
                f"{_how(names)}: {', '.join(paths)}.",
                f"Put the subfolders into one ZIP: {_command(item_id, 'subfolders')}"
                " (or rename one and scan again).",
                _where(item_id, paths[0]),
                {"name": names[0], "paths": paths, "proposed": {"archive": "subfolders"}},
            )


def check_inside(record: Sequence[RecordFile], item_id: int) -> Iterator[Finding]:
    """Paths in a ZIP that are one where capitals or Unicode forms make no difference."""
    for one in record:
        if one.kind != "zip":
            continue
        groups: dict[str, list[str]] = defaultdict(list)
        for inside, _ in one.members:
            groups[fold(inside)].append(inside)
        for alike in groups.values():
            if len(alike) > 1:
                yield Finding(
                    "warning",
                    "names-alike",
                    f"{' and '.join(alike)} in {one.name} differ little{_how(alike)}: on some"
                    " systems one is unpacked over the other.",
                    "Rename one and scan again.",
                    _where(item_id, alike[0]),
                    {"name": alike[0], "paths": alike},
                )


def _how(names: Sequence[str]) -> str:
    if len(set(names)) == 1:
        return ""
    if len({unicodedata.normalize("NFC", one) for one in names}) == 1:
        return " (only the Unicode form differs)"
    return " (only capital and small letters differ)"


def check_limits(
    tree: Tree,
    record: Sequence[RecordFile],
    others: int,
    most_files: int | None,
    most_bytes: int | None,
    item_id: int,
) -> Iterator[Finding]:
    """More files or bytes than the repository takes in a record, with what helps."""
    count, size = len(record) + others, sum(one.size for one in record)
    if most_files is not None and count > most_files:
        proposed, what = _fewer(tree, record, others, most_files)
        yield Finding(
            "error",
            "too-many-files",
            f"{count} files; the repository takes {most_files} in a record.",
            f"{what}: {_command(item_id, proposed)}",
            _where(item_id),
            {"count": count, "most": most_files, "proposed": {"archive": proposed}},
        )
    if most_bytes is not None and size > most_bytes:
        yield Finding(
            "error",
            "too-large",
            f"{size / 1e9:.1f} GB; the repository takes {most_bytes / 1e9:.0f} GB in a record.",
            "Divide the item into several; a ZIP would not be smaller.",
            _where(item_id),
            {"bytes": size, "most": most_bytes},
        )


def _fewer(tree: Tree, record: Sequence[RecordFile], others: int, most: int) -> tuple[str, str]:
    base = common_folder([one.relpath for one in tree.files])
    deeper = sum(1 for one in tree.files if folder_of(one.relpath) != base)
    already = any(one.kind == "zip" for one in record)
    if deeper and not already and len(tree.files) - deeper + 1 + others <= most:
        return "subfolders", f"Put the {deeper} files of the subfolders into one ZIP"
    return "all", f"Put all {len(tree.files)} files into one ZIP"


def check_paths(
    tree: Tree, record: Sequence[RecordFile], base: str, choices: PackChoices, item_id: int
) -> Iterator[Finding]:
    """References that whoever downloads the record would not find, as far as names tell."""
    if choices.model == "flatten":
        return
    places = _places(record)
    cut = [one for one in tree.needed if _is_cut(places, one.parent, one.relpath)]
    if not cut:
        return
    first, more = cut[0], len(cut) - 1
    meant = choices.model in ("as-is", "glb")
    yield Finding(
        "warning" if meant else "error",
        "paths-flattened",
        f"{basename(first.parent)} looks for {_relative(first.parent, first.relpath)}, but a"
        " record has no folders: whoever downloads it has to put the files back there"
        + (f" ({more} more)." if more else "."),
        f"Put them into a ZIP ({_command(item_id, 'auto')}), or choose --model flatten or glb.",
        _where(item_id, first.path),
        {"files": len(cut), "proposed": {"archive": "auto", "model": "zip"}},
    )


def _places(record: Sequence[RecordFile]) -> dict[str, str]:
    """Item path -> where it is after everything was downloaded and unpacked beside each other."""
    places: dict[str, str] = {}
    for one in record:
        if one.kind != "glb":
            places |= {file.relpath: inside for inside, file in one.members}
    return places


def _is_cut(places: dict[str, str], parent: str, child: str) -> bool:
    if parent not in places or child not in places:
        return True
    return _relative(places[parent], places[child]) != _relative(parent, child)


def _relative(start: str, goal: str) -> str:
    """The path from one file to another, as it would be written into the first."""
    here = folder_of(start).split("/") if folder_of(start) else []
    there = goal.split("/")
    while here and len(there) > 1 and here[0] == there[0]:
        here, there = here[1:], there[1:]
    return "/".join([".."] * len(here) + there)


def _command(item_id: int, archive: str) -> str:
    return f"hdp item pack {item_id or 'ID'} --archive {archive}"


def _where(item_id: int, file: str = "") -> dict[str, Any]:
    return {**({"item": item_id} if item_id else {}), **({"file": file} if file else {})}
