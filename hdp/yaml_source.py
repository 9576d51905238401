"""YAML written by people: read without YAML's traps, with the place of every value kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from hdp.sdk import InvalidInput

_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
_MAX_DEPTH = 50
_MAX_LENGTH = 2_000_000


@dataclass(frozen=True)
class Node:
    """A value with its place, counted from 1.

    `value` is a text, number, boolean or None, a list of nodes, or a dict of nodes;
    `keys` holds the places of a dict's keys.
    """

    value: Any
    line: int = 1
    column: int = 1
    keys: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def plain(self) -> Any:
        """The value without places, as json.dumps would take it."""
        if isinstance(self.value, dict):
            return {key: one.plain() for key, one in self.value.items()}
        if isinstance(self.value, list):
            return [one.plain() for one in self.value]
        return self.value

    def get(self, key: str) -> Node | None:
        """The value of `key`, where this is a dict that has it."""
        found: Node | None = self.value.get(key) if isinstance(self.value, dict) else None
        return found


def load(text: str, *, source: str = "", slips: list[InvalidInput] | None = None) -> Node:
    """The only document in `text`; InvalidInput with line and column where it is none.

    Only true and false are booleans, only decimal numbers are numbers (010 and 1_000
    stay text), and a repeated key is an error. Where `slips` is given, such errors of single
    values are added to it, and the rest is read.
    """
    if len(text) > _MAX_LENGTH:
        raise InvalidInput(
            "The file is too long to be written by a person (over 2 MB).",
            code="yaml",
            where={"file": source},
        )
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _error(_sentence(error), mark, source) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidInput(
            f"This is no YAML: {str(error).splitlines()[0]}.", code="yaml", where={"file": source}
        ) from None
    return Node(None) if root is None else _Reader(source, slips).convert(root, 0)


def _sentence(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem or error.context or "it cannot be read")
    if error.context and problem.startswith("but "):
        problem = f"{error.context}, {problem}"
    if "\\t" in problem or "tab" in problem:
        return "This is no YAML: a tab stands where blanks are needed."
    return f"This is no YAML: {problem}."


def _error(message: str, mark: Any, source: str) -> InvalidInput:
    place = {"line": mark.line + 1, "column": mark.column + 1} if mark else {}
    return InvalidInput(message, code="yaml", where={"file": source, **place})


class _Reader:
    def __init__(self, source: str, slips: list[InvalidInput] | None) -> None:
        self.source = source
        self.slips = slips
        self.seen: set[int] = set()

    def refuse(self, message: str, mark: Any) -> None:
        error = _error(message, mark, self.source)
        if self.slips is None:
            raise error
        self.slips.append(error)

    def convert(self, node: yaml.Node, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            raise _error("This is nested too deeply.", node.start_mark, self.source)
        if id(node) in self.seen:
            # Aliases of aliases grow without limit; nobody needs them here.
            self.refuse("References (&name, *name) are not used.", node.start_mark)
            return Node(None, node.start_mark.line + 1, node.start_mark.column + 1)
        self.seen.add(id(node))
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        if isinstance(node, yaml.MappingNode):
            return self._convert_mapping(node, depth)
        if isinstance(node, yaml.SequenceNode):
            return Node([self.convert(one, depth + 1) for one in node.value], line, column)
        if not node.tag.startswith("tag:yaml.org,2002:"):
            self.refuse(f"Tags such as {node.tag} are not used here.", node.start_mark)
        return Node(_scalar(node), line, column)

    def _convert_mapping(self, node: yaml.MappingNode, depth: int) -> Node:
        values: dict[str, Node] = {}
        keys: dict[str, tuple[int, int]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.refuse("A name before a colon must be plain text.", key.start_mark)
                continue
            if key.value in values:
                self.refuse(f'"{key.value}" is there twice.', key.start_mark)
            keys[key.value] = (key.start_mark.line + 1, key.start_mark.column + 1)
            values[key.value] = self.convert(value, depth + 1)
        return Node(values, node.start_mark.line + 1, node.start_mark.column + 1, keys)


def _scalar(node: yaml.Node) -> Any:
    text = node.value
    if getattr(node, "style", None) is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    number = _NUMBER.fullmatch(text)
    if number is None or len(text) > 300:
        return text
    if number[2] or number[3]:
        value = float(text)
        return value if abs(value) != float("inf") else text
    return int(text)
