"""Whether an unpacked wheel holds a plugin that this Python can load."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from pathlib import Path

from hdp.plugin_places import wheel_plugins
from hdp.sdk import InvalidInput

_SYSTEMS = {"linux": ("linux", "manylinux", "musllinux"), "darwin": ("macosx",), "win32": ("win",)}


def judge_wheel(source: Path, unpacked: Path) -> tuple[Path, str]:
    """The plugin's folder and the wheel's own name; InvalidInput where it cannot be used."""
    found = list(importlib.metadata.distributions(path=[str(unpacked)]))
    if len(found) != 1:
        raise _refused(source, "it is no wheel", "Build one with: python -m build --wheel")
    tags = re.findall(r"(?m)^Tag: (\S+)", found[0].read_text("WHEEL") or "")
    if not any(_fits(one) for one in tags):
        raise _refused(
            source,
            f"it is made for {', '.join(tags) or 'nothing'}, and this is Python"
            f" {sys.version_info[0]}.{sys.version_info[1]} on {sys.platform}",
            "Ask its author for a wheel of this kind.",
        )
    _gather(unpacked)
    plugins = list(wheel_plugins(unpacked))
    if len(plugins) != 1:
        raise _refused(
            source,
            f"it names {len(plugins)} plugins in the entry points of “hdp.plugins”, not one",
            "Its pyproject.toml names the plugin's package there.",
        )
    if not plugins[0].folder.is_dir():
        raise _refused(source, f"its entry point names {plugins[0].module}, which is not in it")
    return plugins[0].folder, re.sub(r"[^a-z0-9]+", "-", found[0].metadata["Name"].lower())


def _fits(tag: str) -> bool:
    python, abi, system = (*tag.split("-", 2), "", "", "")[:3]
    ours = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    is_python = any(one in ("py3", ours, ours.replace("cp", "py")) for one in python.split("."))
    is_stable = abi == "abi3" and python.startswith("cp3")
    starts = ("any", *_SYSTEMS.get(sys.platform, ()))
    return (is_python or is_stable) and any(one.startswith(starts) for one in system.split("."))


def _gather(unpacked: Path) -> None:
    """Put what pip would put beside the packages there."""
    for kind in ("purelib", "platlib"):
        for folder in unpacked.glob(f"*.data/{kind}"):
            for one in folder.iterdir():
                if not (unpacked / one.name).exists():
                    one.rename(unpacked / one.name)


def _refused(source: Path, why: str, hint: str = "") -> InvalidInput:
    return InvalidInput(
        f"{source.name} was not installed: {why}.",
        code="plugin-wheel",
        hint=hint,
        where={"file": str(source)},
    )
