"""A mapping's text made from its values, and changed where only these changed.

A person's comments and spelling stay wherever the change does not touch them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from hdp.sdk import InvalidInput
from hdp.yaml_source import load

ORDER = (
    "hdp-mapping", "table", "sheet", "header", "encoding", "separator", "key", "fields",
    "leave_out",
)  # fmt: skip
_PLAIN = re.compile(r"[^\W\d_][\w.-]*")
# Words that some readers of YAML take for something else than text.
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "none"}
_UNSEEN = re.compile(
    "[^\t\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029\ufeff]"
)
_LONG_KEY = 900  # YAML looks for the colon of a key within 1,024 signs
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\0": "\\0"}


@dataclass(frozen=True)
class Edited:
    """A changed text; `lost` are the comments that went with what they stood in."""

    text: str
    lost: tuple[str, ...] = ()


def read_values(text: str) -> dict[str, Any]:
    """What a mapping's text says, without places; InvalidInput where it is no mapping.

    Numbers with a point are texts, so that 1.0 stays 1.0 on every way.
    """
    values = _exact(load(text).plain())
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise InvalidInput(
            "This is no mapping.", code="mapping",
            hint='Begin with "fields:" and a line for each field.',
        )  # fmt: skip
    return values


def edit_text(text: str, values: Mapping[str, Any]) -> Edited:
    """The text so changed that it says these values; all else in it stays as it was."""
    wanted = _exact(dict(values))
    try:
        before = read_values(text)
        if before == wanted:
            return Edited(text)
        made = _patch(text, before, wanted) if before else write_text(wanted)
        if read_values(made) != wanted:
            made = write_text(wanted)
    except (InvalidInput, yaml.YAMLError):
        made = write_text(wanted)
    return Edited(made, tuple(_lost(text, made)))


def write_text(values: Mapping[str, Any]) -> str:
    """A new text that says these values."""
    names = [*(one for one in ORDER if one in values), *(one for one in values if one not in ORDER)]
    return "".join(f"{_pair(one, values[one], 0)}\n" for one in names)


def to_flow(value: Any) -> str:
    """A value on one line: {column: title, split: ";"}."""
    if isinstance(value, Mapping):
        parts = (f"{_key(str(key))}: {to_flow(one)}" for key, one in value.items())
        return f"{{{', '.join(parts)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(to_flow, value))}]"
    return _scalar(value)


def _exact(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _exact(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(one) for one in value]
    return repr(value) if isinstance(value, float) else value


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_UNSEEN.sub(_escape, quoted)}"'


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return _ESCAPES.get(match[0]) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def _key(text: str) -> str:
    return f"? {_scalar(text)} " if len(text) > _LONG_KEY else _scalar(text)


def _pair(name: str, value: Any, indent: int) -> str:
    """A key with its value: rules on one line, lists and the fields one entry a line."""
    lead = " " * indent
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        lines = [f"{lead}  - {to_flow(one)}" for one in value]
        return "\n".join([f"{lead}{_scalar(name)}:", *lines])
    if indent == 0 and name == "fields" and value:
        return "\n".join([f"{name}:", *(_pair(key, one, 2) for key, one in value.items())])
    return f"{lead}{_key(name)}: {to_flow(value)}"


@dataclass(frozen=True)
class _Place:
    """Where a pair stands: `start` of its key, `end` of its value, as indexes of the text."""

    start: int
    end: int
    value: Any


def _patch(text: str, before: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return write_text(wanted)
    places = _places(root)
    changes: list[tuple[int, int, str]] = []
    old, new = before.get("fields"), wanted.get("fields")
    node = places["fields"].value if "fields" in places else None
    block = node if isinstance(node, yaml.MappingNode) and not node.flow_style else None
    if block and block.value and isinstance(old, Mapping) and isinstance(new, Mapping) and new:
        column = block.value[0][0].start_mark.column
        changes += _changes(text, _places(block), old, new, column)
    elif old != new:
        was: dict[str, Any] = {} if old is None else {"fields": old}
        to_be: dict[str, Any] = {} if new is None else {"fields": new}
        changes += _changes(text, places, was, to_be, 0, order=list(wanted))
    changes += _changes(text, places, before, wanted, 0, skip="fields")
    # Of several that come at one place, the first is put there last and so stands first.
    in_order = sorted(changes, key=lambda one: one[:2])
    for start, end, made in reversed(in_order):
        text = text[:start] + made + text[end:]
    return text


def _places(node: Any) -> dict[str, _Place]:
    return {
        key.value: _Place(key.start_mark.index, _end(value), value) for key, value in node.value
    }


def _end(node: Any) -> int:
    """Where a value's last sign is; a block's own end would include the comments after it."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _end(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _end(node.value[-1])
    return int(node.end_mark.index)


def _changes(
    text: str, places: Mapping[str, _Place], before: Mapping[str, Any],
    wanted: Mapping[str, Any], indent: int, *, skip: str = "", order: Sequence[str] = (),
) -> Iterator[tuple[int, int, str]]:  # fmt: skip
    """Start, end and new text of every pair that is changed, gone or new."""
    for name, place in places.items():
        if name == skip or name not in before:
            continue
        end = place.start + len(text[place.start : place.end].rstrip())
        if name not in wanted:
            line = text.rfind("\n", 0, place.start) + 1
            yield line, _line_end(text, end), ""
        elif wanted[name] != before[name]:
            yield place.start, end, _pair(name, wanted[name], indent).lstrip()
    names = order or list(wanted)
    if indent == 0:
        names = sorted(names, key=lambda one: ORDER.index(one) if one in ORDER else len(ORDER))
    for at, name in enumerate(names):
        if name in wanted and name not in places and name != skip:
            goal = _after(text, places, names[:at])
            made = _pair(name, wanted[name], indent)
            yield goal, goal, f"{_break(text, goal)}{made}\n"


def _after(text: str, places: Mapping[str, _Place], names: Sequence[str]) -> int:
    """Where a new pair goes: below the last of those before it, else above all."""
    here = [places[one] for one in names if one in places]
    if here:
        last = max(here, key=lambda one: one.end)
        return _line_end(text, last.start + len(text[last.start : last.end].rstrip()))
    first = min(one.start for one in places.values())
    return text.rfind("\n", 0, first) + 1


def _line_end(text: str, index: int) -> int:
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def _break(text: str, goal: int) -> str:
    return "\n" if goal and text[goal - 1] != "\n" else ""


def _lost(before: str, after: str) -> Iterator[str]:
    left = list(_comments(after))
    for comment in _comments(before):
        if comment in left:
            left.remove(comment)
        else:
            yield comment


def _comments(text: str) -> Iterator[str]:
    """The comments of a text: what stands behind # between its tokens."""
    end = 0
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            yield from _in_gap(text[end : token.start_mark.index])
            end = max(end, token.end_mark.index)
    except yaml.YAMLError:
        return
    yield from _in_gap(text[end:])


def _in_gap(gap: str) -> Iterator[str]:
    for line in gap.splitlines():
        _, found, comment = line.partition("#")
        if found and comment.strip():
            yield comment.strip()
