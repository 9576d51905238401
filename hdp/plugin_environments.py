"""A Python of a plugin's own, where what its requirements.txt names is installed."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from hdp import __version__
from hdp.paths import replace_text

FOLDER = "plugin-environments"
REQUIREMENTS = "requirements.txt"
_MADE = "hdp-made.json"
_SDK = "hdp-sdk"
# What a component finds of HDP in there.
_OURS = ("__init__.py", "guest.py", "plugin_importing.py", "sdk")


@dataclass(frozen=True)
class PluginEnvironment:
    """Where the environment of a plugin is; it need not be made yet."""

    home: Path
    plugin: str
    source: Path
    needs_sdk: bool = True

    @property
    def folder(self) -> Path:
        """The environment's own folder."""
        return self.home / FOLDER / self.plugin

    @property
    def python(self) -> Path:
        """Its Python."""
        inside = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
        return self.folder.joinpath(*inside)

    @property
    def sdk(self) -> Path:
        """The folder with HDP's SDK for it."""
        return self.folder / _SDK

    @property
    def requirements(self) -> Path:
        """The plugin's list of what it needs."""
        return self.source / REQUIREMENTS

    def is_ready(self) -> bool:
        """Whether it was made whole, from the requirements as they are now."""
        try:
            made = json.loads((self.folder / _MADE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return bool(made == {"requirements": self._stamp()} and self.python.exists())

    def note_made(self) -> None:
        """Remember that it is whole."""
        replace_text(self.folder / _MADE, json.dumps({"requirements": self._stamp()}))

    def _stamp(self) -> str:
        try:
            return hashlib.sha256(self.requirements.read_bytes()).hexdigest()
        except OSError:
            return ""

    def put_sdk(self) -> None:
        """Put this HDP's SDK there, once for each version of HDP; raises OSError."""
        mark = self.sdk / "version"
        if mark.is_file() and mark.read_text(encoding="utf-8") == __version__:
            return
        shutil.rmtree(self.sdk, ignore_errors=True)
        here, pluggy = Path(__file__).parent, importlib.util.find_spec("pluggy")
        leave = shutil.ignore_patterns("__pycache__")
        for name in _OURS:
            to = self.sdk / "hdp" / name
            to.parent.mkdir(parents=True, exist_ok=True)
            if (here / name).is_dir():
                shutil.copytree(here / name, to, ignore=leave)
            else:
                shutil.copyfile(here / name, to)
        for place in (pluggy.submodule_search_locations or ()) if pluggy else ():
            shutil.copytree(place, self.sdk / "pluggy", ignore=leave)
        mark.write_text(__version__, encoding="utf-8")


def clean_environment() -> dict[str, str]:
    """The person's own variables, without what is meant for HDP's Python alone."""
    unwanted = ("PYTHON", "VIRTUAL_ENV", "_PYI_", "_MEIPASS")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(unwanted)}
    if getattr(sys, "frozen", False):
        # The packaged app's own libraries; another Python must not load them.
        before = kept.pop("LD_LIBRARY_PATH_ORIG", "")
        kept.pop("LD_LIBRARY_PATH", None)
        kept |= {"LD_LIBRARY_PATH": before} if before else {}
    return kept | {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", "PIP_NO_INPUT": "1"}
