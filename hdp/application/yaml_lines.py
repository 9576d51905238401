"""Where the parts of a YAML text begin and end, comments included."""

from __future__ import annotations

from dataclasses import dataclass

import yaml


@dataclass(frozen=True)
class Chunk:
    """An entry of a list with the comments above it, as whole lines."""

    start: int
    end: int
    text: str


def line_start(text: str, index: int) -> int:
    """Where the line of `index` begins."""
    return text.rfind("\n", 0, index) + 1


def line_end(text: str, index: int) -> int:
    """Where the line after that of `index` begins."""
    found = text.find("\n", max(0, index))
    return len(text) if found < 0 else found + 1


def value_end(node: yaml.Node) -> int:
    """Where a value's last sign is; a block's own end would include what comes after it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return value_end(last[1] if isinstance(node, yaml.MappingNode) else last)
    end = int(node.end_mark.index)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return end - 1  # it ends where the next line begins
    return end


def chunks(text: str, node: yaml.SequenceNode) -> list[Chunk]:
    """The entries of a block list, from the comments above each to the end of its last line."""
    starts = [_above(text, line_start(text, one.start_mark.index)) for one in node.value]
    ends = [line_end(text, value_end(one)) for one in node.value]
    # What stands between two entries and is no comment right above the second goes with the first.
    ends = [*(max(end, after) for end, after in zip(ends, starts[1:], strict=False)), ends[-1]]
    return [Chunk(a, b, text[a:b]) for a, b in zip(starts, ends, strict=True)]


def _above(text: str, start: int) -> int:
    """Where the comment lines right above a line begin."""
    while start:
        before = line_start(text, start - 1)
        if not text[before:start].lstrip().startswith("#"):
            break
        start = before
    return start
