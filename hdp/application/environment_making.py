"""A plugin's own environment is made: each line of the log is told, and it can be cancelled."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application.environment_tools import OLDEST, Tool, find_tool
from hdp.application.plugin_files import remove_tree
from hdp.earlier_component import run_own_test
from hdp.earlier_spec import is_earlier, read_spec
from hdp.plugin_environments import PluginEnvironment, clean_environment
from hdp.plugin_trial import forget_trial
from hdp.sdk import Cancelled, ComponentError, Conflict, HdpError, InvalidInput, NotFound

if TYPE_CHECKING:
    from hdp.application.app import Application

log = logging.getLogger(__name__)

Tell = Callable[[str], None]
_POLL_S = 0.1
_LINES = 2000
_OFFLINE = (
    "failed to establish a new connection", "temporary failure in name resolution",
    "name or service not known", "network is unreachable", "connection refused", "dns error",
    "getaddrinfo failed", "error sending request", "connecttimeouterror", "no route to host",
    "connection timed out", "nodename nor servname",
)  # fmt: skip


def make_environment(
    environment: PluginEnvironment, tell: Tell, cancelled: Callable[[], bool]
) -> None:
    """Make or renew it; what does not come to its end leaves nothing."""
    oldest = OLDEST if environment.needs_sdk else read_spec(environment.source).python or OLDEST
    tool = find_tool(oldest)
    if tool is None:
        raise NotFound(
            "There is neither uv nor Python 3.11 or newer on this computer.",
            code="environment-tool",
            hint="Install uv (docs.astral.sh/uv) or Python (python.org), and start HDP again.",
        )
    try:
        if environment.folder.exists():
            remove_tree(environment.folder)
        environment.folder.parent.mkdir(parents=True, exist_ok=True)
        _make(environment, tool, tell, cancelled)
        environment.note_made()
    except BaseException:
        remove_environment(environment)
        raise


def remove_environment(environment: PluginEnvironment) -> None:
    """Delete it, and the folder of all of them with the last one."""
    if environment.folder.exists():
        remove_tree(environment.folder)
    with contextlib.suppress(OSError):
        environment.folder.parent.rmdir()


def _make(
    environment: PluginEnvironment, tool: Tool, tell: Tell, cancelled: Callable[[], bool]
) -> None:
    tell(f"With {tool.title}")
    where = environment.source
    _run(tool.make(environment.folder), where, tell, cancelled)
    if environment.requirements.is_file():
        command = tool.install(environment.python, environment.requirements)
        _run(command, where, tell, cancelled)
    if not environment.needs_sdk:
        _make_earlier(environment, tell)
        return
    try:
        environment.put_sdk()
    except OSError as error:
        raise InvalidInput(
            f"The environment cannot be written: {error.strerror}.", code="plugin-storage",
            hint="Make room on the disk.", where={"file": str(environment.folder)},
        ) from None  # fmt: skip
    command = [str(environment.python), "-c", "import hdp.guest"]
    _run(command, where, tell, cancelled, path=str(environment.sdk))
    tell("The environment is ready.")


def _make_earlier(environment: PluginEnvironment, tell: Tell) -> None:
    """The folders that its component.yaml asks for, and its own test where it has one."""
    folder = environment.source
    for name in read_spec(folder).directories:
        place = (folder / name).resolve()
        if place.is_relative_to(folder.resolve()):
            place.mkdir(parents=True, exist_ok=True)
    told = run_own_test(folder, str(environment.python))
    if told:
        raise ComponentError(
            f"The environment was made, but the component does not work in it: {told}",
            code="environment-failed", hint="Tell its author. Nothing of it was kept.",
        )  # fmt: skip
    tell("It has no test of its own." if told is None else "It passed its own test.")
    tell("The environment is ready.")


def _run(
    command: Sequence[str],
    where: Path,
    tell: Tell,
    cancelled: Callable[[], bool],
    *,
    path: str = "",
) -> None:
    tell("> " + " ".join(command))
    try:
        process = subprocess.Popen(
            command, cwd=where, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
            env=clean_environment() | ({"PYTHONPATH": path} if path else {}),
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise _failed(command, [str(error)]) from None
    last: deque[str] = deque(maxlen=200)

    def keep(line: str) -> None:
        last.append(line)
        tell(line)

    try:
        _follow(process, keep, cancelled)
    finally:
        _kill(process)
    if process.returncode:
        raise _failed(command, list(last))


def _follow(process: subprocess.Popen[str], tell: Tell, cancelled: Callable[[], bool]) -> None:
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line.rstrip())
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        if cancelled():
            raise Cancelled("Making the environment was cancelled; nothing of it is left.")
        try:
            line = lines.get(timeout=_POLL_S)
        except queue.Empty:
            continue
        if line is None:
            process.wait()
            return
        tell(line)


def _kill(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # what it started ends with it
        else:
            process.kill()
    process.wait()


def _failed(command: Sequence[str], lines: Sequence[str]) -> HdpError:
    text = "\n".join(lines).lower()
    told = next((one for one in reversed(lines) if one.strip()), "it said nothing")
    if any(one in text for one in _OFFLINE):
        return ComponentError(
            "The environment was not made: the packages it needs could not be fetched, because"
            " there is no way to the network.",
            code="environment-offline",
            hint="Connect to the network and make it again. Nothing of it was kept.",
        )
    hint = "The log has the details; tell the plugin's author if the network is fine."
    if "ensurepip" in text or "python3-venv" in text:
        hint = "Install the package python3-venv (apt install python3-venv), or uv."
    return ComponentError(
        f"The environment was not made: {Path(command[0]).name} failed: {told}",
        code="environment-failed",
        hint=hint,
    )


@dataclass
class _Work:
    """One environment in the making, or how it ended."""

    state: str = "running"
    lines: list[str] = field(default_factory=list)
    error: dict[str, Any] | None = None
    begun: float = field(default_factory=time.time)
    wish: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class EnvironmentMaking:
    """Environments that are made while the window is open; one for each plugin at once."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._works: dict[str, _Work] = {}

    def environment(self, plugin: str) -> PluginEnvironment:
        """That of an installed plugin; NotFound where there is no such plugin."""
        found = self._app.catalogue.plugin(plugin)
        if found.status == "ready" and not found.environment:
            raise Conflict(
                f"The plugin {plugin} runs in HDP's own Python and needs no environment.",
                code="environment-not-needed", hint="Only those with a requirements.txt do.",
            )  # fmt: skip
        where = Path(found.where)
        return PluginEnvironment(self._app.home, plugin, where, needs_sdk=not is_earlier(where))

    def start(self, plugin: str) -> None:
        """Begin in the background; Conflict where it is being made already."""
        environment = self.environment(plugin)
        with self._lock:
            there = self._works.get(plugin)
            if there is not None and there.state == "running":
                raise Conflict(
                    f"The environment of {plugin} is being made already.", code="environment-busy",
                    hint="Wait for it, or cancel it.",
                )  # fmt: skip
            work = self._works[plugin] = _Work()
            work.thread = threading.Thread(
                target=self._run, args=(plugin, environment, work), daemon=True
            )
            work.thread.start()

    def now(self, plugin: str, after: int = 0) -> dict[str, Any]:
        """The log from line `after` on, and its state: none, running, done, failed, cancelled."""
        work = self._works.get(plugin)
        if work is None:
            state = "done" if self.environment(plugin).is_ready() else "none"
            return {"plugin": plugin, "state": state, "lines": [], "total": 0, "error": None}
        lines = list(work.lines)
        return {"plugin": plugin, "state": work.state, "lines": lines[after:], "total": len(lines),
                "error": work.error}  # fmt: skip

    def cancel(self, plugin: str) -> None:
        """Stop it soon; nothing of it is left."""
        work = self._works.get(plugin)
        if work is not None:
            work.wish.set()

    def close(self) -> None:
        """Cancel all and wait for them."""
        for work in self._works.values():
            work.wish.set()
        for work in self._works.values():
            if work.thread is not None:
                work.thread.join()

    def _run(self, plugin: str, environment: PluginEnvironment, work: _Work) -> None:
        def tell(line: str) -> None:
            if len(work.lines) < _LINES:
                work.lines.append(line)

        try:
            make_environment(environment, tell, work.wish.is_set)
            state = "done"
        except Cancelled as error:
            state, work.error = "cancelled", error.to_json()
        except HdpError as error:
            state, work.error = "failed", error.to_json()
        except Exception as error:  # the person waits for an end, whatever it is
            log.exception("Environment of %s", plugin)
            told = InvalidInput(f"The environment was not made: {error}.", code="plugin-storage")
            state, work.error = "failed", told.to_json()
        forget_trial(self._app.home, plugin)
        self._app.reload_plugins()
        work.state = state
