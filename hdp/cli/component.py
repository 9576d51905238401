"""`hdp component`: the steps that pipelines are made of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from hdp.cli.base import Group, example, pass_session
from hdp.cli.main import OK

if TYPE_CHECKING:
    from hdp.cli.session import Session
    from hdp.sdk import Component, Port


@click.group(cls=Group, epilog=example("hdp component list"))
def component_command() -> None:
    """The steps that pipelines are made of."""


@component_command.command("list", epilog=example("hdp component list --json"))
@pass_session
def list_components(session: Session) -> int:
    """List the components of all plugins that are ready."""
    catalogue = session.app.catalogue
    found = [
        _json(kind, catalogue.origin(name).plugin)
        for name, kind in sorted(catalogue.components.items())
    ]
    session.table(
        ("id", "version", "title", "plugin"),
        [(one["id"], one["version"], one["title"], one["plugin"]) for one in found],
    )
    session.emit({"components": found, "total": len(found)})
    return OK


@component_command.command(epilog=example("hdp component show image.resize"))
@click.argument("component", metavar="ID")
@pass_session
def show(session: Session, component: str) -> int:
    """Show a component: what goes in and out, and its settings."""
    from hdp.application.component_needs import find_missing

    catalogue = session.app.catalogue
    kind = catalogue.component(component)
    found = _json(kind, catalogue.origin(kind.id).plugin)
    missing = [one.to_json() for one in find_missing(kind)]
    session.write(f"{found['id']}@{found['version']}  {found['title']}  (plugin {found['plugin']})")
    for way in ("inputs", "outputs"):
        for port in found[way]:
            session.write(f"  {way[:-1]} {port['name']}: {', '.join(port['media'])}")
    for name, one in found["params"]["properties"].items():
        default = json.dumps(one.get("default"), ensure_ascii=False)
        session.write(f"  {name}: {one.get('description', '')} [{default}]")
    for one in missing:
        session.tell(one["message"])
    session.emit(found | {"findings": missing})
    return OK


def _json(kind: type[Component[Any]], plugin: str) -> dict[str, Any]:
    return {
        "id": kind.id,
        "version": kind.version,
        "title": kind.title,
        "plugin": plugin,
        "inputs": [_port(one) for one in kind.inputs],
        "outputs": [_port(one) for one in kind.outputs],
        "params": kind.params.schema(),
    }


def _port(one: Port) -> dict[str, Any]:
    return {
        "name": one.name, "media": list(one.media), "many": one.many, "optional": one.optional
    }  # fmt: skip
