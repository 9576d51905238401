"""JSON in and out: what a handler is asked, what it answers, and errors as the page shows them."""

from __future__ import annotations

import json
import logging
import secrets
import traceback
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bottle import Bottle, HTTPResponse, request

from hdp import paths
from hdp.sdk import (
    Cancelled,
    Conflict,
    Finding,
    HdpError,
    NotFound,
    Refused,
    TargetError,
    UsageError,
)

if TYPE_CHECKING:
    from hdp.application.page import Page
    from hdp.web.dialogs import Dialogs

log = logging.getLogger(__name__)
_MOST_BYTES = 8 * 1024 * 1024  # a hundred thousand ids and more
_STATUS: tuple[tuple[type[HdpError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (Refused, 409),
    (Cancelled, 409),
    (TargetError, 502),
)
Handler = Callable[..., Any]
# Where the last mistakes were, by report id, for the dialog that tells of one.
REPORTS: OrderedDict[str, str] = OrderedDict()
_MOST_REPORTS = 20


class Ask:
    """One request as handlers see it; what does not fit is a UsageError that names it."""

    def __init__(self) -> None:
        self.by = str(request.get_header("X-Action-Id") or "")[:200]
        self.body: dict[str, Any] = _body() if request.method in ("POST", "PUT") else {}

    def text(self, name: str, default: str | None = "") -> str:
        """A text of the body or the query; without a default it must be there."""
        value = self.body.get(name, request.query.getunicode(name))
        if value is None:
            value = default
        if not isinstance(value, str):
            raise _wrong(name, "a text")
        return value

    def integer(self, name: str, default: int, *, most: int = 2**53) -> int:
        """A whole number from 0 to `most` of the query or the body."""
        value = self.body.get(name, request.query.get(name, default))
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise _wrong(name, "a whole number") from None
        return min(max(number, 0), most)

    def path(self, name: str) -> Path:
        """A whole path of this computer; `~` is the person's own folder."""
        text = self.text(name, None)
        if not text.strip() or "\0" in text:
            raise _wrong(name, "a path")
        path = Path(text).expanduser()
        if not path.is_absolute():
            raise _wrong(name, "a whole path, from the root or the drive on")
        return path

    def env(self) -> str | None:
        """The environment's name, or None for the project's own."""
        return self.text("env") or None


def _wrong(name: str, what: str) -> UsageError:
    return UsageError(f"“{name}” must be {what}.", code="bad-request", where={"field": name})


def _body() -> dict[str, Any]:
    raw = request.body.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise UsageError("The request is too large.", code="too-large")
    try:
        body = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        raise UsageError("The request is no JSON.", code="bad-request") from None
    if not isinstance(body, dict):
        raise UsageError("The request is no JSON object.", code="bad-request")
    return body


class Api:
    """Makes routes below /api; handlers get an Ask and the names in the path."""

    def __init__(self, app: Bottle, page: Page, dialogs: Dialogs | None) -> None:
        self.app, self.page, self.dialogs = app, page, dialogs

    def get(self, path: str, handler: Handler) -> None:
        """A route that changes nothing."""
        self.app.route(f"/api{path}", "GET", answered(handler))

    def post(self, path: str, handler: Handler, status: int = 200) -> None:
        """A route that may change something; `status` is 202 where a job goes on."""
        self.app.route(f"/api{path}", "POST", answered(handler, status))


def answered(handler: Handler, status: int = 200) -> Callable[..., HTTPResponse]:
    """A handler whose values become JSON, and whose errors become errors."""

    def answer(**names: Any) -> HTTPResponse:
        try:
            value = handler(Ask(), **names)
        except HdpError as error:
            return error_answer(error)
        except HTTPResponse:
            raise
        except Exception as error:  # noqa: BLE001 - told with a report id, and logged
            return bug_answer(error)
        return value if isinstance(value, HTTPResponse) else json_answer(value, status)

    return answer


def json_answer(value: Any, status: int = 200) -> HTTPResponse:
    """Any JSON value as an answer that no cache keeps."""
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return HTTPResponse(text.encode(), status, headers)


def _plain(value: Any) -> Any:
    if isinstance(value, Finding):
        return value.to_json()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    return str(value)


def error_answer(error: HdpError) -> HTTPResponse:
    """An expected failure, with the status of its kind."""
    found = next((status for kind, status in _STATUS if isinstance(error, kind)), 400)
    return json_answer({"error": error.to_json()}, found)


def bug_answer(error: BaseException) -> HTTPResponse:
    """A mistake of ours: its details go to the log under a report id, which is told."""
    report = secrets.token_hex(4)
    log.error("Report %s: %s %s", report, request.method, request.path, exc_info=error)
    _remember(report, f"{request.method} {request.path}\n", error)
    told = HdpError(
        f"HDP made a mistake here ({type(error).__name__}).",
        code="bug",
        hint=f"Look for {report} in the log: {paths.log_dir()}",
    ).to_json()
    return json_answer({"error": told | {"report": report}}, 500)


def _remember(report: str, asked: str, error: BaseException) -> None:
    REPORTS[report] = asked + "".join(traceback.format_exception(error))
    while len(REPORTS) > _MOST_REPORTS:
        REPORTS.popitem(last=False)
