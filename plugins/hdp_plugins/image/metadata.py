"""image.metadata: what EXIF, IPTC and XMP say about an image, as record metadata."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hdp.sdk import Component, Finding, LocalFile, Output, Params, Port, Result, Step
from hdp_plugins.image.opening import open_image
from hdp_plugins.image.tags import Tags, read_tags


@dataclass(frozen=True)
class ReadParams(Params):
    """What is read."""

    location: bool = field(
        default=False,
        metadata={"help": "Also report where the picture was taken (GPS), as far as it says so."},
    )


class ReadMetadata(Component[ReadParams]):
    """The embedded metadata of all images of the item, put together."""

    id = "image.metadata"
    version = 1
    title = "Read image metadata"
    inputs = (Port("images", ("image/*",), many=True),)
    outputs = (Port("report", ("application/json",)),)
    params = ReadParams

    def run(self, step: Step[ReadParams]) -> Result:
        """A patch of title, description, creators, keywords, dates and copyright; a report."""
        found: list[tuple[LocalFile, Tags]] = []
        files = step.inputs["images"]
        for number, file in enumerate(files):
            step.check_cancelled()
            with open_image(file) as image:
                found.append((file, read_tags(image, location=step.params.location)))
            step.progress(number + 1, len(files), file.name)
        path = _write_report(step.workdir, found)
        names = tuple(file.name for file, _ in found)
        return Result(
            {"report": [Output(path, role="metadata", derived_from=names)]},
            metadata=_combine([tags for _, tags in found]),
            findings=list(_findings(found)),
        )


def _write_report(workdir: Path, found: list[tuple[LocalFile, Tags]]) -> Path:
    images = [{"file": file.name, **tags.described, **tags.technical} for file, tags in found]
    path = workdir / "image-metadata.json"
    text = json.dumps({"images": images}, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def _combine(all_tags: Iterable[Tags]) -> dict[str, Any]:
    patch: dict[str, Any] = {}
    for tags in all_tags:
        for name, value in tags.described.items():
            if isinstance(value, list):
                there = patch.setdefault(name, [])
                there += [one for one in value if one not in there]
            else:
                patch.setdefault(name, value)
    return patch


def _findings(found: list[tuple[LocalFile, Tags]]) -> Iterable[Finding]:
    for file, tags in found:
        for problem in tags.problems:
            yield Finding(
                "warning", "image-tags", f"{file.name}: {problem}", where={"file": file.name}
            )
