"""The names in the record, for the screens and the command line; and how people choose them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hdp.events import Changed
from hdp.ingest.items import ScannedItem
from hdp.ingest.packing import plan
from hdp.ingest.packing_model import PackChoices, Packing, RecordFile
from hdp.ingest.same_names import pack_files
from hdp.project import packing as rows
from hdp.project import runs
from hdp.uploads.packing import Packer

if TYPE_CHECKING:
    from hdp.application.app import Application


def describe_packing(app: Application, item_id: int, env: str | None = None) -> dict[str, Any]:
    """What an item's record will hold: files by their names there, findings, choices.

    Nothing is made; sizes of what is yet to be made are estimates. `own` are the item's choices.
    """
    desk = app.desk(env)
    item = desk.item(item_id)
    done = app.project.read(lambda c: runs.list_runs(c, item_id))
    taken = [one.name for run in done for one in run.artifacts if one.path in run.uploads]
    shown = _shown(Packer(desk).plan(item, taken=taken))
    return shown | {"own": app.project.read(lambda c: rows.item_choices(c, item_id))}


def describe_scanned(
    item: ScannedItem,
    choices: Mapping[str, Any],
    *,
    most_files: int | None = 100,
    most_bytes: int | None = 50_000_000_000,
) -> dict[str, Any]:
    """The same of an item of a preview, which no project has yet."""
    files = pack_files(item.files)
    merged = PackChoices.merged(choices)
    return _shown(plan(files, merged, most_files=most_files, most_bytes=most_bytes))


def _shown(packing: Packing) -> dict[str, Any]:
    return {
        "files": [_file(one) for one in packing.files],
        "findings": [one.to_json() for one in packing.findings],
        "choices": packing.choices.to_json(),
    }


def _file(one: RecordFile) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "size": one.size,
        "from": [file.path for _, file in one.members],
    }


def choose_packing(
    app: Application, ids: Sequence[int], choices: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Choose how items are packed; "" gives a choice back to the project. Says how they are then.

    What is prepared already keeps its files until it is prepared again.
    """
    PackChoices.merged(choices)
    for one in ids:
        app.desk().item(one)  # refuses an id that is not there before anything is written
    app.project.write(lambda c: rows.set_item_choices(c, ids, choices))
    app.bus.emit(Changed(("items", "deposits"), list(ids)))
    return [{"item": one, **describe_packing(app, one)} for one in ids]


def choose_for_project(app: Application, choices: Mapping[str, Any]) -> dict[str, str]:
    """Choose how all items are packed that have no choices of their own."""
    PackChoices.merged(choices)
    kept = {key: one for key, one in choices.items() if one}
    app.project.write(lambda c: rows.set_project_choices(c, kept))
    app.bus.emit(Changed(("items", "deposits", "settings")))
    return PackChoices.merged(app.project.read(rows.project_choices)).to_json()
