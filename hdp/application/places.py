"""Environments with regard to what is in them: what a token may do, and when one may go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application import recents
from hdp.environments import folder_url
from hdp.plugins import suggest
from hdp.project import reports
from hdp.sdk import Can, HdpError, Refused, Target, Unauthorised, UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application
    from hdp.environments import EnvironmentEntry

CA_FILE = "ca_file"


def add_environment(
    app: Application,
    name: str,
    *,
    target: str,
    url: str,
    kind: str | None = None,
    title: str = "",
    settings: Mapping[str, Any] | None = None,
) -> EnvironmentEntry:
    """Add a place to publish in; `url` may be the whole path of a folder."""
    known = app.catalogue.targets
    if target not in known:
        raise UsageError(
            f"There is no target {target}.{suggest(target, list(known))}",
            code="target-unknown",
            hint=f"Ready: {', '.join(sorted(known))}.",
        )
    return app.environments.add(
        name, target=target, url=_address(url), kind=kind, title=title,
        settings=_given(known[target], settings or {}),
    )  # fmt: skip


def change_environment(
    app: Application,
    name: str,
    *,
    url: str | None = None,
    kind: str | None = None,
    title: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> EnvironmentEntry:
    """Change an added environment; Refused where a known project has records at its address."""
    entry = app.environments.get(name)
    address = None if url is None else _address(url)
    if address is not None and address.rstrip("/") != entry.url and not entry.builtin:
        _refuse_used(app, name, "with another address they could not be found again", "changed")
    given = None if settings is None else _given(app.target(entry), settings)
    return app.environments.change(name, url=address, kind=kind, title=title, settings=given)


def _address(url: str) -> str:
    return url.strip() if "://" in url else folder_url(Path(url.strip()))


def _given(target: type[Target], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that were given, as the target takes them; a CA file goes for every target."""
    known = target.settings.schema()["properties"]
    kept: dict[str, Any] = {}
    for name, value in settings.items():
        if name not in known and name != CA_FILE:
            raise UsageError(
                f"{target.title} has no setting {name}.",
                code="bad-setting",
                hint=f"It has: {', '.join([*known, CA_FILE])}.",
            )
        if value not in (None, "", known.get(name, {}).get("default")):
            kept[name] = value
    return kept


def remove_environment(app: Application, name: str) -> None:
    """Forget an environment and its token; Refused where a known project has records there."""
    _refuse_used(app, name, "without the environment they could not be found again", "removed")
    app.environments.remove(name)
    app.credentials.remove(name)


def _refuse_used(app: Application, name: str, why: str, what: str) -> None:
    for path, title in _projects(app):
        if count := reports.count_records(path, name):
            records = "1 draft or record" if count == 1 else f"{count} drafts and records"
            raise Refused(
                f"The project “{title}” has {records} in {name}: {why}. Nothing was {what}.",
                code="environment-used",
                hint=_keep(app, name),
                where={"file": str(path), "environment": name},
            )


def _keep(app: Application, name: str) -> str:
    if not app.remotes.needs_token(app.environments.get(name)):
        return "Keep it."
    return (
        "Keep it. To be on the safe side you may take its token away:"
        f" hdp env token {name} --remove"
    )


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
        "message": _told(app, entry, account, drafts),
    }  # fmt: skip


def _told(app: Application, entry: EnvironmentEntry, account: str, drafts: bool | None) -> str:
    if not app.remotes.needs_token(entry) and not entry.builtin:
        return f"The folder is there and can be written to by {account}; it needs no token."
    return f"The token belongs to {account}. {_may(drafts)}"


def _may(drafts: bool | None) -> str:
    if drafts is False:
        return "It may not see drafts: make a token that may write deposits."
    publish = "Whether it may publish is not told before the first time."
    return f"It sees its drafts. {publish}" if drafts else publish
