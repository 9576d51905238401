"""`hdp metadata machine, reject` and `hdp record accept`: deciding on what pipelines wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from hdp.cli.base import Command, example, pass_session
from hdp.cli.main import OK
from hdp.cli.selecting import selection
from hdp.cli.updating import short
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application import Application, Selection
    from hdp.cli.session import Session


@click.command("machine", cls=Command, epilog=example("hdp metadata machine --all"))
@selection
@click.option("--accepted", is_flag=True, help="Those that were accepted too.")
@pass_session
def machine_command(session: Session, selection: Selection, accepted: bool) -> int:
    """List the values that pipelines wrote, with what each rests on."""
    from hdp.application import machine

    app, env = session.open(), session.env_name
    found = machine.list_values(app, env, _items(app, env, selection), accepted=accepted)
    for one in found["values"]:
        state = "accepted" if one["accepted"] else "waits"
        session.write(f"{one['item']}  {one['field']}: {short(one['value'])}"
                      f"  ({one['pipeline']}, {state})")  # fmt: skip
        for told in one["evidence"]:
            session.write(f"    {evidence_line(told)}")
    session.tell(f"{counted(found['total'], 'value')}.")
    session.emit(found)
    return OK


def evidence_line(told: dict[str, Any]) -> str:
    """What a value rests on, in a line."""
    parts = [f"“{told['text']}”" if told.get("text") else "",
             f"in {told['file']}" if told.get("file") else "",
             f"by {told['model']}" if told.get("model") else "",
             f"sure to {told['confidence']}" if "confidence" in told else ""]  # fmt: skip
    return " ".join(one for one in parts if one) or json.dumps(told, ensure_ascii=False)


def _items(app: Application, env: str, chosen: Selection) -> list[int] | None:
    """The chosen items; None stands for all."""
    from hdp.application.selection import choose

    if chosen.is_empty:
        return None
    rows, _ = choose(app.project.overview(env), chosen, lambda row: row.state is not None)
    return [row.id for row in rows]


@click.command("reject", cls=Command, epilog=example("hdp metadata reject 3 description"))
@click.argument("item", type=click.IntRange(min=1), metavar="ID")
@click.argument("fields", nargs=-1, required=True, metavar="FIELD...")
@pass_session
def reject_command(session: Session, item: int, fields: tuple[str, ...]) -> int:
    """Give fields that a pipeline wrote back to the mapping, and lock them against pipelines."""
    from hdp.application import machine

    choices = [machine.Choice(item, one) for one in fields]
    told = machine.reject(session.open(), session.env_name, choices)
    commands = {"prepare": "hdp prepare", "draft-update": "hdp draft update",
                "update": "hdp record update"}  # fmt: skip
    after = " ".join(f"{commands[one]} {' '.join(map(str, ids))}"
                     for one, ids in told["next"].items())  # fmt: skip
    session.emit(told, f"{counted(told['rejected'], 'value')} given back to the mapping."
                       f" To take it out of the record: {after}")  # fmt: skip
    return OK


@click.command("accept", cls=Command, epilog=example("hdp record accept --all"))
@selection
@pass_session
def accept_command(session: Session, selection: Selection) -> int:
    """Accept what pipelines wrote and an update of these records would make public."""
    from hdp.application import actions, machine

    app, env = session.open(), session.env_name
    rows = actions.plan(app, actions.Action("update", env, selection)).chosen
    found = machine.planned_values(app, env, [row.id for row in rows])
    choices = [machine.Choice(one["item"], one["field"], one["mark"], planned=True)
               for one in found if not one["accepted"]]  # fmt: skip
    count = machine.accept(app, env, choices)
    session.emit({"values": count}, f"{counted(count, 'value')} accepted as they are now.")
    return OK
