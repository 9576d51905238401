"""Pipelines, components and plugins for the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp import paths
from hdp.application import pipelining
from hdp.application.config import Config
from hdp.application.version_plan import why_not_for_versions
from hdp.pipelines.definition import Parameter, Pipeline
from hdp.sdk import Component, Finding, HdpError, NotFound, Target
from hdp.yaml_source import load

if TYPE_CHECKING:
    from hdp.application.app import Application

_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}


class PipelinePages:
    """What can be run on records, and where it comes from."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def list(self, env: str | None = None) -> dict[str, Any]:
        """All pipelines with what is wrong in them, and whether they fit new versions in `env`."""
        found = pipelining.find_pipelines(self._app)
        target = self._app.target(self._app.environment(env)) if env else None
        return {
            "pipelines": [self._entry(name, path, target) for name, path in found.items()],
            "total": len(found),
        }

    def _entry(self, name: str, path: Path, target: type[Target] | None) -> dict[str, Any]:
        text, pipeline, findings = self._read(path)
        steps = len(pipeline.steps) if pipeline else len(_raw_steps(text))
        return {
            "name": name,
            "title": pipeline.name if pipeline else name,
            "help": pipeline.help if pipeline else "",
            "source": self._source(path),
            "steps": steps,
            "findings": [one.to_json() for one in findings],
            "not_for_versions": why_not_for_versions(pipeline, target) if pipeline else "",
        }

    def show(self, name: str) -> dict[str, Any]:
        """One pipeline by its name (never by a path)."""
        path = pipelining.find_pipelines(self._app).get(name)
        if path is None:
            raise NotFound(f"There is no pipeline {name}.", code="no-such-pipeline")
        text, pipeline, findings = self._read(path)
        return {
            "name": name,
            "title": pipeline.name if pipeline else name,
            "yaml": text,
            "steps": self._steps(pipeline, text),
            "params": _params(pipeline),
            "needs": list(pipeline.needs) if pipeline else [],
            "run_on": Config(self._app.home).get("run-on"),
            "findings": [one.to_json() for one in findings],
        }

    def _steps(self, pipeline: Pipeline | None, text: str) -> Any:
        if pipeline is None:
            return _raw_steps(text)
        known = self._app.catalogue.components
        return [
            {
                "id": step.id,
                "uses": step.uses,
                "title": known[step.component].title if step.component in known else step.id,
            }
            for step in pipeline.steps
        ]

    def _read(self, path: Path) -> tuple[str, Pipeline | None, Any]:
        try:
            text = path.read_text(encoding="utf-8-sig")
            pipeline, findings = pipelining.check_pipeline(self._app, path)
        except (OSError, UnicodeDecodeError):
            message = f"{path.name} cannot be read."
            return "", None, [Finding("error", "pipeline-invalid", message)]
        return text, pipeline, findings

    def _source(self, path: Path) -> str:
        if self._app.has_project and path.is_relative_to(self._app.project.folder):
            return "project"
        return "shipped" if path.is_relative_to(paths.pipelines_dir()) else "plugin"

    def components(self) -> dict[str, Any]:
        """Every component that plugins offer."""
        known = self._app.catalogue.components
        return {"components": [self._component(one) for _, one in sorted(known.items())]}

    def _component(self, one: type[Component[Any]]) -> dict[str, Any]:
        return {
            "id": one.id,
            "version": one.version,
            "title": one.title,
            "plugin": self._app.catalogue.origin(one.id).plugin,
            "inputs": [asdict(port) for port in one.inputs],
            "outputs": [asdict(port) for port in one.outputs],
            "params": one.params.schema(),
        }

    def plugins(self) -> dict[str, Any]:
        """Every plugin that was found, with its status."""
        catalogue = self._app.catalogue
        return {
            "plugins": [one.to_json() for one in catalogue.plugins],
            "total": len(catalogue.plugins),
            "findings": [one.to_json() for one in catalogue.findings],
        }


def _raw_steps(text: str) -> Any:
    try:
        value = load(text, source="").plain()
    except HdpError:
        return []
    steps = value.get("steps") if isinstance(value, Mapping) else None
    found = [one for one in steps if isinstance(one, Mapping)] if isinstance(steps, list) else []
    return [
        {"id": str(one.get("id", "")), "uses": str(one.get("uses", "")), "title": ""}
        for one in found
    ]


def _params(pipeline: Pipeline | None) -> dict[str, Any]:
    found = pipeline.params if pipeline else {}
    properties = {name: _param(one) for name, one in found.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _param(one: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": one.name, "description": one.help, "default": one.default}
    if type(one.default) in _TYPES:
        schema["type"] = _TYPES[type(one.default)]
    if one.choices:
        schema["enum"] = list(one.choices)
    limits = {"minimum": one.min, "maximum": one.max}
    return schema | {name: value for name, value in limits.items() if value is not None}
