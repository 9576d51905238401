"""Files that steps made: checked, hashed, named, and moved into place when all is done."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

import filetype

from hdp.pipelines.calls import Call, failure
from hdp.pipelines.definition import RUN, StepDefinition
from hdp.pipelines.results import Artifact
from hdp.sdk import Component, Output, Refused, Result

PARADATA = "paradata.json"
CRATE = "ro-crate-metadata.json"
_BLOCK = 1 << 20
_TYPES = {
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp",
    ".tif": "image/tiff", ".tiff": "image/tiff", ".gif": "image/gif", ".svg": "image/svg+xml",
    ".glb": "model/gltf-binary", ".gltf": "model/gltf+json", ".obj": "model/obj",
    ".ply": "model/ply", ".stl": "model/stl", ".mtl": "model/mtl", ".json": "application/json",
    ".csv": "text/csv", ".txt": "text/plain", ".md": "text/markdown", ".html": "text/html",
    ".xml": "application/xml", ".pdf": "application/pdf", ".zip": "application/zip",
    ".mp4": "video/mp4", ".webm": "video/webm", ".mp3": "audio/mpeg", ".wav": "audio/wav",
    ".flac": "audio/flac", ".xlsx":
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


def hash_file(path: Path) -> tuple[int, str, str]:
    """Size, SHA-256 and MD5 of a file, in one pass."""
    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            sha256.update(block)
            md5.update(block)
            size += len(block)
    return size, sha256.hexdigest(), md5.hexdigest()


def guess_media_type(path: Path) -> str:
    """The media type by a fixed table, then by the file's first bytes."""
    known = _TYPES.get(path.suffix.lower())
    found: str | None = known or filetype.guess_mime(str(path))
    return found or "application/octet-stream"


def collect(
    step: StepDefinition, kind: type[Component[Any]], call: Call, result: Result, number: int
) -> list[Artifact]:
    """The call's files as artifacts, still in its work folder, each proven to be inside it."""
    ports = {one.name for one in kind.outputs}
    found = []
    for port, files in result.files.items():
        if port not in ports:
            raise failure(call, f'it has no output "{port}".', "component-output")
        for one in files:
            output = one if isinstance(one, Output) else Output(Path(one))
            found.append(_artifact(step, port, call, output, number))
    return found


def _artifact(step: StepDefinition, port: str, call: Call, output: Output, number: int) -> Artifact:
    path = _contained(call, output.path)
    size, sha256, md5 = hash_file(path)
    name = _name(step, path, number)
    parents = tuple(output.derived_from) or tuple(
        one.name for group in call.inputs.values() for one in group
    )
    relpath = _relpath(call, output.relpath, name)
    return Artifact(step.id, port, path, name, output.role, size, sha256, md5,
                    guess_media_type(path), parents, relpath)  # fmt: skip


def _contained(call: Call, path: Path) -> Path:
    whole = path if path.is_absolute() else call.workdir / path
    root = call.workdir.resolve()
    real = whole.resolve()
    if not real.is_relative_to(root) or whole.is_symlink():
        raise failure(
            call,
            f"the plugin {call.origin.plugin} gave back a file outside its work folder ({path}).",
            "component-output",
            "Nothing was taken over. Tell the plugin's author, or switch the plugin off.",
        )
    if not real.is_file():
        raise failure(call, f"it did not make the file {path.name}.", "component-output")
    return real


def _relpath(call: Call, wanted: str, name: str) -> str:
    path = PurePosixPath(wanted.replace("\\", "/") or name)
    if path.is_absolute() or ".." in path.parts or ":" in wanted:
        raise failure(call, f'"{wanted}" is no path inside the output folder.', "component-output")
    return str(path.with_name(name))


def _name(step: StepDefinition, path: Path, number: int) -> str:
    if not step.names:
        return path.name
    words = {"stem": path.stem, "ext": path.suffix, "name": path.name, "step": step.id,
             "n": str(number)}  # fmt: skip
    name = step.names
    for word, value in words.items():
        name = name.replace(f"{{{word}}}", value)
    return name


def place(artifact: Artifact, folder: Path, taken: dict[str, Artifact], call: Call) -> Artifact:
    """Move the file below `folder`; the same name twice within a step is an error."""
    relpath = artifact.relpath
    other = taken.get(relpath.casefold())
    if other is not None and other.step != artifact.step:
        relpath = f"{artifact.step}/{relpath}"
        other = taken.get(relpath.casefold())
    if other is not None or relpath.casefold() in (PARADATA, CRATE):
        source = f"the one made from {', '.join(other.derived_from)}" if other else "HDP's own file"
        raise failure(
            call,
            f"its file {artifact.name} would have the same name as {source}.",
            "pipeline-same-name",
            'Give the step names of its own, for example names: "{stem}_{n}{ext}".',
        )
    target = folder / relpath
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(artifact.path, target)
    placed = replace(artifact, path=target, relpath=relpath)
    taken[relpath.casefold()] = placed
    return placed


def write_paradata(folder: Path, data: Mapping[str, Any], crate: str = "") -> None:
    """Write how the files were made beside them, as JSON and as an RO-Crate."""
    if crate:
        (folder / CRATE).write_text(crate, encoding="utf-8")
        data = {**data, "crate_sha256": hash_file(folder / CRATE)[1]}
    text = json.dumps(data, ensure_ascii=False, indent=2, default=str)
    (folder / PARADATA).write_text(text + "\n", encoding="utf-8")


def tell(folder: Path, port: str) -> Artifact:
    """What the run tells of itself under `port`, as a file of the record."""
    name = {"paradata": PARADATA, "crate": CRATE}[port]
    size, sha256, md5 = hash_file(folder / name)
    return Artifact(RUN, port, folder / name, name, "metadata", size, sha256, md5,
                    "application/json", (), name)  # fmt: skip


def swap_in(new: Path, to: Path) -> None:
    """Make `new` the output folder; files that are not ours or were changed stay untouched.

    Refused, with nothing changed, where an output would overwrite such a file.
    """
    put = new.with_name(f".{to.name}.put-{uuid4().hex[:8]}")
    _check_conflicts(new, to)
    new.rename(put)  # from here on a run that is killed is finished by the next one
    _reached("ready")
    put_in_place(put, to)


def put_in_place(new: Path, to: Path) -> None:
    """Make a whole folder the output folder, also where half of it was done before."""
    ours = _earlier_outputs(to)
    _check_conflicts(new, to)
    foreign = [one for one in _files(to) if not _is_ours(to / one, ours.get(one))]
    if foreign:
        _merge(new, to, ours)
    else:
        _exchange(new, to)


def _check_conflicts(new: Path, to: Path) -> None:
    ours = _earlier_outputs(to)
    conflicts = [one for one in _files(new) if _would_lose(to / one, new / one, ours.get(one))]
    if conflicts:
        raise Refused(
            f"{to / conflicts[0]} is already there and was not made by this pipeline"
            " (or was changed since).",
            code="output-exists",
            hint="Move it away, or choose another output folder.",
            where={"file": str(to / conflicts[0])},
        )


def _reached(point: str) -> None:
    """Named points at which tests end the process."""


def _files(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    found = (one for one in folder.rglob("*") if one.is_symlink() or not one.is_dir())
    return sorted(one.relative_to(folder).as_posix() for one in found)


def _earlier_outputs(to: Path) -> dict[str, str]:
    """Paths and SHA-256 of what an earlier run left in `to`, by its own paradata."""
    try:
        data = json.loads((to / PARADATA).read_text(encoding="utf-8"))
        ours = {str(one["path"]): str(one["sha256"]) for one in data["outputs"]}
        crated = {CRATE: str(data["crate_sha256"])} if "crate_sha256" in data else {}
        return ours | crated | {PARADATA: hash_file(to / PARADATA)[1]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _is_ours(path: Path, sha256: str | None) -> bool:
    return bool(sha256) and not path.is_symlink() and hash_file(path)[1] == sha256


def _would_lose(there: Path, new: Path, sha256: str | None) -> bool:
    if not there.is_symlink() and not there.exists():
        return False
    if there.is_symlink() or not there.is_file():
        return True
    return not _is_ours(there, sha256) and hash_file(there)[1] != hash_file(new)[1]


def _exchange(new: Path, to: Path) -> None:
    if not to.exists():
        new.rename(to)
        return
    old = to.with_name(f".{to.name}.old-{uuid4().hex[:8]}")
    to.rename(old)
    _reached("away")
    try:
        new.rename(to)
    except OSError:
        old.rename(to)
        shutil.rmtree(new, ignore_errors=True)
        raise
    _reached("exchanged")
    shutil.rmtree(old, ignore_errors=True)


def _merge(new: Path, to: Path, ours: Mapping[str, str]) -> None:
    left = sorted(_files(new), key=PARADATA.__eq__)  # what says whose files they are comes last
    made = {*left, *_earlier_outputs(new)}
    for one in left:
        (to / one).parent.mkdir(parents=True, exist_ok=True)
        os.replace(new / one, to / one)  # noqa: PTH105 - replaces in one step
        _reached("merging")
    for one, sha256 in ours.items():
        if one not in made and (to / one).is_file() and _is_ours(to / one, sha256):
            (to / one).unlink()
    shutil.rmtree(new, ignore_errors=True)
