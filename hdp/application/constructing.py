"""Pipelines of a project made and changed: the text is the one truth, a form writes into it."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from hdp.application import pipelining
from hdp.application.exporting import write_new
from hdp.application.yaml_editing import edit_text
from hdp.events import Changed
from hdp.pipelines import model
from hdp.pipelines.schema import make_schema
from hdp.sdk import Conflict, HdpError, InvalidInput, NotFound, Refused
from hdp.yaml_source import load

if TYPE_CHECKING:
    from hdp.application.app import Application

log = logging.getLogger(__name__)
FOLDER = "pipelines"
SCHEMA = "pipeline.schema.json"
_SCHEMA_LINE = re.compile(r"^# yaml-language-server: \$schema=.*$", re.MULTILINE)
_OURS = "Written by HDP from the installed components, for editors; changes are not kept."
_LONGEST = 60
_MOST_BYTES = 1_000_000
_BEGINNING: Mapping[str, Any] = {
    "hdp": 1,
    "name": "",
    "inputs": {"files": ["*/*"]},
    "steps": [],
    "upload": ["inputs.files"],
}


def look(app: Application, text: str, source: str = "pipeline") -> dict[str, Any]:
    """What a text says as plain values (None where it is no YAML), and all that is wrong in it."""
    pipeline, findings = model.check(text, source=source, catalogue=app.catalogue)
    try:
        values = load(text, source=source).plain()
    except HdpError:
        values = None
    return {
        "yaml": text,
        "model": values if isinstance(values, dict) else None,
        "valid": pipeline is not None,
        "findings": [one.to_json() for one in findings],
    }


def write(app: Application, text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The text with these values written into it, comments kept, and what is wrong in it then."""
    return look(app, edit_text(text, values))


def begin(title: str) -> str:
    """The text of a new pipeline, with the line by which editors find the schema."""
    return edit_text(f"{_schema_line()}\n", {**_BEGINNING, "name": title})


def _schema_line() -> str:
    return f"# yaml-language-server: $schema={SCHEMA}"


def write_schema(app: Application) -> None:
    """Put the JSON Schema beside the project's pipelines, where editors look for it.

    A file of that name that somebody else wrote stays.
    """
    goal = _folder(app) / SCHEMA
    text = json.dumps({"$comment": _OURS, **make_schema(app.catalogue)}, indent=1) + "\n"
    try:
        there = goal.read_text(encoding="utf-8") if goal.is_file() else _OURS
        if _OURS in there and there != text:
            _replace(goal, text)
    except (OSError, UnicodeError, HdpError) as error:
        log.warning("%s could not be written: %s", goal, error)  # only editors miss it


def create(app: Application, title: str, *, text: str | None = None, like: str = "") -> str:
    """A new pipeline of the project, empty, with a text, or as a copy; returns its name."""
    title = " ".join(title.split())
    if not title:
        raise InvalidInput("A pipeline needs a name.", code="no-name", where={"field": "title"})
    if text is None:
        text = _copied(app, like, title) if like else begin(title)
    name = _free_name(app, title)
    goal = _folder(app) / f"{name}.yaml"
    goal.parent.mkdir(exist_ok=True)
    write_new(goal, _SCHEMA_LINE.sub(lambda _: _schema_line(), text))
    write_schema(app)
    app.bus.emit(Changed(("pipelines",)))
    return name


def _copied(app: Application, like: str, title: str) -> str:
    text = pipelining.find_pipeline(app, like).read_text(encoding="utf-8-sig")
    try:
        values = load(text).plain()
        return edit_text(text, {**values, "name": title}) if isinstance(values, dict) else text
    except HdpError:
        return text  # a copy of what cannot be read is still a copy


def _free_name(app: Application, title: str) -> str:
    plain = unicodedata.normalize("NFKD", title.replace("ß", "ss")).encode("ascii", "ignore")
    stem = re.sub(r"[^a-z0-9]+", "-", plain.decode().lower()).strip("-")[:_LONGEST].strip("-")
    stem = stem or "pipeline"
    taken = {one.casefold() for one in pipelining.find_pipelines(app)}
    names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, 10_000))
    return next(one for one in names if one not in taken)


def _folder(app: Application) -> Path:
    if not app.has_project:
        raise Conflict(
            "No project is open.", code="no-project",
            hint="Pipelines are kept in the folder of a project: open one, or make one.",
        )  # fmt: skip
    return app.project.folder / FOLDER


def own_file(app: Application, name: str) -> Path:
    """The file of one of the project's own pipelines; others are copied before they are changed."""
    path = pipelining.find_pipelines(app).get(name)
    if path is None:
        raise NotFound(f"There is no pipeline {name}.", code="no-such-pipeline")
    if path.parent != _folder(app):
        raise Refused(
            f"{name} came with HDP or a plugin and stays as it is.", code="pipeline-not-own",
            hint="Copy it into the project, then change the copy.",
        )  # fmt: skip
    return path


def hash_of(path: Path) -> str:
    """What tells one state of a file from another."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save(app: Application, name: str, text: str, before: str) -> str:
    """Replace a pipeline's text whose file still is as `before` says; returns its new hash."""
    if len(text.encode("utf-8", "replace")) > _MOST_BYTES:
        raise InvalidInput("The pipeline is too long to be kept (over 1 MB).", code="too-large")
    path = own_file(app, name)
    _refuse_changed(path, before)
    _replace(path, text)
    write_schema(app)
    app.bus.emit(Changed(("pipelines",)))
    return hash_of(path)


def remove(app: Application, name: str, before: str) -> None:
    """Delete one of the project's pipelines whose file still is as `before` says."""
    path = own_file(app, name)
    _refuse_changed(path, before)
    path.unlink()
    app.bus.emit(Changed(("pipelines",)))


def _refuse_changed(path: Path, before: str) -> None:
    if hash_of(path) != before:
        raise Conflict(
            f"{path.name} was changed by somebody else meanwhile; it was not touched.",
            code="pipeline-changed",
            hint="Look at it again, or save yours as a copy.",
            where={"file": path.name},
        )


def _replace(path: Path, text: str) -> None:
    """Write beside, then swap: nobody ever sees half a file."""
    try:
        with NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.stem}.",
            suffix=".part", delete=False,
        ) as file:  # fmt: skip
            file.write(text)
        os.replace(file.name, path)  # noqa: PTH105 - replaces in one step
    except (OSError, UnicodeError) as error:
        raise InvalidInput(
            f"{path} cannot be written: {getattr(error, 'strerror', None) or error}.",
            code="not-written", hint="Make room, or let the folder be written to.",
        ) from error  # fmt: skip
