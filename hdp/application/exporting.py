"""Records of a project in the words of others, one by one or as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application.selection import Selection, choose, with_failed
from hdp.environments import EnvironmentEntry
from hdp.exports import Exported
from hdp.project import deposits, items
from hdp.project.deposits import Deposit, DepositFile
from hdp.project.items import Item
from hdp.project.overview import list_overview
from hdp.sdk import Conflict, HdpError, InvalidInput, LocalFile, Record, Refused, UsageError
from hdp.uploads.desk import Desk
from hdp.uploads.files import to_local

if TYPE_CHECKING:
    from hdp.application.app import Application

FORMS = (
    "zenodo", "inveniordm", "datacite", "schema.org", "dublin-core", "ro-crate", "csv", "xlsx",
)  # fmt: skip


def read_records(
    app: Application, env: str | None, item_ids: Sequence[int]
) -> list[tuple[Exported, list[dict[str, Any]]]]:
    """Items as exports take them, with their findings.

    The metadata is the snapshot of the item's draft or record in the environment; before it is
    prepared, what the mapping says now.
    """
    desk = app.desk(env)
    if not item_ids:
        return []
    found = app.project.read(lambda c: deposits.list_deposits(c, desk.env, (), item_ids))
    current = _current(found)
    files = app.project.read(
        lambda c: deposits.files_by_deposit(c, [one.id for one in current.values()])
    )
    rows = {one.id: one for one in app.project.read(lambda c: items.list_items(c, item_ids))}
    new = [one for one in item_ids if one not in current]
    previews = _previews(app, env, [rows[one] for one in new]) if new else {}
    native = _native(app, desk)
    made = []
    for one in item_ids:
        deposit = current.get(one)
        if deposit is None:
            record, told = previews[one]
        else:
            record, told = _of_deposit(desk, rows[one], deposit, files.get(deposit.id, []))
        made.append((replace(record, native=native), told))
    return made


def _native(app: Application, desk: Desk) -> Callable[[Record], Mapping[str, Any]]:
    """How a record becomes InvenioRDM's JSON: by its own plugin, whatever the environment is."""
    if desk.target.id == "inveniordm":
        return desk.offline.to_native

    def make(record: Record) -> Mapping[str, Any]:
        entry = EnvironmentEntry("inveniordm", "inveniordm", "", "sandbox")
        return app.remotes.offline(entry).to_native(record)

    return make


def _current(found: Sequence[Deposit]) -> dict[int, Deposit]:
    """Each item's live deposit, else its latest published one."""
    chosen: dict[int, Deposit] = {}
    for one in found:
        if (
            one.state == "published"
            and (one.item_id not in chosen or chosen[one.item_id].state == "published")
        ) or one.state not in ("discarded", "published"):
            chosen[one.item_id] = one
    return chosen


def _previews(
    app: Application, env: str | None, new: Sequence[Item]
) -> dict[int, tuple[Exported, list[dict[str, Any]]]]:
    from hdp.application import editing

    preparer = editing.open_editor(app, env).preparer
    desk = app.desk(env)
    made = {}
    for item in new:
        composed = preparer.compose(item)
        record = Record(composed.fields, _files(desk, composed.files), item.key)
        findings = [one.to_json() for one in composed.findings]
        made[item.id] = (_exported(desk, record, item.id), findings)
    return made


def _of_deposit(
    desk: Desk, item: Item, deposit: Deposit, files: Sequence[DepositFile]
) -> tuple[Exported, list[dict[str, Any]]]:
    record = Record(deposit.metadata, _files(desk, files), item.key)
    page = desk.offline.page_url(deposit.remote_id) if deposit.remote_id else ""
    published = deposit.state == "published"
    given = deposit.metadata.get("doi")
    made = _exported(
        desk, record, item.id,
        doi=deposit.doi or (given if isinstance(given, str) else ""),
        concept_doi=deposit.concept_doi or "",
        version=deposit.version or "",
        url=page if published else "",
        published=(deposit.published or "") if published else "",
        state=deposit.state.replace("_", "-"),
        file_base=f"{page}/files/" if page and published and desk.target.id == "zenodo" else "",
    )  # fmt: skip
    return made, list(deposit.findings)


def exported_deposit(desk: Desk, item: Item, deposit: Deposit) -> Exported:
    """A deposit as exports take it, without its files."""
    return _of_deposit(desk, item, deposit, ())[0]


def _exported(desk: Desk, record: Record, item: int, **facts: Any) -> Exported:
    target = desk.target
    return Exported(
        record, item=item, publisher=target.title, vocabulary=target.vocabulary, **facts
    )


def _files(desk: Desk, files: Sequence[DepositFile]) -> list[LocalFile]:
    return [to_local(one, desk.project.file_path(one.root, one.path)) for one in files]


def show(app: Application, env: str | None, item_id: int, form: str) -> dict[str, Any]:
    """One item's metadata in a format: the document, its text, state and findings."""
    from hdp.exports import formats

    app.desk(env).item(item_id)
    ((record, findings),) = read_records(app, env, [item_id])
    return {
        "as": form,
        "metadata": formats.to_json(record, form),
        "text": formats.to_text([record], form),
        "state": record.state,
        "findings": findings,
    }


def export(
    app: Application,
    env: str | None,
    selection: Selection,
    form: str,
    goal: Path,
    *,
    with_files: bool = False,
) -> dict[str, Any]:
    """Write the selected items to a new file (crates: a folder); nothing is overwritten.

    `--all` and filters take what is prepared or further; ids are taken as they are.
    """
    if with_files and form != "ro-crate":
        raise UsageError(
            f"Files cannot go along with {form}.", hint="Only --as ro-crate takes --files."
        )
    overview = app.project.read(lambda c: list_overview(c, app.desk(env).env))
    selection = with_failed(app, app.desk(env).env, selection)
    chosen, left = choose(overview, selection, lambda row: row.state is not None)
    if not chosen:
        raise UsageError(
            "None of the selected items is prepared; nothing was written.",
            code="nothing-to-do",
            hint="Prepare them first: hdp prepare --all. Or name items by their ids.",
        )
    if with_files and (new := [row for row in chosen if row.state is None]):
        raise Conflict(
            f"Item {new[0].id} is not prepared: its files in the record are not made yet."
            " Nothing was written.",
            hint=f"Prepare it first: hdp prepare {new[0].id}. Or export without --files.",
            where={"item": new[0].id},
        )
    records = [one for one, _ in read_records(app, env, [row.id for row in chosen])]
    written = _write(records, form, goal, with_files=with_files)
    return {
        "as": form,
        "file": str(goal),
        "written": [str(one) for one in written],
        "items": [one.item for one in records],
        "left_out": [row.id for row in left],
        "total": len(records),
    }


def _write(
    records: Sequence[Exported], form: str, goal: Path, *, with_files: bool
) -> Sequence[Path]:
    from hdp.exports import crates, formats, table

    if form == "ro-crate":
        return crates.write_crates(records, goal, with_files=with_files)
    if form in formats.TABLES:
        from hdp.metadata import frames

        columns, rows = table.to_table(records)
        (frames.write_csv if form == "csv" else frames.write_xlsx)(goal, columns, rows)
        return [goal]
    write_new(goal, formats.to_text(records, form))
    return [goal]


def write_new(goal: Path, text: str) -> None:
    """Write a new text file; Refused where there is one, nothing half written stays."""
    made = False
    try:
        with goal.open("x", encoding="utf-8", newline="\n") as file:
            made = True
            file.write(text)
    except FileExistsError as error:
        raise Refused(
            f"{goal} exists already; it was not touched.", code="file-exists",
            hint="Choose another file name.", where={"file": str(goal)},
        ) from error  # fmt: skip
    except OSError as error:
        if made:
            goal.unlink(missing_ok=True)
        raise _not_written(goal, error) from error


def _not_written(goal: Path, error: OSError) -> HdpError:
    return InvalidInput(
        f"{goal} cannot be written: {error.strerror or error}.",
        code="not-written",
        hint="Choose a folder that is there, may be written to and has room.",
        where={"file": str(goal)},
    )
