"""`hdp pipeline new` and `remove`: the pipeline files of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hdp.cli.base import Command, example, pass_session
from hdp.cli.main import OK

if TYPE_CHECKING:
    from hdp.cli.session import Session


@click.command(
    "new", cls=Command, epilog=example('hdp pipeline new "Small pictures" --like web-copies')
)
@click.argument("name", metavar="NAME")
@click.option("--like", metavar="P", default="", help="Begin with a copy of this pipeline.")
@pass_session
def new_command(session: Session, name: str, like: str) -> int:
    """Make a pipeline in the project's folder `pipelines`, with the schema for editors beside."""
    from hdp.application import constructing

    app = session.open()
    made = constructing.create(app, name, like=like)
    path = constructing.own_file(app, made)
    session.emit({"name": made, "where": str(path)}, f"{path}\nCheck it: hdp pipeline check {path}")
    return OK


@click.command("remove", cls=Command, epilog=example("hdp pipeline remove small-pictures"))
@click.argument("pipeline", metavar="P")
@pass_session
def remove_command(session: Session, pipeline: str) -> int:
    """Delete a pipeline of the project; what it made stays, and so do those that came with HDP."""
    from hdp.application import constructing

    app = session.open()
    path = constructing.own_file(app, pipeline)
    constructing.remove(app, pipeline, constructing.hash_of(path))
    session.emit({"name": pipeline, "where": str(path)}, f"{path} is deleted.")
    return OK
