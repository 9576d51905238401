"""RO-Crate: a folder or archive that describes itself in ro-crate-metadata.json."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from hdp.exports import people, schema_org
from hdp.exports.facts import Exported, clean_text, filled
from hdp.exports.people import Agent
from hdp.exports.rights import licence_of
from hdp.sdk import LocalFile

if TYPE_CHECKING:
    from rocrate.rocrate import ROCrate  # type: ignore[import-untyped]

METADATA = "ro-crate-metadata.json"
VERSION = "1.1"  # what most readers of crates know


def to_ro_crate(record: Exported) -> dict[str, Any]:
    """The crate's metadata file as JSON; its files lie beside it under their names."""
    found: dict[str, Any] = build(record).metadata.generate()
    return found


def build(record: Exported) -> ROCrate:
    """The crate in memory; its files are named and described, not read."""
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version=VERSION, gen_preview=False)
    del crate.root_dataset["datePublished"]  # the library says today
    for file, name in zip(record.files, place_names(record), strict=True):
        crate.add_file(dest_path=name, properties=_file(file))
    root = _Flattened(crate).object(schema_org.properties(record))
    if licence := licence_of(record):
        root["license"] = _add(crate, licence.address or f"#{licence.id}", {
            "@type": "CreativeWork", "name": licence.title,
            **filled(identifier=licence.spdx),
        })  # fmt: skip
    root["creator"] = [_agent(crate, one) for one in people.creators(record)]
    root["contributor"] = [_agent(crate, one) for one in people.contributors(record)]
    for name, value in filled(**root).items():
        crate.root_dataset[name] = value
    return crate


def place_names(record: Exported) -> list[str]:
    """Where each file lies in the crate: flat under its name, and never in another's place."""
    taken = {METADATA, "ro-crate-preview.html"}
    found = []
    for number, file in enumerate(record.files, 1):
        raw = clean_text(file.name or file.path.name).replace("\\", "_").replace("\x00", "")
        name = PurePosixPath(raw).name
        if name in ("", ".", ".."):
            name = f"file-{number}"
        while name.lower() in taken:
            name = f"{number}-{name}"
        taken.add(name.lower())
        found.append(name)
    return found


def _file(file: LocalFile) -> dict[str, Any]:
    return filled(
        name=clean_text(file.name or file.path.name), contentSize=str(max(0, file.size)),
        encodingFormat=file.media_type, sha256=file.sha256,
    )  # fmt: skip


def _agent(crate: ROCrate, one: Agent) -> Any:
    described = schema_org.agent(one)
    described.pop("@id", None)
    described["affiliation"] = [
        _add(crate, _local("organisation", name), {"@type": "Organization", "name": name})
        for name in one.affiliations
    ]
    place = one.address or _local("agent", one.name)
    return _add(crate, place, filled(**described))


def _local(kind: str, name: str) -> str:
    from urllib.parse import quote

    return f"#{kind}-{quote(name, safe='')}"


def _add(crate: ROCrate, identifier: str, values: dict[str, Any]) -> Any:
    """An entity of its own, once in the crate."""
    from rocrate.model.contextentity import ContextEntity  # type: ignore[import-untyped]

    known = crate.get(identifier)
    return known or crate.add(ContextEntity(crate, identifier, properties=values))


class _Flattened:
    """Nested JSON-LD as a crate wants it: every thing an entity of its own."""

    def __init__(self, crate: ROCrate) -> None:
        self.crate = crate
        self.count = 0

    def object(self, values: dict[str, Any]) -> dict[str, Any]:
        """The properties, things in them replaced by their entities."""
        own = ("creator", "contributor", "license")
        return {name: self._value(one) for name, one in values.items() if name not in own}

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(one) for one in value]
        if not isinstance(value, dict):
            return value
        self.count += 1
        place = value.get("@id") or f"#thing-{self.count}"
        inner = {name: one for name, one in value.items() if name != "@id"}
        if not inner:
            return {"@id": place}
        kind = inner.pop("@type", "Thing")
        return _add(self.crate, place, {"@type": kind, **self.object(inner)})
