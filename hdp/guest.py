"""Runs components in an environment of their own: another Python, with nothing of HDP but its SDK.

It is started as a program. Lines of JSON come in and go out; whatever a component prints goes
to the log. Only the standard library and `hdp.sdk` may be imported here.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import logging
import os
import queue
import sys
import threading
import time
import traceback
from functools import reduce
from pathlib import Path
from typing import IO, Any

from hdp.plugin_importing import Origin, import_plugin
from hdp.sdk import (
    Cancelled,
    Component,
    ComponentError,
    Finding,
    HdpError,
    LocalFile,
    NotFound,
    Output,
    Record,
    Response,
    Result,
)


def main() -> None:
    """Answer calls until the other side hangs up."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a component prints must not get between the answers
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    calls, cancelled = queue.SimpleQueue[dict[str, Any] | None](), threading.Event()
    threading.Thread(target=_listen, args=(calls, cancelled), daemon=True).start()
    components: dict[str, Component[Any]] = {}
    while (call := calls.get()) is not None:
        cancelled.clear()
        _say(answers, _answer(call, components, answers, cancelled))
    for one in components.values():
        one.close()


def _listen(calls: queue.SimpleQueue[dict[str, Any] | None], cancelled: threading.Event) -> None:
    for line in sys.stdin:
        message = json.loads(line)
        if message.get("cancel"):
            cancelled.set()
        else:
            calls.put(message)
    # HDP is gone or has hung up; a component that works on is given no time for it.
    calls.put(None)
    cancelled.set()
    time.sleep(3)
    os._exit(0)


def _say(answers: IO[str], message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def _answer(
    call: dict[str, Any], components: dict[str, Component[Any]], answers: IO[str],
    cancelled: threading.Event,
) -> dict[str, Any]:  # fmt: skip
    try:
        component = components.get(call["component"]) or _load(call, components)
        result = component.run(_step(component, call, answers, cancelled))
        if not isinstance(result, Result):
            raise ComponentError("it gave back no Result.")
        return {"done": _plain_result(result)}
    except HdpError as error:
        return {"failed": error.to_json(), "kind": type(error).code}
    except BaseException as error:  # a component may even call sys.exit()
        if isinstance(error, KeyboardInterrupt):
            raise
        traceback.print_exc()
        told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return {"raised": told}


def _load(call: dict[str, Any], components: dict[str, Component[Any]]) -> Component[Any]:
    import_plugin(Origin(**call["origin"]))
    module = importlib.import_module(call["module"])
    kind: Any = reduce(getattr, call["qualname"].split("."), module)
    component: Component[Any] = kind()
    component.open()
    components[call["component"]] = component
    return component


def _step(
    component: Component[Any], call: dict[str, Any], answers: IO[str], cancelled: threading.Event
) -> GuestStep:
    kind = type(component).params
    declared = {one.name: str(one.type) for one in dataclasses.fields(kind)}
    given = {
        name: tuple(value) if declared.get(name, "").startswith("tuple") else value
        for name, value in call["settings"].items()
    }
    files = {name: [_file(one) for one in group] for name, group in call["inputs"].items()}
    deadline = time.monotonic() + call["timeout"] if call.get("timeout") else None
    return GuestStep(
        files, kind(**given), Record(**call["record"]), Path(call["workdir"]),
        logging.getLogger(call["component"]), call["secrets"], call["own"], answers, cancelled,
        deadline,
    )  # fmt: skip


@dataclasses.dataclass
class GuestStep:
    """The `Step` that a component sees here; there is no way to the network through HDP."""

    inputs: dict[str, list[LocalFile]]
    params: Any
    record: Record
    workdir: Path
    log: logging.Logger
    secrets: dict[str, str]
    own: dict[str, str]
    answers: IO[str]
    cancelled: threading.Event
    deadline: float | None

    @property
    def http(self) -> NoHttp:
        """Refuses with a sentence."""
        return NoHttp()

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Tell how far it is."""
        _say(self.answers, {"progress": [done, total, message]})

    def check_cancelled(self) -> None:
        """Raise Cancelled when stopped, ComponentError when the time is up."""
        if self.cancelled.is_set():
            raise Cancelled("The run was cancelled.")
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise ComponentError("The step took longer than its time limit.", code="step-timeout")

    def secret(self, name: str) -> str:
        """A declared secret; NotFound when it is not set."""
        if name not in self.secrets:
            raise NotFound(f'The secret "{name}" is not set.', code="secret-missing")
        return self.secrets[name]

    def setting(self, name: str) -> str:
        """What the person chose for a declared setting; NotFound when it has no value."""
        if name not in self.own:
            raise NotFound(f'The setting "{name}" has no value.', code="setting-missing")
        return self.own[name]


class NoHttp:
    """Stands where the HTTP client cannot follow into another environment."""

    server_time: float | None = None

    def request(self, method: str, url: str, **_: Any) -> Response:
        """Refuse with a sentence for the plugin's author."""
        raise ComponentError(
            "A component in an environment of its own has no network through HDP.",
            hint='Set isolation = "thread" for components that use step.http.',
        )


def _file(given: dict[str, Any]) -> LocalFile:
    below = [_file(one) for one in given.pop("references", ())]
    return LocalFile(**given | {"path": Path(given["path"]), "references": below})


def _plain_result(result: Result) -> dict[str, Any]:
    files = {
        name: [
            {
                "path": str(one.path), "role": one.role, "relpath": one.relpath,
                "derived_from": list(one.derived_from),
            }
            if isinstance(one, Output) else {"path": str(one)}
            for one in group
        ]
        for name, group in result.files.items()
    }  # fmt: skip
    findings = [one.to_json() for one in result.findings if isinstance(one, Finding)]
    return {
        "files": files, "metadata": dict(result.metadata), "findings": findings,
        "values": dict(result.values), "evidence": {k: dict(v) for k, v in result.evidence.items()},
    }  # fmt: skip


if __name__ == "__main__":
    main()
