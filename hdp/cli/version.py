"""`hdp record version`: new versions of published records from new files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hdp.cli.base import Command, Several, example, pass_session, read_params
from hdp.cli.main import FAILED, OK
from hdp.cli.updating import short
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application.version_deciding import Patterns
    from hdp.application.version_look import Looked, Wanted
    from hdp.application.version_plan import Planned, Wishes
    from hdp.cli.session import Session

_MATCH = ("auto", "name", "stem", "key", "hash", "table")
_PATH = click.Path(path_type=Path)


@click.command(
    "version",
    cls=Command,
    epilog=example("hdp record version --from rescans/ --pipeline no-processing --carry-over all"),
)
@click.option(
    "--from",
    "sources",
    cls=Several,
    type=_PATH,
    required=True,
    metavar="DIR|FILE...",
    help="The new files.",
)
@click.option(
    "--pipeline",
    required=True,
    metavar="NAME",
    help="What the new files go through; no-processing takes them as they are.",
)
@click.option(
    "--match",
    type=click.Choice(_MATCH),
    default="auto",
    help="How files find their record; auto tries all ways.",
)
@click.option("--table", type=_PATH, metavar="FILE", help="A table of files and DOIs (or ids).")
@click.option(
    "--carry-over",
    cls=Several,
    metavar="all|none|GLOB...",
    help="What stays of the files that no new one replaces; what none names is removed.",
)
@click.option(
    "--remove",
    cls=Several,
    metavar="GLOB...",
    help="Files of the version before that go; comes before --carry-over.",
)
@click.option(
    "--regenerate",
    cls=Several,
    metavar="GLOB...",
    help="Files that a pipeline made, to be made anew; comes before the other two.",
)
@click.option("--version-number", default="", metavar="TEXT", help="Proposed if left out.")
@click.option("--date", "day", default="", metavar="YYYY-MM-DD", help="Today if left out.")
@click.option("--note", default="", metavar="TEXT", help="What changed; added to the notes.")
@click.option("--with-mapping", is_flag=True, help="Also what the table says now.")
@click.option(
    "--accept-similar",
    cls=Several,
    type=int,
    metavar="ITEM...",
    help="Records to take although only likeness speaks for them.",
)
@click.option(
    "--adopt-draft",
    multiple=True,
    metavar="ITEM=ID",
    help="Use this open draft, although HDP did not make it.",
)
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="An answer to what the pipeline asks.",
)
@click.option(
    "--skip-unchanged",
    is_flag=True,
    help="Leave out records in which nothing would change.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be made; send nothing.")
@pass_session
def version_command(session: Session, /, **given: Any) -> int:  # fmt: skip
    """Make drafts of new versions: files matched, run through a pipeline, uploaded, verified."""
    from hdp.application.version_look import look
    from hdp.application.version_plan import plan_versions
    from hdp.application.versioning import plan_json, units_json

    app = session.open()
    env = session.env_name
    looked = look(app, env, _wanted(given))
    choices = _choices(looked, given["accept_similar"])
    wishes = _wishes(given, choices)
    every = plan_versions(app, env, looked, wishes)
    planned = _without_same(session, every, skip=given["skip_unchanged"])
    _show(session, planned)
    _show_left(session, looked, choices)
    _check_patterns(session, planned, wishes)
    if given["dry_run"]:
        session.tell("Nothing was sent.")
        session.emit(
            plan_json(planned) | {"units": units_json(looked), "left_out": list(looked.left_out)}
        )
        return FAILED if any(one.undecided or one.problem for one in planned) else OK
    return _start(session, env, planned, nothing=bool(every) and not planned)


def _start(session: Session, env: str, planned: list[Planned], *, nothing: bool) -> int:
    from hdp.application import Selection, actions
    from hdp.application.versioning import start_versions
    from hdp.cli.running import report

    app = session.open()
    started = actions.Started(None, [], []) if nothing else start_versions(app, env, planned)
    ids = tuple(one.order.item for one in planned)
    return report(session, app, actions.Action("version", env, Selection(ids=ids)), started)


def _wanted(given: dict[str, Any]) -> Wanted:
    from hdp.application.version_look import Wanted
    from hdp.ingest.matching import BY
    from hdp.sdk import UsageError

    sources = [one.expanduser().absolute() for one in given["sources"]]
    folders = [one for one in sources if one.is_dir()]
    if folders and len(sources) > 1:
        raise UsageError("Name one folder, or files.", hint="Name the folder above them.")
    if given["match"] == "table" and given["table"] is None:
        raise UsageError("--match table needs --table FILE.")
    by = BY if given["match"] == "auto" else (given["match"],)
    if given["table"] is not None and "table" not in by:
        by = ("table", *by)
    return Wanted(
        folder=folders[0] if folders else None, paths=() if folders else tuple(sources),
        table=given["table"], by=by,
    )  # fmt: skip


def _choices(looked: Looked, similar: tuple[int, ...]) -> dict[str, int | None]:
    """What is ticked, and the first candidate of likeness for records that were named for it."""
    choices: dict[str, int | None] = {}
    for one in looked.newcomers:
        named = next((c.item for c in one.candidates if c.item in similar), None)
        choices[one.id] = one.ticked if one.ticked is not None else named
    return choices


def _wishes(given: dict[str, Any], choices: dict[str, int | None]) -> Wishes:
    from hdp.application.version_plan import Wishes

    return Wishes(
        choices, given["pipeline"], read_params(given["params"]), _patterns(given),
        version=given["version_number"], day=given["day"], note=given["note"],
        mapping=given["with_mapping"], adopt=dict(_adopted(one) for one in given["adopt_draft"]),
    )  # fmt: skip


def _patterns(given: dict[str, Any]) -> Patterns:
    from hdp.application.version_deciding import Patterns
    from hdp.sdk import UsageError

    carry = given["carry_over"]
    words = [one for one in carry if one in ("all", "none")]
    if words and len(carry) > 1:
        raise UsageError(
            f"--carry-over takes {words[0]} or patterns, not both.",
            hint="Name exceptions with --remove.",
        )
    return Patterns((words[0] if words else carry) or None, given["remove"], given["regenerate"])


def _adopted(text: str) -> tuple[int, str]:
    from hdp.sdk import UsageError

    item, _, draft = text.partition("=")
    if not item.isdigit() or not draft:
        raise UsageError(f"“{text}” is not ITEM=ID.", hint="Such as: --adopt-draft 12=345678")
    return int(item), draft


def _show(session: Session, planned: list[Planned]) -> None:
    for one in planned:
        told = one.to_json()
        doi = one.base.deposit.known_as
        session.write(f"{one.order.item}  {one.base.deposit.title}: version {one.number} of {doi}")
        for row in one.rows:
            session.write(f"    {row.action or 'UNDECIDED':<10}  {row.name}")
        for change in told["metadata"]:
            session.write(f"    {change['field']}: {short(change['before'])}"
                          f" -> {short(change['after'])}")  # fmt: skip
        if one.open_draft:
            draft = one.open_draft
            session.tell(f"    Open draft {draft['id']}: {draft['title']} {draft['url']}".rstrip())
        if one.problem:
            session.tell(f"    {one.problem}")


def _show_left(session: Session, looked: Looked, choices: dict[str, int | None]) -> None:
    left = [one for one in looked.newcomers if choices[one.id] is None]
    for each in left:
        told = "; ".join(f"{c.item}? {c.reason}" for c in each.candidates) or "no record fits"
        session.tell(f"Not taken: {each.label} ({told})")
    if left:
        session.tell(f"{counted(len(left), 'group')} of new files without a record.")
    for finding in looked.left_out:
        session.tell(str(finding["message"]))


def _without_same(session: Session, planned: list[Planned], *, skip: bool) -> list[Planned]:
    """Tell of new versions that bring nothing new, and leave them out where that is asked for."""
    same = [one for one in planned if one.same]
    if not same:
        return planned
    told = f"Nothing would change in {counted(len(same), 'record')} but version and date"
    session.tell(f"{told}: left out." if skip else f"{told}; --skip-unchanged leaves them out.")
    return [one for one in planned if not one.same] if skip else planned


def _check_patterns(session: Session, planned: list[Planned], wishes: Wishes) -> None:
    from hdp.application.version_deciding import check_kept, count_fits

    check_kept(planned, wishes.patterns)
    for pattern, count in count_fits(planned, wishes.patterns).items():
        session.tell(f"{pattern}: {counted(count, 'file')}")


@click.command("diff", cls=Command, epilog=example("hdp record diff 3 --from 1 --to 3"))
@click.argument("item", type=click.IntRange(min=1), metavar="ID")
@click.option(
    "--from",
    "before",
    type=click.IntRange(min=1),
    metavar="N",
    help="The version before, counted from 1.",
)
@click.option(
    "--to", "after", type=click.IntRange(min=1), metavar="N", help="The newest if left out."
)
@pass_session
def diff_command(
    session: Session, item: int, before: int | None, after: int | None
) -> int:  # fmt: skip
    """Tell what changed between two versions of a record: files and metadata."""
    from hdp.application.version_changes import compare_versions

    found = compare_versions(session.open(), session.env_name, item, before or 0, after or 0)
    old, new = found["from"], found["to"]
    session.write(f"{found['title']}: version {old['number']} ({old['doi']})"
                  f" -> version {new['number']} ({new['doi']})")  # fmt: skip
    for one in found["files"]:
        session.write(f"    {one['what']:<10}  {one['name']}")
    for one in found["metadata"]:
        session.write(f"    {one['field']}: {short(one['before'])} -> {short(one['after'])}")
    session.emit(found)
    return OK
