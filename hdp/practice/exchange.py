"""One request and its answer: who may ask, how often, and what goes wrong on order."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable
from contextlib import nullcontext, suppress
from functools import cached_property
from typing import IO, Any, cast

from bottle import HTTPError, HTTPResponse, request

from hdp.practice import refusals, striking
from hdp.practice.catalogue import CatalogueError, pretending
from hdp.practice.faults import Fault
from hdp.practice.refusals import forbidden, refuse
from hdp.practice.repository import Repository
from hdp.serving import Environ

log = logging.getLogger(__name__)

_BLOCK = 1024 * 1024
_MOST_JSON = 32 * 1024 * 1024

Handler = Callable[["Call"], HTTPResponse]


class Call:
    """What a handler is given."""

    def __init__(
        self, repository: Repository, words: dict[str, str], faults: dict[str, Fault]
    ) -> None:
        self.repository = repository
        self.words = words
        self.faults = faults
        self.environ: Environ = request.environ
        self.base = f"http://{self.environ.get('HTTP_HOST', '')}"
        self.query: dict[str, str] = {
            name: request.query.getunicode(name) for name in request.query
        }

    @property
    def length(self) -> int:
        """The length of the body in bytes."""
        text = self.environ.get("CONTENT_LENGTH") or "0"
        return int(text) if text.isdigit() else 0

    @property
    def body(self) -> IO[bytes]:
        """The body as it comes in."""
        return cast(IO[bytes], self.environ["wsgi.input"])

    @cached_property
    def account(self) -> int:
        """Whose token the request carries: 1 for this folder's, 2 for the curator's, else 0."""
        scheme, _, given = self.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        given = given if scheme == "Bearer" else self.query.get("access_token", "")
        tokens = (self.repository.token, self.repository.curator_token)
        for number, token in enumerate(tokens, 1):
            if secrets.compare_digest(given.strip().encode(), token.encode()):
                return number
        return 0

    def json(self) -> Any:
        """The body as JSON, or the answer that Zenodo gives instead."""
        if not self.length:
            raise refusals.crash()
        if self.environ.get("CONTENT_TYPE") != "application/json":
            message = "Invalid 'Content-Type' header. Expected one of: application/json"
            raise refuse(415, message)
        if self.length > _MOST_JSON:
            raise refuse(413, "The data value transmitted exceeds the capacity limit.")
        try:
            value = json.loads(self.body.read(self.length).decode("utf-8"))
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # half characters are no text
            return value
        except (ValueError, RecursionError):
            raise refuse(400, "Unable to decode JSON data in request body.") from None


def guarded(
    repository: Repository, handler: Handler, *, kind: str, needs_token: bool
) -> Callable[..., HTTPResponse]:
    """The handler behind the checks that every request passes; pages have no kind."""

    def inner(**words: str) -> HTTPResponse:
        limiter = repository.search_limiter if _is_search() else repository.limiter
        allowed, headers = limiter.take() if kind else (True, {})
        faults = repository.faults.take(kind) if kind and allowed else {}
        call = Call(repository, words, faults)
        refused = "" if allowed else limiter.sentence
        result = _answered(call, handler, kind, refused=refused, needs_token=needs_token)
        if "429-bare" in faults:
            headers.pop("Retry-After", None)
        for name, value in headers.items():
            if name not in result.headers:
                result.set_header(name, value)
        result.set_header("X-Content-Type-Options", "nosniff")
        _drain(call)
        return striking.spoil(result, faults, call.environ)

    return inner


def _is_search() -> bool:
    return bool(request.method == "GET" and request.path == "/api/records")


def _answered(
    call: Call, handler: Handler, kind: str, *, refused: str, needs_token: bool
) -> HTTPResponse:
    try:
        _check_host(call)
        if refused:
            raise refuse(429, refused)
        _strike(call, kind)
        if needs_token and not call.account:
            raise _no_token(kind)
        with pretending() if "no-effect" in call.faults else nullcontext():
            return handler(call)
    except HTTPResponse as refusal:
        return refusal
    except CatalogueError:
        log.exception("The practice catalogue could not be used.")
        return refuse(503, refusals.OVERLOADED)
    except Exception:
        log.exception("The practice repository failed at a request.")
        return refusals.crash()


def _check_host(call: Call) -> None:
    """Another name means that a web page in the person's browser is asking."""
    host = call.environ.get("HTTP_HOST", "").rsplit(":", 1)[0]
    if host not in ("127.0.0.1", "localhost"):
        raise refuse(403, "This practice repository answers to this computer only.")


def _no_token(kind: str) -> HTTPResponse:
    return refuse(401, refusals.UNAUTHORISED) if kind == "me" else forbidden()


def _strike(call: Call, kind: str) -> None:
    faults = call.faults
    if "slow" in faults:
        call.environ["hdp.closing"].wait(faults["slow"].seconds)
    striking.refuse_on_order(faults)
    if "token-revoked" in faults:
        call.repository.faults.add("token-refused*")
    if "token-refused" in faults or "token-revoked" in faults:
        raise _no_token(kind)
    if "cut-upload" in faults:
        call.body.read(min(_BLOCK, call.length // 2))
        call.environ["hdp.abort"]()
        raise refuse(400, "The connection was cut.")
    striking.change_on_site(call.repository, call.words.get("record", ""), faults)


def _drain(call: Call) -> None:
    """Read what is left of the body in blocks: the server would read it into memory."""
    if not call.length or "cut-upload" in call.faults:
        return
    with suppress(OSError, ValueError):
        while call.body.read(_BLOCK):
            pass


def on_error(error: HTTPError) -> str:
    """The JSON of routing errors and of our own failures."""
    messages = {404: refusals.NO_URL, 405: refusals.NO_METHOD, 500: refusals.CRASH}
    message = messages.get(error.status_code, str(error.body))
    error.content_type = "application/json"
    return json.dumps({"message": message, "status": error.status_code})
