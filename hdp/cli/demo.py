"""`hdp demo`: sample data from files to published records, on this computer only."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hdp.cli import running
from hdp.cli.base import Command, example, pass_session
from hdp.cli.main import OK
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.cli.session import Session


@click.command("demo", cls=Command, epilog=example("hdp demo --keep ~/hdp-demo --open"))
@click.option("--open", "open_", is_flag=True, help="Show the result in the window or browser.")
@click.option("--keep", type=click.Path(path_type=Path), metavar="DIR",
              help="Make the project in this new folder.")  # fmt: skip
@pass_session
def demo_command(session: Session, open_: bool, keep: Path | None) -> int:
    """Try everything: sample data, mapping, pipeline, drafts, uploads, DOIs.

    All of it happens in the practice repository on this computer; nothing is public.
    """
    from hdp.application import demo

    started = time.monotonic()
    app = session.app
    session.env = "practice"
    demo.create_sample(app, keep)
    code = _wait(session, demo.start_sample(app))
    for step in _STEPS:
        if code != OK:
            return code
        code = _do(session, *step)
    if code == OK:
        _print(session, time.monotonic() - started)
    return _show(session) if open_ and code == OK else code


_STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("pipeline", {"pipeline": "web-copies"}),
    ("prepare", {}),
    ("create-upload", {}),
    ("publish", {}),
)


def _do(session: Session, kind: str, args: dict[str, Any]) -> int:
    from hdp.application import Selection, actions, views

    app = session.app
    selection = Selection(all=True)
    if kind == "pipeline":
        rows = views.overview(app, "practice")
        selection = Selection(ids=tuple(r.id for r in rows if r.media_type.startswith("image/")))
    started = actions.start(app, actions.Action(kind, "practice", selection, args=args))
    return OK if started.job is None else _wait(session, started.job)


def _wait(session: Session, job_id: int) -> int:
    app = session.app
    cancelled = running.wait(session, app, job_id)
    job = running.job_document(app, job_id)
    code = running.job_exit(job, cancelled=cancelled)
    if code == OK:
        session.tell(f"{job['title']}: {job['done']} done.")
        return OK
    return running.print_job(session, app, job_id, cancelled=cancelled)


def _program() -> str:
    """How the person calls us: by name where that works, else by the path beside this Python."""
    if shutil.which("hdp"):
        return "hdp"
    beside = Path(sys.executable).with_name("hdp")
    return str(beside) if beside.exists() else f"{sys.executable} -m hdp"


def _print(session: Session, seconds: float) -> None:
    from hdp.application import published

    app = session.app
    app.remotes.url(app.environment("practice"))  # the links hold its address of today
    groups = published.published_groups(app, "practice")["groups"]
    records = [one for group in groups for one in group["versions"]]
    records.sort(key=lambda one: one["item"])
    session.table(
        ("title", "files", "DOI", "link"),
        [(one["title"], len(one["files"]), one["doi"], one["url"]) for one in records],
    )
    project = app.project.path
    session.write(
        f"\n{counted(len(records), 'record')} published for practice in {seconds:.0f} s;"
        " nothing is public.\n"
        f"The project:      {project}\n"
        f"See it:           {_program()} serve --open '{project}'\n"
        f"Open the records: {_program()} practice open   (the links work while that runs)\n"
        f"Your own files:   {_program()} project new --help"
    )
    session.emit(
        {"project": str(project), "records": records, "total": len(records),
         "seconds": round(seconds, 1)}
    )  # fmt: skip


def _show(session: Session) -> int:
    from hdp.cli.window import open_window, serve_page
    from hdp.sdk import UsageError

    try:
        return open_window(session)
    except UsageError as error:  # no window here: the same page in the browser
        session.tell(error.message)
        return serve_page(session, open_browser=True)
