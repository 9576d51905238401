"""German on screen keeps to one word for one thing."""

from __future__ import annotations

from pathlib import Path

import pytest

GERMAN = sorted((Path(__file__).parents[1] / "frontend/src/i18n").glob("de*.json"))


@pytest.mark.parametrize("file", GERMAN, ids=lambda file: file.name)
def test_plugins_are_called_plugins(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    other = [line.strip() for line in lines if "erweiterung" in line.lower()]
    assert not other, "The section is called Plugins: say Plugin here too."


def test_there_is_german_to_look_at() -> None:
    assert GERMAN
