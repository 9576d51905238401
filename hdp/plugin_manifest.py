"""What a plugin says about itself: `plugin.toml`, read and compared before and after import."""

from __future__ import annotations

import dataclasses
import difflib
import inspect
import re
import shutil
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hdp.sdk import SDK_VERSION, Component, Finding, InvalidInput, Params, Port, Target

FILE_NAME = "plugin.toml"
_ID = re.compile(r"[a-z][a-z0-9_]*")
_TARGET_ID = re.compile(r"[a-z][a-z0-9_.-]*")
_SETTING = re.compile(r"[a-z][a-z0-9_-]*")
_MEDIA = re.compile(r"[a-z0-9.*+-]+/[a-zA-Z0-9.*+-]+")
_LISTS = ("sdk", "imports", "programs", "components", "targets", "secrets", "hosts")


@dataclass(frozen=True)
class PluginSetting:
    """A value that the person chooses for a plugin on this computer, never a project."""

    name: str
    help: str
    default: str = ""
    choices: tuple[str, ...] = ()

    def names(self, name: str) -> bool:
        """Whether it is the setting of that name."""
        if not self.name.endswith(".*"):
            return name == self.name
        rest = name.removeprefix(self.name[:-1])
        return rest != name and _SETTING.fullmatch(rest) is not None


@dataclass(frozen=True)
class Manifest:
    """A checked `plugin.toml`."""

    id: str
    name: str
    version: str
    summary: str = ""
    sdk: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    settings: tuple[PluginSetting, ...] = ()

    def setting(self, name: str) -> PluginSetting | None:
        """The setting of that name; `program.*` stands for every name behind the dot."""
        return next((one for one in self.settings if one.names(name)), None)


def read_manifest(folder: Path) -> Manifest:
    """The manifest in `folder`; InvalidInput names everything that is wrong with it."""
    path = folder / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text)
    except FileNotFoundError:
        raise InvalidInput(
            f"There is no {FILE_NAME} in this folder.",
            code="plugin-manifest",
            hint="Make a plugin with: hdp plugin new NAME --kind component",
            where={"file": str(path)},
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(
            f"{FILE_NAME} cannot be read: {error}.",
            code="plugin-manifest",
            where={"file": str(path)},
        ) from None
    problems = list(_problems(data))
    if problems:
        raise InvalidInput(
            f"{FILE_NAME}: {' '.join(told for _, told in problems)}",
            code="plugin-manifest",
            where={"file": str(path)},
            findings=[_finding(path, text, key, told) for key, told in problems],
        )
    known = {one.name for one in dataclasses.fields(Manifest)}
    values = {key: _frozen(value) for key, value in data.items() if key in known}
    values["settings"] = tuple(
        PluginSetting(name, **{key: _frozen(value) for key, value in one.items()})
        for name, one in data.get("settings", {}).items()
    )
    return Manifest(**values)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _finding(path: Path, text: str, key: str, told: str) -> Finding:
    pattern = re.compile(rf'\s*\[?(settings\.)?"?{re.escape(key)}\b')
    lines = [number for number, one in enumerate(text.splitlines(), 1) if pattern.match(one)]
    where = {"file": str(path)} | ({"line": lines[0]} if lines else {})
    hint = f"Write it into {FILE_NAME}." if not lines else ""
    return Finding("error", "plugin-manifest", told, hint, where)


def _problems(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong, as the key and a sentence."""
    known = [one.name for one in dataclasses.fields(Manifest)]
    for key in data:
        # Later contracts may add keys; only what looks like a slip of the pen is refused.
        near = [] if key in known else difflib.get_close_matches(key, known, n=1, cutoff=0.75)
        if near:
            yield key, f'"{key}" is not known: did you mean "{near[0]}"?'
    for key in ("id", "name", "version"):
        if not isinstance(data.get(key), str) or not data[key].strip():
            yield key, f'"{key}" is needed and must be text.'
    if isinstance(data.get("id"), str) and not _ID.fullmatch(data["id"]):
        yield "id", '"id" must be lower-case letters, digits and _ and begin with a letter.'
    if not isinstance(data.get("summary", ""), str):
        yield "summary", '"summary" must be text.'
    if not data.get("sdk"):
        yield "sdk", '"sdk" is needed, for example sdk = ["1"].'
    for key in _LISTS:
        value = data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            yield key, f'"{key}" must be a list of texts.'
    yield from _setting_problems(data.get("settings", {}))


def _setting_problems(settings: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(settings, dict):
        yield "settings", '"settings" must be a table with a table for each setting.'
        return
    for name, one in settings.items():
        for told in _one_setting(name, one):
            yield name, told


def _one_setting(name: str, one: Any) -> Iterator[str]:
    if not _SETTING.fullmatch(name.removesuffix(".*")):
        yield f'setting "{name}" must be lower-case letters, digits, _ and -.'
    if not isinstance(one, dict) or not isinstance(one.get("help"), str):
        yield f'setting "{name}" needs a help text.'
        return
    if more := sorted(set(one) - {"help", "default", "choices"}):
        yield f'setting "{name}" has {", ".join(more)}, which is not known.'
    choices = one.get("choices", [])
    if not isinstance(one.get("default", ""), str):
        yield f'setting "{name}": the default must be text.'
    if not isinstance(choices, list) or not all(isinstance(item, str) for item in choices):
        yield f'setting "{name}": choices must be a list of texts.'


def find_incompatible(manifest: Manifest) -> str:
    """Why this HDP cannot run the plugin, or nothing."""
    ours = SDK_VERSION.partition(".")[0]
    if ours in {one.partition(".")[0] for one in manifest.sdk}:
        return ""
    wanted = ", ".join(manifest.sdk)
    return f"It is made for version {wanted} of the plugin contract; this HDP has version {ours}."


def find_missing(manifest: Manifest, vendor: Path) -> str:
    """Which modules or programs are missing on this machine, as a sentence, or nothing."""
    modules = [one for one in manifest.imports if not _is_importable(one, vendor)]
    programs = [one for one in manifest.programs if shutil.which(one) is None]
    parts = []
    if modules:
        parts.append(
            f"Missing Python packages: {', '.join(modules)}. Install them, or put them"
            f' into the folder "{vendor.name}" of the plugin.'
        )
    if programs:
        parts.append(f"Missing programs: {', '.join(programs)}. Install them and start HDP again.")
    return " ".join(parts)


def _is_importable(name: str, vendor: Path) -> bool:
    top = name.partition(".")[0]
    try:
        return find_spec(top) is not None or PathFinder.find_spec(top, [str(vendor)]) is not None
    except (ImportError, ValueError):
        return False


def check_declarations(
    manifest: Manifest, components: Sequence[Any], targets: Sequence[Any]
) -> list[str]:
    """Everything that is wrong with what the plugin declared, one sentence each."""
    problems = [text for one in components for text in _component_problems(manifest.id, one)]
    problems += [text for one in targets for text in _target_problems(one)]
    pairs = (
        ("component", manifest.components, components),
        ("target", manifest.targets, targets),
    )
    for noun, promised, given in pairs:
        names = [str(getattr(one, "id", one)) for one in given]
        problems += [f"{noun} {one} is declared twice." for one in _repeated(names)]
        problems += [
            f"{noun} {one} is in {FILE_NAME} but was not declared."
            for one in promised
            if one not in names
        ]
        problems += [
            f"{noun} {one} was declared but is not in {FILE_NAME}."
            for one in names
            if one not in promised
        ]
    return problems


def _repeated(names: Sequence[str]) -> set[str]:
    return {one for one in names if names.count(one) > 1}


def _class_problems(given: Any, base: type, noun: str) -> Iterator[str]:
    if not (inspect.isclass(given) and issubclass(given, base)):
        yield f"{given!r} is no {noun} class."
        return
    missing = sorted(getattr(given, "__abstractmethods__", ()))
    if missing:
        yield f"{given.__name__} does not implement {', '.join(missing)}."
    for name in ("id", "title"):
        if not isinstance(getattr(given, name, None), str):
            yield f"{given.__name__} has no {name}."


def _component_problems(plugin: str, given: Any) -> Iterator[str]:
    problems = list(_class_problems(given, Component, "Component"))
    if problems:
        yield from problems
        return
    prefix, _, name = given.id.partition(".")
    if prefix != plugin or not _ID.fullmatch(name):
        yield f'component id "{given.id}" must be "{plugin}." and a lower-case name.'
    if not isinstance(given.version, int) or given.version < 1:
        yield f"{given.id}: version must be a whole number from 1 on."
    if given.isolation not in ("thread", "process", "environment"):
        yield f'{given.id}: isolation must be "thread", "process" or "environment".'
    yield from _params_problems(given.id, given.params)
    for kind in ("inputs", "outputs"):
        yield from _port_problems(f"{given.id}: {kind}", getattr(given, kind))


def _params_problems(owner: str, params: Any) -> Iterator[str]:
    if not (inspect.isclass(params) and issubclass(params, Params)):
        yield f"{owner}: params must be a subclass of Params."
        return
    if params is not Params and "__dataclass_fields__" not in vars(params):
        yield f"{owner}: {params.__name__} must be a frozen dataclass."
    for one in dataclasses.fields(params):
        nothing = dataclasses.MISSING
        if one.default is nothing and one.default_factory is nothing:
            yield f"{owner}: parameter {one.name} has no default."
        if not one.metadata.get("help"):
            yield f"{owner}: parameter {one.name} has no help."


def _port_problems(owner: str, ports: Any) -> Iterator[str]:
    if not all(isinstance(one, Port) for one in ports):
        yield f"{owner} must be Ports."
        return
    for name in _repeated([one.name for one in ports]):
        yield f"{owner}: port {name} is there twice."
    for port in ports:
        if isinstance(port.media, str) or not port.media:
            yield f"{owner}: port {port.name} needs a list of media types."
        elif not all(_MEDIA.fullmatch(one) for one in port.media):
            yield f"{owner}: port {port.name} has a media type that is none."


def _target_problems(given: Any) -> Iterator[str]:
    problems = list(_class_problems(given, Target, "Target"))
    if problems:
        yield from problems
        return
    if not _TARGET_ID.fullmatch(given.id):
        yield f'target id "{given.id}" must be lower case.'
    if not given.environments:
        yield f"{given.id}: a target names at least one environment."
    yield from _params_problems(given.id, given.settings)
