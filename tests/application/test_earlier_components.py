"""Components of the earlier HDP run unchanged: two that keep to its format to the letter."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from hdp.application.environment_making import make_environment
from hdp.application.plugin_checking import check_folder
from hdp.application.plugin_installing import enable_plugin, install_plugin, remove_plugin
from hdp.application.plugin_trying import try_settings
from hdp.earlier_spec import read_spec
from hdp.net import Client
from hdp.pipelines.model import check, read
from hdp.pipelines.runner import run
from hdp.plugins import Catalogue
from hdp.sdk import Cancelled, HdpError, InvalidInput, LocalFile, Record

HEAD = """
metadata:
  name: NAME
  label: LABEL
  description: Counts what stands in a text.
  category: validation
  version: 2.1.0
  status: stable
  created: "2024-01-01"
  updated: "2024-02-01"
  authors:
    - {name: "Doe, Jane", orcid: 0000-0002-1825-0097}
  license: {type: MIT}
  component_schema: 0.1.0-alpha.2
sources: {record: "", doi: "", git: ""}
structure:
  required_files: ["main.py", "processor.py", "requirements*.txt"]
  additional_files: []
  directories: ["cache/words", "../outside"]
requirements:
  python_environment:
    python_version: ">=3.8"
    packages: [{name: pathlib}, {name: tiny-for-earlier, version: "1.0"}]
  system_dependencies: []
  system_requirements: {min_memory_mb: 16}
execution: {idempotent: true, timeout: 60, on_error: fail}
"""
HYPHENS = (
    HEAD.replace("NAME", "word_counter").replace("LABEL", "Word counter")
    + """
inputs:
  - name: text-file
    label: Text
    type: file_path
    required: true
    validation_rules: {file_extensions: [".txt", ".md"], min_size_bytes: 1}
  - name: stop-words
    label: Words that do not count
    type: file_path
    required: false
outputs:
  - name: report
    label: Report
    pattern: "{original_stem}_words.json"
    category: validation
    type: application/json
parameter_groups:
  - title: Counting
    description: How words are counted.
    parameters:
      - name: min-length
        label: Shortest word
        type: integer
        default: "3"
        description: In letters
        validation_rules: {min: 1, max: 50}
      - {name: ignore-case, label: Ignore case, type: boolean, default: "true"}
      - name: keep-case
        label: Keep case
        type: boolean
        default: "false"
        mutex_with: [ignore-case]
      - {name: order, label: Order, type: string_dropdown, default: count, options: [count, word]}
      - {name: prefix, label: Prefix, type: string, default: ""}
      - {name: does, label: What it does, type: string, default: ""}
"""
)
HYPHENS_MAIN = """
import argparse, json, sys, time
from processor import count

def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--text-file", required="--test" not in sys.argv)
    ap.add_argument("--stop-words")
    ap.add_argument("--output")
    ap.add_argument("--min-length", type=int)
    ap.add_argument("--ignore-case", action="store_true")
    ap.add_argument("--keep-case", action="store_true")
    ap.add_argument("--order")
    ap.add_argument("--prefix")
    ap.add_argument("--does")
    ap.add_argument("--test", action="store_true")
    given = ap.parse_args()
    if given.test:
        print("tested"); return 0
    print("counting", given.text_file, flush=True)
    if given.does == "fail":
        print("the ink is gone", file=sys.stderr); return 3
    if given.does == "crash":
        import os; os.abort()
    if given.does == "sleep":
        time.sleep(60)
    if given.does == "nothing":
        return 0
    text = open(given.text_file, encoding="utf-8").read()
    found = count(text, given.min_length, given.ignore_case)
    with open(given.output, "w", encoding="utf-8") as file:
        json.dump({"words": found, "order": given.order, "prefix": given.prefix}, file)
    return 0

sys.exit(main())
"""
UNDERSCORES = (
    HEAD.replace("NAME", "page_sorter").replace("LABEL", "Page sorter")
    + """
inputs:
  - {name: page_folder, label: Pages, type: dir_path, required: true}
outputs:
  - {name: order, label: Order, pattern: "order.json", category: metadata, type: application/json}
parameter_groups:
  - title: Sorting
    description: ""
    parameters:
      - {name: down_wards, label: Downwards, type: boolean, default: "false"}
"""
)
UNDERSCORES_MAIN = """
import argparse, json, os
from processor import count
ap = argparse.ArgumentParser()
ap.add_argument("--page_folder", required=True)
ap.add_argument("--output-dir", required=True)
ap.add_argument("--down-wards", action="store_true")
given = ap.parse_args()
names = sorted(os.listdir(given.page_folder), reverse=given.down_wards)
with open(os.path.join(given.output_dir, "order.json"), "w") as file:
    json.dump(names, file)
with open(os.path.join(given.output_dir, "notes.txt"), "w") as file:
    file.write("beside")
"""
PROCESSOR = '''
from tiny_for_earlier import words
def count(text, shortest, ignore_case):
    found = {}
    for word in words(text.lower() if ignore_case else text):
        if len(word) >= shortest:
            found[word] = found.get(word, 0) + 1
    return found
'''  # fmt: skip


def component(place: Path, spec: str, main: str) -> Path:
    """A component's folder as it was published, with its one library as a wheel."""
    place.mkdir(parents=True)
    files = {"component.yaml": spec, "main.py": main, "processor.py": PROCESSOR,
             "requirements.txt": "./tiny_for_earlier-1.0-py3-none-any.whl\n"}  # fmt: skip
    for name, text in files.items():
        (place / name).write_text(text, encoding="utf-8")
    about = "tiny_for_earlier-1.0.dist-info"
    with zipfile.ZipFile(place / "tiny_for_earlier-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_for_earlier.py", "def words(text):\n    return text.split()\n")
        wheel.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny-for-earlier\nVersion: 1.0\n"
        )
        wheel.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{about}/RECORD", "")
    return place


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")


def perform(app, tmp_path, step: str, texts: dict[str, str], cancelled=lambda: False):
    files = []
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        files.append(LocalFile(tmp_path / name, name, "text/plain", size=len(text), relpath=name))
    text = f"hdp: 1\nname: P\ninputs:\n  all: {{media: ['*/*']}}\nsteps:\n  - {{id: one, {step}}}\n"
    with Client() as http:
        return run(
            read(text, source="p.yaml", catalogue=app.catalogue), files=files,
            record=Record({"title": "T"}), catalogue=app.catalogue, to=tmp_path / "out",
            http=http, workroot=tmp_path / "work", cancelled=cancelled,
        )  # fmt: skip


def installed(app, place: Path):
    found = install_plugin(app, place)
    assert found.status == "disabled"
    assert enable_plugin(app, found.id, on=True).status == "incomplete"
    lines: list[str] = []
    make_environment(app.environment_making.environment(found.id), lines.append, lambda: False)
    app.reload_plugins()
    assert app.catalogue.plugin(found.id).status == "ready", app.catalogue.plugin(found.id).reason
    return lines


def test_one_with_hyphens_and_output(app, home, tmp_path):
    """The whole way of a component: its form, its run, its failures, its end."""
    lines = installed(app, component(tmp_path / "word_counter", HYPHENS, HYPHENS_MAIN))
    assert "It passed its own test." in lines
    assert (home / "plugins/word_counter/cache/words").is_dir()
    assert not (home / "plugins/outside").exists()

    kind = app.catalogue.component("word_counter.run@2")
    form = kind.params.schema()["properties"]
    assert form["min_length"] == {"type": "integer", "description": "Shortest word. In letters.",
                                  "minimum": 1.0, "maximum": 50.0, "default": 3}  # fmt: skip
    assert form["ignore_case"]["default"] is True
    assert form["order"]["enum"] == ["count", "word"]
    assert [one.optional for one in kind.inputs] == [False, True]

    use = "uses: word_counter.run@2, in: {text-file: inputs.all}"
    perform(app, tmp_path, f"{use}, with: {{min_length: 4}}", {"a.txt": "The amphora the Amphora"})
    (report,) = (tmp_path / "out").rglob("a_words.json")
    assert json.loads(report.read_text()) == {
        "words": {"amphora": 2}, "order": "count", "prefix": None,
    }  # fmt: skip

    def fails(does: str, words: str, text: str = "amphora", limit: str = "") -> None:
        with pytest.raises(HdpError) as caught:
            perform(app, tmp_path, f"{use}, with: {{{does}}}{limit}", {"a.txt": text})
        assert words in caught.value.message

    fails("does: fail", "(status 3): the ink is gone")
    fails("does: crash", "signal 6")
    fails("does: nothing", "made no file")
    fails("keep_case: true", "cannot be used together")
    fails("does: x", "smaller than the 1 bytes", text="")
    fails("does: sleep", "time limit", limit=", timeout: 1")
    with pytest.raises(Cancelled):
        perform(app, tmp_path, f"{use}, with: {{does: sleep}}", {"a.txt": "x"}, lambda: True)
    (told,) = try_settings(app, "word_counter")
    assert "passed its own test" in told.message

    remove_plugin(app, "word_counter")
    assert not (home / "plugins").exists()
    assert not (home / "plugin-environments").exists()


def test_one_with_underscores_and_a_folder(app, tmp_path):
    """Its YAML and its argparse do not agree on - and _, as happened."""
    lines = installed(app, component(tmp_path / "page_sorter", UNDERSCORES, UNDERSCORES_MAIN))
    assert "It has no test of its own." in lines
    use = "uses: page_sorter.run@2, in: {page_folder: inputs.all}, with: {down_wards: true}"
    result = perform(app, tmp_path, use, {"1.txt": "x", "2.txt": "y"})
    (order,) = (tmp_path / "out").rglob("order.json")
    assert json.loads(order.read_text()) == ["2.txt", "1.txt"]
    assert {one.port for one in result.outputs} == {"order", "other"}


def test_what_it_does_not_know_is_told_before_anything_runs(tmp_path):
    folder = component(tmp_path / "word_counter", HYPHENS, HYPHENS_MAIN)
    status, found = check_folder(folder, Catalogue())
    assert (status.status, found) == ("ready", [])
    (folder / "processor.py").unlink()
    needs = (
        "system_dependencies: [{name: exiv, required: true, type: package,"
        " verify: {command: no-such-program -V}}]"
    )
    (folder / "component.yaml").write_text(HYPHENS.replace("system_dependencies: []", needs))
    _status, found = check_folder(folder, Catalogue())
    assert "lacks its file processor.py" in found[0].message
    assert "needs exiv" in found[1].message


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("name: word_counter", "name: Word Counter", "lower-case letters"),
        ("label: Word counter", "", '"metadata.label" is needed'),
        ("type: integer", "type: quaternion", "no type of parameter"),
        ("inputs:", "entries:", '"inputs" is needed'),
        ("name: text-file", "name: ../../etc", "letters, digits, - and _"),
        ("metadata:", "- x\nmetadata:", ""),
    ],
)
def test_a_bad_component_yaml_is_refused_with_its_line(app, home, tmp_path, old, new, told):
    folder = component(tmp_path / "word_counter", HYPHENS.replace(old, new, 1), HYPHENS_MAIN)
    with pytest.raises(InvalidInput) as caught:
        read_spec(folder)
    assert told in caught.value.message
    assert all(one.where["line"] for one in caught.value.findings)
    with pytest.raises(InvalidInput):
        install_plugin(app, folder)
    assert not (home / "plugins").exists()


def test_patterns_and_files_that_lead_elsewhere_are_nothing(tmp_path):
    text = HYPHENS.replace('"{original_stem}_words.json"', '"../../evil.json"')
    spec = read_spec(component(tmp_path / "word_counter", text, HYPHENS_MAIN))
    from hdp.earlier_component import _named

    assert _named(spec.outputs[0].pattern, "a") == ""


def test_wiring_is_checked_like_any_components(app, tmp_path):
    from hdp.earlier_component import make_component
    from hdp.plugin_importing import Origin

    spec = read_spec(component(tmp_path / "word_counter", HYPHENS, HYPHENS_MAIN))
    app.catalogue.components["word_counter.run"] = make_component(spec, tmp_path, "python")
    app.catalogue.origins["word_counter.run"] = Origin("word_counter", "m")
    text = ("hdp: 1\nname: P\ninputs:\n  all: {media: ['*/*']}\nsteps:\n"
            "  - {id: one, uses: word_counter.run@2, in: {text-file: inputs.all},"
            " with: {min_length: 99, ordre: word}}\n")  # fmt: skip
    _pipeline, found = check(text, source="p.yaml", catalogue=app.catalogue)
    messages = " ".join(one.message for one in found)
    assert "at most 50" in messages
    assert "ordre" in messages
