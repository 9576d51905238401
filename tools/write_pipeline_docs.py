"""Writes docs/pipelines/reference.md and pipeline.schema.json from the schema and the built-in
components: `python -m tools.write_pipeline_docs`; with --check it only says whether they are
current.
"""

from __future__ import annotations

import inspect
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hdp.pipelines.schema import make_schema
from hdp.plugins import Catalogue, load
from hdp.sdk import Component, Port

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pipelines"
HEAD = """\
# Pipeline files: reference

*Made by `python -m tools.write_pipeline_docs` from the schema and the components that come with
HDP; do not edit.*

A component that a plugin of yours brings: `hdp component show ID`. The same for editors:
[pipeline.schema.json](pipeline.schema.json), or `hdp pipeline schema` with your own plugins in it.
Learn it in the [tutorial](README.md).

HDP reads a plain kind of YAML: only `true` and `false` are yes and no (`no` and `on` are texts),
only decimal numbers are numbers (`010` and `1_000` are texts), a name stands only once, and there
are no references (`&`, `*`) and no tags (`!`).
"""
WORDS = """\
## Values

- **Files**: `inputs.NAME` are the files of an input, `STEP.PORT` those that an earlier step made.
  One alone, or a list.
  In `upload:` there are also `run.paradata` and `run.crate`: what a run tells of itself, as JSON
  and as an RO-Crate.
- **Settings** (`with:`) are a value, or `{param: NAME}` (what is asked at the start),
  `{record: FIELD}` (a field of the record), or `{value: STEP.NAME}` (a value that an earlier step
  found).
- **Names** of results (`names:`): `{stem}` the name of the file without its end, `{ext}` the end of
  the result, `{name}` the result's own name, `{step}` the step's id, `{n}` a number. Two files of
  one record never have the same name: that is an error before anything runs.
- **Conditions** (`when:`) are one comparison with `==`, `!=`, `<`, `<=`, `>` or `>=`. On the left
  `record.FIELD`, `params.NAME`, `inputs.NAME` (how many files) or `STEP.VALUE`, on the right a
  number, true, false, or a text in quotes: `when: 'record.description == ""'`.
- **Metadata**: a field that is locked or was set by hand is never changed, whatever a policy says;
  an empty value never replaces anything; what a step finds and no policy names is left out.
"""


def main(arguments: list[str]) -> int:
    """Write both files, or say which of them is old."""
    made = documents()
    if "--check" not in arguments:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, text in made.items():
            (FOLDER / name).write_text(text, encoding="utf-8")
        return 0
    old = outdated(made)
    for name in old:
        sys.stderr.write(f"docs/pipelines/{name} is old: python -m tools.write_pipeline_docs\n")
    return 1 if old else 0


def outdated(made: Mapping[str, str]) -> list[str]:
    """The names of files that say something else than they should."""
    return [name for name, text in made.items() if _read(FOLDER / name) != text]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def documents() -> dict[str, str]:
    """name -> text of both files, for the plugins that come with HDP."""
    with tempfile.TemporaryDirectory() as home:
        catalogue = load(Path(home), safe=True)
    schema = make_schema(catalogue)
    return {
        "pipeline.schema.json": json.dumps(schema, indent=1, ensure_ascii=False) + "\n",
        "reference.md": "\n".join(_reference(schema, catalogue)).rstrip() + "\n",
    }


def _reference(schema: Mapping[str, Any], catalogue: Catalogue) -> Iterator[str]:
    top = schema["properties"]
    yield HEAD
    yield from _table("The file", top, schema["required"])
    yield from _table("params: NAME", _long(top["params"]["additionalProperties"]), ["default"])
    yield "The short form `side: 1600` is only a default.\n"
    yield from _table("inputs: NAME", _long(top["inputs"]["additionalProperties"]))
    yield "The short form `photos: [image/*]` is only kinds of files.\n"
    step = top["steps"]["items"]["anyOf"][0]
    yield from _table("steps", step["properties"], ["id", "uses"])
    yield from _table("metadata", top["metadata"]["anyOf"][0]["properties"])
    yield WORDS
    yield "## Components\n"
    for _, one in sorted(catalogue.components.items()):
        yield from _component(one, catalogue)


def _long(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schema["anyOf"][0]["properties"]
    return found


def _table(
    title: str, properties: Mapping[str, Any], required: list[str] | None = None
) -> Iterator[str]:
    yield f"## {title}\n"
    yield "| key | value | what it is |\n|---|---|---|"
    for name, one in properties.items():
        must = " (needed)" if name in (required or ()) else ""
        yield f"| `{name}` | {_kind(one)} | {_cell(one.get('description', ''))}{must} |"
    yield ""


def _kind(one: Mapping[str, Any]) -> str:
    if "$ref" in one:
        return "a field"
    if "const" in one:
        return f"`{one['const']}`"
    if "enum" in one:
        return " \\| ".join(f"`{value}`" for value in one["enum"]) if _few(one) else "a name"
    if "anyOf" in one:
        kinds = list(dict.fromkeys(_kind(each) for each in one["anyOf"]))
        return " or ".join(kinds)
    kind = one.get("type")
    if isinstance(kind, list):
        return " or ".join(_WORDS.get(each, each) for each in kind)
    return _WORDS.get(str(kind), "any value")


_WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true, false",
          "array": "list", "object": "names with values", "null": "null"}  # fmt: skip


def _few(one: Mapping[str, Any]) -> bool:
    return len(one["enum"]) <= 12 and not any("@" in str(value) for value in one["enum"])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _component(one: type[Component[Any]], catalogue: Catalogue) -> Iterator[str]:
    yield f"### {one.id}\n"
    about = inspect.cleandoc(one.__doc__ or "").partition("\n\n")[0]
    yield f"**{one.title}.** {_cell(about)} `uses: {one.id}@{one.version}`\n"
    yield from _ports("Takes", one.inputs)
    yield from _ports("Makes", one.outputs)
    if one.reads:
        yield f"- Reads of the record: {', '.join(f'`{name}`' for name in one.reads)}"
    yield f"- Plugin: {catalogue.plugin(catalogue.origin(one.id).plugin).name}\n"
    settings = one.params.schema()["properties"]
    if settings:
        yield "| setting | value | default | what it is |\n|---|---|---|---|"
        yield from (_setting(one, name, each) for name, each in settings.items())
        yield ""


def _ports(word: str, ports: Any) -> Iterator[str]:
    for port in ports:
        yield f"- {word} `{port.name}`: {', '.join(port.media)}{_manner(port)}"


def _manner(port: Port) -> str:
    return (", all together" if port.many else ", one at a time") + (
        ", may be left out" if port.optional else ""
    )


def _setting(one: type[Component[Any]], name: str, schema: Mapping[str, Any]) -> str:
    unit = one.params.__dataclass_fields__[name].metadata.get("unit", "")
    limits = _limits(schema.get("minimum"), schema.get("maximum"))
    default = json.dumps(schema.get("default"), ensure_ascii=False)
    shown = _cell(default if len(default) <= 40 else f"{default[:39]}…")
    return (
        f"| `{name}` | {_kind(schema)}{limits}{f' {unit}' if unit else ''} | `{shown}`"
        f" | {_cell(schema.get('description', ''))} |"
    )


def _limits(low: float | None, high: float | None) -> str:
    if low is None:
        return "" if high is None else f" to {high}"
    return f" from {low}" if high is None else f" {low} to {high}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
