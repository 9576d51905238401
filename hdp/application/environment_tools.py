"""What makes environments on this computer: uv, or a Python."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from hdp.plugin_environments import clean_environment

OLDEST = (3, 11)
UV_PYTHONS = ">=3.11,<3.14"
_NAMES = ("python3.13", "python3.12", "python3.11", "python3.14", "python3", "python", "py")
_ASK_S = 20.0


@dataclass(frozen=True)
class Tool:
    """`commands` make an environment in a folder and install a list of requirements into it."""

    title: str
    program: str
    kind: str

    def make(self, folder: Path) -> list[str]:
        """The command that makes an empty environment."""
        if self.kind == "uv":
            # Left alone it takes the first one it finds, or fetches the newest there is, for
            # which many libraries are not made yet.
            return [self.program, "venv", "--no-project", "--python", UV_PYTHONS, str(folder)]
        pip = ["--without-pip"] if self.kind == "python-pip" else []
        return [self.program, "-m", "venv", *pip, str(folder)]

    def install(self, python: Path, requirements: Path) -> list[str]:
        """The command that installs what a requirements.txt names."""
        if self.kind == "uv":
            return [
                self.program,
                "pip",
                "install",
                "--python",
                str(python),
                "-r",
                str(requirements),
            ]
        before = [self.program, "-m", "pip", "--python", str(python)]
        pip = before if self.kind == "python-pip" else [str(python), "-m", "pip"]
        return [*pip, "install", "--no-input", "--disable-pip-version-check", "-r",
                str(requirements)]  # fmt: skip


def find_tool(oldest: Sequence[int] = OLDEST) -> Tool | None:
    """uv where it is there, else this Python where it is one, else one found on the path."""
    uv = shutil.which("uv")
    if uv:
        return Tool(f"uv ({uv})", uv, "uv")
    if not getattr(sys, "frozen", False) and sys.version_info[:2] >= tuple(oldest):
        kind = "python-pip" if find_spec("pip") else "python"
        version = ".".join(map(str, sys.version_info[:2]))
        return Tool(f"Python {version} ({sys.executable})", sys.executable, kind)
    for name in _NAMES:
        found = shutil.which(name)
        version_of = _version(found) if found else None
        if found and version_of and version_of >= tuple(oldest):
            version = ".".join(map(str, version_of))
            return Tool(f"Python {version} ({found})", found, "python")
    return None


def describe_tool() -> dict[str, object]:
    """What `hdp doctor` says about it."""
    found = find_tool()
    if found is not None:
        return {"works": True, "message": f"are made with {found.title}"}
    return {"works": False, "message": (
        "cannot be made: neither uv nor Python 3.11 or newer is on this computer."
        " Only plugins that bring heavy libraries need one"
    )}  # fmt: skip


def _version(program: str) -> tuple[int, ...] | None:
    code = "import sys; print(*sys.version_info[:2])"
    try:
        done = subprocess.run(
            [program, "-c", code], capture_output=True, text=True, timeout=_ASK_S, check=False,
            env=clean_environment(),
        )  # fmt: skip
        return tuple(int(one) for one in done.stdout.split()) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
