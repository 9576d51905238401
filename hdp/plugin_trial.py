"""Others' plugins are tried in a process of their own before HDP loads them into itself.

A plugin may crash Python or never come back while it is imported. That happens in the trial
then, once, and is remembered until the plugin changes.
"""

from __future__ import annotations

import hashlib
import json
import logging
import multiprocessing
import os
import platform
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path

from hdp import __version__
from hdp.paths import replace_text
from hdp.plugin_importing import Origin

log = logging.getLogger(__name__)

FILE = "plugin-trials.json"
SECONDS = 30.0
_START_S = 120.0  # a process and its imports, on a computer that is busy with other things
Load = Callable[[Origin], object]


def try_plugins(
    found: Mapping[Origin, Path], load: Load, home: Path, *, seconds: float | None = None
) -> dict[Origin, str]:
    """Why plugins (origin -> folder) must not be loaded; only what is new or changed is tried.

    `load` is a function that can be pickled. What it raises is no reason: that is told,
    with its place, where HDP loads the plugin itself.
    """
    if not found or multiprocessing.current_process().daemon:
        return {}  # a worker, which may have no processes below it: HDP has tried them
    known, stamps = _read(home), {one: _stamp(folder) for one, folder in found.items()}
    fresh = [one for one, stamp in stamps.items() if known.get(_key(one), {}).get("is") != stamp]
    if fresh:
        told = _try_all(fresh, load, SECONDS if seconds is None else seconds)
        known |= {_key(one): {"is": stamps[one], "why": told.get(one, "")} for one in fresh}
        _write(home, known)
    return {one: why for one in found if (why := known[_key(one)]["why"])}


def forget_trial(home: Path, plugin: str) -> None:
    """Try a plugin again the next time, though it is as it was."""
    known = _read(home)
    kept = {key: one for key, one in known.items() if key.split(" ")[0] != plugin}
    if kept != known:
        _write(home, kept)


def _key(origin: Origin) -> str:
    return f"{origin.plugin} {origin.folder or origin.module}"


def _stamp(folder: Path) -> str:
    told = hashlib.sha256(f"{__version__} {platform.python_version()}".encode())
    for one in sorted(folder.rglob("*")):
        if one.suffix != ".pyc" and one.is_file():
            about = one.stat()
            told.update(f"{one.relative_to(folder)} {about.st_size} {about.st_mtime_ns}".encode())
    return told.hexdigest()


def _read(home: Path) -> dict[str, dict[str, str]]:
    try:
        data = json.loads((home / FILE).read_text(encoding="utf-8"))
        return {key: {"is": str(one["is"]), "why": str(one["why"])} for key, one in data.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # they are tried once more


def _write(home: Path, known: Mapping[str, Mapping[str, str]]) -> None:
    try:
        if known:
            replace_text(home / FILE, json.dumps(known, indent=1))
        else:
            (home / FILE).unlink(missing_ok=True)
    except OSError as error:
        log.warning("Trials of plugins are not remembered: %s", error)


def _try_all(origins: Sequence[Origin], load: Load, seconds: float) -> dict[Origin, str]:
    told: dict[Origin, str] = {}
    left = list(origins)
    while left:
        done, why = _try_until_one_fails(left, load, seconds)
        if done < len(left):
            told[left[done]] = why
        left = left[done + 1 :]
    return told


def _try_until_one_fails(origins: Sequence[Origin], load: Load, seconds: float) -> tuple[int, str]:
    """How many came through, and what happened to the next one."""
    context = multiprocessing.get_context("spawn")  # fork hangs after some native libraries ran
    pipe, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, load, tuple(origins)), daemon=True)
    process.start()
    theirs.close()
    try:
        return _watch(pipe, len(origins), seconds)
    finally:
        if process.is_alive():
            process.kill()
        process.join()
        pipe.close()


def _watch(pipe: Connection, count: int, seconds: float) -> tuple[int, str]:
    done = -1  # the first word is that the process has started
    try:
        while done < count:
            if not pipe.poll(_START_S if done < 0 else seconds):
                return max(done, 0), (
                    f"It was not loaded after {seconds:g} seconds and was stopped. Correct it;"
                    " HDP tries again when it has changed, or when you switch it on again."
                )
            pipe.recv_bytes()
            done += 1
    except (EOFError, OSError):
        return max(done, 0), (
            "It ended the whole program while it was loaded, in a trial. Tell its author; HDP"
            " tries again when it has changed, or when you switch it on again."
        )
    return count, ""


def _serve(pipe: Connection, load: Load, origins: Sequence[Origin]) -> None:
    """Load one after the other, with a word after each."""
    _be_quiet()
    pipe.send_bytes(b"begun")
    for one in origins:
        try:
            load(one)
        except BaseException:  # told where HDP loads it itself
            log.debug("Trial of %s", one.plugin, exc_info=True)
        pipe.send_bytes(b"next")


def _be_quiet() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nowhere, number)
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which ends this one
    _die_with_parent()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        wait([sentinel])
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
