"""What checkers, thumbnailers and sources promise, as classes of tests to inherit."""

# ruff: noqa: D102 - a test says by its name what it promises

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import pytest

from hdp.ingest.format_checks import ask_plugin
from hdp.metadata.source_rows import read_portions
from hdp.plugin_formats import HOOKS, PluginFunction, take_functions
from hdp.plugin_importing import Origin
from hdp.sdk import Checker, HdpError, Source, Thumbnailer

HOSTILE = (
    b"", b"\x00\xff\xfe broken", b"\n" * 1000, b"[" * 100_000, b'{"a": 1e999, "a": "\\ud800"}',
)  # fmt: skip
SIZE = 96


class _Contract:
    hook: ClassVar[str]

    @property
    def given(self) -> Any:
        raise NotImplementedError

    def function(self) -> PluginFunction:
        """The declaration as HDP takes it over."""
        plugin = self.given.id.partition(".")[0]
        module = getattr(self.given, HOOKS[self.hook][2]).__module__
        origin = Origin(plugin, module.partition(".")[0])
        found, problems = take_functions(plugin, "1", origin, self.hook, [self.given])
        assert problems == []
        return found[0]

    def test_declares_itself(self) -> None:
        assert self.function().id == self.given.id

    def test_is_found_by_a_worker(self) -> None:
        """A process of its own imports it by these names."""
        function = self.function()
        assert function.load() is getattr(self.given, HOOKS[self.hook][2])

    def put(self, folder: Path, content: bytes, name: str = "") -> Path:
        """A file that is of its kind by its name."""
        path = folder / (name or f"sample{self.given.extensions[0]}")
        path.write_bytes(content)
        return path


class CheckerContract(_Contract):
    """Inherit it in a class whose name begins with Test, and name the `checker`.

    `sound` and `broken` are files by name: for the first it must find nothing wrong, for the
    others an error.
    """

    hook = "hdp_checkers"
    checker: ClassVar[Checker]
    sound: ClassVar[Mapping[str, bytes]] = {}
    broken: ClassVar[Mapping[str, bytes]] = {}

    @property
    def given(self) -> Checker:
        return self.checker

    def test_sound_files_are_valid(self, tmp_path: Path) -> None:
        assert self.sound, "name a file in `sound`"
        for name, content in self.sound.items():
            told = ask_plugin(self.function(), self.put(tmp_path, content, name), name)
            assert told.status == "valid", told.findings

    def test_broken_files_are_invalid(self, tmp_path: Path) -> None:
        for name, content in self.broken.items():
            told = ask_plugin(self.function(), self.put(tmp_path, content, name), name)
            assert told.status == "invalid", name
            assert all(one.message.strip() for one in told.findings)

    @pytest.mark.parametrize("content", HOSTILE)
    def test_hostile_files_are_told_in_findings(self, tmp_path: Path, content: bytes) -> None:
        path = self.put(tmp_path, content)
        told = ask_plugin(self.function(), path, path.name)
        assert "plugin-raised" not in {one.code for one in told.findings}, told.findings
        assert path.read_bytes() == content, "files are never changed"


class ThumbnailerContract(_Contract):
    """Inherit it in a class whose name begins with Test, and name the `thumbnailer`.

    `sound` are files by name, of which it must make a picture.
    """

    hook = "hdp_thumbnailers"
    thumbnailer: ClassVar[Thumbnailer]
    sound: ClassVar[Mapping[str, bytes]] = {}

    @property
    def given(self) -> Thumbnailer:
        return self.thumbnailer

    def test_sound_files_have_a_picture(self, tmp_path: Path) -> None:
        from PIL import Image

        assert self.sound, "name a file in `sound`"
        for name, content in self.sound.items():
            made = self.thumbnailer.draw(self.put(tmp_path, content, name), SIZE)
            with Image.open(BytesIO(made), formats=("PNG", "JPEG")) as picture:
                assert min(picture.size) > 0

    @pytest.mark.parametrize("content", HOSTILE)
    def test_hostile_files_are_told_in_a_sentence(self, tmp_path: Path, content: bytes) -> None:
        path = self.put(tmp_path, content)
        try:
            assert isinstance(self.thumbnailer.draw(path, SIZE), bytes)
        except HdpError as error:
            assert error.message.strip()
        assert path.read_bytes() == content, "files are never changed"


class SourceContract(_Contract):
    """Inherit it in a class whose name begins with Test, and name the `source`.

    `sound` are files by name and the rows that must be read from them, the names first.
    """

    hook = "hdp_sources"
    source: ClassVar[Source]
    sound: ClassVar[Mapping[str, tuple[bytes, Sequence[Sequence[str]]]]] = {}

    @property
    def given(self) -> Source:
        return self.source

    def rows(self, path: Path) -> list[list[str]]:
        """The rows as HDP takes them over."""
        return [row for portion in read_portions(self.function(), path, None) for row in portion]

    def test_sound_files_are_tables(self, tmp_path: Path) -> None:
        assert self.sound, "name a file in `sound`"
        for name, (content, rows) in self.sound.items():
            assert self.rows(self.put(tmp_path, content, name)) == [list(one) for one in rows]

    @pytest.mark.parametrize("content", HOSTILE)
    def test_hostile_files_are_told_in_a_sentence(self, tmp_path: Path, content: bytes) -> None:
        path = self.put(tmp_path, content)
        try:
            self.rows(path)
        except HdpError as error:
            assert error.message.strip()
            assert error.name != "source-failed", error.message
        assert path.read_bytes() == content, "files are never changed"
