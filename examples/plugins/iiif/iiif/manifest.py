"""A manifest of IIIF's Presentation API 3.0, made of pictures and the record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from hdp.sdk import Component, ComponentError, LocalFile, Params, Port, Result, Step
from PIL import Image, UnidentifiedImageError

CONTEXT = "http://iiif.io/api/presentation/3/context.json"


@dataclass(frozen=True)
class ManifestParams(Params):
    """Where the pictures and the manifest will be found."""

    base: str = field(
        default="https://example.org/iiif",
        metadata={"help": "Address of the folder in which manifest and pictures will lie."},
    )
    language: str = field(default="en", metadata={"help": "Language of title and description."})
    right_to_left: bool = field(default=False, metadata={"help": "Pages go from right to left."})


class Manifest(Component[ManifestParams]):
    """Describes the pictures of a record for IIIF viewers, in the order of their names."""

    id = "iiif.manifest"
    version = 1
    title = "Make a IIIF manifest"
    inputs = (Port("images", ("image/*",), many=True),)
    outputs = (Port("manifest", ("application/json",)),)
    params = ManifestParams
    reads = ("title", "description", "license", "creators")

    def run(self, step: Step[ManifestParams]) -> Result:
        """One canvas for each picture."""
        parts = urlsplit(step.params.base)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ComponentError(f"“{step.params.base}” is no address.", hint="Such as https://…")
        files = sorted(step.inputs["images"], key=lambda one: one.name)
        base = step.params.base.rstrip("/")
        canvases = []
        for number, file in enumerate(files, 1):
            step.check_cancelled()
            step.progress(number, len(files), file.name)
            canvases.append(make_canvas(base, number, file))
        made = step.workdir / "record.manifest.json"
        data = make_manifest(f"{base}/{made.name}", step.record.fields, step.params, canvases)
        made.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
        return Result(files={"manifest": [made]}, values={"canvases": len(canvases)})


def make_canvas(base: str, number: int, file: LocalFile) -> dict[str, Any]:
    """A page with one picture on it."""
    try:
        with Image.open(file.path) as picture:
            width, height = picture.size
            # Viewers turn the picture as its EXIF says: the canvas must be turned as well.
            if picture.getexif().get(0x0112, 1) in (5, 6, 7, 8):
                width, height = height, width
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise ComponentError(f"{file.name} is no picture that can be read: {error}.") from error
    canvas = f"{base}/canvas/{number}"
    body = {
        "id": f"{base}/{quote(file.name)}", "type": "Image", "format": file.media_type,
        "width": width, "height": height,
    }  # fmt: skip
    painting = {
        "id": f"{canvas}/annotation", "type": "Annotation", "motivation": "painting",
        "body": body, "target": canvas,
    }  # fmt: skip
    page = {"id": f"{canvas}/page", "type": "AnnotationPage", "items": [painting]}
    return {
        "id": canvas, "type": "Canvas", "label": {"none": [file.name]},
        "width": width, "height": height, "items": [page],
    }  # fmt: skip


def make_manifest(
    address: str, fields: Mapping[str, Any], params: ManifestParams, canvases: list[dict[str, Any]]
) -> dict[str, Any]:
    """The whole document; what the record does not say is left out."""
    found: dict[str, Any] = {
        "@context": CONTEXT, "id": address, "type": "Manifest",
        "label": {params.language: [str(fields.get("title") or "Untitled")]},
    }  # fmt: skip
    if fields.get("description"):
        found["summary"] = {params.language: [str(fields["description"])]}
    names = [str(one["name"]) for one in fields.get("creators") or () if one.get("name")]
    if names:
        found["metadata"] = [{"label": {"en": ["Creator"]}, "value": {"none": names}}]
    licence = str(fields.get("license") or "")
    if licence.startswith("cc-by"):
        kind, _, version = licence.removeprefix("cc-").rpartition("-")
        found["rights"] = f"http://creativecommons.org/licenses/{kind}/{version}/"
    if params.right_to_left:
        found["viewingDirection"] = "right-to-left"
    return found | {"items": canvases}
