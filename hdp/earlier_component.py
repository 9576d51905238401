"""Components of the earlier HDP as pipeline steps: main.py is called as it was there."""

from __future__ import annotations

import contextlib
import dataclasses
import keyword
import os
import re
import shlex
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from hdp.earlier_spec import EarlierInput, EarlierParameter, EarlierSpec, media_of
from hdp.plugin_environments import clean_environment
from hdp.sdk import Component, ComponentError, Finding, LocalFile, Params, Port, Result, Setup, Step

_OTHER = "other"
_HELP_S = 120.0
_TEST_S = 600.0
_VERIFY_S = 20.0
_POLL_S = 0.1
_TAIL = 30
_FILE_FLAGS = ("--output", "--output-file", "--output_file")
_FOLDER_FLAGS = ("--output-dir", "--output_dir")


class EarlierComponent(Component[Any]):
    """A component of the earlier HDP, in the environment of its own."""

    spec: ClassVar[EarlierSpec]
    folder: ClassVar[Path]
    python: ClassVar[str]

    def check(self) -> Iterable[Finding]:
        """Its programs, its files and the memory that it asks for."""
        for pattern in self.spec.required_files:
            if not _matches(self.folder, pattern):
                told = f"{self.spec.label} lacks its file {pattern}."
                yield Finding("error", "plugin-incomplete", told, "Install it again, whole.")
        for one in self.spec.dependencies:
            if not _is_there(one.command, one.expected, one.file):
                told = f"{self.spec.label} needs {one.name}, which was not found."
                severity = "error" if one.is_required else "warning"
                yield dataclasses.replace(
                    Finding("error", "plugin-incomplete", told, "Install it and try again."),
                    severity=severity,  # type: ignore[arg-type]
                )
        there = _memory_mb()
        if there and self.spec.memory_mb > there:
            told = f"{self.spec.label} asks for {self.spec.memory_mb:g} MB of memory."
            yield Finding("warning", "step-memory", told, f"This computer has {there:.0f} MB.")

    def try_settings(self, setup: Setup) -> Iterable[Finding]:
        """Its own test, where it has one."""
        told = run_own_test(self.folder, self.python)
        if told is None:
            return [Finding("info", "health", f"{self.spec.label} has no test of its own.")]
        if told:
            return [Finding("error", "component-failed", f"{self.spec.label}: {told}")]
        return [Finding("info", "health", f"{self.spec.label} passed its own test.")]

    def run(self, step: Step[Any]) -> Result:
        """Call main.py, follow its log, and gather what it made by the patterns."""
        given = {name: list(files) for name, files in step.inputs.items() if files}
        self._judge(given, step.params)
        flags = read_flags(self.folder, self.python)
        first = next((one for files in given.values() for one in files), None)
        stem = Path(first.name).stem if first else self.spec.name
        command = [self.python, str(self.folder / "main.py")]
        command += self._inputs(step.workdir, given, flags)
        command += self._output(step.workdir, stem, flags)
        command += self._parameters(step.params, flags)
        _run(command, step, self.spec.label)
        return self._gather(step.workdir, stem)

    def _judge(self, given: dict[str, list[LocalFile]], params: Any) -> None:
        for one in self.spec.inputs:
            files = given.get(one.name, [])
            for file in files:
                _judge_file(one, file)
            for other in one.excludes if files else ():
                if given.get(other):
                    raise ComponentError(f"{one.name} and {other} cannot be used together.")
        chosen = {one.name for one in self.spec.parameters if getattr(params, field_name(one.name))}
        for each in self.spec.parameters:
            if each.name in chosen and (both := chosen & set(each.excludes)):
                raise ComponentError(f"{each.name} and {min(both)} cannot be used together.")

    def _inputs(
        self, workdir: Path, given: dict[str, list[LocalFile]], flags: frozenset[str]
    ) -> Iterator[str]:
        for one in self.spec.inputs:
            files = given.get(one.name, [])
            if not files:
                continue
            yield _flag(one.name, flags)
            yield str(_laid_out(workdir, one.name, files) if one.is_folder else files[0].path)

    def _output(self, workdir: Path, stem: str, flags: frozenset[str]) -> list[str]:
        pattern = self.spec.outputs[0].pattern if self.spec.outputs else ""
        name = _named(pattern, stem) or f"{stem}_{self.spec.name}.json"
        for flag in _FILE_FLAGS:
            if flag in flags:
                return [flag, str(workdir / name)]
        for flag in _FOLDER_FLAGS:
            if flag in flags:
                return [flag, str(workdir)]
        raise ComponentError(
            f"{self.spec.label} takes no --output, --output-file or --output-dir.",
            hint="Its main.py --help must name one of them.",
        )

    def _parameters(self, params: Any, flags: frozenset[str]) -> Iterator[str]:
        for one in self.spec.parameters:
            value = getattr(params, field_name(one.name))
            if value is None or value == "" or value is False:
                continue
            flag = _flag(one.name, flags)
            yield flag
            if value is not True:
                yield from (
                    [str(each) for each in value] if isinstance(value, tuple) else [str(value)]
                )

    def _gather(self, workdir: Path, stem: str) -> Result:
        made = {one for one in workdir.rglob("*") if one.is_file() and _LAID not in one.parts}
        files: dict[str, list[Path]] = {}
        for one in self.spec.outputs:
            name = _named(one.pattern, stem)
            found = sorted(file for file in made if name and file.relative_to(workdir).match(name))
            if found:
                files[one.name] = found
                made -= set(found)
        if made:
            files[_OTHER] = sorted(made)
        if not files:
            raise ComponentError(
                f"{self.spec.label} ended without an error and made no file.",
                hint="Look at its log; its output patterns may not be what it writes.",
            )
        return Result({name: tuple(found) for name, found in files.items()})


_LAID = "hdp-inputs"


def make_component(spec: EarlierSpec, folder: Path, python: str) -> type[Component[Any]]:
    """The component's class, with ports and a form as its component.yaml says."""
    outputs = [Port(one.name, (one.media,), many=True, optional=True) for one in spec.outputs]
    major = re.match(r"\d+", spec.version)
    made: type[Component[Any]] = type(
        "Earlier", (EarlierComponent,),
        {
            "__doc__": spec.description,
            "id": f"{spec.name}.run",
            "version": max(1, int(major.group())) if major else 1,
            "title": spec.label,
            "inputs": tuple(_port(one) for one in spec.inputs),
            "outputs": (*outputs, Port(_OTHER, ("*/*",), many=True, optional=True)),
            "params": _params(spec),
            "resources": {"minutes": spec.timeout_s / 60} if spec.timeout_s > 0 else {},
            "spec": spec, "folder": folder, "python": python,
        },
    )  # fmt: skip
    return made


def _port(one: EarlierInput) -> Port:
    media = ("*/*",) if one.is_folder else media_of(one.extensions)
    return Port(one.name, media, many=one.is_folder, optional=not one.is_required)


def field_name(name: str) -> str:
    """A parameter's name as Python takes it."""
    plain = name.replace("-", "_")
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def _params(spec: EarlierSpec) -> type[Params]:
    fields: list[tuple[str, Any, Any]] = []
    for one in spec.parameters:
        about: dict[str, Any] = {"help": one.help}
        about |= {"min": one.least} if one.least is not None else {}
        about |= {"max": one.most} if one.most is not None else {}
        about |= {"choices": one.options} if one.type == "string_dropdown" and one.options else {}
        field = dataclasses.field(default=one.default, metadata=about)
        fields.append((field_name(one.name), _type(one), field))
    unique = list({name: (name, kind, field) for name, kind, field in fields}.values())
    made: type[Params] = dataclasses.make_dataclass(
        "EarlierParams", unique, bases=(Params,), frozen=True
    )
    return made


def _type(one: EarlierParameter) -> Any:
    kinds: dict[str, Any] = {"boolean": bool, "integer": int, "float": float}
    kind = kinds.get(one.type, str)
    return kind | None if one.default is None else kind


def _judge_file(one: EarlierInput, file: LocalFile) -> None:
    if one.extensions and Path(file.name).suffix.lower() not in one.extensions:
        raise ComponentError(
            f"{file.name} is no file for {one.label}: it takes {', '.join(one.extensions)}.",
            where={"file": str(file.path)},
        )
    if file.path.is_file() and file.path.stat().st_size < one.least_bytes:
        raise ComponentError(
            f"{file.name} is smaller than the {one.least_bytes} bytes that {one.label} needs.",
            where={"file": str(file.path)},
        )


def _laid_out(workdir: Path, name: str, files: Sequence[LocalFile]) -> Path:
    """Copies of the files in a folder: a component that takes a folder sees no other files."""
    place = workdir / _LAID / name
    for one in files:
        to = place / (one.relpath or one.name)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(one.path, to)
    return place


def _flag(name: str, flags: frozenset[str]) -> str:
    """As written in the YAML where main.py has it, else with the other of - and _."""
    for one in (name, name.replace("-", "_"), name.replace("_", "-")):
        if f"--{one}" in flags:
            return f"--{one}"
    raise ComponentError(
        f"Its main.py has no option --{name}.", hint="Ask its author: component.yaml names it."
    )


def _named(pattern: str, stem: str) -> str:
    name = pattern.replace("{original_stem}", stem)
    return "" if Path(name).is_absolute() or ".." in Path(name).parts else name


def _matches(folder: Path, pattern: str) -> bool:
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        return False
    return any(folder.glob(pattern))


_KNOWN: dict[tuple[str, float], frozenset[str]] = {}
_ASKING = threading.Lock()


def read_flags(folder: Path, python: str) -> frozenset[str]:
    """The options that main.py --help names, asked once for each state of the file."""
    main = folder / "main.py"
    try:
        key = (str(main), main.stat().st_mtime)
    except OSError:
        raise ComponentError(f"{main} is not there.", hint="Install the component again.") from None
    with _ASKING:
        if key not in _KNOWN:
            _KNOWN[key] = frozenset(re.findall(r"--[A-Za-z][\w-]*", _ask_help(folder, python)))
        return _KNOWN[key]


def _ask_help(folder: Path, python: str) -> str:
    try:
        done = subprocess.run(
            [python, str(folder / "main.py"), "--help"], capture_output=True, text=True,
            errors="replace", timeout=_HELP_S, env=clean_environment(),
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise ComponentError(f"Its main.py cannot be asked for its options: {error}.") from None
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise ComponentError(f"Its main.py --help failed: {' '.join(last)}")
    return done.stdout + done.stderr


def run_own_test(folder: Path, python: str) -> str | None:
    """What went wrong in main.py --test, nothing where it passed; None where it has no test."""
    if "--test" not in read_flags(folder, python):
        return None
    try:
        done = subprocess.run(
            [python, str(folder / "main.py"), "--test"], capture_output=True, text=True,
            errors="replace", timeout=_TEST_S, env=clean_environment(),
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        return f"its own test could not be run: {error}."
    if done.returncode == 0:
        return ""
    last = " ".join((done.stderr or done.stdout).strip().splitlines()[-1:])
    return f"its own test failed (status {done.returncode}): {last}"


def _run(command: Sequence[str], step: Step[Any], label: str) -> None:
    try:
        process = subprocess.Popen(
            command, cwd=step.workdir, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", env=clean_environment(),
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise ComponentError(
            f"{label} cannot be started: {error.strerror}.", code="environment-missing",
            hint="Make its environment anew.",
        ) from None  # fmt: skip
    last: deque[str] = deque(maxlen=_TAIL)

    def read() -> None:
        for line in process.stdout or ():
            last.append(line.rstrip())
            step.log.info("%s", line.rstrip())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        while process.poll() is None:
            step.check_cancelled()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_POLL_S)
    finally:
        _kill(process)
    reader.join(1)
    if process.returncode:
        told = next((one for one in reversed(last) if one.strip()), "it said nothing")
        code = process.returncode
        how = f"signal {-code}" if code < 0 else f"status {code}"
        raise ComponentError(f"{label} failed ({how}): {told}", hint="\n".join(last))


def _kill(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # what it started ends with it
        else:
            process.kill()
    process.wait()


def _is_there(command: str, expected: str, file: str) -> bool:
    if file and not Path(file).expanduser().exists():
        return False
    try:
        words = shlex.split(command)
        if not words:
            return True
        done = subprocess.run(
            words, capture_output=True, text=True, errors="replace", timeout=_VERIFY_S,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
        return re.search(expected, said) is not None if expected else done.returncode == 0
    except (OSError, ValueError, re.error, subprocess.SubprocessError):
        return False


def _memory_mb() -> float:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
    except (AttributeError, ValueError, OSError):
        return 0.0
