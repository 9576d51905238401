"""general.checksums: a manifest that sha256sum, md5sum and BagIt tools check."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from hdp.sdk import Component, LocalFile, Output, Params, Port, Result, Step
from hdp_plugins.general.names import refuse_doubles


@dataclass(frozen=True)
class ChecksumParams(Params):
    """Which checksums are written."""

    algorithm: Literal["sha256", "md5", "sha512"] = field(
        default="sha256", metadata={"help": "The checksum; MD5 only for tools that know no other."}
    )


class Checksums(Component[ChecksumParams]):
    """One line for each file: its checksum, two spaces, its name in the record."""

    id = "general.checksums"
    version = 1
    title = "Write a checksum manifest"
    inputs = (Port("files", ("*/*",), many=True),)
    outputs = (Port("manifest", ("text/plain",)),)
    params = ChecksumParams

    def run(self, step: Step[ChecksumParams]) -> Result:
        """The manifest of all files, sorted by name."""
        files = _all(step.inputs["files"])
        refuse_doubles([one.name for one in files], files)
        lines = []
        for number, file in enumerate(files):
            step.check_cancelled()
            step.progress(number, len(files), file.name)
            lines.append(f"{_checksum(file, step.params.algorithm)}  {_escaped(file.name)}\n")
        path = step.workdir / f"manifest-{step.params.algorithm}.txt"
        path.write_text("".join(sorted(lines, key=lambda line: line.split("  ", 1)[1])), "utf-8")
        output = Output(path, role="metadata", derived_from=[one.name for one in files])
        return Result({"manifest": [output]})


def _all(files: Sequence[LocalFile]) -> list[LocalFile]:
    """The files and what they refer to, each once."""
    found: dict[Path, LocalFile] = {}
    for one in files:
        for each in (one, *one.references):
            found.setdefault(each.path, each)
    return list(found.values())


def _checksum(file: LocalFile, algorithm: str) -> str:
    known: str = {"sha256": file.sha256, "md5": file.md5}.get(algorithm, "")
    if known:
        return known  # of the bytes that this run was given
    with file.path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()


def _escaped(name: str) -> str:
    """Line ends and % as BagIt (RFC 8493) writes them."""
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")
