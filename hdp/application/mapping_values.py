"""The values that findings speak of, as a mapping can name them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hdp.sdk import Finding

LEAVE_OUT = "leave_out"


def remembered(finding: Finding, fields: Mapping[str, Any], mapping: str) -> Finding:
    """The finding with the whole value that would be left out, and the mapping to say it in."""
    path = str(finding.args[LEAVE_OUT].get("field", ""))
    value = finding.args[LEAVE_OUT].get("value")
    if value is None:  # else it says which; a date that could not be read is in no field
        value = _at(fields, path.split("."))
    entry = {"field": re.sub(r"\.\d+(?=\.|$)", "", path), "value": value}
    args = {**finding.args, LEAVE_OUT: entry, "mapping": mapping}
    return replace(finding, args=args)


def _at(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        if isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, Mapping):
            value = value.get(name)
        else:
            return None
    return value
