"""What the child process runs: components that may crash without taking HDP along."""

from __future__ import annotations

import importlib
import logging
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from dataclasses import dataclass
from functools import reduce
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from hdp.pipelines.calls import Call, failure, perform
from hdp.plugins import import_plugin
from hdp.sdk import Component, ComponentError, HdpError, Http, Response

log = logging.getLogger(__name__)


class Flag(Protocol):
    """A multiprocessing event, as far as it is needed here."""

    def is_set(self) -> bool:
        """Whether it was set."""
        ...


@dataclass
class NoHttp:
    """Stands where the HTTP client cannot follow into another process."""

    server_time: float | None = None

    def request(self, method: str, url: str, **_: Any) -> Response:
        """Refuse with a sentence for the plugin's author."""
        raise ComponentError(
            "A component in a process of its own has no network here.",
            hint='Set isolation = "thread" for components that use step.http.',
        )


def serve(pipe: Connection, cancelled: Flag) -> None:
    """Answer calls until the other side hangs up or sends None."""
    # A component that prints must not get between the lines of `hdp --json`.
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which ends this one
    _die_with_parent()
    components: dict[str, Component[Any]] = {}
    try:
        while (message := pipe.recv_bytes()) and (task := pickle.loads(message)) is not None:
            pipe.send_bytes(_answer(task, pipe, cancelled, components))
    except (EOFError, OSError):
        pass  # HDP is gone or has hung up: nobody waits for an answer
    finally:
        for one in components.values():
            one.close()


def _die_with_parent() -> None:
    """End with HDP also where a component hangs and HDP was killed."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        wait([sentinel])
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def _answer(
    task: tuple[Call, Http | None], pipe: Connection, cancelled: Flag,
    components: dict[str, Component[Any]],
) -> bytes:  # fmt: skip
    call, http = task

    def tell(done: int, total: int | None, message: str) -> None:
        pipe.send_bytes(pickle.dumps(("progress", (done, total, message))))

    try:
        component = components.get(call.component) or _load(call, components)
        result = perform(
            component,
            call,
            http=http or NoHttp(),
            tell=tell,
            is_cancelled=cancelled.is_set,
            log=log,
        )
        return pickle.dumps(("done", result))
    except HdpError as error:
        return pickle.dumps(("failed", (type(error).code, error.to_json())))
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything, also while it is loaded
        problem = failure(call, f"{type(error).__name__}: {error}", "component-failed")
        return pickle.dumps(("failed", (problem.code, problem.to_json())))


def _load(call: Call, components: dict[str, Component[Any]]) -> Component[Any]:
    import_plugin(call.origin)
    module = importlib.import_module(call.module)
    component: Component[Any] = reduce(getattr, call.qualname.split("."), module)()  # type: ignore[operator]
    component.open()
    components[call.component] = component
    return component
