"""How a run's files were made, as an RO-Crate of the profile Process Run Crate."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from rocrate.rocrate import ROCrate  # type: ignore[import-untyped]

METADATA = "ro-crate-metadata.json"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_DONE = "http://schema.org/CompletedActionStatus"
_FAILED = "http://schema.org/FailedActionStatus"


def describe(paradata: Mapping[str, Any]) -> str:
    """The crate's metadata file of a run, from its paradata."""
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version="1.1", gen_preview=False)
    root = crate.root_dataset
    root["name"] = f"{paradata['pipeline']}: files made with it"
    root["description"] = "Which components made these files, of which sources, and when."
    root["datePublished"] = str(paradata["finished"])[:10]
    root["license"] = "The licence of the record that these files belong to."
    root["conformsTo"] = _entity(
        crate, _PROFILE, "CreativeWork", "Process Run Crate", version="0.5"
    )
    files = _Files(crate, paradata)
    hdp = _entity(crate, "#hdp", "SoftwareApplication", "Heritage Data Processor",
                  softwareVersion=str(paradata["hdp"]))  # fmt: skip
    root["mentions"] = [
        _action(crate, number, one, files, hdp) for number, one in enumerate(paradata["steps"], 1)
    ]
    return json.dumps(crate.metadata.generate(), ensure_ascii=False, indent=1) + "\n"


class _Files:
    """The crate's files by hash: those made are its parts, the sources are only named."""

    def __init__(self, crate: ROCrate, paradata: Mapping[str, Any]) -> None:
        self._crate = crate
        self._made: dict[str, Any] = {}
        self._known: dict[str, Any] = {}
        for one in paradata["outputs"]:
            file = crate.add_file(dest_path=one["path"], properties={
                "name": one["name"], "contentSize": str(one["size"]), "sha256": one["sha256"],
                "encodingFormat": one["media_type"],
            })  # fmt: skip
            self._made[one["path"]] = file
            self._known.setdefault(one["sha256"], file)

    def made(self, paths: Sequence[str]) -> list[Any]:
        return [self._made[one] for one in paths if one in self._made]

    def used(self, hashes: Mapping[str, str]) -> list[Any]:
        return [self._known.get(sha256) or self._source(name, sha256)
                for name, sha256 in hashes.items()]  # fmt: skip

    def _source(self, name: str, sha256: str) -> Any:
        # Not a part of the crate: it lies elsewhere. Its hash says which file it was.
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._known[sha256] = _entity(
            self._crate, f"#sha256:{sha256}", "CreativeWork", PurePosixPath(name).name,
            sha256=sha256, encodingFormat=kind,
        )  # fmt: skip
        return self._known[sha256]


def _action(crate: ROCrate, number: int, step: Mapping[str, Any], files: _Files, hdp: Any) -> Any:
    name, version = str(step["component"]), str(step["version"])
    tool = _entity(crate, f"#{quote(name)}@{version}", "SoftwareApplication", name,
                   softwareVersion=version, isPartOf=hdp)  # fmt: skip
    settings = [
        _entity(crate, f"#step-{number}-{quote(name)}", "PropertyValue", name,
                value=value if isinstance(value, (str, int, float, bool))
                else json.dumps(value, ensure_ascii=False, default=str))
        for name, value in step["params"].items()
    ]  # fmt: skip
    more: dict[str, Any] = {"error": step["error"]["message"]} if step["error"] else {}
    return _entity(
        crate, f"#step-{number}", "CreateAction", f"{step['id']}: {name}",
        instrument=tool, object=[*files.used(step["inputs"]), *settings],
        result=files.made(list(step["outputs"])), startTime=step["started"],
        endTime=step["finished"], actionStatus=_FAILED if step["state"] == "failed" else _DONE,
        **more,
    )  # fmt: skip


def _entity(crate: ROCrate, place: str, kind: str, name: str, **properties: Any) -> Any:
    from rocrate.model.contextentity import ContextEntity  # type: ignore[import-untyped]

    found = crate.get(place)
    if found is not None:
        return found
    entity = crate.add(ContextEntity(crate, place, properties={"@type": kind, "name": name}))
    for key, value in properties.items():
        if value not in ([], None):
            entity[key] = value
    return entity
