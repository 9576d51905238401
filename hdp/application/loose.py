"""Running a pipeline on files that belong to no project."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from hdp.application import pipelining
from hdp.net import Client
from hdp.pipelines.executors import Pool
from hdp.sdk import Cancelled, Conflict, HdpError, LocalFile, NotFound, Record, Refused

if TYPE_CHECKING:
    from hdp.application.app import Application
    from hdp.pipelines.definition import Pipeline
    from hdp.pipelines.results import RunResult


def run_on_files(
    app: Application,
    name: str,
    paths: Sequence[Path],
    to: Path,
    *,
    params: Mapping[str, Any],
    progress: Callable[[int, int | None, str], None],
    cancelled: Callable[[], bool],
    until: str = "",
) -> tuple[RunResult, list[HdpError]]:
    """Run a pipeline on files together, a model with what it refers to; results go to `to`.

    With `until`, that step is the last one done.

    Where a file spoils the run, the others are done without it; returns the result and an
    error for each file that was left out. Raises where not one of them could be done.
    """
    from hdp.application.trying_out import up_to

    pipeline = up_to(pipelining.read_pipeline(app, name), until)
    files = [_local(path) for path in paths]
    for path in paths:
        if to.resolve() == path.resolve().parent:
            raise Conflict(
                f"{to} is the folder of {path.name}: originals are never mixed with results.",
                code="same-folder",
                hint="Choose another folder for --to.",
            )
    pool = Pool()
    work = _Run(app, pipeline, params, progress, cancelled, pool)
    try:
        return _run(work, files, to.resolve())
    finally:
        pool.close()


def _run(work: _Run, files: Sequence[LocalFile], to: Path) -> tuple[RunResult, list[HdpError]]:
    try:
        return work(files, to), []
    except (Cancelled, Refused):
        raise
    except HdpError:
        good, failures = work.sort_out(files)
        if not good or not failures:
            raise
    return work(good, to), failures


@dataclass(frozen=True)
class _Run:
    app: Application
    pipeline: Pipeline
    params: Mapping[str, Any]
    progress: Callable[[int, int | None, str], None]
    cancelled: Callable[[], bool]
    pool: Pool

    def __call__(self, files: Sequence[LocalFile], to: Path) -> RunResult:
        from hdp.pipelines.runner import run

        return run(
            self.pipeline, files=files, record=Record(fields={}, files=files),
            catalogue=self.app.catalogue, to=to, http=Client(), workroot=self.app.home / "work",
            params=self.params, progress=self.progress, cancelled=self.cancelled,
            secret=self.app.plugin_settings.secret, settings=self.app.plugin_settings.values,
            pool=self.pool,
        )  # fmt: skip

    def sort_out(self, files: Sequence[LocalFile]) -> tuple[list[LocalFile], list[HdpError]]:
        """Try each file alone in a folder that is thrown away; those that do, and the errors."""
        if len(files) < 2 or self.pipeline.scope != "item":
            return [], []
        good, failures = [], list[HdpError]()
        with tempfile.TemporaryDirectory() as folder:
            for number, file in enumerate(files):
                try:
                    self([file], Path(folder, str(number)))
                    good.append(file)
                except Cancelled:
                    raise
                except HdpError as error:
                    error.where = {"file": str(file.path), **error.where}
                    failures.append(error)
        return good, failures


def _local(path: Path) -> LocalFile:
    if not path.is_file():
        raise NotFound(
            f"There is no file {path}.", code="no-such-file", hint="Check its name.",
            where={"file": str(path)},
        )  # fmt: skip
    path = path.resolve()
    references = [
        LocalFile(path=one, name=one.name, media_type=_media(one), role="member",
                  relpath=one.relative_to(path.parent).as_posix())
        for one in dict.fromkeys(_referred(path, path.parent, {path}))
    ]  # fmt: skip
    return LocalFile(
        path=path, name=path.name, media_type=_media(path), relpath=path.name,
        references=references,
    )  # fmt: skip


def _media(path: Path) -> str:
    from hdp.ingest.types import HEAD, media_type

    with path.open("rb") as file:
        return media_type(path.name, file.read(HEAD))


def _referred(path: Path, folder: Path, seen: set[Path]) -> Iterator[Path]:
    """The files that a model names and that stand in or below its folder, theirs too."""
    from hdp.ingest.references import references_of

    try:
        named = references_of(path)
    except (OSError, ValueError, HdpError):
        return  # the component that opens the file says what is wrong with it
    for one in named:
        pure = PurePosixPath(one.text.replace("\\", "/"))
        there = path.parent / pure
        if pure.is_absolute() or ".." in pure.parts or there in seen or not there.is_file():
            continue
        seen.add(there)
        yield there
        yield from _referred(there, folder, seen)
