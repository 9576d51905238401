"""Answers that say no, with the status codes and sentences of Zenodo."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bottle import HTTPResponse

MISSING_PID = "The persistent identifier does not exist."
UNREGISTERED_PID = "The persistent identifier is not registered."
NOT_FOUND = "Not found."
NO_URL = (
    "The requested URL was not found on the server. If you entered the URL manually please check "
    "your spelling and try again."
)
NO_METHOD = "The method is not allowed for the requested URL."
CRASH = (
    "The server encountered an internal error and was unable to complete your request. Either the "
    "server is overloaded or there is an error in the application."
)
OVERLOADED = (
    "The server is temporarily unable to service your request due to maintenance downtime or "
    "capacity problems. Please try again later."
)
UNAUTHORISED = (
    "The server could not verify that you are authorized to access the URL requested. You either "
    "supplied the wrong credentials (e.g. a bad password), or your browser doesn't understand how "
    "to supply the credentials required."
)

Problem = tuple[str, str]


def answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> HTTPResponse:
    """An answer with a JSON body."""
    text = json.dumps(body, ensure_ascii=True)
    return HTTPResponse(
        body=text.encode(),
        status=status,
        headers={"Content-Type": "application/json", **(headers or {})},
    )


def refuse(status: int, message: str, headers: Mapping[str, str] | None = None) -> HTTPResponse:
    """An answer with status and message, to be raised."""
    return answer(status, {"status": status, "message": message}, headers)


class Invalid(HTTPResponse):  # type: ignore[misc]  # bottle has no types
    """The 400 that names fields, one entry each."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        errors = [{"field": field, "messages": [message]} for field, message in problems]
        body = {"status": 400, "message": "A validation error occurred.", "errors": errors}
        headers = {"Content-Type": "application/json"}
        super().__init__(body=json.dumps(body).encode(), status=400, headers=headers)

    def with_messages(self, field: str, messages: list[str]) -> Invalid:
        """The same refusal with several sentences for one field."""
        errors = [{"field": field, "messages": messages}]
        body = {"status": 400, "message": "A validation error occurred.", "errors": errors}
        self.body = json.dumps(body).encode()
        return self


def forbidden() -> HTTPResponse:
    """What a missing or wrong token gets."""
    return refuse(403, "Permission denied.")


def crash() -> HTTPResponse:
    """The 500 that badly shaped input gets."""
    return refuse(500, CRASH)
