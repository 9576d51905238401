"""The Pipeline Constructor for the page: texts, forms, the project's files, and tries."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application import constructing, pipelining
from hdp.application.component_needs import find_missing
from hdp.application.pictures.painter import Painter
from hdp.application.pictures.store import Store, Subject
from hdp.application.trying_out import Order, Trials
from hdp.ingest.pictures.making import kind_of_picture
from hdp.pipelines.definition import RUN, TOLD
from hdp.pipelines.reading import ROLES, TEMPLATE_WORDS
from hdp.pipelines.schema import make_schema
from hdp.sdk import Component, NotFound, UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

_SIZES = (480, 2048)


class ConstructorPages:
    """What is needed to make, change and try pipelines."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._trials = Trials(app)

    def words(self, env: str | None) -> dict[str, Any]:
        """What pipelines are made of: components, fields of a record, roles of files."""
        known = self._app.catalogue.components
        return {
            "components": [self._component(one) for _, one in sorted(known.items())],
            "fields": self._fields(env),
            "roles": list(ROLES),
            "names": list(TEMPLATE_WORDS),
            "told": [f"{RUN}.{one}" for one in TOLD],
        }

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of pipeline files."""
        return make_schema(self._app.catalogue)

    def _fields(self, env: str | None) -> list[dict[str, str]]:
        schema = self._app.target(self._app.environment(env)).schema()
        return [
            {"field": name, "title": str(one.get("title", name))}
            for name, one in sorted(
                schema["properties"].items(), key=lambda pair: pair[1].get("x-order", 0)
            )
        ]

    def _component(self, one: type[Component[Any]]) -> dict[str, Any]:
        return {
            "id": one.id, "version": one.version, "title": one.title,
            "help": inspect.cleandoc(one.__doc__ or "").partition("\n\n")[0],
            "plugin": self._app.catalogue.plugin(self._app.catalogue.origin(one.id).plugin).name,
            "inputs": [asdict(port) for port in one.inputs],
            "outputs": [asdict(port) for port in one.outputs],
            "reads": list(one.reads),
            "params": one.params.schema(),
            "units": _units(one),
            "missing": [found.to_json() for found in find_missing(one)],
        }  # fmt: skip

    def open(self, name: str) -> dict[str, Any]:
        """A pipeline as the constructor begins with it."""
        path = pipelining.find_pipelines(self._app).get(name)
        if path is None:
            raise NotFound(f"There is no pipeline {name}.", code="no-such-pipeline")
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"{path.name} cannot be read: {error}.", code="pipeline-invalid"
            ) from None
        mine = self._app.has_project and path.parent == self._app.project.folder / "pipelines"
        facts = {"name": name, "file": path.name, "own": mine, "hash": constructing.hash_of(path)}
        return constructing.look(self._app, text, path.name) | facts

    def look(self, text: str) -> dict[str, Any]:
        """What a text says and what is wrong in it."""
        return constructing.look(self._app, text)

    def write(self, text: str, values: Any) -> dict[str, Any]:
        """The text with the form's values written into it."""
        if not isinstance(values, dict):
            raise UsageError("“model” must be an object.", code="bad-request")
        return constructing.write(self._app, text, values)

    def create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A new pipeline, a copy, or a text saved under another name."""
        text = body.get("yaml")
        if text is not None and not isinstance(text, str):
            raise UsageError("“yaml” must be a text.", code="bad-request")
        name = constructing.create(
            self._app, str(body.get("title") or ""), text=text, like=str(body.get("like") or "")
        )
        return {"name": name}

    def save(self, name: str, text: str, before: str) -> dict[str, Any]:
        """Keep a text in the project's file, where nobody else changed that."""
        return {"name": name, "hash": constructing.save(self._app, name, text, before)}

    def remove(self, name: str, before: str) -> dict[str, Any]:
        """Delete one of the project's pipelines."""
        constructing.remove(self._app, name, before)
        return {}

    def try_out(self, text: str, body: Mapping[str, Any], env: str | None, by: str) -> Any:
        """Begin a try; its job tells how far it is."""
        file, params = body.get("file"), body.get("params") or {}
        if not (file is None or type(file) is int) or not isinstance(params, Mapping):
            raise UsageError("“file” must be a number, “params” an object.", code="bad-request")
        item = body.get("item")
        if type(item) is not int:
            raise UsageError("“item” must be a number.", code="bad-request")
        order = Order(text, item, file, str(body.get("until") or ""), params, env)
        return {"job": self._trials.start(order, by)}

    def tried(self, job: int) -> dict[str, Any]:
        """What a try made."""
        return self._trials.told(job)

    def tried_file(self, job: int, number: int) -> tuple[Path, str]:
        """An output of a try."""
        return self._trials.file(job, number)

    def tried_picture(self, job: int, number: int, size: int) -> Path | None:
        """A picture of an output of a try that browsers do not draw themselves."""
        path, media_type = self._trials.file(job, number)
        kind = kind_of_picture(media_type)
        if kind not in ("image", "document"):
            return None
        size = min((one for one in _SIZES if one >= size), default=_SIZES[-1])
        store = Store(path.parent.parent / "pictures")
        painter = Painter(store)
        try:
            subject = Subject(kind, f"{number:064d}", path, {})
            return store.path(subject.key, size) if painter.make(subject, [size]) else None
        finally:
            painter.close()

    def end(self) -> dict[str, Any]:
        """Throw away what was tried."""
        self._trials.end()
        return {}


def _units(one: type[Component[Any]]) -> dict[str, str]:
    fields = one.params.__dataclass_fields__.values()
    return {each.name: each.metadata["unit"] for each in fields if each.metadata.get("unit")}
