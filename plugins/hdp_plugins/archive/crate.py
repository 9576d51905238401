"""The bag's payload described as an RO-Crate."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hdp_plugins.archive.disk import Sums

if TYPE_CHECKING:
    from rocrate.rocrate import ROCrate  # type: ignore[import-untyped]

METADATA = "ro-crate-metadata.json"
PLAIN = {"title": "name", "description": "description", "version": "version",
         "publication_date": "datePublished", "keywords": "keywords",
         "language": "inLanguage", "copyright": "copyrightNotice"}  # fmt: skip
SPDX = "https://spdx.org/licenses/"


def describe(tags: Mapping[str, Any], files: Mapping[str, Sums]) -> str:
    """The crate's metadata file; `tags` are the record's, with its fields under `metadata`."""
    from rocrate.rocrate import ROCrate

    fields = tags["metadata"]
    crate = ROCrate(version="1.1", gen_preview=False)
    root = crate.root_dataset
    root["datePublished"] = str(tags["published"])[:10]
    root["identifier"] = tags["id"]
    for name, theirs in PLAIN.items():
        if fields.get(name):
            root[theirs] = fields[name]
    if licence := _licence(fields.get("license")):
        root["license"] = _entity(crate, f"{SPDX}{quote(licence)}", "CreativeWork", licence)
    for name, theirs in (("creators", "creator"), ("contributors", "contributor")):
        if people := [_agent(crate, one) for one in _entries(fields.get(name))]:
            root[theirs] = people
    for name, sums in sorted(files.items()):
        crate.add_file(dest_path=name, properties=_file(name, sums))
    return json.dumps(crate.metadata.generate(), ensure_ascii=False, indent=1) + "\n"


def _licence(value: Any) -> str:
    return str((value.get("id") if isinstance(value, dict) else value) or "")


def _entries(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _file(name: str, sums: Sums) -> dict[str, Any]:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return {
        "name": name, "contentSize": str(sums.size), "encodingFormat": kind, "sha256": sums.sha256,
    }  # fmt: skip


def _agent(crate: ROCrate, person: dict[str, Any]) -> Any:
    institution = bool(person.get("organisation"))
    name = str(person.get("name") or person.get("organisation") or "")
    orcid, ror = str(person.get("orcid") or ""), str(person.get("ror") or "")
    address = _address("https://orcid.org/", orcid)
    if institution:
        address = _address("https://ror.org/", ror)
    agent = _entity(
        crate, address or f"#{quote(name, safe='')}", "Organization" if institution else "Person",
        name,
    )  # fmt: skip
    if person.get("affiliation") and not institution:
        agent["affiliation"] = str(person["affiliation"])
    return agent


def _address(base: str, number: str) -> str:
    return base + number.rstrip("/").rpartition("/")[2] if number else ""


def _entity(crate: ROCrate, place: str, kind: str, name: str) -> Any:
    from rocrate.model.contextentity import ContextEntity  # type: ignore[import-untyped]

    known = crate.get(place)
    entity = ContextEntity(crate, place, properties={"@type": kind, "name": name})
    return known or crate.add(entity)
