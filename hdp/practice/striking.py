"""What the faults do to a request: refuse it, change the draft before it, spoil its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bottle import HTTPResponse

from hdp.practice import refusals
from hdp.practice.faults import Fault
from hdp.practice.refusals import crash, refuse
from hdp.practice.repository import Repository
from hdp.serving import Environ

_PAGE = "<!doctype html><html><title>{0}</title><h1>{0}</h1><p>Please try again later.</p></html>"
_PIECES = 10
_TOO_MANY = "Uploading selected files will result in exceeding the max amount per record."


def refuse_on_order(faults: Mapping[str, Fault]) -> None:
    """Raise the answer of a fault by which nothing is done."""
    if "429" in faults:
        wait = str(round(faults["429"].seconds) or 1)
        raise refuse(429, "133 per 1 minute", {"Retry-After": wait})
    if "429-bare" in faults:
        raise refuse(429, "133 per 1 minute")
    if "503" in faults:
        wait = str(round(faults["503"].seconds))
        raise refuse(503, refusals.OVERLOADED, {"Retry-After": wait})
    if "500" in faults or "disk-full" in faults:
        raise crash()
    if "502" in faults:
        raise proxy_page(502, "502 Bad Gateway")
    if "504" in faults:
        raise proxy_page(504, "504 Gateway Time-out")
    if "quota-full" in faults:
        raise refuse(400, "Bucket quota exceeded.")
    if "too-many-files" in faults:
        raise refuse(400, _TOO_MANY)


def proxy_page(status: int, title: str) -> HTTPResponse:
    """A page as the proxy before the repository makes it."""
    headers = {"Content-Type": "text/html"}
    return HTTPResponse(body=_PAGE.format(title).encode(), status=status, headers=headers)


def change_on_site(repository: Repository, record: str, faults: Mapping[str, Fault]) -> None:
    """What somebody else does to the draft before this request."""
    if "cleaned" in faults:
        repository.clean()
    if "changed-on-site" in faults:
        title = f"{repository.title_of(record)} (changed on the site)"
        repository.change_on_site(record, title=title)
    if "files-changed-on-site" in faults:
        repository.add_on_site(record, "added-on-the-site.txt", b"added on the site\n")
    if "deleted-on-site" in faults:
        repository.delete_on_site(record)
    if "published-on-site" in faults:
        repository.publish_on_site(record)


def spoil(answer: HTTPResponse, faults: Mapping[str, Fault], environ: Environ) -> HTTPResponse:
    """The answer as it arrives, which may be late, cut, lost or another one."""
    if "504-done" in faults and answer.status_code < 400:
        return proxy_page(504, "504 Gateway Time-out")
    if "lost-answer" in faults:
        environ["hdp.abort"]()
    if "slow-body" in faults or "cut-body" in faults:
        body = _whole(answer)
        answer.set_header("Content-Length", str(len(body)))
        seconds = faults["slow-body"].seconds if "slow-body" in faults else 0.0
        answer.body = _in_pieces(body, seconds, "cut-body" in faults, environ)
    return answer


def _whole(answer: HTTPResponse) -> bytes:
    body: Any = answer.body
    if hasattr(body, "read"):
        with body:
            return bytes(body.read())
    return body.encode() if isinstance(body, str) else bytes(body or b"")


def _in_pieces(body: bytes, seconds: float, cut: bool, environ: Environ) -> Iterator[bytes]:
    size = len(body) // _PIECES + 1
    for start in range(0, len(body), size):
        if cut and start >= len(body) // 2:
            environ["hdp.abort"]()
            return
        environ["hdp.closing"].wait(seconds / _PIECES)
        yield body[start : start + size]
