"""The contract: what it exports, what a Params class says of itself."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field

import pytest

from hdp import sdk
from hdp.sdk import HdpError, Params


def test_exported_names_are_sorted_and_there():
    assert sdk.__all__ == sorted(sdk.__all__)
    assert all(hasattr(sdk, name) for name in sdk.__all__)


def test_the_contract_imports_only_the_standard_library_and_pluggy():
    code = (
        "import sys; import hdp.sdk; print(sorted({n.split('.')[0] for n in sys.modules}"
        " - set(sys.stdlib_module_names)))"
    )
    printed = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert set(eval(printed)) <= {"hdp", "pluggy", "importlib_metadata", "__main__"}


@dataclass(frozen=True)
class Settings(Params):
    side: int = field(default=10, metadata={"help": "Pixels.", "min": 1})
    kind: str = field(default="a", metadata={"help": "Which.", "choices": ("a", "b")})
    names: list[str] = field(default_factory=list, metadata={"help": "Names."})


def test_params_describe_themselves():
    schema = Settings.schema()
    assert schema["additionalProperties"] is False
    assert schema["properties"]["side"] == {
        "type": "integer", "description": "Pixels.", "minimum": 1, "default": 10,
    }  # fmt: skip
    assert schema["properties"]["kind"]["enum"] == ["a", "b"]
    assert schema["properties"]["names"] == {
        "type": "array", "items": {"type": "string"}, "description": "Names.", "default": [],
    }  # fmt: skip


def test_errors_carry_code_sentence_hint_and_place():
    error = HdpError("Broken.", code="x", hint="Mend.", where={"row": 3}, values={"n": 1})
    with pytest.raises(HdpError, match="Broken"):
        raise error
    assert error.to_json() == {
        "code": "x", "message": "Broken.", "hint": "Mend.", "where": {"row": 3},
        "args": {"n": 1}, "findings": [],
    }  # fmt: skip
