"""What publishing a selection means, before it is done: computed over all of it at once."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from hdp.application import actions
from hdp.application.actions import Action
from hdp.application.file_warnings import warn_of_files
from hdp.application.terms import term_of
from hdp.metadata.schemas import fields_of
from hdp.project import going_public, machine_values
from hdp.project.accepting import BLOCKING
from hdp.project.overview import Overview

if TYPE_CHECKING:
    from hdp.application.app import Application

_SHOWN = 5
_GROUPS = ("licence", "access", "type", "date", "community")
Facts = Mapping[str, Any]


def consequences(app: Application, action: Action) -> dict[str, Any]:
    """How the records differ, what was accepted, what files tell, and what blocks publishing."""
    planned = actions.plan(app, action)
    rows = [row for row in planned.chosen if actions.why_not(action.kind, row) is None]
    ids = [row.id for row in rows]
    numbers = [row.deposit_id for row in rows if row.deposit_id]
    facts = app.project.read(lambda c: going_public.read_facts(c, numbers))
    remarks = app.project.read(lambda c: going_public.read_remarks(c, ids))
    licences = {one["item_id"]: _licence(one) for one in facts}
    titles = {row.id: row.title or row.key for row in rows}
    return {
        "records": len(rows),
        "groups": group_all(app, action.env, _GROUPS, facts),
        "accepted": _accepted(rows),
        "files": warn_of_files(remarks, licences, titles),
        "machine": _machine(app, facts),
        "never_tried": never_tried(app, action.env, rows),
    }


def group_all(
    app: Application, env: str, names: Iterable[str], facts: Sequence[Facts]
) -> list[dict[str, Any]]:
    """The records by several properties; each value with the terms of its vocabulary, if any."""
    target = app.target(app.environment(env))
    fields = fields_of(target.schema())
    groups = [group_by(name, facts) for name in names]
    for group in groups:
        for one in group["values"]:
            coded = _coded(group["by"], one["value"])
            found = [term_of(target, fields.get(name, {}), word) for name, word in coded]
            one["terms"] = [term for term in found if term] if all(found) else []
    return groups


def _coded(name: str, value: str) -> list[tuple[str, str]]:
    """The fields and words of their vocabularies that a property was put together from."""
    if name == "type":
        first, _, second = value.partition("/")
        return [("upload_type", first), *([(f"{first}_type", second)] if second else [])]
    # Licences are known by their ids, in every language.
    return [("access_right", value.partition(" ")[0])] if name == "access" else []


def group_by(name: str, facts: Sequence[Facts]) -> dict[str, Any]:
    """The records by one property; where most agree, the others are outliers."""
    held: dict[str, list[Facts]] = defaultdict(list)
    for one in facts:
        held[value_of(name, one)].append(one)
    ordered = sorted(held.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    agreed = bool(ordered) and 2 * len(ordered[0][1]) > len(facts)
    values = [
        {
            "value": value, "count": len(ones), "outlier": agreed and position > 0,
            "records": _named(ones) if agreed and position > 0 else [],
        }
        for position, (value, ones) in enumerate(ordered)
    ]  # fmt: skip
    return {"by": name, "values": values[:20], "kinds": len(values)}


def value_of(name: str, facts: Facts) -> str:
    """One property of a record in a word: licence, access, type, date or community."""
    return _VALUES[name](facts)


def _named(ones: Iterable[Facts]) -> list[dict[str, Any]]:
    return [{"item": one["item_id"], "title": one["title"]} for one in list(ones)[:_SHOWN]]


def _licence(one: Facts) -> str:
    if one["license"]:
        return str(one["license"])
    rights = json.loads(one["rights"]) if one["rights"] else []
    names = [str(r.get("id") or r.get("title") or "") if isinstance(r, dict) else str(r)
             for r in (rights if isinstance(rights, list) else [rights])]  # fmt: skip
    return ", ".join(sorted(filter(None, names)))


def _access(one: Facts) -> str:
    embargo = f" ({one['embargo']})" if one["access"] == "embargoed" and one["embargo"] else ""
    return f"{one['access'] or 'open'}{embargo}"


def _type(one: Facts) -> str:
    return "/".join(str(part) for part in (one["type"], one["subtype"]) if part)


def _date(one: Facts) -> str:
    """ "Today" was meant where nothing was given: then it is the day of publishing."""
    return date.today().isoformat() if one["date_rule"] == "default" else str(one["date"] or "")


def _community(one: Facts) -> str:
    found = json.loads(one["communities"]) if one["communities"] else []
    names = [str(c.get("identifier", "")) if isinstance(c, dict) else str(c) for c in found]
    return ", ".join(sorted(filter(None, names)))


_VALUES = {
    "licence": _licence, "access": _access, "type": _type, "date": _date, "community": _community,
}  # fmt: skip


def _accepted(rows: Sequence[Overview]) -> list[dict[str, Any]]:
    """Problems of files that somebody accepted, by the reason that was given."""
    held: dict[tuple[str, str], list[Overview]] = defaultdict(list)
    for row in rows:
        if row.accepted is not None and row.worst in BLOCKING:
            held[row.accepted, row.worst].append(row)
    return [
        {
            "reason": reason, "status": status, "count": len(ones),
            "records": [{"item": r.id, "title": r.title or r.key} for r in ones[:_SHOWN]],
        }
        for (reason, status), ones in sorted(held.items())
    ]  # fmt: skip


def _machine(app: Application, facts: Sequence[Facts]) -> dict[str, Any]:
    """What pipelines wrote and nobody accepted, by field and pipeline, with some values."""
    open_items = _open_values(app, facts)
    fields = Counter((name, by) for _, names in open_items for name, by in names.items())
    return {
        "items": [one["item_id"] for one, _ in open_items],
        "fields": [
            {
                "field": name,
                "pipeline": by,
                "count": count,
                "records": _values(open_items, name, by),
            }
            for (name, by), count in fields.most_common()
        ],
    }  # fmt: skip


def _open_values(app: Application, facts: Sequence[Facts]) -> list[tuple[Facts, dict[str, str]]]:
    made = [
        {**one, "origins": json.loads(one["origins"]), "metadata": json.loads(one["metadata"])}
        for one in facts
        if one["origins"]
    ]
    ids = [one["item_id"] for one in made]
    marks = app.project.read(lambda c: machine_values.read_accepted(c, ids))
    found = [
        (one, machine_values.not_accepted(
            one["origins"], one["metadata"], marks.get(one["item_id"], {})))
        for one in made
    ]  # fmt: skip
    return [(one, names) for one, names in found if names]


def _values(
    found: Sequence[tuple[Facts, dict[str, str]]], name: str, by: str
) -> list[dict[str, Any]]:
    chosen = [one for one, names in found if names.get(name) == by][:_SHOWN]
    return [
        {"item": one["item_id"], "title": one["title"], "value": _short(one["metadata"][name])}
        for one in chosen
    ]


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= 200 else f"{text[:199]}…"


def never_tried(app: Application, env: str, rows: Sequence[Overview]) -> int | None:
    """How many were never published where it can be tried; None outside production."""
    if app.environment(env).kind != "production":
        return None
    trial = [one.name for one in app.environments.list() if one.kind != "production"]
    tried = app.project.read(lambda c: going_public.published_in(c, trial))
    return sum(1 for row in rows if row.id not in tried)


def accept_values(app: Application, action: Action) -> int:
    """Accept what pipelines wrote into the drafts of a selection; how many records had such."""
    rows = actions.plan(app, action).chosen
    numbers = [row.deposit_id for row in rows if row.deposit_id]
    facts = app.project.read(lambda c: going_public.read_facts(c, numbers))
    found = _open_values(app, facts)

    def write(connection: Any) -> None:
        for one, names in found:
            values = {name: one["metadata"][name] for name in names}
            machine_values.accept(connection, one["item_id"], values)

    if found:
        app.project.write(write)
    return len(found)
