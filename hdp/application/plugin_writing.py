"""A new plugin from a template: small, whole, and with tests that pass at once."""

from __future__ import annotations

import keyword
import re
import sys
from pathlib import Path
from typing import Literal

from hdp import paths
from hdp.plugin_catalogue import Catalogue
from hdp.sdk import Conflict, InvalidInput, UsageError

Kind = Literal["component", "target", "checker", "thumbnailer", "source"]
KINDS: tuple[Kind, ...] = ("component", "target", "checker", "thumbnailer", "source")
_ID = re.compile(r"[a-z][a-z0-9_]{1,39}")
_TRY = {
    "component": "component show {{id}}.checksum",
    "target": "env add mine --target {{dashed}} --url file:///a/folder",
    "checker": "project scan --dry-run --input FOLDER --extensions .pnt",
    "thumbnailer": "-p project.hdpc project scan",
    "source": "mapping new mapping.yaml --table objects.{{id}}.json --key file",
}
# Template below _templates/plugin -> place in the new folder.
_PLACES = {
    "both/pyproject.toml.txt": "pyproject.toml",
    "both/README.md.txt": "README.md",
    "{kind}/plugin.toml.txt": "{id}/plugin.toml",
    "{kind}/__init__.py.txt": "{id}/__init__.py",
    "{kind}/{kind}.py.txt": "{id}/{kind}.py",
    "{kind}/tests.py.txt": "tests/test_{id}.py",
}


def write_plugin(name: str, kind: Kind, parent: Path, known: Catalogue) -> Path:
    """Write a plugin into a new folder below `parent`; nothing that is there is overwritten."""
    plugin_id = _id_of(name)
    for one in known.plugins:
        if one.id == plugin_id:
            raise Conflict(
                f"There is a plugin {plugin_id} already: {one.where}.", code="plugin-installed",
                hint="Choose another name.", values={"plugin": plugin_id},
            )  # fmt: skip
    folder = parent / name
    words = {
        "id": plugin_id,
        "dashed": plugin_id.replace("_", "-"),
        "title": " ".join(re.split(r"[-_\s]+", name)).strip().capitalize(),
        "class": "".join(part.capitalize() for part in plugin_id.split("_")),
    }
    words["try"] = _fill(_TRY[kind], words)
    try:
        folder.mkdir(parents=True)
        _write(folder, kind, words)
    except FileExistsError:
        raise Conflict(
            f"{folder} is there already.", code="folder-exists",
            hint="Choose another name, or another folder with --to.",
        ) from None  # fmt: skip
    except OSError as error:
        raise InvalidInput(
            f"{folder} cannot be written: {error.strerror}.", code="plugin-storage",
            hint="Choose another folder with --to.", where={"file": str(folder)},
        ) from None  # fmt: skip
    return folder


def _id_of(name: str) -> str:
    found = name.replace("-", "_").lower()
    why = ""
    if not _ID.fullmatch(found):
        why = "it must be letters, digits, - and _, and begin with a letter"
    elif keyword.iskeyword(found) or found in sys.stdlib_module_names or found in ("hdp", "tests"):
        why = "Python has a module or word of that name"
    if why:
        raise UsageError(
            f"“{name}” cannot be the name of a plugin: {why}.", code="plugin-name",
            hint="For example: hdp plugin new watermark --kind component",
        )  # fmt: skip
    return found


def _write(folder: Path, kind: Kind, words: dict[str, str]) -> None:
    for template, place in _PLACES.items():
        source = paths.template_dir() / "plugin" / template.format(kind=kind)
        to = folder / place.format(kind=kind, id=words["id"])
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(_fill(source.read_text(encoding="utf-8"), words), encoding="utf-8")


def _fill(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"{{{{{name}}}}}", word)
    return text
