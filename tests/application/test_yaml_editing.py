"""Changing a pipeline's text by its values, comments kept."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdp import paths
from hdp.application.yaml_editing import edit_text, same
from hdp.application.yaml_writing import to_flow
from hdp.sdk import InvalidInput
from hdp.yaml_source import load

TEXT = """\
# What stands on top stays.
hdp: 1
name: Web copies   # the name people see
params:
  side: {default: 2000, min: 16}
inputs:
  photos: [image/*]
steps:
  # Smaller first.
  - id: small
    uses: image.resize@1
    in: {images: inputs.photos}
    with: {longest_side: {param: side}, format: jpeg}   # jpeg opens anywhere

  # Then smaller still.
  - id: tiny
    uses: image.resize@1
    in: {images: small.images}
    names: "{stem}_t{ext}"
# About the upload.
upload: [inputs.photos, small.images]
"""


def values():
    return copy.deepcopy(load(TEXT).plain())


def changed(change, text=TEXT):
    wanted = copy.deepcopy(load(text).plain())
    change(wanted)
    made = edit_text(text, wanted)
    assert same(load(made).plain(), wanted)
    return made


def comments(text):
    return [one.partition("#")[2] for one in text.splitlines() if "#" in one]


def test_nothing_to_change_is_the_same_text():
    assert edit_text(TEXT, values()) == TEXT


def test_a_setting_changes_and_only_it():
    made = changed(lambda v: v["steps"][0]["with"].update(format="webp"))
    assert made == TEXT.replace("format: jpeg", "format: webp")


def test_a_setting_is_added_and_taken_out_on_its_line():
    made = changed(lambda v: v["steps"][0]["with"].update(quality=80))
    assert "with: {longest_side: {param: side}, format: jpeg, quality: 80}   # jpeg opens" in made
    made = changed(lambda v: v["steps"][0]["with"].pop("format"))
    assert "with: {longest_side: {param: side}}   # jpeg opens anywhere" in made


def test_steps_move_with_their_comments():
    def swap(v):
        v["steps"].reverse()

    made = changed(swap)
    assert made.index("# Then smaller still.") < made.index("id: tiny")
    assert made.index("id: tiny") < made.index("# Smaller first.") < made.index("id: small")
    assert sorted(comments(made)) == sorted(comments(TEXT))


def test_a_step_is_added_and_taken_out():
    step = {"id": "words", "uses": "image.metadata@1", "in": {"images": "inputs.photos"}}
    made = changed(lambda v: v["steps"].insert(1, step))
    assert "  - id: words\n    uses: image.metadata@1\n    in: {images: inputs.photos}\n" in made
    assert comments(made) == comments(TEXT)
    made = changed(lambda v: v["steps"].pop(1))
    assert "Then smaller still" not in made and "# About the upload." in made


def test_a_step_that_gets_another_id_stays_where_it_is():
    made = changed(lambda v: v["steps"][0].update(id="web"))
    assert made == TEXT.replace("- id: small\n", "- id: web\n")


def test_keys_go_where_the_order_says():
    made = changed(lambda v: v["steps"][0].update(on_error="skip"))
    assert "jpeg opens anywhere\n    on_error: skip\n" in made
    made = changed(lambda v: v.pop("params"))
    assert "params" not in made and "inputs:" in made


def test_long_texts_become_blocks():
    made = changed(lambda v: v.update(help="First line.\nSecond: with a colon.\n"))
    assert "help: |\n  First line.\n  Second: with a colon.\n" in made


def test_emptied_and_filled_again():
    made = changed(lambda v: v.update(steps=[]))
    assert "steps: []" in made
    step = {"id": "a", "uses": "image.resize@1", "in": {"images": "inputs.photos"}}
    again = changed(lambda v: v.update(steps=[step]), made)
    assert "steps:\n  - id: a\n" in again


def test_from_nothing():
    made = edit_text("", {"hdp": 1, "name": "New", "steps": []})
    assert made == "hdp: 1\nname: New\nsteps: []\n"
    made = edit_text("# only words\n", {"hdp": 1, "name": "New", "steps": []})
    assert made.startswith("# only words\nhdp: 1\n")


def test_what_is_no_yaml_is_refused():
    with pytest.raises(InvalidInput):
        edit_text("a: [", {"a": 1})


@pytest.mark.parametrize("name", sorted(one.name for one in paths.pipelines_dir().iterdir()))
def test_shipped_pipelines_take_every_small_change(name):
    text = Path(paths.pipelines_dir(), name).read_text(encoding="utf-8")
    before = load(text).plain()
    for key in list(before):
        if key not in ("hdp", "name"):
            wanted = {one: value for one, value in before.items() if one != key}
            assert same(load(edit_text(text, wanted)).plain(), wanted)
    wanted = json.loads(json.dumps(before))
    wanted["name"] = "Anders: ja"
    wanted["steps"] = list(reversed(wanted["steps"]))
    made = edit_text(text, wanted)
    assert same(load(made).plain(), wanted)
    assert set(comments(text)) <= set(comments(made))


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-999, 99999), st.text(max_size=12),
    st.floats(0.001, 1000).map(lambda x: round(x, 3)),
    st.sampled_from(["010", "1_000", "yes", "~", "- a", "#", "a: b", "a #b", "\n", " x"]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abcxyz -#:", min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_any_value_comes_back(value):
    assert same(load(f"a: {to_flow(value)}\n").plain()["a"], value)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["name", "help", "steps", "params", "upload", "x"]), VALUES,
                       min_size=1))  # fmt: skip
def test_any_values_can_be_written_into_a_text(wanted):
    assert same(load(edit_text(TEXT, wanted)).plain(), wanted)
