"""`when:` - one comparison, not a language."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hdp.pipelines.definition import INPUTS, Condition

_FORM = re.compile(
    r"\s*(?P<left>[\w-]+(?:\.[\w-]+)+)\s*(?P<operator>==|!=|<=|>=|<|>)\s*(?P<right>.+?)\s*"
)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def read_condition(text: str) -> Condition | None:
    """The comparison in `text`, or None where it is none."""
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    try:
        right = json.loads(re.sub(r"\A'([^'\"\\]*)'\Z", r'"\1"', match["right"]))
    except ValueError:
        return None
    if isinstance(right, (list, dict)):
        return None
    return Condition(tuple(match["left"].split(".")), match["operator"], right)


def is_met(condition: Condition, value: Any) -> bool:
    """Whether it holds for `value`; what is not there counts as empty text.

    Empty lists equal "". Values that cannot be compared by size are not.
    """
    left = "" if value is None or value == [] else value
    right = "" if condition.right is None else condition.right
    try:
        return _COMPARE[condition.operator](left, right)
    except TypeError:
        return False


def is_wanted(
    condition: Condition | None, inputs: Mapping[str, Sequence[Any]], holders: Mapping[str, Any]
) -> bool:
    """Whether a step is to be done: `holders` are the record, the answers, and steps' values."""
    if condition is None:
        return True
    root, *rest = condition.left
    if root == INPUTS:
        return is_met(condition, len(inputs[rest[0]]))
    value: Any = holders.get(root, {})
    for name in rest:
        value = value.get(name) if isinstance(value, Mapping) else None
    return is_met(condition, value)
