"""What every component promises, as a class of tests that a plugin's tests inherit."""

# ruff: noqa: D102 - a test says by its name what it promises

from __future__ import annotations

import contextlib
import hashlib
import importlib
import inspect
import json
import logging
import re
from collections.abc import Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any, ClassVar

import pytest

from hdp.net import Client
from hdp.pipelines.calls import StepContext
from hdp.pipelines.values import build_params
from hdp.sdk import (
    Cancelled,
    Component,
    Finding,
    HdpError,
    LocalFile,
    Output,
    Params,
    Port,
    Record,
    Result,
)
from hdp.testing.samples import FIELDS, PNG, make_file

_LONGEST_ID = 80


def run_component(
    kind: type[Component[Any]],
    inputs: Mapping[str, Sequence[LocalFile]],
    folder: Path,
    /,
    *,
    record: Record | None = None,
    settings: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
    cancelled: bool = False,
    **params: Any,
) -> Result:
    """Run a component as a pipeline does, with an empty work folder below `folder`."""
    number = sum(1 for one in folder.iterdir() if one.name.startswith("work")) + 1
    workdir = folder / f"work{number}"
    workdir.mkdir()
    component = kind()
    component.open()
    try:
        with Client() as http:
            return component.run(
                StepContext(
                    inputs,
                    build_params(kind.params, params),
                    record or Record(FIELDS),
                    workdir,
                    logging.getLogger(kind.id),
                    http,
                    lambda *_: None,
                    lambda: cancelled,
                    secrets or {},
                    None,
                    settings or {},
                )
            )
    finally:
        component.close()


class ComponentContract:
    """Inherit it in a class whose name begins with Test, and name the `component`.

    `params`, `settings` and `record` are what it is run with. `make_inputs` gives it small files
    by the media types of its ports; replace it where they must be of a certain kind.
    """

    component: ClassVar[type[Component[Any]]]
    params: ClassVar[Mapping[str, Any]] = {}
    settings: ClassVar[Mapping[str, str]] = {}
    record: ClassVar[Record | None] = None

    def make_inputs(self, folder: Path) -> dict[str, list[LocalFile]]:
        """A file for each input that is needed."""
        return {
            one.name: [_sample(folder, one)] for one in self.component.inputs if not one.optional
        }

    def run(self, inputs: Mapping[str, Sequence[LocalFile]], folder: Path) -> Result:
        """The component's result for the files."""
        return self._run(inputs, folder)

    def _run(
        self, inputs: Mapping[str, Sequence[LocalFile]], folder: Path, *, cancelled: bool = False
    ) -> Result:
        return run_component(
            self.component, inputs, folder, record=self.record, settings=self.settings,
            cancelled=cancelled, **self.params,
        )  # fmt: skip

    # What it says about itself.

    def test_declares_itself(self) -> None:
        kind = self.component
        assert re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", kind.id)
        assert len(kind.id) < _LONGEST_ID
        assert kind.title.strip()
        assert isinstance(kind.version, int)
        assert kind.version > 0
        assert kind.__doc__, "its first sentence explains it to people"

    def test_ports_are_named_once(self) -> None:
        for ports in (self.component.inputs, self.component.outputs):
            names = [one.name for one in ports]
            assert len(names) == len(set(names))
            for one in ports:
                assert isinstance(one, Port)
                assert not isinstance(one.media, str)

    def test_parameters_have_defaults_and_help(self) -> None:
        assert issubclass(self.component.params, Params)
        schema = json.loads(json.dumps(self.component.params.schema()))
        for name, one in schema["properties"].items():
            assert "default" in one, name
            assert one.get("description"), name

    def test_says_what_is_missing(self) -> None:
        assert all(isinstance(one, Finding) for one in self.component().check())

    def test_is_found_by_a_worker(self) -> None:
        """A process of its own imports it by these names."""
        module = importlib.import_module(self.component.__module__)
        found: object = reduce(getattr, self.component.__qualname__.split("."), module)
        assert found is self.component
        assert not inspect.isabstract(self.component)

    # What it does.

    def test_gives_what_it_promises(self, tmp_path: Path) -> None:
        inputs = self.make_inputs(tmp_path)
        before = _digests(inputs)
        result = self.run(inputs, tmp_path)
        assert isinstance(result, Result)
        assert set(result.files) <= {one.name for one in self.component.outputs}
        for path in _paths(result):
            assert path.is_file(), path
            assert (tmp_path / "work1").resolve() in path.resolve().parents, "only in step.workdir"
        assert _digests(inputs) == before, "inputs are never changed"

    def test_the_same_again_gives_the_same(self, tmp_path: Path) -> None:
        inputs = self.make_inputs(tmp_path)
        first, second = (self.run(inputs, tmp_path) for _ in range(2))
        assert first.values == second.values
        assert first.metadata == second.metadata
        pairs = zip(_paths(first), _paths(second), strict=True)
        assert all(one.read_bytes() == other.read_bytes() for one, other in pairs)

    @pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe broken", b"<?xml"])
    def test_a_broken_file_is_told_in_a_sentence(self, tmp_path: Path, content: bytes) -> None:
        inputs = self.make_inputs(tmp_path)
        for files in inputs.values():
            for one in files:
                one.path.write_bytes(content)
        try:
            self.run(inputs, tmp_path)
        except HdpError as error:
            assert error.message.strip()

    def test_a_file_that_is_gone_is_told_in_a_sentence(self, tmp_path: Path) -> None:
        inputs = self.make_inputs(tmp_path)
        for files in inputs.values():
            for one in files:
                one.path.unlink()
        # What needs no more than names and checksums may do without it.
        with contextlib.suppress(HdpError, FileNotFoundError):
            self.run(inputs, tmp_path)

    def test_stopping_it_is_no_failure(self, tmp_path: Path) -> None:
        with contextlib.suppress(Cancelled):
            self._run(self.make_inputs(tmp_path), tmp_path, cancelled=True)


def _sample(folder: Path, port: Port) -> LocalFile:
    name, content = "sample.bin", bytes(range(256))
    media = port.media[0]
    if media.startswith("image/") or media == "*/*":
        name, content = "sample.png", PNG
    elif media.startswith("text/"):
        name, content = "sample.txt", "Amphore – Μύκονος\n".encode()
    elif media == "application/json":
        name, content = "sample.json", b'{"title": "Amphora"}'
    return make_file(folder, name, content)


def _digests(inputs: Mapping[str, Sequence[LocalFile]]) -> list[str]:
    files = [one.path for group in inputs.values() for one in group]
    return [hashlib.sha256(one.read_bytes()).hexdigest() for one in files]


def _paths(result: Result) -> list[Path]:
    found = [one for group in result.files.values() for one in group]
    return [one.path if isinstance(one, Output) else Path(one) for one in found]
