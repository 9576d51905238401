"""Find every error and finding code in the source: `python -m tools.list_codes [--check]`.

With --check: 1 where docs/errors.md lacks a paragraph (`### code`) or has one for a code
that is used no more.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("hdp", "plugins")
PAGE = ROOT / "docs" / "errors.md"
_CODE = re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
_HEADING = re.compile(r"^### ([a-z0-9-]+)$", re.MULTILINE)
_TABLE = re.compile(r"^_?([A-Z_]+_)?CODES?$")

Places = dict[str, list[str]]


def source_codes(root: Path = ROOT) -> Places:
    """Every code with the places (`path:line`) that give it."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in _files(root)}
    takers = _takers(trees.values())
    found: Places = defaultdict(list)
    for path, tree in trees.items():
        for node in ast.walk(tree):
            for word in _codes_of(node, takers):
                found[word].append(f"{path.relative_to(root).as_posix()}:{_line(node)}")
    return dict(sorted(found.items()))


def described_codes(text: str) -> dict[str, str]:
    """The codes that docs/errors.md has, each with its paragraph."""
    parts = _HEADING.split(text)
    return {code: body.strip() for code, body in zip(parts[1::2], parts[2::2], strict=True)}


def problems(root: Path = ROOT) -> list[str]:
    """What docs/errors.md lacks or has too much, one sentence each."""
    used = source_codes(root)
    page = root / "docs" / "errors.md"
    told = described_codes(page.read_text("utf-8") if page.exists() else "")
    missing = [
        f"{code} ({', '.join(places[:3])}) has no paragraph: add `### {code}` to docs/errors.md,"
        " saying what happened and what to do."
        for code, places in used.items()
        if not told.get(code)
    ]
    gone = [
        f"{code} is used no more: take it out of docs/errors.md."
        for code in told
        if code not in used
    ]
    return missing + gone


def _files(root: Path) -> Iterator[Path]:
    for folder in SOURCES:
        yield from sorted((root / folder).rglob("*.py"))


def _takers(trees: object) -> dict[str, set[int]]:
    """Functions with a parameter `code`, and where it stands among the arguments of a call."""
    takers: dict[str, set[int]] = defaultdict(set)
    takers["Finding"].add(1)
    for tree in trees:  # type: ignore[attr-defined]
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names = [one.arg for one in node.args.args]
                # A command's --code is the project's short code, no error's.
                if "code" in names and not node.decorator_list:
                    takers[node.name].add(names.index("code") - (names[0] in ("self", "cls")))
    return takers


def _codes_of(node: ast.AST, takers: dict[str, set[int]]) -> Iterator[str]:
    if isinstance(node, ast.Call):
        values = [one.value for one in node.keywords if one.arg == "code"]
        values += [node.args[n] for n in takers.get(_name(node.func), ()) if n < len(node.args)]
        for value in values:
            yield from _words(value)
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(_name(t) == "code" or _TABLE.match(_name(t)) for t in targets):
            yield from _words(node.value)


def _words(value: ast.expr) -> Iterator[str]:
    """The codes that an expression may give: a text, either side of an `if`, a table's values."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        if _CODE.match(value.value):
            yield value.value
    elif isinstance(value, ast.IfExp):
        yield from _words(value.body)
        yield from _words(value.orelse)
    elif isinstance(value, ast.Dict):
        for one in value.values:
            yield from _words(one)


def _name(node: ast.expr) -> str:
    return getattr(node, "id", "") or getattr(node, "attr", "")


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))


def main(arguments: list[str]) -> int:
    """Print all codes, or with --check only the problems."""
    if "--check" in arguments:
        found = problems()
        sys.stdout.write("".join(f"{line}\n" for line in found))
        return 1 if found else 0
    for code, places in source_codes().items():
        sys.stdout.write(f"{code:28} {', '.join(places[:3])}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
