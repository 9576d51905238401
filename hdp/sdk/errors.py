"""Errors that a person may see.

HdpError                 an expected failure: one sentence and a way out
├── UsageError           the request itself is wrong, or nothing was selected
├── Refused              refused for safety; nothing was done
├── ProjectError         the project file cannot be used
├── InvalidInput         a file, table, mapping, pipeline or value is wrong
├── NotFound             what was named is not there
├── Conflict             the state does not allow it now
├── Cancelled            the person stopped it
├── ComponentError       a pipeline step could not do its work
└── TargetError          a repository did not do what was asked
    ├── Unreachable      no answer, or one that leaves open whether it was done
    ├── RateLimited      not done: too many requests; try after `retry_after` seconds
    ├── Unauthorised     not done: the token is missing, wrong or not allowed to
    ├── Rejected         not done: the repository refused the data
    └── Missing          the draft, record or file is not there
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from hdp.sdk.model import Finding


class HdpError(Exception):
    """An expected failure, told as one sentence with a next step.

    `code` is stable and documented in docs/errors.md; `where` may hold item, file,
    field, table, row, line, column; `values` are the words of a translation.
    """

    code: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str = "",
        where: Mapping[str, Any] | None = None,
        values: Mapping[str, Any] | None = None,
        findings: Sequence[Finding] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.name = code or self.code
        self.hint = hint
        self.where: dict[str, Any] = dict(where or {})
        self.values: dict[str, Any] = dict(values or {})
        self.findings = tuple(findings)

    def to_json(self) -> dict[str, Any]:
        """The error as it is sent to the page, kept with a task, or printed."""
        return {
            "code": self.name,
            "message": self.message,
            "hint": self.hint,
            "where": self.where,
            "args": self.values,
            "findings": [finding.to_json() for finding in self.findings],
        }


class UsageError(HdpError):
    """The request itself is wrong, or nothing was selected."""

    code = "usage"


class Refused(HdpError):
    """Refused for safety; nothing was done."""

    code = "refused"


class ProjectError(HdpError):
    """The project file cannot be used."""

    code = "project-unreadable"


class InvalidInput(HdpError):
    """A file, table, mapping, pipeline or value is wrong."""

    code = "invalid-input"


class NotFound(HdpError):
    """What was named is not there."""

    code = "not-found"


class Conflict(HdpError):
    """The state does not allow it now."""

    code = "wrong-state"


class Cancelled(HdpError):
    """The person stopped it."""

    code = "cancelled"


class ComponentError(HdpError):
    """A pipeline step could not do its work."""

    code = "component-failed"


class TargetError(HdpError):
    """A repository did not do what was asked."""

    code = "target"


class Unreachable(TargetError):
    """No answer, or one that leaves open whether the work was done."""

    code = "unreachable"


class RateLimited(TargetError):
    """Not done: too many requests. `retry_after` is in seconds."""

    code = "rate-limited"

    def __init__(self, message: str, *, retry_after: float = 60.0, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.retry_after = retry_after


class Unauthorised(TargetError):
    """Not done: the token is missing, wrong or not allowed to."""

    code = "unauthorised"


class Rejected(TargetError):
    """Not done: the repository refused the data; `findings` name the fields."""

    code = "rejected"


class Missing(TargetError):
    """The draft, record or file is not there."""

    code = "missing"
