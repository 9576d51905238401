"""schema.sql says what the migrations make."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_schema_is_what_the_migrations_make():
    spec = importlib.util.spec_from_file_location("write_schema", ROOT / "tools/write_schema.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    written = (ROOT / "hdp/project/schema.sql").read_text(encoding="utf-8")
    assert written == tool.make_schema(), "run: python tools/write_schema.py"
