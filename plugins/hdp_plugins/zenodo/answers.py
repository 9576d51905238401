"""What Zenodo's answers mean: which error a status is, and what a body holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from hdp.sdk import (
    Draft,
    Finding,
    Missing,
    Publication,
    RateLimited,
    Rejected,
    RemoteFile,
    Response,
    TargetError,
    Unauthorised,
    Unreachable,
)

DEFAULT_WAIT = 60.0
_NO_ROOM = ("quota exceeded", "file size exceeded", "max amount per record", "too large")


def read_object(answer: Response) -> dict[str, Any]:
    """The body as an object; raises Unreachable (`bad-answer`) where it is something else."""
    data = answer.json()
    if isinstance(data, dict):
        return data
    raise bad_answer("an object was expected")


def read_files(data: Mapping[str, Any]) -> list[RemoteFile]:
    """The files that a draft's answer names; raises Unreachable (`bad-answer`) without a list."""
    files = data.get("files")
    if isinstance(files, list) and all(isinstance(one, dict) for one in files):
        return [to_file(one) for one in files]
    raise bad_answer("a list of files was expected")


def bad_answer(what: str) -> Unreachable:
    """The error for an answer whose shape is not Zenodo's."""
    return Unreachable(
        f"The repository's answer is not what Zenodo sends: {what}.",
        code="bad-answer",
        hint="Check the address of the environment.",
    )


def check(answer: Response, server_time: float | None = None, name: str = "Zenodo") -> None:
    """Return where the request was done; else raise what the status means; `name` says who."""
    if 200 <= answer.status < 300:
        return
    message, findings = _explain(answer)
    raise _error(answer, message, findings, server_time, name)


def _error(
    answer: Response, message: str, findings: list[Finding], server_time: float | None, name: str
) -> TargetError:
    status = answer.status
    values = {"status": status}
    if status == 429:
        return RateLimited(
            f"{name} asks us to wait: too many requests.",
            values=values,
            retry_after=_wait(answer.headers, server_time),
        )
    if status == 403 and "locked" in message.lower():
        return Rejected(
            "The files of a published record are locked.",
            code="files-locked",
            hint="Make a new version to change files.",
            values=values,
        )
    if status == 400 and "review" in message.lower():
        return Rejected(
            f"{name} refused it: {message}",
            code="in-review",
            hint="Its community decides about it: submit it for review; or withdraw it from review"
            " first (hdp draft withdraw).",
            values=values,
        )
    if status in (400, 413) and any(one in message.lower() for one in _NO_ROOM):
        return Rejected(
            f"{name} has no room for it: {message}",
            code="no-room",
            hint="Divide it among several records, or ask the repository for more room. What was"
            " sent stays there; the same command carries on.",
            values=values,
        )
    if status in (401, 403):
        return Unauthorised(
            f"{name} refused access: {message}",
            hint="Check that the token is this environment's, has the scopes deposit:write and "
            "deposit:actions, and belongs to the account that owns the draft.",
            values=values,
        )
    if status in (404, 410):
        return Missing(f"{name} does not have it: {message}", values=values)
    if 400 <= status < 500 and status != 408:
        return Rejected(
            f"{name} refused it: {message}",
            findings=findings,
            values=values,
            hint="Correct the named fields and try again." if findings else "",
        )
    return Unreachable(
        f"{name} answered with {status}: {message}",
        hint="Try again later; look first whether it was done.",
        values=values,
    )


def _explain(answer: Response) -> tuple[str, list[Finding]]:
    try:
        data = answer.json()
    except Unreachable:
        return f"status {answer.status}.", []
    data = data if isinstance(data, dict) else {}
    message = str(data.get("message") or f"status {answer.status}")
    errors = data.get("errors")
    findings = (
        [_finding(one) for one in errors if isinstance(one, dict)]
        if isinstance(errors, list)
        else []
    )
    told = "; ".join(one.message for one in findings)
    message = f"{message.rstrip('.')}: {told}" if told else message
    return (message if message.endswith(".") else message + "."), findings


def _finding(error: Mapping[str, Any]) -> Finding:
    field = str(error.get("field", "")).removeprefix("metadata.")
    messages = error.get("messages") or [error.get("message", "")]
    told = " ".join(str(one) for one in messages) if isinstance(messages, list) else str(messages)
    return Finding(
        "error",
        "refused-by-repository",
        f"{field}: {told}" if field else told,
        where={"field": field.split(".")[0]} if field else {},
    )


def _wait(headers: Mapping[str, str], server_time: float | None) -> float:
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    now = server_time if server_time is not None else datetime.now(UTC).timestamp()
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, IndexError):
        pass
    reset = headers.get("X-RateLimit-Reset", "")
    return max(1.0, float(reset) - now) if reset.isascii() and reset.isdigit() else DEFAULT_WAIT


def to_draft(data: Mapping[str, Any], page: str) -> Draft:
    """A deposition as a draft; `page` is the address to show."""
    files = data.get("files") or []
    metadata = data.get("metadata")
    return Draft(
        id=read_id(data),
        concept_id=str(data.get("conceptrecid") or ""),
        metadata=dict(metadata) if isinstance(metadata, dict) else {},
        files=tuple(to_file(one) for one in files if isinstance(one, dict)),
        created=to_time(data.get("created")),
        url=page,
        raw=dict(data),
    )


def to_publication(data: Mapping[str, Any], page: str) -> Publication:
    """A published deposition or record."""
    metadata = data.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return Publication(
        id=read_id(data),
        concept_id=str(data.get("conceptrecid") or ""),
        doi=str(data.get("doi") or metadata.get("doi") or ""),
        concept_doi=str(data.get("conceptdoi") or ""),
        version=str(metadata.get("version") or ""),
        url=page,
        raw=dict(data),
    )


def to_file(data: Mapping[str, Any]) -> RemoteFile:
    """A file entry of any of Zenodo's lists; the checksum always as `md5:<hex>`."""
    checksum = str(data.get("checksum") or "")
    if checksum and ":" not in checksum:
        checksum = f"md5:{checksum}"
    name = data.get("filename") or data.get("key") or ""
    size = data.get("filesize", data.get("size", 0))
    return RemoteFile(
        id=str(data.get("id") or data.get("file_id") or data.get("version_id") or ""),
        name=str(name),
        size=int(size) if isinstance(size, int | float) else 0,
        checksum=checksum,
    )


def to_time(text: object) -> datetime | None:
    """An ISO time of the server as UTC; None where it is none."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def read_id(data: Mapping[str, Any]) -> str:
    """The id of a draft, record or community; raises Unreachable (`bad-answer`) without one."""
    found = data.get("id") or data.get("recid")
    if not isinstance(found, int | str):
        raise bad_answer("it has no id")
    return str(found)
