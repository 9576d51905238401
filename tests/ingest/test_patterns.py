"""Patterns over names: Python's meaning, refused with a place, stopped where they run away."""

import re
import unicodedata
from pathlib import Path

import pytest

from hdp.ingest import ScanOptions, scan
from hdp.ingest.patterns import cut, first_match, keys
from hdp.sdk import Cancelled, UsageError


def keys_of(root: Path, names: list[str], **options: object) -> dict[str, list[str]]:
    for name in names:
        (root / name).write_text(name, encoding="utf-8")
    result = scan(ScanOptions(root, **options))
    return {one.key: sorted(file.relpath for file in one.files) for one in result.items}


@pytest.mark.parametrize(
    ("stem", "prefix", "suffix", "left"),
    [
        ("IMG_IMG_1", "IMG_", "", "IMG_1"),
        ("x_IMG_1", "IMG_", "", "x_IMG_1"),
        ("a_1_2", "", r"_\d", "a_1"),
        ("a_1_2", "", r"_.*", "a"),
        ("a_FRONT", "", "(?i)_front", "a"),
        ("a_front\n", "", "_front$", "a_front\n"),
        ("7_v", r"\d", "_v|7_v", ""),
        ("ab", "a|ab", "b|ab", ""),
        ("a.b", ".", "", ".b"),
    ],
)
def test_cutting_prefix_and_suffix(stem, prefix, suffix, left):
    assert cut(stem, prefix, suffix) == left


def test_the_meaning_is_that_of_python_for_decomposed_letters_too():
    name = unicodedata.normalize("NFD", "Mu\u0308ller_1")
    assert first_match(name, r"\w+", False) == re.search(r"\w+", name)[0] == "Mu"
    assert keys("core", [name, "abc"], [r"(\w)+?(?=_|c)"]) == ["ller", "ab"]


def test_an_empty_match_is_no_key(tmp_path):
    assert keys_of(tmp_path, ["a.jpg", "b.jpg"], bundle="core", pattern=r"\d*") == {
        "a": ["a.jpg"], "b": ["b.jpg"],
    }  # fmt: skip


def test_a_name_of_which_nothing_is_left_keeps_its_stem(tmp_path):
    got = keys_of(tmp_path, ["front.jpg", "back.jpg"], bundle="suffix", suffix="front|back")
    assert got == {"back": ["back.jpg"], "front": ["front.jpg"]}


def test_a_group_that_takes_no_part_is_no_match():
    assert first_match("b", "(a)|b", True) == ""
    assert first_match("b", "(a)|b", False) == "b"


@pytest.mark.parametrize(
    ("pattern", "column"),
    [("a(b", 2), ("*a", 1), ("[z-a]", 2), ("(?P<a", 5), ("a{3,1}", 3), (r"\p{L}", 1),
     ("(" * 60, 60)],
)  # fmt: skip
def test_a_bad_pattern_is_refused_with_its_place(tmp_path, pattern, column):
    for field in ("prefix", "suffix", "pattern"):
        with pytest.raises(UsageError) as caught:
            ScanOptions(tmp_path, **{field: pattern})
        assert caught.value.name == "pattern" and caught.value.where["field"] == field
        assert 1 <= caught.value.where["column"] <= column
        assert "character" in caught.value.message


@pytest.mark.parametrize("pattern", ["a" * 1001, "(?:" * 200 + ")" * 200, "a{99999999999}"])
def test_a_monstrous_pattern_is_refused_or_works(tmp_path, pattern):
    try:
        ScanOptions(tmp_path, pattern=pattern)
    except UsageError as error:
        assert error.name == "pattern"


@pytest.mark.parametrize(
    ("bundle", "pattern"),
    [("core", r"(a|a)*b"), ("suffix", r"(a*)*!"), ("prefix", r"a*a*a*a*a*a*b$")],
)
def test_a_runaway_pattern_is_stopped(bundle, pattern):
    names = ["a" * 120 + str(number) for number in range(500)]
    given = [pattern] if bundle in ("core", "pattern") else [pattern, pattern]
    try:
        assert len(keys(bundle, names, given)) == len(names)  # a quick engine may manage it
    except UsageError as error:
        assert error.name == "pattern-too-slow" and pattern in error.message and error.hint


def test_the_worst_pattern_is_not_waited_for():
    with pytest.raises(UsageError) as caught:
        keys("pattern", ["a" * 60 + "!.jpg"] * 10, [r"^(a+)+$"])
    assert caught.value.name == "pattern-too-slow"


def test_a_pattern_that_goes_to_the_process_gives_the_same():
    names = [f"S{n}_T{n % 7}_front.jpg" for n in range(300)]
    slow, quick = r"(?:S\d+_)+(T\d)", r"S\d+_(T\d)"
    assert keys("pattern", names, [slow]) == keys("pattern", names, [quick])


def test_patterns_can_be_stopped_by_a_person():
    with pytest.raises(Cancelled):
        keys("core", ["a"] * 1000, ["a"], lambda: True)
    with pytest.raises(Cancelled):
        keys("pattern", ["a" * 60 + "!"], ["(a+)+$"], lambda: True)


@pytest.mark.parametrize(
    "bundle", ["prefix", "suffix", "prefix_suffix", "core", "pattern", "table"]
)
def test_a_way_of_bundling_says_what_it_needs(tmp_path, bundle):
    with pytest.raises(UsageError) as caught:
        ScanOptions(tmp_path, bundle=bundle)
    assert caught.value.name == "bundle-needs" and "--" in caught.value.message


def test_what_no_pattern_fits_is_counted_not_listed_without_end(tmp_path):
    for number in range(150):
        (tmp_path / f"{number}.jpg").touch()
    result = scan(ScanOptions(tmp_path, bundle="core", pattern="[a-f]{3}"))
    said = [one for one in result.findings if one.code == "no-match"]
    assert len(result.items) == 150 and len(said) == 101 and said[-1].args == {"count": 50}


def test_a_table_is_asked_for_name_then_stem_then_without_case(tmp_path):
    groups = {"1.jpg": "A", "2": "A", "IMG_3.JPG": "B", "M\u00fc": "B", "4.jpg": ""}
    names = ["1.jpg", "2.tif", "img_3.jpg", "mu\u0308.jpg", "4.jpg", "5.jpg"]
    table = {"table": tmp_path / "t.csv", "key": "f", "group": "g", "table_groups": groups}
    got = keys_of(tmp_path, names, bundle="table", **table)
    assert got == {
        "A": ["1.jpg", "2.tif"], "B": ["img_3.jpg", "mu\u0308.jpg"], "4": ["4.jpg"],
        "5": ["5.jpg"],
    }  # fmt: skip
