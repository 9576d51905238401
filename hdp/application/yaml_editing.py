"""A pipeline's text changed until it says other values; comments and spelling stay around it.

One difference after the other is written into the text, which is read anew each time: so
what comes out is proven to say what was wanted, by the reader that everybody else uses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import yaml

from hdp.application.yaml_lines import Chunk, chunks, line_end, line_start, value_end
from hdp.application.yaml_writing import pair, sequence_item, to_flow
from hdp.sdk import InvalidInput
from hdp.yaml_source import load

_MOST = 2000  # changes to one file; far more than a person makes between two looks
Edit = tuple[int, int, str]


def edit_text(text: str, wanted: Mapping[str, Any]) -> str:
    """The text so changed that it says `wanted`; InvalidInput where it is no YAML."""
    for _ in range(_MOST):
        now = load(text).plain()
        if same(now, wanted):
            return text
        made = _apply(text, _first_change(text, now, wanted))
        if made == text:
            break
        text = made
    raise InvalidInput(
        "This cannot be written into the text as it is.", code="pipeline-edit",
        hint="Change it in the YAML itself.",
    )  # fmt: skip


def same(one: Any, other: Any) -> bool:
    """Whether two plain values are the same in a file: true is not 1, the order of keys is free."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return (type(one) is type(other) and one == other) or _numbers(one, other)


def _numbers(one: Any, other: Any) -> bool:
    return isinstance(one, int | float) and isinstance(other, int | float) and one == other


def _apply(text: str, edit: Edit | None) -> str:
    if edit is None:
        return text
    start, end, made = edit
    return text[:start] + made + text[end:]


def _first_change(text: str, now: Any, wanted: Mapping[str, Any]) -> Edit | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or not isinstance(now, Mapping):
        head = text if text.endswith("\n") or not text else f"{text}\n"
        kept = head if root is None else ""
        return 0, len(text), kept + "".join(f"{pair(*one, 0)}\n" for one in wanted.items())
    return _mapping(text, root, now, wanted)


def _change(text: str, node: yaml.Node, now: Any, wanted: Any, again: Callable[[], Edit]) -> Edit:
    """The first change inside a value, or the value anew where its parts cannot be matched."""
    inner: Edit | None = None
    if isinstance(node, yaml.MappingNode) and isinstance(wanted, Mapping) and wanted and now:
        inner = _mapping(text, node, now, wanted)
    elif isinstance(node, yaml.SequenceNode) and isinstance(wanted, list) and wanted and now:
        inner = _sequence(text, node, now, wanted)
    return inner or again()


def _mapping(
    text: str, node: yaml.MappingNode, now: Mapping[str, Any], wanted: Mapping[str, Any]
) -> Edit | None:
    if node.flow_style and now.keys() != wanted.keys():
        return _flow(text, node, now, wanted)
    for key, value in node.value:
        name = key.value
        if name in wanted and not same(now[name], wanted[name]):
            return _change(
                text, value, now[name], wanted[name], _anew(text, node, key, value, wanted[name])
            )
    # What is new comes before what is old goes, so that there is always something to stand beside.
    return _new_pair(text, node, now, wanted) or _removal(text, node, wanted)


def _removal(text: str, node: yaml.MappingNode, wanted: Mapping[str, Any]) -> Edit | None:
    for number, (key, value) in enumerate(node.value):
        if key.value in wanted:
            continue
        start, end = line_start(text, key.start_mark.index), line_end(text, value_end(value))
        if text[start : key.start_mark.index].strip():  # it stands behind the dash of a list
            after = node.value[number + 1][0].start_mark.index
            return key.start_mark.index, after, ""
        return start, max(end, line_end(text, key.end_mark.index)), ""
    return None


def _anew(
    text: str, node: yaml.MappingNode, key: yaml.Node, value: yaml.Node, wanted: Any
) -> Callable[[], Edit]:
    def make() -> Edit:
        start = key.start_mark.index
        end = max(start, value_end(value))
        end = start + len(text[start:end].rstrip())
        if node.flow_style:
            return start, end, f"{to_flow(key.value)}: {to_flow(wanted)}"
        column = key.start_mark.column
        return start, end, pair(key.value, wanted, column).lstrip()

    return make


def _new_pair(
    text: str, node: yaml.MappingNode, now: Mapping[str, Any], wanted: Mapping[str, Any]
) -> Edit | None:
    before: Any = None
    ends = {key.value: (key, value) for key, value in node.value}
    for name in wanted:
        if name in now:
            before = ends[name]
            continue
        first = node.value[0][0]
        made = pair(name, wanted[name], first.start_mark.column)
        if before is None:
            # Above the first, which may stand behind the dash of a list.
            start = first.start_mark.index
            return start, start, f"{made.lstrip()}\n{' ' * first.start_mark.column}"
        goal = line_end(text, value_end(before[1]) or before[0].end_mark.index)
        lead = "" if text[:goal].endswith("\n") else "\n"
        return goal, goal, f"{lead}{made}\n"
    return None


def _flow(
    text: str, node: yaml.MappingNode, now: Mapping[str, Any], wanted: Mapping[str, Any]
) -> Edit:
    """A {...} with other keys: what stays is taken as it was written."""
    there = {
        key.value: text[key.start_mark.index : value.end_mark.index] for key, value in node.value
    }
    parts = [
        there[name]
        if name in there and same(now[name], value)
        else f"{to_flow(name)}: {to_flow(value)}"
        for name, value in wanted.items()
    ]
    return node.start_mark.index, node.end_mark.index, f"{{{', '.join(parts)}}}"


def _sequence(
    text: str, node: yaml.SequenceNode, now: Sequence[Any], wanted: Sequence[Any]
) -> Edit | None:
    pairs = _pairs(now, wanted)
    if [old for old, _ in pairs] != list(range(len(now))):
        return _rearranged(text, node, now, wanted, pairs)
    for (old, new), child in zip(pairs, node.value, strict=True):
        if old is not None and not same(now[old], wanted[new]):
            return _change(
                text, child, now[old], wanted[new], _item(text, node, child, wanted[new])
            )
    return None


def _item(text: str, node: yaml.SequenceNode, child: yaml.Node, wanted: Any) -> Callable[[], Edit]:
    def make() -> Edit:
        start, end = child.start_mark.index, value_end(child)
        end = start + len(text[start:end].rstrip())
        if node.flow_style:
            return start, end, to_flow(wanted)
        return start, end, sequence_item(wanted, child.start_mark.column - 2).lstrip()[2:]

    return make


def _pairs(now: Sequence[Any], wanted: Sequence[Any]) -> list[tuple[int | None, int]]:
    """(old place or None, new place) for each wanted entry: by id, else alike, else by place."""
    free = list(range(len(now)))
    found: list[tuple[int | None, int]] = []
    for new, value in enumerate(wanted):
        old = next((one for one in free if _is_same_entry(now[one], value)), None)
        if old is not None:
            free.remove(old)
        found.append((old, new))
    if len(now) == len(wanted):  # one that got another id stands where it stood
        found = [(new if old is None and new in free else old, new) for old, new in found]
    return found


def _is_same_entry(one: Any, other: Any) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping) and one.get("id"):
        return same(one.get("id"), other.get("id"))
    return same(one, other)


def _rearranged(
    text: str, node: yaml.SequenceNode, now: Sequence[Any], wanted: Sequence[Any],
    pairs: Sequence[tuple[int | None, int]],
) -> Edit:  # fmt: skip
    """The list with its entries added, taken out or in another order, each with its comments."""
    if node.flow_style:
        there = [text[one.start_mark.index : one.end_mark.index] for one in node.value]
        parts = [to_flow(wanted[n]) if old is None else there[old] for old, n in pairs]
        return node.start_mark.index, node.end_mark.index, f"[{', '.join(parts)}]"
    pieces = chunks(text, node)
    made = list(_pieces(pieces, wanted, pairs, node.start_mark.column))
    return pieces[0].start, pieces[-1].end, "".join(made)


def _pieces(
    pieces: Sequence[Chunk], wanted: Sequence[Any], pairs: Sequence[tuple[int | None, int]],
    column: int,
) -> Iterator[str]:  # fmt: skip
    for old, new in pairs:
        piece = f"{sequence_item(wanted[new], column)}" if old is None else pieces[old].text
        yield piece if piece.endswith("\n") else f"{piece}\n"
