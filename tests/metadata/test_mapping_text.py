"""A mapping's text changed where its values changed, and comments kept or told as lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdp.metadata.mapping_text import edit_text, read_values, write_text
from hdp.sdk import InvalidInput
from hdp.yaml_source import load

TEXT = """\
# Our mapping
hdp-mapping: 1
table: photos.xlsx  # the list
key: filename

fields:
  # the title
  title: {columns: [a, b], join: " - "}  # both
  version: {literal: 1.0}
  # people
  creators:
    - {name: {column: c}}
    # the second
    - {name: {column: d}}
# the end
"""


def changed(**fields):
    values = read_values(TEXT)
    made = {**values["fields"], **fields}
    return {**values, "fields": {k: v for k, v in made.items() if v is not None}}


def test_nothing_changed_is_the_same_text():
    assert edit_text(TEXT, read_values(TEXT)).text == TEXT


def test_a_changed_rule_changes_its_line_alone():
    made = edit_text(TEXT, changed(title={"column": "x: y"}))
    assert made.text == TEXT.replace('{columns: [a, b], join: " - "}', '{column: "x: y"}')
    assert made.lost == ()


def test_new_things_come_where_they_belong():
    values = changed(keywords={"column": "k", "split": ";"}, notes={"column": "n"})
    made = edit_text(TEXT, {**values, "sheet": "Objects 2", "leave_out": [
        {"field": "creators.orcid", "value": "1"}]}).text  # fmt: skip
    assert 'table: photos.xlsx  # the list\nsheet: "Objects 2"\nkey: filename\n' in made
    assert '    - {name: {column: d}}\n  keywords: {column: k, split: ";"}\n  notes: ' in made
    assert 'leave_out:\n  - {field: creators.orcid, value: "1"}\n' in made
    assert read_values(made)["fields"]["version"] == {"literal": "1.0"}


def test_comments_inside_what_goes_are_told():
    made = edit_text(TEXT, changed(creators=[{"name": {"column": "c"}}]))
    assert made.lost == ("the second",)
    assert "# people" in made.text
    gone = edit_text(TEXT, changed(title=None))
    assert gone.lost == ("both",)
    assert "title" not in read_values(gone.text)["fields"]


def test_a_number_stays_as_it_is_written():
    assert read_values(TEXT)["fields"]["version"] == {"literal": "1.0"}
    made = edit_text(TEXT, changed(version={"literal": "1.0", "default": "x"})).text
    assert load(made).plain()["fields"]["version"]["literal"] == "1.0"


@pytest.mark.parametrize(
    "text", ["fields: {title: {column: a}}", "{fields: {title: {column: a}}}", "", "# only\n"]
)
def test_other_ways_of_writing(text):
    values = {"key": "k", "fields": {"title": {"column": "b"}, "notes": {"template": "{a}\n{b}"}}}
    assert read_values(edit_text(text, values).text) == values


def test_what_is_no_mapping_is_refused_and_overwritten_only_when_asked():
    with pytest.raises(InvalidInput):
        read_values("- a\n- b\n")
    assert read_values(edit_text("a: [", {"key": "k"}).text) == {"key": "k"}


texts = st.text(max_size=30) | st.text(
    "\u2028\x85\x00\x7f\ufeff:#{}[],&*!|>'\"%@`- \n\t\\", max_size=9
)
scalars = texts | st.integers() | st.booleans()
rules = st.recursive(
    scalars, lambda some: st.lists(some, max_size=3) | st.dictionaries(texts, some, max_size=3),
    max_leaves=8,
)  # fmt: skip
fields = st.dictionaries(texts, rules, min_size=1, max_size=4)


@given(fields, fields)
def test_any_values_are_written_and_changed(before, after):
    first = write_text({"table": "t", "fields": before})
    assert read_values(first) == {"table": "t", "fields": before}
    made = edit_text(f"# mine\n{first}", {"key": "k", "fields": after})
    assert read_values(made.text) == {"key": "k", "fields": after}
    assert made.text.startswith("# mine\n") or "mine" in made.lost


@given(fields, texts)
def test_a_long_name_is_no_trouble(before, word):
    values = {"fields": {"image_type": {"values": {"x" * 1500 + word: "photo"}}, **before}}
    assert read_values(write_text(values)) == values
