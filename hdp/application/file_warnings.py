"""What files tell the public besides what they show: places, contacts, statements of rights."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

_SHOWN = 5
_KIND_OF = {"gps": "place", "contact-data": "contact", "rights-statement": "rights"}
_RESERVED = re.compile(
    r"all rights reserved|alle rechte vorbehalten|tous droits r[eé]serv|todos los derechos", re.I
)
_CC = re.compile(
    r"(?:cc[\s_-]*|creativecommons\.org/(?:licenses|publicdomain)/|creative commons[\s-]*)"
    r"(zero|0|by(?:[\s_-]*(?:nc|sa|nd))*)",
    re.I,
)
_OPEN = ("cc-", "cc0", "odc-", "pddl", "mit", "apache", "bsd")


def contradicts(statement: str, licence: str) -> bool:
    """Whether a statement of rights inside a file says something else than the licence."""
    ours = _creative_commons(licence)
    theirs = {_plain(one) for one in _CC.findall(statement)}
    if theirs:
        return bool(licence) and (ours is None or ours not in theirs)
    return bool(_RESERVED.search(statement)) and licence.lower().startswith(_OPEN)


def _creative_commons(licence: str) -> str | None:
    found = _CC.search(licence)
    return _plain(found[1]) if found else None


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name.lower()).replace("zero", "0")


def warn_of_files(
    remarks: Sequence[tuple[int, str, Sequence[Mapping[str, Any]]]],
    licences: Mapping[int, str],
    titles: Mapping[int, str],
) -> list[dict[str, Any]]:
    """Places, contact data and contradicting rights in files, each with how many and some."""
    held: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item, path, findings in remarks:
        for one in findings:
            kind = _KIND_OF.get(str(one.get("code")))
            if kind is None or (kind == "rights" and not _is_contradiction(one, licences, item)):
                continue
            title, said = titles.get(item, ""), str(one.get("message", ""))
            held[kind].append({"item": item, "title": title, "file": path, "message": said})
    return [
        {
            "kind": kind, "count": len(held[kind]),
            "records": len({one["item"] for one in held[kind]}), "files": held[kind][:_SHOWN],
        }
        for kind in _KIND_OF.values() if held[kind]
    ]  # fmt: skip


def _is_contradiction(one: Mapping[str, Any], licences: Mapping[int, str], item: int) -> bool:
    return contradicts(str(one.get("message", "")), licences.get(item, ""))
