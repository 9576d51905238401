"""Every word of a component and of a shipped pipeline that the page shows is there in German."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from hdp import paths

CATALOGUES = Path(__file__).parents[2] / "frontend" / "src" / "i18n"


@pytest.fixture(scope="module")
def german() -> set[str]:
    files = [one for one in CATALOGUES.glob("de*.json") if one.name != "de.server.json"]
    return {key for one in files for key in json.loads(one.read_text("utf-8"))}


def words_of_components(app) -> Iterator[tuple[str, str]]:
    for name, one in app.catalogue.components.items():
        plugin = app.catalogue.plugin(app.catalogue.origin(name).plugin)
        if plugin.source != "built-in":
            continue
        yield name, one.title
        yield name, inspect.cleandoc(one.__doc__ or "").partition("\n\n")[0]
        yield name, plugin.name
        for setting in one.params.schema()["properties"].values():
            yield name, setting.get("description", "")


def words_of_pipelines() -> Iterator[tuple[str, str]]:
    for file in sorted(paths.pipelines_dir().glob("*.yaml")):
        told = yaml.safe_load(file.read_text("utf-8"))
        yield file.name, told["name"]
        yield file.name, told.get("help", "")
        for one in (told.get("params") or {}).values():
            yield file.name, one.get("help", "")


def test_components_speak_german(app, german):
    assert [one for one in words_of_components(app) if one[1] and one[1] not in german] == []


def test_shipped_pipelines_speak_german(german):
    assert [one for one in words_of_pipelines() if one[1] and one[1] not in german] == []
