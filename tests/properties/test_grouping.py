"""Grouping is a function of the set of files, and loses none."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hdp.ingest.bundles import choose_primary, group
from hdp.ingest.keys import keys_of
from hdp.ingest.names import extension_of, stem_of
from hdp.ingest.options import ByHand, ScanOptions
from hdp.ingest.references import references_of
from hdp.ingest.walk import Found, Walked, walk

STEMS = st.sampled_from(["a", "b", "A", "a.b", "ü", "u\u0308"])
NAMES = st.builds(
    lambda stem, extension: stem + extension,
    STEMS,
    st.sampled_from([".jpg", ".JPG", ".tif", ".obj", ".mtl", ".xmp", ".jpg.xmp", ".tar.gz"]),
)
LINES = st.builds(
    lambda word, name: f"{word} {name}\n", st.sampled_from(["mtllib", "map_Kd"]), NAMES
)


FOLDERS = st.sampled_from(["", "", "x/", "x/y/", "X/", "y/x/", "x/y/z/"])
PATHS = st.builds(lambda folder, name: folder + name, FOLDERS, NAMES)
BUNDLED = st.sampled_from(
    [
        {"bundle": "none"}, {"bundle": "stem"}, {"bundle": "core", "pattern": "[ab]"},
        {"bundle": "pattern", "pattern": "^(.)"}, {"bundle": "prefix", "prefix": "a"},
        {"bundle": "suffix", "suffix": "[b.]+"},
        {"bundle": "prefix_suffix", "prefix": "a", "suffix": "b"},
        {"bundle": "table", "table": Path("t"), "key": "k", "group": "g",
         "table_groups": {"a": "1", "b.jpg": "1", "\u00fc": "2"}},
    ]
)  # fmt: skip
MODE = st.sampled_from(["root", "hybrid", "subdirectory"])
DEPTH = st.sampled_from(["1", "2", "leaf"])
HAND = st.builds(
    lambda groups, primaries: ByHand(groups, {"1": "One"}, frozenset(primaries)),
    st.one_of(st.just({}), st.dictionaries(PATHS, st.sampled_from("12"), max_size=4)),
    st.sets(PATHS, max_size=2),
)


@settings(max_examples=80, deadline=None)
@given(
    files=st.dictionaries(PATHS, st.lists(LINES, max_size=3), max_size=9),
    bundled=BUNDLED,
    extensions=st.sampled_from([(), (".jpg", ".obj"), (".tif",), (".xmp",)]),
    mode=MODE,
    depth=DEPTH,
    hand=HAND,
    order=st.randoms(),
)
def test_order_does_not_matter_and_nothing_is_lost(
    files, bundled, extensions, mode, depth, hand, order
):
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(lines), encoding="utf-8")
        options = ScanOptions(
            Path(folder), mode=mode, depth=depth, extensions=extensions, by_hand=hand, **bundled
        )
        walked = walk(options)
        first = group(options, walked, lambda one, other: one == other)
        shuffled = list(walked.files)
        order.shuffle(shuffled)
        again = group(options, Walked(shuffled, walked.links), lambda one, other: one == other)
    assert again == first
    taken = {one.relpath for item in first.items for one in item.files}
    assert len(taken) + sum(first.left_out.values()) == len(walked.files)
    assert taken <= set(files)
    for item in first.items:
        paths = [one.relpath for one in item.files]
        assert len(paths) == len(set(paths)) and paths[0] == item.primary and item.key
        assert [one.role for one in item.files].count("primary") == 1
        assert all(one.parent in ("", *paths) for one in item.files)
    check_starters(walked, first, extensions, mode, taken)
    check_by_hand(walked, first, hand)


def check_starters(walked, grouped, extensions, mode, taken):
    """Everything that may start an item is in one."""
    for one in walked.files:
        starts = not extensions or extension_of(one.relpath) in extensions
        if starts and "/" not in one.relpath and mode != "subdirectory":
            assert one.relpath in taken


def check_by_hand(walked, grouped, hand):
    """Files of one label are members of one item, those of two labels of two."""
    there = {one.relpath for one in walked.files} & set(hand.groups)
    items = [{one.relpath for one in item.files} for item in grouped.items]
    for label in {hand.groups[one] for one in there}:
        members = {one for one in there if hand.groups[one] == label}
        assert any(members <= item for item in items)


@settings(max_examples=60, deadline=None)
@given(names=st.sets(NAMES, min_size=1, max_size=8), bundled=BUNDLED, order=st.randoms())
def test_same_key_same_item(names, bundled, order):
    """Without references and sidecars, the key alone says what belongs together."""
    kept = sorted(one for one in names if extension_of(one) not in (".xmp", ".obj", ".mtl"))
    options = ScanOptions(Path("nowhere"), **bundled)
    grouped = group(
        options, Walked([Found(one, 1, 1, 1) for one in kept]), lambda one, other: one == other
    )
    keys, _ = keys_of(options, kept)
    expected = {}
    for name, key in zip(kept, keys, strict=True):
        expected.setdefault(key or (name,), set()).add(name)
    got = [{one.relpath for one in item.files} for item in grouped.items]
    assert sorted(map(sorted, got)) == sorted(map(sorted, expected.values()))


@given(st.lists(NAMES, min_size=1, unique=True), st.randoms(), st.sampled_from(["", ".tif"]))
def test_the_primary_file_does_not_depend_on_order(names, order, extension):
    shuffled = list(names)
    order.shuffle(shuffled)
    chosen = choose_primary(names, extension)
    assert choose_primary(shuffled, extension) == chosen
    if any(extension_of(one) == extension for one in names):
        assert extension_of(chosen) == extension


@given(st.text(min_size=1, max_size=30).filter(lambda one: "/" not in one))
def test_stem_and_extension_make_the_name(name):
    rest = name[len(stem_of(name)) :]
    assert name.startswith(stem_of(name)) and stem_of(name)
    assert rest.lower() == extension_of(name)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([".obj", ".mtl", ".gltf", ".glb", ".ply"]))
def test_reading_references_never_breaks(data, extension):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{extension}"
        path.write_bytes(data)
        try:
            references_of(path)
        except ValueError as error:
            assert str(error)
