"""The list of everything that is wrong with a file, each with its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hdp.sdk import Finding
from hdp.yaml_source import Node


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`Did you mean X?`, or what there is, or nothing."""
    options = sorted(known)
    near = _nearest(name, options)
    if near:
        return near
    return f"There is: {', '.join(options)}." if 0 < len(options) <= 20 else ""


def _nearest(name: str, options: list[str]) -> str:
    near = difflib.get_close_matches(name, options, n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else ""


@dataclass
class Problems:
    """Collects findings for one file, so that all are told in one go."""

    source: str
    findings: list[Finding] = field(default_factory=list)

    def add(
        self, place: Node | tuple[int, int], code: str, message: str, hint: str = "", **args: Any
    ) -> None:
        """Note an error at a node or a (line, column)."""
        line, column = (place.line, place.column) if isinstance(place, Node) else place
        where = {"file": self.source, "line": line, "column": column}
        self.findings.append(Finding("error", code, message, hint, where, args))

    def mapping(self, node: Node, what: str, known: Iterable[str] | None = None) -> dict[str, Node]:
        """The node's entries; a wrong kind or an unknown key is noted."""
        if node.value is None:
            return {}
        if not isinstance(node.value, dict):
            self.add(node, "pipeline-form", f"{what} must be a list of names with values.")
            return {}
        options = None if known is None else list(known)
        for key in node.value:
            if options is not None and key not in options:
                self.add(
                    node.keys.get(key, (node.line, node.column)),
                    "pipeline-key",
                    f'"{key}" is not known in {what}.',
                    did_you_mean(key, options),
                )
        entries: dict[str, Node] = node.value
        return entries

    def sequence(self, node: Node | None) -> list[Node]:
        """The node's items; a single value is a list of one."""
        if node is None or node.value is None:
            return []
        return list(node.value) if isinstance(node.value, list) else [node]

    def text(self, node: Node | None, what: str, default: str = "") -> str:
        """The node's text; anything else is noted."""
        if node is None:
            return default
        if not isinstance(node.value, str):
            self.add(node, "pipeline-form", f"{what} must be text.")
            return default
        return node.value

    def texts(self, node: Node | None, what: str) -> tuple[str, ...]:
        """The texts of a list, or of a single value."""
        found = [self.text(one, what) for one in self.sequence(node)]
        return tuple(one for one in found if one)

    def number(self, node: Node | None, what: str, *, low: float) -> float | None:
        """A number of at least `low`; anything else is noted."""
        if node is None:
            return None
        value = node.value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < low:
            self.add(node, "pipeline-form", f"{what} must be a number of at least {low:g}.")
            return None
        return float(value)

    def choice(self, node: Node | None, what: str, options: Iterable[str], default: str) -> str:
        """One of `options`; anything else is noted."""
        if node is None:
            return default
        known = list(options)
        if node.value not in known:
            self.add(
                node,
                "pipeline-form",
                f"{what} must be one of {', '.join(known)}.",
                _nearest(str(node.value), known),
            )
            return default
        return str(node.value)
