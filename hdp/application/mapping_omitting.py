"""Values that are not to be sent, written into a mapping because a check found them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hdp.application.mapping_checking import Report, check_mapping
from hdp.application.mapping_loading import get_row
from hdp.events import Changed
from hdp.metadata.mapping import parse_mapping
from hdp.project import mappings
from hdp.sdk import Finding, NotFound
from hdp.yaml_source import load

if TYPE_CHECKING:
    from hdp.application.app import Application

_KEY = "leave_out"
_HEAD = re.compile(rf"^{_KEY}[ \t]*:", re.MULTILINE)


def leave_out(
    app: Application, code: str, env: str | None = None, name: str | None = None,
    report: Report | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Write all values of one kind of finding into the mappings as left out.

    Gives the entries by mapping; NotFound where no finding of that code can be left out.
    """
    report = report or check_mapping(app, env, name)
    wanted = [one for one in report.findings if one.code == code and _KEY in one.args]
    if not wanted:
        raise _nothing(code, report.findings)
    by_mapping: dict[str, list[dict[str, Any]]] = {}
    for one in wanted:
        entries = by_mapping.setdefault(str(one.args.get("mapping", "")), [])
        entry = {key: one.args[_KEY][key] for key in ("field", "value")}
        if entry not in entries:
            entries.append(entry)
    for mapping, entries in by_mapping.items():
        _write(app, mapping, entries)
    return {"left_out": by_mapping, "total": sum(map(len, by_mapping.values()))}


def _write(app: Application, name: str, entries: Sequence[Mapping[str, Any]]) -> None:
    row = get_row(app, name)
    text = add_entries(row.source, entries)
    target = app.target(app.environment())
    parse_mapping(
        text,
        base=app.project.folder / row.base,
        schema=target.schema(),
        source=name,
        vocabulary=target.vocabulary,
    )
    app.project.write(lambda c: mappings.replace_source(c, name, text))
    app.bus.emit(Changed(("settings", "deposits")))


def _nothing(code: str, findings: Iterable[Finding]) -> NotFound:
    known = sorted({one.code for one in findings if _KEY in one.args})
    can = f"These can be left out: {', '.join(known)}." if known else "None can be left out."
    return NotFound(
        f"The check found no {code} that can be left out.", code="nothing-to-leave-out", hint=can
    )


def add_entries(text: str, entries: Sequence[Mapping[str, Any]]) -> str:
    """The mapping's text with more entries under leave_out:, all else as it was."""
    old = _entries_of(text)
    new = [one for one in entries if one not in old]
    if not new:
        return text
    lines = [f"  - {json.dumps(dict(one), ensure_ascii=False)}\n" for one in new]
    head = _HEAD.search(text)
    if head is None:
        return f"{text.rstrip()}\n{_KEY}:\n{''.join(lines)}"
    return _insert(text, head.start(), lines, old)


def _insert(text: str, start: int, lines: list[str], old: Sequence[Any]) -> str:
    """New entries at the head of the block; a list in brackets is written as a block."""
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    said = text[start:end].partition(":")[2].partition("#")[0].strip()
    rest = text[end + 1 :]
    if said:
        block = re.match(r"(?:[ \t\]}].*\n?|\n)*", rest)
        rest = rest[block.end() :] if block else rest
        kept = [f"  - {json.dumps(one, ensure_ascii=False)}\n" for one in old]
        return f"{text[:start]}{_KEY}:\n{''.join([*kept, *lines])}{rest}"
    indent = re.search(r"^([ \t]*)- ", rest, re.MULTILINE)
    lead = indent[1] if indent and old else "  "
    lines = [lead + one.lstrip() for one in lines]
    return f"{text[:end]}\n{''.join(lines)}{rest}"


def _entries_of(text: str) -> list[Any]:
    node = load(text).get(_KEY)
    found = node.plain() if node else None
    return found if isinstance(found, list) else []
