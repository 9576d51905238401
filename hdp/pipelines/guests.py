"""A component in an environment of its own: a process with another Python, spoken to in JSON."""

from __future__ import annotations

import dataclasses
import json
import queue
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hdp.pipelines.calls import Call, Tell, failure, named
from hdp.pipelines.limits import resident_bytes
from hdp.pipelines.threads import GRACE, is_true
from hdp.plugin_environments import clean_environment
from hdp.sdk import Cancelled, ComponentError, Finding, HdpError, LocalFile, Output, Result

_POLL_S = 0.1
_MB = 1 << 20
_TAIL = 20


class Guest:
    """One process of one environment; after a crash or a kill it is not used again."""

    def __init__(self, python: str) -> None:
        self.python = python
        sdk = Path(python).parent.parent / "hdp-sdk"
        self._process = subprocess.Popen(
            [python, "-m", "hdp.guest"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=clean_environment() | {"PYTHONPATH": str(sdk)},
            text=True, encoding="utf-8", errors="replace",
            start_new_session=True,  # Ctrl+C is for HDP, which ends it
        )  # fmt: skip
        self._answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._tail: deque[str] = deque(maxlen=_TAIL)
        for work in (self._read, self._log):
            threading.Thread(target=work, daemon=True).start()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self._answers.put(line)
        self._answers.put(None)

    def _log(self) -> None:
        for line in self._process.stderr or ():
            self._tail.append(line.rstrip())

    def is_alive(self) -> bool:
        """Whether it can take another call."""
        return self._process.poll() is None

    def run(self, call: Call, tell: Tell, cancelled: Callable[[], bool]) -> Result:
        """Send the call and wait; a crash or a limit ends the guest and the call only."""
        try:
            self._send(_plain_call(call))
            while True:
                answer = self._next(call, cancelled)
                if "progress" in answer:
                    tell(*answer["progress"])
                elif "done" in answer:
                    return _result(answer["done"])
                elif "raised" in answer:
                    raise failure(call, f"{answer['raised']}.", "component-failed", self._last())
                else:
                    raise named(_error(answer), call)
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.kill()
            how = type(error).__name__
            raise failure(call, f"it ended or answered nonsense ({how}).", "component-crashed",
                          self._last()) from None  # fmt: skip

    def _send(self, message: Mapping[str, Any]) -> None:
        if self._process.stdin is None:
            raise OSError("no way to it")
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def _next(self, call: Call, cancelled: Callable[[], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + call.timeout if call.timeout else None
        asked: float | None = None
        while True:
            try:
                line = self._answers.get(timeout=_POLL_S)
            except queue.Empty:
                now = time.monotonic()
                self._check_limits(call, deadline)
                if asked is None and is_true(cancelled):
                    self._send({"cancel": True})
                    asked = now
                if asked is not None and now - asked > GRACE:
                    self.kill()
                    raise Cancelled("The run was cancelled.") from None
                continue
            if line is None:
                raise self._crashed(call)
            found: dict[str, Any] = json.loads(line)
            return found

    def _crashed(self, call: Call) -> ComponentError:
        code = self._process.wait()
        how = f" (signal {-code})" if code < 0 else f" (status {code})"
        return failure(call, f"it stopped unexpectedly{how}.", "component-crashed", self._last())

    def _check_limits(self, call: Call, deadline: float | None) -> None:
        if deadline is not None and time.monotonic() > deadline:
            self.kill()
            text = f"it took longer than its limit of {call.timeout:g} seconds."
            raise failure(call, text, "step-timeout", "Give the step a longer `timeout:`.")
        if call.memory and resident_bytes(self._process.pid) > call.memory:
            self.kill()
            text = f"it needed more memory than its limit of {call.memory // _MB} MB."
            raise failure(call, text, "step-memory", "Give the step more with `memory:` (in MB).")

    def _last(self) -> str:
        told = [one for one in self._tail if one.strip()]
        return f"The last line of its log: {told[-1]}" if told else ""

    def stop(self) -> None:
        """End it in order, and by force where that takes too long."""
        try:
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process.wait(GRACE)
        except (OSError, subprocess.TimeoutExpired):
            pass  # by force, then
        self.kill()

    def kill(self) -> None:
        """End it at once."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


def _plain_call(call: Call) -> dict[str, Any]:
    record = call.record
    return {
        "component": call.component, "module": call.module, "qualname": call.qualname,
        "origin": {"plugin": call.origin.plugin, "module": call.origin.module,
                   "folder": call.origin.folder},
        "settings": dict(call.settings), "secrets": dict(call.secrets), "own": dict(call.own),
        "workdir": str(call.workdir), "timeout": call.timeout,
        "inputs": {name: list(map(_plain_file, group)) for name, group in call.inputs.items()},
        "record": {"fields": dict(record.fields), "key": record.key,
                   "extra": {name: dict(one) for name, one in record.extra.items()}},
    }  # fmt: skip


def _plain_file(one: LocalFile) -> dict[str, Any]:
    names = (field.name for field in dataclasses.fields(one))
    plain = {name: getattr(one, name) for name in names}
    return plain | {
        "path": str(one.path), "references": [_plain_file(other) for other in one.references]
    }  # fmt: skip


def _result(data: Mapping[str, Any]) -> Result:
    files = {
        name: [Output(**one | {"path": Path(one["path"])}) for one in group]
        for name, group in data["files"].items()
    }
    found = [Finding(**one) for one in data["findings"]]
    return Result(files, data["metadata"], found, data["values"], data["evidence"])


def _error(answer: Mapping[str, Any]) -> HdpError:
    data = answer["failed"]
    kind = Cancelled if answer["kind"] == Cancelled.code else ComponentError
    return kind(
        data["message"], code=data["code"], hint=data["hint"], where=data["where"],
        values=data["args"], findings=[Finding(**one) for one in data["findings"]],
    )  # fmt: skip
