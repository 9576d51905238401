"""Components of the earlier HDP: what their component.yaml says (schema 0.1.0-alpha.2)."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hdp.plugin_manifest import Manifest
from hdp.sdk import Finding, InvalidInput
from hdp.yaml_source import Node, load

FILE_NAME = "component.yaml"
SCHEMA = "0.1.0-alpha.2"
_ID = re.compile(r"[a-z][a-z0-9_]*")
_OPTION = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_TYPES = (
    "string", "string_dropdown", "boolean", "integer", "float", "file_path", "dir_path",
    "column_mapping", "value_mapping", "schema_mapping", "ollama_model",
)  # fmt: skip
_TRUE = ("true", "yes", "on", "1")


@dataclass(frozen=True)
class EarlierInput:
    """A file or folder that goes in as `--name`."""

    name: str
    label: str
    is_folder: bool
    is_required: bool
    extensions: tuple[str, ...]
    least_bytes: int
    excludes: tuple[str, ...]


@dataclass(frozen=True)
class EarlierOutput:
    """A file that comes out, found by its pattern."""

    name: str
    pattern: str
    media: str


@dataclass(frozen=True)
class EarlierParameter:
    """A value that goes in as `--name`; `default` has its type."""

    name: str
    help: str
    type: str
    default: Any
    options: tuple[str, ...]
    excludes: tuple[str, ...]
    least: float | None
    most: float | None


@dataclass(frozen=True)
class Dependency:
    """A program that must be on the computer, and how that is seen."""

    name: str
    is_required: bool
    command: str
    expected: str
    file: str


@dataclass(frozen=True)
class EarlierSpec:
    """All that HDP uses of a component.yaml."""

    name: str
    label: str
    description: str
    version: str
    inputs: tuple[EarlierInput, ...]
    outputs: tuple[EarlierOutput, ...]
    parameters: tuple[EarlierParameter, ...]
    dependencies: tuple[Dependency, ...]
    directories: tuple[str, ...]
    required_files: tuple[str, ...]
    timeout_s: float
    memory_mb: float
    python: tuple[int, ...]

    def manifest(self) -> Manifest:
        """It as a plugin's manifest."""
        return Manifest(
            id=self.name, name=self.label, version=self.version, summary=self.description,
            sdk=("1",), components=(f"{self.name}.run",),
        )  # fmt: skip


def is_earlier(folder: Path) -> bool:
    """Whether a folder holds a component of the earlier HDP."""
    return (folder / FILE_NAME).is_file() and not (folder / "plugin.toml").is_file()


def read_spec(folder: Path) -> EarlierSpec:
    """The component in `folder`; InvalidInput names everything that is wrong with it."""
    path = folder / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        told = f"{FILE_NAME} cannot be read: {error}."
        raise InvalidInput(told, code="plugin-manifest", where={"file": str(path)}) from None
    root = load(text, source=str(path))
    found = [Finding("error", "plugin-manifest", told, where={"file": str(path), "line": line})
             for line, told in _problems(root)]  # fmt: skip
    if found:
        raise InvalidInput(
            f"{FILE_NAME}: {' '.join(one.message for one in found)}",
            code="plugin-manifest", where={"file": str(path)}, findings=found,
        )  # fmt: skip
    return _spec(root.plain())


def _problems(root: Node) -> Iterator[tuple[int, str]]:
    if not isinstance(root.value, dict):
        yield 1, "It must hold a table with metadata, inputs and outputs."
        return
    about = root.get("metadata")
    if about is None or not isinstance(about.value, dict):
        yield root.line, '"metadata" is needed.'
        about = Node({}, root.line, root.column)
    for key in ("name", "label", "version"):
        one = about.get(key)
        if one is None or not str(one.value or "").strip():
            yield about.line, f'"metadata.{key}" is needed.'
    name = about.get("name")
    if name is not None and not _ID.fullmatch(str(name.value)):
        yield name.line, '"metadata.name" must be lower-case letters, digits and _.'
    for key in ("inputs", "outputs"):
        yield from _list_problems(root, key)
    for group in _nodes(root.get("parameter_groups")):
        yield from _list_problems(group, "parameters")
        for one in _nodes(group.get("parameters")):
            kind = one.get("type")
            if kind is not None and kind.value not in _TYPES:
                yield kind.line, f'There is no type of parameter "{kind.value}".'


def _list_problems(parent: Node, key: str) -> Iterator[tuple[int, str]]:
    node = parent.get(key)
    if node is None or not isinstance(node.value, list):
        yield parent.line, f'"{key}" is needed and must be a list.'
        return
    for one in node.value:
        name = one.get("name") if isinstance(one.value, dict) else None
        if name is None or not _OPTION.fullmatch(str(name.value)):
            yield one.line, f'Each of "{key}" needs a name of letters, digits, - and _.'


def _nodes(node: Node | None) -> list[Node]:
    found = node.value if node is not None and isinstance(node.value, list) else []
    return [one for one in found if isinstance(one.value, dict)]


def _spec(data: dict[str, Any]) -> EarlierSpec:
    about, needs = data["metadata"], _table(data.get("requirements"))
    groups = _tables(data.get("parameter_groups"))
    structure, system = _table(data.get("structure")), _table(needs.get("system_requirements"))
    python = str(_table(needs.get("python_environment")).get("python_version", ""))
    return EarlierSpec(
        name=str(about["name"]),
        label=str(about["label"]),
        description=str(about.get("description") or about["label"]),
        version=str(about["version"]),
        inputs=tuple(map(_input, _tables(data["inputs"]))),
        outputs=tuple(map(_output, _tables(data["outputs"]))),
        parameters=tuple(
            _parameter(one) for group in groups for one in _tables(group["parameters"])
        ),
        dependencies=tuple(map(_dependency, _tables(needs.get("system_dependencies")))),
        directories=_texts(structure.get("directories")),
        required_files=_texts(structure.get("required_files")),
        timeout_s=_number(_table(data.get("execution")).get("timeout")) or 0.0,
        memory_mb=_number(system.get("min_memory_mb")) or 0.0,
        python=tuple(int(one) for one in re.findall(r"\d+", python)[:2]),
    )


def _input(one: dict[str, Any]) -> EarlierInput:
    rules = _table(one.get("validation_rules"))
    extensions = tuple(
        f".{each.lower().lstrip('.*')}" for each in _texts(rules.get("file_extensions"))
    )
    return EarlierInput(
        name=str(one["name"]), label=str(one.get("label") or one["name"]),
        is_folder=one.get("type") == "dir_path",
        is_required=_true(one.get("required", True)), extensions=extensions,
        least_bytes=int(_number(rules.get("min_size_bytes")) or 0),
        excludes=_texts(one.get("mutex_with")),
    )  # fmt: skip


def _output(one: dict[str, Any]) -> EarlierOutput:
    media = str(one.get("type") or "*/*")
    return EarlierOutput(
        name=str(one["name"]), pattern=str(one.get("pattern") or ""),
        media=media if re.fullmatch(r"[a-z0-9.*+-]+/[a-zA-Z0-9.*+-]+", media) else "*/*",
    )  # fmt: skip


def _parameter(one: dict[str, Any]) -> EarlierParameter:
    kind, rules = str(one.get("type") or "string"), _table(one.get("validation_rules"))
    options = one.get("options") if isinstance(one.get("options"), list) else []
    plain = [
        str(each.get("value", each) if isinstance(each, dict) else each) for each in options or ()
    ]
    told = ". ".join(
        str(one[key]).strip().rstrip(".") for key in ("label", "description") if one.get(key)
    )
    return EarlierParameter(
        name=str(one["name"]), help=f"{told or one['name']}.", type=kind,
        default=_typed(kind, one.get("default"), plain), options=tuple(plain),
        excludes=_texts(one.get("mutex_with")),
        least=_first(rules, "min", "minimum", "min_value"),
        most=_first(rules, "max", "maximum", "max_value"),
    )  # fmt: skip


def _typed(kind: str, value: Any, options: list[str]) -> Any:
    """The default is always a text there; here it has the parameter's type."""
    if kind == "boolean":
        return _true(value)
    if kind in ("integer", "float"):
        number = _number(value)
        if number is None:
            return None
        return int(number) if kind == "integer" else number
    text = "" if value is None else str(value)
    return text if not options or text in options or not text else options[0]


def _dependency(one: dict[str, Any]) -> Dependency:
    verify = _table(one.get("verify"))
    return Dependency(
        name=str(one.get("name") or "?"), is_required=_true(one.get("required", True)),
        command=str(verify.get("command") or ""),
        expected=str(verify.get("expected_pattern") or ""),
        file=str(verify.get("file_exists") or ""),
    )  # fmt: skip


def media_of(extensions: tuple[str, ...]) -> tuple[str, ...]:
    """Media types of extensions; everything where one is unknown."""
    found = [mimetypes.guess_type(f"a{one}")[0] for one in extensions]
    known = [one for one in found if one]
    return tuple(dict.fromkeys(known)) if known and len(known) == len(found) else ("*/*",)


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _tables(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def _true(value: Any) -> bool:
    return value is True or str(value).strip().lower() in _TRUE


def _number(value: Any) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _first(rules: dict[str, Any], *names: str) -> float | None:
    return next((found for one in names if (found := _number(rules.get(one))) is not None), None)
