"""`hdp draft`: drafts in a repository, their files, publishing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hdp.cli.base import Group, example, pass_session
from hdp.cli.main import FAILED, OK
from hdp.cli.running import act
from hdp.cli.selecting import filters, selection
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application import Selection
    from hdp.cli.session import Session


@click.group(cls=Group, epilog=example("hdp draft create --all --upload"))
def draft_command() -> None:
    """Drafts: create, upload, publish, discard."""


@draft_command.command(epilog=example("hdp draft create 1 2 3 --upload --env sandbox"))
@selection
@click.option("--upload", is_flag=True, help="Go on to the files; never to publishing.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; send nothing.")
@pass_session
def create(session: Session, selection: Selection, upload: bool, dry_run: bool) -> int:
    """Make a draft in the repository for each prepared item."""
    kind = "create-upload" if upload else "create"
    if dry_run:
        from hdp.cli.draft_contents import show_contents

        return show_contents(session, kind, selection)
    return act(session, kind, selection)


@draft_command.command(epilog=example("hdp draft upload --all"))
@selection
@pass_session
def upload(session: Session, selection: Selection) -> int:
    """Send all pending files of each draft, verified by checksum."""
    return act(session, "upload", selection)


@draft_command.command(epilog=example("hdp draft publish --all --env production --yes-production"))
@selection
@click.option("--yes-production", is_flag=True, help="Needed to publish in production.")
@click.option("--dry-run", is_flag=True, help="Say what it means; send nothing.")
@pass_session
def publish(session: Session, selection: Selection, yes_production: bool, dry_run: bool) -> int:
    """Make drafts public, for ever; only those whose files are all verified."""
    if dry_run:
        from hdp.cli.consequences import show_consequences

        return show_consequences(session, "publish", selection)
    return act(session, "publish", selection, yes_production=yes_production)


@draft_command.command(epilog=example("hdp draft submit --all"))
@selection
@click.option("--yes-production", is_flag=True, help="Needed in production.")
@click.option("--dry-run", is_flag=True, help="Say what it means; send nothing.")
@pass_session
def submit(session: Session, selection: Selection, yes_production: bool, dry_run: bool) -> int:
    """Hand drafts to the curators of their community; accepting one makes it public."""
    if dry_run:
        from hdp.cli.consequences import show_consequences

        return show_consequences(session, "submit", selection)
    return act(session, "submit", selection, yes_production=yes_production)


@draft_command.command(epilog=example("hdp draft accept 3 4"))
@selection
@pass_session
def accept(session: Session, selection: Selection) -> int:
    """Accept the values that pipelines wrote into drafts, as they are now."""
    from hdp.application import consequences
    from hdp.application.actions import Action

    app = session.open()
    action = Action("publish", session.env_name, selection)
    count = consequences.accept_values(app, action)
    told = counted(count, "record")
    session.emit({"records": count}, f"Values of {told} are accepted as they are now.")
    return OK


@draft_command.command(epilog=example("hdp draft withdraw 4"))
@selection
@pass_session
def withdraw(session: Session, selection: Selection) -> int:
    """Take drafts back from the curators who have not decided yet."""
    return act(session, "withdraw", selection)


@draft_command.command(epilog=example("hdp draft restart --all --env sandbox"))
@selection
@pass_session
def restart(session: Session, selection: Selection) -> int:
    """Start again what the repository does not hold any more; what is there is left alone."""
    return act(session, "restart", selection)


@draft_command.command(epilog=example("hdp draft discard 4"))
@selection
@click.option("--dry-run", is_flag=True, help="Say what would be lost; send nothing.")
@pass_session
def discard(session: Session, selection: Selection, dry_run: bool) -> int:
    """Delete drafts in the repository; the items are to be prepared again."""
    if dry_run:
        from hdp.cli.losing import show_losses

        return show_losses(session, selection)
    return act(session, "discard", selection)


@draft_command.command(epilog=example("hdp draft update --all --dry-run"))
@selection
@click.option("--dry-run", is_flag=True, help="Show what would change; send nothing.")
@click.option("--overwrite", is_flag=True, help="Also where it was changed on the site.")
@pass_session
def update(session: Session, selection: Selection, dry_run: bool, overwrite: bool) -> int:
    """Bring drafts' metadata to what the table and your own changes say now."""
    from hdp.cli.updating import show_differences

    if dry_run:
        return show_differences(session, "draft-update", selection)
    return act(session, "draft-update", selection, args={"overwrite": overwrite})


@draft_command.command(epilog=example("hdp draft refresh --all"))
@selection
@pass_session
def refresh(session: Session, selection: Selection) -> int:
    """Ask the repository how the drafts and their files are now."""
    return act(session, "refresh", selection)


@draft_command.command(epilog=example("hdp draft settle 7 --adopt 123456"))
@selection
@click.option("--adopt", metavar="REMOTE_ID", help="This draft in the repository is it.")
@click.option("--create-again", is_flag=True, help="None is it: take the attempt back.")
@click.option("--candidates", is_flag=True, help="Show the drafts that may be it; decide nothing.")
@pass_session
def settle(
    session: Session, selection: Selection, adopt: str | None, create_again: bool, candidates: bool
) -> int:
    """Decide what a crash or a lost answer left undecided."""
    if candidates:
        from hdp.cli.settling import show_candidates

        return show_candidates(session, selection)
    if adopt is None and not create_again:
        return act(session, "settle", selection)
    return _settle(session, selection, adopt, create_again)


def _settle(session: Session, selection: Selection, adopt: str | None, create_again: bool) -> int:
    from hdp.application import actions
    from hdp.sdk import UsageError

    app = session.open()
    if adopt is not None and (create_again or len(selection.ids) != 1):
        raise UsageError(
            "--adopt is for one item.", code="usage", hint="hdp draft settle ID --adopt REMOTE_ID"
        )
    planned = actions.plan(app, actions.Action("settle", session.env_name, selection))
    ids = tuple(row.id for row in planned.chosen)
    outcomes = actions.settle(app, session.env_name, ids, adopt=adopt, create_again=create_again)
    for one in outcomes:
        (session.tell if one["error"] else session.write)(f"{one['item']}  {one['message']}")
    failed = sum(1 for one in outcomes if one["error"])
    tasks = [one | {"state": "failed" if one["error"] else "done"} for one in outcomes]
    session.emit(
        {"id": None, "kind": "settle", "state": "failed" if failed else "done",
         "done": len(tasks) - failed, "failed": failed, "skipped": 0, "total": len(tasks),
         "started": None, "finished": None, "tasks": tasks}
    )  # fmt: skip
    return FAILED if failed else OK


@draft_command.command("list", epilog=example("hdp draft list --search amphora --json"))
@filters
@pass_session
def list_drafts(session: Session, selection: Selection) -> int:
    """List what is prepared, a draft or in review."""
    from hdp.application import views
    from hdp.application.selection import matching, with_failed
    from hdp.application.site_status import site_status

    app = session.open()
    env = session.env_name
    selection = with_failed(app, env, selection)
    app.remotes.url(app.environment(env))  # the practice repository's address is part of the links
    rows = list(matching(views.overview(app, env), selection))[: selection.first]
    looks = {row.id: row for row in rows}
    found = [one for one in views.draft_list(app, env) if one["item"] in looks]
    found.sort(key=lambda one: one["item"])
    session.table(
        ("item", "state", "id", "files", "title"),
        [(one["item"], one["state"], one["remote_id"], _files(one), one["title"]) for one in found],
        "No drafts.",
    )
    for one in found:
        if (of_site := site_status(looks[one["item"]])) is not None:
            session.tell(f"{one['remote_id']}: {of_site[2]}")
        if (waits := one["waits_for"]) is not None:
            why = (waits["error"] or {}).get("message") or "it has not run yet."
            session.tell(f"{one['remote_id']} waits for its pipeline {waits['pipeline']}: {why}")
    session.emit({"deposits": found, "total": len(found)})
    return OK


def _files(deposit: dict[str, Any]) -> str:
    sent = sum(1 for one in deposit["files"] if one["status"] == "uploaded")
    return f"{sent} of {len(deposit['files'])}"


@draft_command.command(epilog=example("hdp draft files 3"))
@click.argument("item", type=int, metavar="ID")
@pass_session
def files(session: Session, item: int) -> int:
    """List the files of an item's draft with their checksums."""
    from hdp.application import views
    from hdp.sdk import NotFound

    app = session.open()
    app.remotes.url(app.environment(session.env_name))
    views.item_view(app, item, session.env_name)  # refuses an id that is not there
    deposit = views.deposit_of(app, item, session.env_name)
    if deposit is None:
        raise NotFound(
            f"There is no draft of item {item} in {session.env_name}.",
            code="no-such-draft",
            hint=f"Prepare it first: hdp prepare {item}",
        )
    session.table(
        ("name", "role", "bytes", "status", "checksum"),
        [(f["name"], f["role"], f["size"], f["status"], f["checksum"]) for f in deposit["files"]],
        "No files.",
    )
    session.emit({"files": deposit["files"], "total": len(deposit["files"])})
    return OK
