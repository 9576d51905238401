"""Getting a plugin's module, by name or by path, here or in a worker."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

USER = "hdp_user_plugins"


@dataclass(frozen=True)
class Origin:
    """How a plugin is imported, here or in a worker: by module name, or from `folder`.

    `python` is that of the plugin's own environment, for components that run there.
    """

    plugin: str
    module: str
    folder: str = ""
    python: str = ""


def import_plugin(origin: Origin) -> ModuleType:
    """Import a plugin's module, by path where it is not on the import path."""
    if not origin.folder:
        return importlib.import_module(origin.module)
    folder = Path(origin.folder)
    there = sys.modules.get(origin.module)
    if there is not None and there.__file__ == str(folder / "__init__.py"):
        return there
    return _import_folder(origin.module, folder)


def forget_modules(folder: Path) -> None:
    """Let the next import read the code below `folder` anew: it was replaced or taken away."""
    inside = str(folder) + os.sep
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(inside):
            del sys.modules[name]
    sys.path[:] = [one for one in sys.path if one != str(folder) and not one.startswith(inside)]
    importlib.invalidate_caches()


def _import_folder(name: str, folder: Path) -> ModuleType:
    for old in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
        del sys.modules[old]
    sys.modules.setdefault(USER, ModuleType(USER)).__path__ = []
    vendor = str(folder / "_vendor")
    if Path(vendor).is_dir() and vendor not in sys.path:
        sys.path.append(vendor)  # at the end: it cannot hide anything of ours
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def cut_traceback(error: BaseException) -> str:
    """The traceback without HDP's own frames: what the plugin's author wants to see."""
    ours = str(Path(__file__).parent) + os.sep
    whole = traceback.TracebackException.from_exception(error)
    kept = [frame for frame in whole.stack if not frame.filename.startswith(ours)]
    whole.stack = traceback.StackSummary.from_list(kept)
    return "".join(whole.format())
