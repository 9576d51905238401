"""Finished steps, kept so that they need not be done again; found by all that matters to them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from hdp.pipelines.calls import Call
from hdp.pipelines.output import hash_file
from hdp.pipelines.results import Artifact
from hdp.sdk import Component, Finding, LocalFile, Output, Result

FOLDER = Path(".hdp", "steps")
DAYS = 30.0
BYTES = 20 << 30
_RESULT = "result.json"
_YOUNG_S = 3600.0
Sha256 = Callable[[LocalFile], str]


def make_key(kind: type[Component[Any]], call: Call, plugin: str, sha256: Sha256) -> str:
    """What names a call's result: component, settings, files by hash, what it reads.

    `plugin` is the version of the component's plugin. Secrets do not matter to a result.
    """
    told = {
        "component": kind.id, "version": kind.version, "plugin": [call.origin.plugin, plugin],
        "params": dict(call.settings), "settings": dict(call.own),
        "inputs": {port: [_file(one, sha256) for one in files]
                   for port, files in call.inputs.items()},
        "fields": dict(call.record.fields), "extra": dict(call.record.extra),
        "item": call.record.key,
        "files": [(one.name, one.role, one.sha256) for one in call.record.files],
    }  # fmt: skip
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def stamp_of(folder: Path) -> str:
    """What changes when somebody works on a plugin of their own, whatever its version says."""
    told = hashlib.sha256()
    for one in sorted(folder.rglob("*")):
        if one.suffix in (".py", ".toml", ".json", ".txt") and one.is_file():
            told.update(f"{one.relative_to(folder)} ".encode() + one.read_bytes())
    return told.hexdigest()


def _file(one: LocalFile, sha256: Sha256) -> list[Any]:
    below = [_file(other, sha256) for other in one.references]
    return [one.name, one.relpath, one.role, one.media_type, sha256(one), below]


@dataclass(frozen=True)
class Kept:
    """The finished steps in a folder; they go when unused for `days`, or above `size` bytes.

    A step that cannot be kept or read is done again: nothing here makes a run fail.
    """

    folder: Path
    days: float = DAYS
    size: int = BYTES

    def find(self, key: str, workdir: Path) -> tuple[Result, str, str] | None:
        """A finished step with copies of its files in `workdir`, when it began and ended."""
        entry = self.folder / key
        try:
            told = json.loads((entry / _RESULT).read_text(encoding="utf-8"))
            result = _restore(told, entry, workdir)
            times = str(told["started"]), str(told["finished"])
            os.utime(entry)
        except (OSError, ValueError, KeyError, TypeError):
            _empty(workdir)
            return None
        if result is None:  # somebody changed a file of it
            shutil.rmtree(entry, ignore_errors=True)
            _empty(workdir)
            return None
        return result, *times

    def keep(
        self, key: str, call: Call, result: Result, made: Sequence[Artifact], started: str,
        finished: str,
    ) -> None:  # fmt: skip
        """Keep a step's result; `made` are its files, in the order of `result.files`."""
        new = self.folder / f".new-{uuid4().hex}"
        try:
            new.mkdir(parents=True)
            told = _describe(call, result, made) | {"started": started, "finished": finished}
            for number, one in enumerate(made):
                _link(one.path, new / str(number))
            (new / _RESULT).write_text(json.dumps(told), encoding="utf-8")
            shutil.rmtree(self.folder / key, ignore_errors=True)
            new.rename(self.folder / key)
        except (OSError, ValueError, TypeError):
            shutil.rmtree(new, ignore_errors=True)

    def trim(self) -> None:
        """Remove what was not used for long, then the oldest until the rest is small enough."""
        now, room = time.time(), self.size
        for used, size, entry in sorted(self._entries(), reverse=True):
            room -= size
            half_made = entry.name.startswith(".")
            if now - used > (_YOUNG_S if half_made else self.days * 86_400) or room < 0:
                shutil.rmtree(entry, ignore_errors=True)

    def _entries(self) -> Iterator[tuple[float, int, Path]]:
        with contextlib.suppress(OSError):
            for one in self.folder.iterdir():
                with contextlib.suppress(OSError):
                    size = sum(file.stat().st_size for file in one.iterdir())
                    yield one.stat().st_mtime, size, one


def _describe(call: Call, result: Result, made: Sequence[Artifact]) -> dict[str, Any]:
    """The result as JSON; TypeError where it holds what JSON cannot give back the same."""
    left = iter(enumerate(made))
    root = call.workdir.resolve()
    files: dict[str, list[dict[str, Any]]] = {}
    for port, outputs in result.files.items():
        files[port] = []
        for one in outputs:
            output = one if isinstance(one, Output) else Output(Path(one))
            number, artifact = next(left)
            path = (root / output.path).resolve()
            files[port].append({
                "kept": str(number), "path": path.relative_to(root).as_posix(),
                "role": output.role, "relpath": output.relpath,
                "derived_from": list(output.derived_from), "sha256": artifact.sha256,
            })  # fmt: skip
    told: dict[str, Any] = _with_lists({
        "files": files, "metadata": result.metadata, "values": result.values,
        "evidence": result.evidence, "findings": [one.to_json() for one in result.findings],
    })  # fmt: skip
    if json.loads(json.dumps(told)) != told:
        raise TypeError("not the same after a round trip through JSON")
    return told


def _with_lists(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _with_lists(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_lists(one) for one in value]
    return value


def _restore(told: Mapping[str, Any], entry: Path, workdir: Path) -> Result | None:
    files: dict[str, list[Output]] = {}
    for port, outputs in told["files"].items():
        files[port] = []
        for one in outputs:
            path = workdir / one["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(entry / one["kept"], path)
            if hash_file(path)[1] != one["sha256"]:
                return None
            files[port].append(Output(path, role=one["role"], relpath=one["relpath"],
                                      derived_from=tuple(one["derived_from"])))  # fmt: skip
    return Result(
        dict(files), told["metadata"], [Finding(**one) for one in told["findings"]],
        told["values"], told["evidence"],
    )  # fmt: skip


def _link(path: Path, to: Path) -> None:
    """The same file under another name, which costs no room; a copy where that cannot be."""
    try:
        to.hardlink_to(path)
    except (OSError, NotImplementedError):
        shutil.copyfile(path, to)


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
