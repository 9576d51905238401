"""Values as people write them in pipeline files: short things on one line, long texts as blocks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z](?:[\w ./@*+-]*[\w/@*+])?")
# Words that some readers of YAML take for something else than text.
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "none"}
_UNSEEN = re.compile("[\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_WIDE = 96


def to_flow(value: Any) -> str:
    """A value on one line: {longest_side: 1600, format: jpeg}."""
    if isinstance(value, Mapping):
        parts = (f"{to_flow(str(key))}: {to_flow(one)}" for key, one in value.items())
        return f"{{{', '.join(parts)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(to_flow, value))}]"
    if isinstance(value, str):
        return _text(value)
    return json.dumps(value)


def _text(value: str) -> str:
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _UNSEEN.sub(lambda one: f"\\u{ord(one[0]):04x}", quoted)


def pair(name: str, value: Any, indent: int) -> str:
    """`name: value` at an indent, without the last line's end."""
    lead = " " * indent
    head = f"{lead}{to_flow(name)}:"
    if isinstance(value, str) and "\n" in value and _fits_block(value):
        return f"{head} {_block(value, indent + 2)}"
    if isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        return "\n".join([head, *(sequence_item(one, indent + 2) for one in value)])
    if isinstance(value, Mapping) and _is_long(value, indent):
        return "\n".join([head, *(pair(str(key), one, indent + 2) for key, one in value.items())])
    return f"{head} {to_flow(value)}"


def _is_long(value: Mapping[str, Any], indent: int) -> bool:
    if not value:
        return False
    inner = any(isinstance(one, Mapping) for one in value.values()) and indent == 0
    block = any(isinstance(one, str) and "\n" in one for one in value.values())
    return inner or block or len(to_flow(value)) + indent > _WIDE


def sequence_item(value: Any, indent: int) -> str:
    """`- value` at an indent: a step with a line for each of its parts, all else on one line."""
    lead = " " * indent
    if isinstance(value, Mapping) and "uses" in value:
        lines = [pair(str(key), one, indent + 2) for key, one in value.items()]
        return f"{lead}- {chr(10).join(lines).lstrip()}"
    return f"{lead}- {to_flow(value)}"


def _fits_block(value: str) -> bool:
    # Blanks at the ends of lines and unseen signs are only safe between quotes.
    lines = value.split("\n")
    odd = any(one != one.rstrip() or "\r" in one or "\t" in one for one in lines)
    return not odd and not value.startswith((" ", "\n")) and not _UNSEEN.search(value)


def _block(value: str, indent: int) -> str:
    mark = "|" if value.endswith("\n") else "|-"
    rows = value.removesuffix("\n").split("\n")
    return "\n".join([mark, *(f"{' ' * indent}{row}" if row else "" for row in rows)])
