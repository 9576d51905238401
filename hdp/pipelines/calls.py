"""One call of a component: what it is given, and its errors in plain words."""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hdp.pipelines.values import build_params
from hdp.plugins import Origin, cut_traceback
from hdp.sdk import (
    Cancelled,
    Component,
    ComponentError,
    HdpError,
    Http,
    LocalFile,
    NotFound,
    Params,
    Record,
    Result,
)

Tell = Callable[[int, int | None, str], None]
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Call:
    """What to run; it can be sent to another process."""

    component: str
    origin: Origin
    module: str
    qualname: str
    settings: Mapping[str, Any]
    inputs: Mapping[str, Sequence[LocalFile]]
    record: Record
    workdir: Path
    secrets: Mapping[str, str] = field(default_factory=dict)
    timeout: float | None = None
    own: Mapping[str, str] = field(default_factory=dict)
    memory: int | None = None

    @property
    def subject(self) -> str:
        """The file the call is about, for messages."""
        files = [one for group in self.inputs.values() for one in group]
        if not files:
            return ""
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        return f"{files[0].name}{more}"


@dataclass
class StepContext:
    """The `Step` that a component sees."""

    inputs: Mapping[str, Sequence[LocalFile]]
    params: Params
    record: Record
    workdir: Path
    log: logging.Logger
    http: Http
    tell: Tell
    is_cancelled: Callable[[], bool]
    secrets: Mapping[str, str]
    deadline: float | None = None
    own: Mapping[str, str] = field(default_factory=dict)

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Tell how far it is."""
        self.tell(done, total, message)

    def check_cancelled(self) -> None:
        """Raise Cancelled when stopped, ComponentError when the time is up."""
        if self.is_cancelled():
            raise Cancelled("The run was cancelled.")
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise ComponentError("The step took longer than its time limit.", code="step-timeout")

    def secret(self, name: str) -> str:
        """A declared secret; NotFound when it is not set."""
        if name in self.secrets:
            return self.secrets[name]
        raise NotFound(
            f'The secret "{name}" is not set.',
            code="secret-missing",
            hint="Enter it in the plugin's settings; the plugin must declare it.",
        )

    def setting(self, name: str) -> str:
        """What the person chose for a declared setting; NotFound when it has no value."""
        if name in self.own:
            return self.own[name]
        raise NotFound(
            f'The setting "{name}" has no value.',
            code="setting-missing",
            hint="Give it one in the plugin's settings; the plugin must declare it.",
        )


def perform(
    component: Component[Any], call: Call, *, http: Http, tell: Tell,
    is_cancelled: Callable[[], bool], log: logging.Logger,
) -> Result:  # fmt: skip
    """Run the component; whatever goes wrong becomes an error that names it and the file."""
    deadline = time.monotonic() + call.timeout if call.timeout else None
    step = StepContext(
        call.inputs, build_params(type(component).params, call.settings), call.record, call.workdir,
        log, http, tell, is_cancelled, call.secrets, deadline, call.own,
    )  # fmt: skip
    try:
        result = component.run(step)
    except HdpError as error:
        raise named(error, call) from error
    except SystemExit as error:
        raise failure(call, "it tried to end the whole program.", "component-failed") from error
    except Exception as error:
        log.warning("%s: %s", call.component, cut_traceback(error))
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise storage_failure(call, error) from error
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise failure(call, f"{text}.", "component-failed") from error
    if not isinstance(result, Result):
        raise failure(call, "it gave back no Result.", "component-failed")
    return result


def named(error: HdpError, call: Call) -> HdpError:
    """The error with its component and file said where they were not."""
    if isinstance(error, Cancelled) or call.component in error.message:
        return error
    return ComponentError(
        f"{call.component}: {error.message}",
        code=error.name,
        hint=error.hint,
        where={"component": call.component, "file": call.subject} | error.where,
        values=error.values,
        findings=error.findings,
    )


def storage_failure(call: Call, error: OSError) -> ComponentError:
    """An error of the disk at this call's file, told as what it is."""
    told = told_of_disk(error)
    return failure(call, told.message, told.name, told.hint)


def told_of_disk(error: OSError) -> ComponentError:
    """What an OSError means and the way out, in words."""
    place = f" ({error.filename})" if error.filename else ""
    if error.errno in _NO_ROOM:
        return ComponentError(
            f"there is no room left on the disk{place}.", code="run-no-room",
            hint="Make room, then run it again: finished steps are not done again.",
        )  # fmt: skip
    return ComponentError(
        f"{type(error).__name__}: {error.strerror or error}{place}.", code="run-storage",
        hint="Check that the folder is there and may be written, then run it again.",
    )  # fmt: skip


def failure(call: Call, reason: str, code: str, hint: str = "") -> ComponentError:
    """An error of the component at this call's file."""
    subject = f" at {call.subject}" if call.subject else ""
    return ComponentError(
        f"{call.component} failed{subject}: {reason}",
        code=code,
        hint=hint or "The log has the details; tell the plugin's author if the file is fine.",
        where={"component": call.component, "plugin": call.origin.plugin, "file": call.subject},
    )
