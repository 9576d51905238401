"""general.zip: one archive that is the same bytes whenever and wherever it is made."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from hdp.sdk import Component, LocalFile, Output, Params, Port, Result, Step
from hdp_plugins.general.names import fill, refuse_doubles

# Dates and rights are not the files': the same files give the same archive.
_WHEN = (1980, 1, 1, 0, 0, 0)
_RIGHTS = 0o644 << 16
_PACKED = (".jpg", ".jpeg", ".png", ".webp", ".glb", ".zip", ".gz", ".7z", ".mp3", ".mp4", ".webm",
           ".xlsx", ".docx", ".odt", ".pdf", ".jp2", ".jxl", ".heic")  # fmt: skip
_BLOCK = 1 << 20


@dataclass(frozen=True)
class ZipParams(Params):
    """How the archive is called, and what stands in it."""

    name: str = field(
        default="{key}.zip", metadata={"help": "The archive's name; {key}, {title}, {stem}, {n}."}
    )
    folders: bool = field(
        default=True,
        metadata={"help": "Keep the files' folders, so that a model finds its textures."},
    )


class Zip(Component[ZipParams]):
    """All files in one ZIP, in the order of their names; larger than 4 GB as ZIP64."""

    id = "general.zip"
    version = 1
    title = "Pack into a ZIP archive"
    inputs = (Port("files", ("*/*",), many=True),)
    outputs = (Port("archive", ("application/zip",)),)
    params = ZipParams
    reads = ("title",)

    def run(self, step: Step[ZipParams]) -> Result:
        """The archive."""
        files = _with_references(step.inputs["files"])
        names = [_inside(one, step.params.folders) for one in files]
        refuse_doubles(names, files)
        name = fill(step.params.name, files[0], step.record, 1)
        path = step.workdir / (name if name.lower().endswith(".zip") else f"{name}.zip")
        with zipfile.ZipFile(path, "w", allowZip64=True) as archive:
            ordered = sorted(zip(names, files, strict=True), key=lambda pair: pair[0])
            for number, (inside, file) in enumerate(ordered):
                step.check_cancelled()
                step.progress(number, len(files), inside)
                _add(archive, inside, file)
        output = Output(path, role="archive", derived_from=[one.name for one in files])
        return Result({"archive": [output]})


def _with_references(files: Sequence[LocalFile]) -> list[LocalFile]:
    def walk(ones: Sequence[LocalFile]) -> Iterator[LocalFile]:
        for one in ones:
            yield one
            yield from walk(one.references)

    return list({one.path: one for one in walk(files)}.values())


def _inside(file: LocalFile, folders: bool) -> str:
    parts = PurePosixPath(file.relpath.replace("\\", "/")).parts if folders else ()
    safe = [one for one in parts if one not in ("..", "/") and ":" not in one]
    return "/".join(safe) or file.name


def _add(archive: zipfile.ZipFile, inside: str, file: LocalFile) -> None:
    facts = zipfile.ZipInfo(inside, _WHEN)
    facts.external_attr = _RIGHTS
    facts.create_system = 3
    stored = Path(inside).suffix.lower() in _PACKED
    facts.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    facts.file_size = file.path.stat().st_size
    with file.path.open("rb") as source, archive.open(facts, "w") as target:
        shutil.copyfileobj(source, target, _BLOCK)
