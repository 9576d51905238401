"""A BagIt bag: payload, manifests and tags, written beside and judged before it counts."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hdp.sdk import Rejected
from hdp_plugins.archive import crate, disk
from hdp_plugins.archive.disk import Sums

PAYLOAD = "data"
RECORD = "metadata/record.json"


def build(place: Path, payload: Mapping[str, tuple[Path, Sums]], tags: Mapping[str, Any]) -> None:
    """Write a whole bag into the new folder `place` and validate it.

    `payload` has the files by name; `tags` become the record's own file in the bag.
    """
    (place / PAYLOAD).mkdir(parents=True)
    sums = {name: one for name, (_, one) in payload.items()}
    for name, (path, _) in payload.items():
        _take(path, place / PAYLOAD / name)
    described = place / PAYLOAD / crate.METADATA
    disk.write(described, crate.describe(tags, sums))
    sums[crate.METADATA] = disk.measure(described)
    _write_tags(place, sums, tags)
    validate(place)


def _take(path: Path, to: Path) -> None:
    try:
        # The draft's own copy, which goes when this becomes a bag: no bytes are copied again.
        os.link(path, to)
    except OSError:
        shutil.copyfile(path, to)


def _write_tags(place: Path, sums: Mapping[str, Sums], tags: Mapping[str, Any]) -> None:
    size = sum(one.size for one in sums.values())
    fields = tags["metadata"]
    info = {
        "Bagging-Date": str(tags["published"])[:10],
        "Bag-Software-Agent": "Heritage Data Processor",
        "External-Identifier": tags["id"],
        "External-Description": " ".join(str(fields.get("title", "")).split()),
        "Payload-Oxum": f"{size}.{len(sums)}",
    }
    (place / RECORD).parent.mkdir()
    disk.write(place / RECORD, json.dumps(tags, ensure_ascii=False, indent=1) + "\n")
    disk.write(place / "bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    disk.write(place / "bag-info.txt", "".join(f"{key}: {one}\n" for key, one in info.items()))
    for kind in ("md5", "sha256"):
        lines = [f"{getattr(one, kind)}  {PAYLOAD}/{name}\n" for name, one in sorted(sums.items())]
        disk.write(place / f"manifest-{kind}.txt", "".join(lines))
    names = ("bag-info.txt", "bagit.txt", "manifest-md5.txt", "manifest-sha256.txt", RECORD)
    told = [(hashlib.sha256((place / name).read_bytes()).hexdigest(), name) for name in names]
    disk.write(place / "tagmanifest-sha256.txt", "".join(f"{a}  {b}\n" for a, b in told))


def validate(place: Path) -> None:
    """Read every byte of a bag against its manifests; Rejected says what does not fit."""
    import bagit  # type: ignore[import-untyped]

    try:
        bagit.Bag(str(place)).validate()
        return
    except (bagit.BagError, ValueError, UnicodeError) as error:
        reason = str(error)
    raise Rejected(
        f"The bag is not valid: {reason.rstrip('.')}.",
        code="bag-invalid",
        hint="Upload the named files again; the record was not published.",
    )


def read_record(place: Path) -> dict[str, Any]:
    """What a bag says about itself; Rejected where that is damaged."""
    try:
        data = json.loads((place / RECORD).read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict) and isinstance(data.get("metadata"), dict):
        return data
    raise Rejected(
        f"{place / RECORD} is damaged.",
        code="archive-damaged",
        hint="Restore the bag from a copy; HDP does not change it.",
        where={"file": str(place / RECORD)},
    )


def read_sums(place: Path) -> dict[str, Sums]:
    """Size and digests of a bag's payload by its manifests, without the crate's own file."""
    digests: dict[str, dict[str, str]] = {}
    for kind in ("md5", "sha256"):
        for line in (place / f"manifest-{kind}.txt").read_text(encoding="utf-8").splitlines():
            digest, _, name = line.partition("  ")
            digests.setdefault(name.removeprefix(f"{PAYLOAD}/"), {})[kind] = digest
    digests.pop(crate.METADATA, None)
    sizes = {name: (place / PAYLOAD / name).stat().st_size for name in digests}
    return {
        name: Sums(sizes[name], one.get("md5", ""), one.get("sha256", ""))
        for name, one in digests.items()
    }
