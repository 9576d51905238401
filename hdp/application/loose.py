"""Running a pipeline on files that belong to no project."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from hdp.application import pipelining
from hdp.net import Client
from hdp.sdk import Conflict, LocalFile, NotFound, Record

if TYPE_CHECKING:
    from hdp.application.app import Application
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
) -> RunResult:
    """Run a pipeline on files together, a model with what it refers to; results go to `to`."""
    from hdp.pipelines.runner import run

    pipeline = pipelining.read_pipeline(app, name)
    files = [_local(path) for path in paths]
    for path in paths:
        if to.resolve() == path.resolve().parent:
            raise Conflict(
                f"{to} is the folder of {path.name}: originals are never mixed with results.",
                code="same-folder",
                hint="Choose another folder for --to.",
            )
    return run(
        pipeline, files=files, record=Record(fields={}, files=files), catalogue=app.catalogue,
        to=to.resolve(), http=Client(), workroot=app.home / "work", params=params,
        progress=progress, cancelled=cancelled,
    )  # fmt: skip


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
    except (OSError, ValueError):
        return  # the component that opens the file says what is wrong with it
    for one in named:
        pure = PurePosixPath(one.text.replace("\\", "/"))
        there = path.parent / pure
        if pure.is_absolute() or ".." in pure.parts or there in seen or not there.is_file():
            continue
        seen.add(there)
        yield there
        yield from _referred(there, folder, seen)
