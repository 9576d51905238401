"""Environments with regard to what is in them: what a token may do, and when one may go."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application import recents
from hdp.project import reports
from hdp.sdk import Can, HdpError, Refused, Unauthorised

if TYPE_CHECKING:
    from hdp.application.app import Application


def remove_environment(app: Application, name: str) -> None:
    """Forget an environment and its token; Refused where a known project has records there."""
    for path, title in _projects(app):
        if count := reports.count_records(path, name):
            records = "1 draft or record" if count == 1 else f"{count} drafts and records"
            raise Refused(
                f"The project “{title}” has {records} in {name}: without the environment they"
                " could not be found again. Nothing was removed.",
                code="environment-used",
                hint="Keep it. To be on the safe side you may take its token away:"
                f" hdp env token {name} --remove",
                where={"file": str(path), "environment": name},
            )
    app.environments.remove(name)
    app.credentials.remove(name)


def _projects(app: Application) -> list[tuple[Path, str]]:
    known = [(Path(one["path"]), one["name"]) for one in recents.list_recents(app.home)]
    if app.has_project:
        known.insert(0, (app.project.path, app.project.about.name))
    return known


def check_environment(app: Application, name: str) -> dict[str, Any]:
    """Ask the repository who the token belongs to, and what it may do, as far as that is told.

    `drafts`: whether it may see and make drafts, None where that is not told. Whether it may
    publish is told by no repository before it is done.
    """
    entry = app.environments.get(name)
    remote = app.remotes.open(entry)
    account = remote.whoami()
    drafts: bool | None = None
    if Can.LIST_DRAFTS in remote.can:
        try:
            remote.list_drafts(datetime.now(UTC))
            drafts = True
        except Unauthorised:
            drafts = False
        except HdpError:
            drafts = None  # it answers, but not to this just now
    return {
        "account": account, "url": app.remotes.url(entry), "reachable": True,
        "may": {"drafts": drafts, "publish": None},
        "message": f"The token belongs to {account}. {_may(drafts)}",
    }  # fmt: skip


def _may(drafts: bool | None) -> str:
    if drafts is False:
        return "It may not see drafts: make a token that may write deposits."
    publish = "Whether it may publish is not told before the first time."
    return f"It sees its drafts. {publish}" if drafts else publish
