"""general.program: a program of yours on each file. No security boundary: it has your rights."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath

from hdp.sdk import (
    Component,
    ComponentError,
    InvalidInput,
    LocalFile,
    NotFound,
    Output,
    Params,
    Port,
    Refused,
    Result,
    Step,
)

_POLL_S = 0.05
_GRACE_S = 2.0
_TOLD = 400  # characters of what the program said
_MOST_SAID = 1 << 20


@dataclass(frozen=True)
class ProgramParams(Params):
    """Which program, and what it is told."""

    program: str = field(
        default="", metadata={"help": "Its name in your settings (Settings > General > Programs)."}
    )
    arguments: Sequence[str] = field(
        default=("{input}", "{output}/{name}"),
        metadata={"help": "{input}, {output} (a folder), {name}, {stem}, {ext}; no shell."},
    )
    results: str = field(
        default="*", metadata={"help": "Which files of its folder are results, such as *.tif."}
    )
    limit: int = field(
        default=600, metadata={"help": "Seconds for each file.", "min": 1, "unit": "s"}
    )
    memory: int = field(
        default=0,
        metadata={"help": "Megabytes of memory at most (on Linux); 0: any.", "min": 0},
    )


class Program(Component[ProgramParams]):
    """Runs one program for each file, in a folder and with an environment of its own."""

    id = "general.program"
    version = 1
    title = "Run a program"
    inputs = (Port("files", ("*/*",)),)
    outputs = (Port("files", ("*/*",)),)
    params = ProgramParams

    def run(self, step: Step[ProgramParams]) -> Result:
        """What the program left in its folder."""
        path = find_program(step, step.params.program)
        (file,) = step.inputs["files"]
        folder = step.workdir / "out"
        folder.mkdir()
        command = [str(path), *(_filled(one, file, folder) for one in step.params.arguments)]
        step.progress(0, 1, f"{step.params.program}: {file.name}")
        _watch(step, command, folder)
        made = sorted(one for one in folder.rglob(step.params.results) if one.is_file())
        if not made:
            raise _failed(step, f"it made no file {step.params.results}")
        return Result({"files": [Output(one, derived_from=(file.name,)) for one in made]})


def find_program(step: Step[ProgramParams], name: str) -> Path:
    """The path in the person's settings; Refused where it is not there."""
    try:
        path = Path(step.setting(f"program.{name}")) if name else None
    except NotFound:
        path = None
    if path is None:
        raise Refused(
            f"The program “{name}” is not among those that you allow.", code="program-not-allowed",
            hint=_how_to_allow(name),
        )  # fmt: skip
    if not path.is_absolute() or not path.is_file():
        raise InvalidInput(
            f"There is no program {path}.", code="program-missing",
            hint="Give its whole path in the settings.", where={"file": str(path)},
        )  # fmt: skip
    return path


def _how_to_allow(name: str) -> str:
    path = PureWindowsPath(name)  # reads paths with / too
    short = path.stem
    if len(path.parts) < 2:
        return f"hdp plugin set general program.{name or 'NAME'} /path/of/the/program"
    return (
        f"Write its short name, program: {short}, and allow it in the settings:"
        f" hdp plugin set general program.{short} {name}"
    )


def _filled(argument: str, file: LocalFile, folder: Path) -> str:
    name = Path(file.name)
    words = {"input": str(file.path), "output": str(folder), "name": name.name,
             "stem": name.stem, "ext": name.suffix}  # fmt: skip
    text = argument
    for word, value in words.items():
        text = text.replace(f"{{{word}}}", value)
    # A file called -rf must not become an option.
    return f"./{text}" if text.startswith("-") and not argument.startswith("-") else text


def _environment(folder: Path) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
    home = str(folder)
    return kept | {"HOME": home, "TMPDIR": home, "TEMP": home, "TMP": home}


def _watch(step: Step[ProgramParams], command: Sequence[str], folder: Path) -> None:
    """Run it to its end; it and all it started are gone afterwards."""
    scratch = step.workdir / "home"
    scratch.mkdir()
    log = step.workdir / "said.txt"
    with log.open("wb") as said:
        try:
            process = subprocess.Popen(
                command, cwd=folder, env=dict(_environment(scratch)), stdin=subprocess.DEVNULL,
                stdout=said, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise _failed(step, f"it cannot be started: {error.strerror or error}") from error
    try:
        _limit_memory(process.pid, step.params.memory)
        status = _wait(step, process, log)
    finally:
        _end(process)
    if status != 0:
        how = f"signal {-status}" if status < 0 else f"status {status}"
        raise _failed(step, f"it ended with {how}{_last_words(log)}")


def _wait(step: Step[ProgramParams], process: subprocess.Popen[bytes], log: Path) -> int:
    until = time.monotonic() + step.params.limit
    while True:
        try:
            return process.wait(_POLL_S)
        except subprocess.TimeoutExpired:
            step.check_cancelled()
        if time.monotonic() > until:
            raise _failed(step, f"it took longer than its limit of {step.params.limit} seconds")
        if log.stat().st_size > _MOST_SAID:
            raise _failed(step, "it says too much: more than a megabyte")


def _limit_memory(pid: int, megabytes: int) -> None:
    if not megabytes or not sys.platform.startswith("linux"):
        return
    import resource

    with suppress(OSError, ValueError):  # it may have ended already
        resource.prlimit(pid, resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program with everything that it started."""
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        try:
            if hasattr(os, "killpg"):
                os.killpg(process.pid, number)
            elif process.poll() is None:
                process.kill()
        except (ProcessLookupError, PermissionError):
            break
        try:
            process.wait(_GRACE_S if number == signal.SIGTERM else None)
        except subprocess.TimeoutExpired:
            continue


def _last_words(log: Path) -> str:
    text = " ".join(log.read_bytes()[-4 * _TOLD :].decode("utf-8", "replace").split())
    return f": {text[-_TOLD:]}" if text else ""


def _failed(step: Step[ProgramParams], reason: str) -> ComponentError:
    return ComponentError(
        f"{step.params.program} failed: {reason}.", code="program-failed",
        hint="Try it on this file in a terminal.",
    )  # fmt: skip
