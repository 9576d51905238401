"""Writes docs/plugins/reference from the docstrings of hdp.sdk and hdp.testing:
`python -m tools.write_plugin_docs`; with --check it only says what is not current or not told.
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hdp.sdk
import hdp.testing
from hdp.plugin_manifest import Manifest
from hdp.sdk import HdpError, HdpSpecs
from tools.plugin_words import ATTRIBUTES, ERRORS, HOOKS, KEYS, MANIFEST, PAGES

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "plugins" / "reference"
MADE = "*Made by `python -m tools.write_plugin_docs` from the docstrings; do not edit.*\n"


def documents() -> dict[Path, str]:
    """Every page by its place."""
    made = {FOLDER / "manifest.md": _manifest(), FOLDER / "hooks.md": _hooks()}
    for page, (title, names) in PAGES.items():
        parts = [f"# {title}\n", MADE, *(_entry(name) for name in names)]
        made[FOLDER / f"{page}.md"] = "\n".join(parts)
    made[FOLDER / "errors.md"] = _errors()
    made[FOLDER / "testing.md"] = _testing()
    return made


def untold() -> list[str]:
    """What has no words yet: names without a page, attributes, parameters and keys without any."""
    listed = {name for _, names in PAGES.values() for name in names}
    listed |= {"HdpSpecs", "hookimpl", "hookspec", "SDK_VERSION"}
    listed |= {one.__name__ for one in _error_classes()}
    found = [
        f"hdp.sdk.{one} is on no page of PAGES" for one in hdp.sdk.__all__ if one not in listed
    ]
    for name in sorted(listed - {"hookimpl", "hookspec", "SDK_VERSION", "Json", "Role"}):
        found += _untold_of(getattr(hdp.sdk, name), name)
    keys = [one.name for one in dataclasses.fields(Manifest)]
    found += [f"plugin.toml: {one} has no words in MANIFEST" for one in keys if one not in MANIFEST]
    for name, hook in _members(HdpSpecs):
        missing = [one for one in list(inspect.signature(hook).parameters)[1:]
                   if f"`{one}`" not in (hook.__doc__ or "")]  # fmt: skip
        found += [f"{name}: its docstring does not name its parameter `{one}`" for one in missing]
    return found


def outdated() -> list[str]:
    """The pages that are not what they should be."""
    made = documents()
    there = set(FOLDER.glob("*.md"))
    wrong = [
        one for one, text in made.items() if one not in there or one.read_text("utf-8") != text
    ]
    return [str(one) for one in sorted({*wrong, *(there - set(made))})]


def _untold_of(kind: Any, name: str) -> Iterator[str]:
    if not inspect.getdoc(kind):
        yield f"{name} has no docstring"
    for attribute, _, _ in _attributes(kind):
        if f"{name}.{attribute}" not in ATTRIBUTES and f"`{attribute}`" not in (kind.__doc__ or ""):
            yield f"{name}.{attribute} has no words in ATTRIBUTES"
    for method, function in _members(kind):
        if not inspect.getdoc(function) and f"{name}.{method}" not in ATTRIBUTES:
            yield f"{name}.{method} has no docstring"


def _entry(name: str) -> str:
    kind = getattr(hdp.sdk, name)
    if name in ("Json", "Role"):
        return f"## {name}\n\n{ATTRIBUTES[name]}\n"
    lines = [f"## {name}\n", inspect.getdoc(kind) or "", ""]
    if isinstance(kind, enum.EnumType):
        members = ", ".join(f"`{one}`" for one in kind.__members__)
        return "\n".join([*lines, f"One of {members}.", ""])
    rows = [_row(name, *one) for one in _attributes(kind)]
    if rows:
        lines += ["| attribute | type | default | what it is |", "|---|---|---|---|", *rows, ""]
    for method, function in _members(kind):
        lines += _method(name, method, function)
    return "\n".join(lines)


def _row(name: str, attribute: str, hint: str, default: str) -> str:
    words = ATTRIBUTES.get(f"{name}.{attribute}", "see above")
    shown = f"`{_cell(default)}`" if default else ""
    return f"| `{attribute}` | `{_cell(hint)}` | {shown} | {words} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _method(name: str, method: str, function: Any) -> list[str]:
    words = inspect.getdoc(function) or ATTRIBUTES.get(f"{name}.{method}", "")
    if isinstance(function, property):
        return [f"### {name}.{method}\n", words, ""]
    signature = str(inspect.signature(function)).replace("'", "")
    return [f"### {name}.{method}\n", f"```python\n{method}{signature}\n```\n", words, ""]


def _attributes(kind: Any) -> Iterator[tuple[str, str, str]]:
    """Own attributes as name, type and default."""
    if not inspect.isclass(kind) or isinstance(kind, enum.EnumType):
        return
    for name, hint in vars(kind).get("__annotations__", {}).items():
        if name.startswith("_"):
            continue
        plain = (
            str(hint).removeprefix("ClassVar[").removesuffix("]")
            if "ClassVar" in str(hint)
            else hint
        )
        yield name, str(plain), _default(kind, name)


def _default(kind: Any, name: str) -> str:
    if dataclasses.is_dataclass(kind):
        field = {one.name: one for one in dataclasses.fields(kind)}[name]
        if field.default is not dataclasses.MISSING:
            return repr(field.default)
        return "{}" if field.default_factory is not dataclasses.MISSING else ""
    value = vars(kind).get(name, dataclasses.MISSING)
    if value is dataclasses.MISSING:
        return ""
    return value.__name__ if inspect.isclass(value) else str(value) or '""'


def _members(kind: Any) -> Iterator[tuple[str, Any]]:
    """Own public methods and properties."""
    if not inspect.isclass(kind) or isinstance(kind, enum.EnumType):
        return
    for name, one in vars(kind).items():
        plain = one.__func__ if isinstance(one, (classmethod, staticmethod)) else one
        if not name.startswith("_") and (inspect.isfunction(plain) or isinstance(plain, property)):
            yield name, plain


def _error_classes() -> list[type[HdpError]]:
    found = [getattr(hdp.sdk, one) for one in hdp.sdk.__all__]
    errors = [one for one in found if inspect.isclass(one) and issubclass(one, HdpError)]
    return sorted(errors, key=lambda one: (len(one.__mro__), one.__name__))


def _errors() -> str:
    lines = ["# Errors that a plugin raises\n", MADE, ERRORS]
    for one in _error_classes():
        above = one.__mro__[1].__name__
        lines += [f"## {one.__name__}\n", f"Code `{one.code}`, a kind of `{above}`.\n",
                  inspect.getdoc(one) or "", ""]  # fmt: skip
    return "\n".join(lines)


def _hooks() -> str:
    lines = ["# Hooks\n", MADE, inspect.getdoc(HdpSpecs) or "", "", HOOKS]
    for name, hook in _members(HdpSpecs):
        signature = str(inspect.signature(hook)).replace("self, ", "").replace("(self)", "()")
        code = f"```python\n@hookimpl\ndef {name}{signature.replace(chr(39), '')}\n```\n"
        lines += [f"## {name}\n", code, inspect.getdoc(hook) or "", ""]
    return "\n".join(lines)


def _manifest() -> str:
    lines = ["# plugin.toml\n", MADE, KEYS]
    for one in dataclasses.fields(Manifest):
        needed = "yes" if one.name in ("id", "name", "version", "sdk") else ""
        lines.append(f"| `{one.name}` | {needed} | {MANIFEST.get(one.name, '')} |")
    return "\n".join(
        [*lines, "", f"This HDP has version {hdp.sdk.SDK_VERSION} of the contract.", ""]
    )


def _testing() -> str:
    lines = ["# Tests for plugins: hdp.testing\n", MADE]
    for name in hdp.testing.__all__:
        one = getattr(hdp.testing, name)
        lines += [f"## {name}\n"]
        if inspect.isfunction(one):
            signature = str(inspect.signature(one)).replace("'", "")
            lines += [f"```python\n{name}{signature}\n```\n"]
        lines += [inspect.getdoc(one) or "", ""]
        tests = (
            [each for each in vars(one) if each.startswith("test_")] if inspect.isclass(one) else []
        )
        lines += [f"- {each.removeprefix('test_').replace('_', ' ')}" for each in tests]
        lines += [""] if tests else []
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Write the pages, or say what is wrong with them."""
    if "--check" not in arguments:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for place, text in documents().items():
            place.write_text(text, encoding="utf-8")
    told = [*untold(), *outdated()]
    sys.stdout.write("".join(f"{one}\n" for one in told))
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
