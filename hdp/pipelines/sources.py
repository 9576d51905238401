"""Proof that nobody changed the files a pipeline works on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from hdp.pipelines.calls import Call, failure
from hdp.pipelines.output import hash_file
from hdp.sdk import ComponentError, InvalidInput, LocalFile

Stamp = tuple[int, int, int, int]


@dataclass(frozen=True)
class _Seen:
    name: str
    size: int
    sha256: str
    md5: str
    stamp: Stamp


def _stamp(path: Path) -> Stamp:
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino


def _with_references(files: Iterable[LocalFile]) -> Iterator[LocalFile]:
    for one in files:
        yield one
        yield from _with_references(one.references)


@dataclass
class Sources:
    """The files as they were first seen, by path."""

    seen: dict[Path, _Seen] = field(default_factory=dict)

    def remember(self, files: Iterable[LocalFile]) -> None:
        """Hash the files; InvalidInput where one is gone or is not what the project knows."""
        for one in _with_references(files):
            if one.path in self.seen:
                continue
            try:
                stamp = _stamp(one.path)
                size, sha256, md5 = hash_file(one.path)
            except OSError as error:
                raise InvalidInput(
                    f"{one.name} cannot be read: {error.strerror or error}.",
                    code="file-missing",
                    hint="Scan the folder again.",
                    where={"file": one.name},
                ) from None
            if one.sha256 and one.sha256 != sha256:
                raise InvalidInput(
                    f"{one.name} was changed since it was scanned.",
                    code="file-changed",
                    hint="Scan the folder again, then run the pipeline.",
                    where={"file": one.name},
                )
            self.seen[one.path] = _Seen(one.name, size, sha256, md5, stamp)

    def sha256(self, file: LocalFile) -> str:
        """The SHA-256 of a remembered file."""
        return self.seen[file.path].sha256

    def completed(self, file: LocalFile) -> LocalFile:
        """The file with its size and hashes filled in."""
        seen = self.seen[file.path]
        return replace(file, size=seen.size, sha256=seen.sha256, md5=seen.md5)

    def prove_untouched(self, call: Call) -> None:
        """ComponentError naming the component where the call changed one of its inputs."""
        for one in _with_references(file for group in call.inputs.values() for file in group):
            if self._is_changed(one.path, self.seen[one.path], fast=True):
                raise failure(
                    call,
                    f"the plugin {call.origin.plugin} changed its input {one.name}.",
                    "source-changed",
                    "Get the file back from your backup, and switch the plugin off.",
                )

    def prove_unchanged(self) -> None:
        """ComponentError where any file's content differs from what it was at first."""
        for path, seen in self.seen.items():
            if self._is_changed(path, seen, fast=False):
                raise ComponentError(
                    f"{seen.name} was changed while the pipeline ran; its results were not kept.",
                    code="source-changed",
                    hint="Check the file, scan the folder again and run the pipeline again.",
                    where={"file": seen.name},
                )

    def _is_changed(self, path: Path, seen: _Seen, *, fast: bool) -> bool:
        try:
            if fast and _stamp(path) == seen.stamp:
                return False
            return hash_file(path)[1] != seen.sha256
        except OSError:
            return True
