"""Rows and items: equal keys are taken, near ones proposed, doubtful ones refused."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdp.metadata.keys import differences
from hdp.metadata.rows import KeyRule, Rows
from hdp.metadata.rules import ItemFacts, Rule
from hdp.metadata.tables import Table


def rows(*cells: str, match: str = "", loosely: tuple[str, ...] = ()) -> Rows:
    table = Table(("inv",), [[one] for one in cells], Path("t.csv"))
    return Rows(table, KeyRule(Rule("column", "inv"), match, loosely))


def item(path: str, key: str = "", files: tuple[str, ...] = ()) -> ItemFacts:
    return ItemFacts(1, key, path, path.rpartition("/")[2], files)


@pytest.mark.parametrize(
    ("cell", "path", "ways"),
    [
        ("DSC_1.JPG", "dsc_1.jpg", ["case"]),
        ("Haus Ä.jpg", unicodedata.normalize("NFD", "Haus Ä.jpg"), ["form"]),
        ("a  b.jpg", "a b.jpg", ["form"]),
        ("DSC_1.tif", "DSC_1.jpg", ["extension"]),
        ("DSC_1.TIF", "dsc_1.jpg", ["case", "extension"]),
        ("1972/034", "1972_034.tif", ["signs"]),
        ("1972/034", "1972_034_01.tif", ["signs", "part"]),
        ("1972.034", "1972-034-b.tif", ["signs", "part"]),
        ("1972_034", "1972_034_01.tif", ["part"]),
    ],
)
def test_near_keys_are_proposed_and_taken_when_accepted(cell, path, ways):
    made = rows(cell, "other")
    match = made.match(item(path))
    assert match.rows == () and len(match.proposals) == 1
    assert sorted(match.proposals[0].ways) == sorted(ways)
    found, (finding,) = made.find(item(path))
    assert found == [] and finding.code == "key-differs" and finding.severity == "error"
    assert finding.where["row"] == 2 and finding.args["cell"] == cell
    accepted = rows(cell, "other", loosely=tuple(finding.args["accept"]["loosely"]))
    assert [row.number for row in accepted.find(item(path))[0]] == [2]
    assert accepted.match(item(path)).how == "+".join(match.proposals[0].ways)
    assert rows(cell, loosely=tuple(ways[1:])).find(item(path))[0] == []


def test_exact_keys_come_first():
    made = rows("a.JPG", "a.jpg", loosely=("case",))
    assert [one.number for one in made.find(item("a.jpg"))[0]] == [3]
    assert made.match(item("a.jpg")).how == "exact"


def test_keys_that_are_equally_near_are_refused():
    made = rows("A.jpg", "a.JPG", "A.jpg", loosely=("case",))
    found, (finding,) = made.find(item("a.jpg"))
    assert found == [] and finding.code == "key-ambiguous"
    assert finding.args["rows"] == [2, 4, 3]


def test_several_rows_with_one_key_belong_together():
    made = rows("1972/034", "x", "1972/034", loosely=("signs", "part"))
    assert [one.number for one in made.find(item("1972_034_01.tif"))[0]] == [2, 4]


def test_the_longest_beginning_is_the_nearest():
    made = rows("1972", "1972/034", "1972/03", loosely=("signs", "part"))
    assert [one.number for one in made.find(item("1972_034_01.tif"))[0]] == [3]
    assert rows("IMG").match(item("IMG_034.tif")).proposals == ()


def test_other_files_of_an_item_are_only_taken_exactly():
    thing = item("a.obj", files=("a.obj", "b.png"))
    assert [one.number for one in rows("b.png").find(thing)[0]] == [2]
    assert rows("B.png").match(thing).proposals == ()


def test_paths_and_item_keys():
    assert rows("In/x.jpg", match="path").match(item("in/x.jpg")).proposals[0].ways == ("case",)
    assert rows("in\\x.jpg", match="path").match(item("in/x.jpg")).how == "exact"
    assert rows("k/1", match="key").match(item("x.jpg", "K/1")).proposals[0].ways == ("case",)
    assert rows("x", match="name").match(item("x.jpg")).proposals[0].ways == ("extension",)


def test_what_is_left_on_both_sides():
    items = [item("a.jpg"), item("b.jpg"), item("C.jpg")]
    left = rows("b.jpg", "c.jpg", "d.jpg", "").unmatched(items)
    assert [one.filename for one in left.items] == ["a.jpg", "C.jpg"]
    assert left.rows == (3, 4, 5)


def test_many_rows_are_looked_up_without_comparing_each_with_each():
    made = rows(*(f"1972/{n:06}" for n in range(100_000)), loosely=("signs", "part"))
    items = [item(f"1972_{n:06}_01.tif") for n in range(0, 100_000, 50)]
    left = made.unmatched(items)
    assert left.items == () and len(left.rows) == 98_000


KEYS = st.lists(st.text("aA1_/. ä", min_size=1, max_size=5), max_size=8)


@settings(max_examples=100, deadline=None)
@given(KEYS, st.text("aA1_ä", min_size=1, max_size=4), st.randoms())
def test_matching_does_not_depend_on_the_order_of_rows(cells, stem, random):
    thing = item(f"{stem}.jpg")
    for loosely in ((), ("form", "case", "extension", "signs", "part")):
        mixed = random.sample(cells, len(cells))
        one, other = rows(*cells, loosely=loosely), rows(*mixed, loosely=loosely)
        texts = [
            (sorted(row.cells["inv"] for row in made.find(thing)[0]), made.match(thing).how)
            for made in (one, other)
        ]
        assert texts[0] == texts[1]
        proposed = [{p.cell for p in made.match(thing).proposals} for made in (one, other)]
        assert proposed[0] == proposed[1]


@settings(deadline=None)
@given(st.text(max_size=12), st.text(max_size=12))
def test_differences_of_any_texts(one, other):
    assert differences(one, one) == ()
    assert isinstance(differences(one, other), tuple)
