"""A run on another computer: what is sent there, what happens there, what comes back."""

from __future__ import annotations

import platform
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from hdp import __version__, paths, plugins
from hdp.net import Client
from hdp.pipelines.definition import Pipeline
from hdp.pipelines.keeping import Kept
from hdp.pipelines.results import RunResult
from hdp.pipelines.runner import run
from hdp.sdk import ComponentError, HdpError, LocalFile, NotFound, Record

_ASK_AGAIN_S = 1.0
Tell = Callable[[int, int | None, str], None]


@dataclass(frozen=True)
class Order:
    """One item's run; `components` are id -> version that must be there.

    `sent` holds the files by path where the other computer does not see ours; `kept` is where
    finished steps are found and left where it does.
    """

    hdp: str
    pipeline: Pipeline
    files: tuple[LocalFile, ...]
    record: Record
    to: Path
    params: Mapping[str, Any]
    components: Mapping[str, int]
    folders: tuple[str, ...]
    secrets: Mapping[tuple[str, str], str]
    settings: Mapping[str, Mapping[str, str]]
    sent: Mapping[Path, bytes] | None = None
    kept: Path | None = None
    again: bool = False


@dataclass(frozen=True)
class Answer:
    """The result or the error; `made` holds the results by path below the output folder."""

    result: RunResult | None = None
    error: tuple[str, dict[str, Any]] | None = None
    made: Mapping[str, bytes] | None = None


def perform(order: Order, scratch: str, tell: Tell, cancelled: Callable[[], bool]) -> Answer:
    """Do it here, in a folder below `scratch`; every failure comes back in words."""
    try:
        with tempfile.TemporaryDirectory(prefix="hdp-", dir=scratch) as folder:
            return _perform(order, Path(folder), tell, _seldom(cancelled))
    except HdpError as error:
        return Answer(error=(type(error).code, error.to_json()))
    except OSError as error:
        text = f"The worker on {platform.node()} could not work: {error.strerror or error}."
        failed = ComponentError(text, code="cluster-worker", hint="Is its disk full?")
        return Answer(error=(failed.code, failed.to_json()))


def _perform(order: Order, folder: Path, tell: Tell, cancelled: Callable[[], bool]) -> Answer:
    catalogue = _catalogue(order.folders)
    _check_same(order, catalogue)
    here = _unpacked(order, folder / "in") if order.sent is not None else order
    _check_seen(here.files)
    to = folder / "out" / "results" if order.sent is not None else order.to
    with Client() as http:
        result = run(
            order.pipeline, files=here.files, record=here.record, catalogue=catalogue, to=to,
            http=http, workroot=folder / "work", params=order.params, progress=tell,
            cancelled=cancelled, secret=_finder(order.secrets),
            settings=lambda plugin: order.settings.get(plugin, {}),
            kept=Kept(order.kept) if order.kept and order.sent is None else None, again=order.again,
        )  # fmt: skip
    made = _contents(to) if order.sent is not None else None
    return Answer(_back(result, here, order), made=made)


def _seldom(cancelled: Callable[[], bool]) -> Callable[[], bool]:
    """The same question, asked over the network once a second at most."""
    last = [0.0, False]

    def ask() -> bool:
        if not last[1] and time.monotonic() - last[0] > _ASK_AGAIN_S:
            last[:] = [time.monotonic(), cancelled()]
        return bool(last[1])

    return ask


@lru_cache(maxsize=8)
def _catalogue(folders: tuple[str, ...]) -> plugins.Catalogue:
    there = [Path(one) for one in folders if Path(one).is_dir()]
    return plugins.load(paths.home_dir(), extra=there)


def _check_same(order: Order, catalogue: plugins.Catalogue) -> None:
    where = platform.node()
    if order.hdp != __version__:
        raise ComponentError(
            f"The worker on {where} has HDP {__version__}, and this is {order.hdp}.",
            code="cluster-version", hint="Install the same version on all computers.",
        )  # fmt: skip
    for name, version in order.components.items():
        try:
            found = catalogue.component(name).version
        except HdpError as error:
            raise ComponentError(
                f"The worker on {where} has no component {name}.", code="cluster-version",
                hint="Install its plugin there, and switch it on: hdp plugin enable ID",
            ) from error  # fmt: skip
        if found != version:
            raise ComponentError(
                f"The worker on {where} has {name}@{found}, and this is {name}@{version}.",
                code="cluster-version", hint="Install the same version of the plugin there.",
            )  # fmt: skip


def with_references(files: Iterable[LocalFile]) -> Iterator[LocalFile]:
    """All files, each followed by those it refers to."""
    for one in files:
        yield one
        yield from with_references(one.references)


def _check_seen(files: Sequence[LocalFile]) -> None:
    for one in with_references(files):
        if not one.path.is_file():
            raise ComponentError(
                f"The worker on {platform.node()} does not see {one.name}.",
                code="cluster-no-file",
                hint="All workers need the folder under the same path, or none of them.",
                where={"file": str(one.path)},
            )


def _unpacked(order: Order, folder: Path) -> Order:
    """The order with its files written below `folder`, beside each other as they were."""
    sent = order.sent or {}
    places = _side_by_side(list(sent), folder)
    for path, content in sent.items():
        places[path].parent.mkdir(parents=True, exist_ok=True)
        places[path].write_bytes(content)
    files = tuple(_moved(one, places) for one in order.files)
    return replace(order, files=files, record=replace(order.record, files=files))


def _side_by_side(sent: Sequence[Path], folder: Path) -> dict[Path, Path]:
    """A place below `folder` for each, relative to each other as they were."""
    common = set.intersection(*(set(one.parents) for one in sent)) if sent else set()
    if not common:  # on several drives: nothing refers from one to the other
        return {one: folder / str(number) / one.name for number, one in enumerate(sent)}
    top = max(common, key=lambda one: len(one.parts))
    return {one: folder / one.relative_to(top) for one in sent}


def _moved(file: LocalFile, places: Mapping[Path, Path]) -> LocalFile:
    below = [_moved(one, places) for one in file.references]
    return replace(file, path=places[file.path], references=below)


def _finder(secrets: Mapping[tuple[str, str], str]) -> Callable[[str, str], str]:
    def find(plugin: str, name: str) -> str:
        if (plugin, name) in secrets:
            return secrets[plugin, name]
        raise NotFound(f'The secret "{name}" is not set.', code="secret-missing")

    return find


def _contents(folder: Path) -> dict[str, bytes]:
    found = [one for one in folder.rglob("*") if one.is_file()] if folder.is_dir() else []
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in found}


def _back(result: RunResult, here: Order, order: Order) -> RunResult:
    """The result with the paths of the computer that asked."""
    pairs = zip(with_references(here.files), with_references(order.files), strict=True)
    given = {ours.path: theirs for ours, theirs in pairs}
    made = {one.path: order.to / one.relpath for one in result.outputs}
    result.outputs = [replace(one, path=made[one.path]) for one in result.outputs]
    result.upload = [_uploaded(one, given, made) for one in result.upload]
    return result


def _uploaded(
    one: LocalFile, given: Mapping[Path, LocalFile], made: Mapping[Path, Path]
) -> LocalFile:
    if one.path in given:
        return replace(given[one.path], size=one.size, sha256=one.sha256, md5=one.md5)
    return replace(one, path=made[one.path])
