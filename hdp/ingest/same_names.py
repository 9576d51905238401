"""Files of one item that are called alike: what its record makes of them by its packing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from hdp.ingest.items import ScannedFile, below_root
from hdp.ingest.names import basename, fold
from hdp.ingest.packing import plan
from hdp.ingest.packing_model import PackChoices, PackFile, place_files
from hdp.sdk import Finding


def pack_files(files: Sequence[ScannedFile]) -> list[PackFile]:
    """The files of a scanned item as packing sees them."""
    position = {one.relpath: number for number, one in enumerate(files)}
    parents = [position.get(one.parent) for one in files]
    places = place_files([(one.root, one.path, up) for one, up in zip(files, parents, strict=True)])
    return [
        PackFile(one.root, one.path, place, one.role, one.size, one.sha256,
                 "" if up is None else places[up])
        for one, up, place in zip(files, parents, places, strict=True)
    ]  # fmt: skip


def same_names(
    files: Sequence[ScannedFile], *, archive_subfolders: bool = False
) -> tuple[Finding, ...]:
    """A finding for each name that several files have, without case and Unicode form.

    An error where they would clash in the record, else the way in which they are kept apart.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for one in files:
        groups[fold(basename(one.relpath))].append(one.relpath)
    alike = {name: sorted(some) for name, some in groups.items() if len(some) > 1}
    if not alike:
        return ()
    clashing = _clashing(files, archive_subfolders)
    return tuple(_said(paths, name in clashing) for name, paths in alike.items())


def _clashing(files: Sequence[ScannedFile], archive_subfolders: bool) -> set[str]:
    choices = PackChoices("subfolders" if archive_subfolders else "auto")
    found = plan(pack_files(files), choices).findings
    return {fold(one.args["name"]) for one in found if one.code == "same-name"}


def _said(paths: Sequence[str], clashes: bool) -> Finding:
    names = sorted({basename(one) for one in paths})
    listed = ", ".join(below_root(one) for one in paths)
    if len(names) == 1:
        message = f"Several files of the item are called {names[0]}: {listed}."
    else:
        message = f"Names of files of the item differ in {how_alike(names[0], names[1])}: {listed}."
    where = {"file": below_root(paths[0])}
    if not clashes:
        hint = "They go into a ZIP in the record, with their folders kept."
        return Finding("info", "same-name", message, hint, where)
    hint = (
        "A record is one flat list of files. Rename one, or put subfolders into a ZIP:"
        " hdp item pack ID --archive subfolders."
    )
    return Finding("error", "same-name", message, hint, where)


def how_alike(first: str, second: str) -> str:
    """In what two names differ that `fold` makes equal."""
    if first.casefold() == second.casefold():
        return "capital and small letters only"
    return "their Unicode form only"
