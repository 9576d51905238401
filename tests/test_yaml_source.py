"""YAML without its traps, with places."""

import pytest

from hdp.sdk import InvalidInput
from hdp.yaml_source import load


def test_only_plain_words_and_numbers_are_converted():
    text = "a: no\nb: 010\nc: [1, -2.5, 1e3, true, null, ~]\nd: 'true'\ne: 1_000\nf: 2020-01-02"
    assert load(text).plain() == {
        "a": "no", "b": "010", "c": [1, -2.5, 1000.0, True, None, None], "d": "true",
        "e": "1_000", "f": "2020-01-02",
    }  # fmt: skip


def test_places_count_from_one():
    root = load("a: 1\nb:\n  - x\n  - {c: y}\n")
    second = root.value["b"].value[1]
    assert (second.line, second.column) == (4, 5)
    assert second.keys["c"] == (4, 6)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\na: 2", 2, "there twice"),
        ("a: &x [1]\nb: *x", 1, "References"),
        ("a: *x", 1, "no YAML"),
        ("a: [", 1, "no YAML"),
        ("\tb: 1", 1, "a tab"),
        ("a: !mine x", 1, "Tags"),
        ("[a]: b", 1, "plain text"),
        ("- a\n---\n- b", 2, "another document"),
        ("[" * 200, 1, "no YAML"),
        ("[" * 60 + "]" * 60, 1, "too deeply"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text, line, message):
    with pytest.raises(InvalidInput, match=message) as caught:
        load(text, source="x.yaml")
    assert caught.value.where["file"] == "x.yaml"
    assert caught.value.where["line"] == line
