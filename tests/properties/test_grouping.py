"""Grouping is a function of the set of files, and loses none."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hdp.ingest.bundles import choose_primary, group
from hdp.ingest.names import extension_of, stem_of
from hdp.ingest.options import ScanOptions
from hdp.ingest.references import references_of
from hdp.ingest.walk import Walked, walk

STEMS = st.sampled_from(["a", "b", "A", "a.b", "ü", "u\u0308"])
NAMES = st.builds(
    lambda stem, extension: stem + extension,
    STEMS,
    st.sampled_from([".jpg", ".JPG", ".tif", ".obj", ".mtl", ".xmp", ".jpg.xmp", ".tar.gz"]),
)
LINES = st.builds(
    lambda word, name: f"{word} {name}\n", st.sampled_from(["mtllib", "map_Kd"]), NAMES
)


@settings(max_examples=40, deadline=None)
@given(
    files=st.dictionaries(NAMES, st.lists(LINES, max_size=3), max_size=7),
    bundle=st.sampled_from(["none", "stem"]),
    extensions=st.sampled_from([(), (".jpg", ".obj"), (".tif",), (".xmp",)]),
    order=st.randoms(),
)
def test_order_does_not_matter_and_nothing_is_lost(files, bundle, extensions, order):
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in files.items():
            (Path(folder) / name).write_text("".join(lines), encoding="utf-8")
        options = ScanOptions(Path(folder), bundle=bundle, extensions=extensions)
        walked = walk(options)
        first = group(options, walked, lambda one, other: one == other)
        shuffled = list(walked.files)
        order.shuffle(shuffled)
        again = group(options, Walked(shuffled, walked.links), lambda one, other: one == other)
    assert again.items == first.items
    taken = {one.relpath for item in first.items for one in item.files}
    assert len(taken) + sum(first.left_out.values()) == len(walked.files)
    for name in walked.files:
        if not extensions or extension_of(name.relpath) in extensions:
            assert name.relpath in taken
    for item in first.items:
        paths = [one.relpath for one in item.files]
        assert len(paths) == len(set(paths)) and paths[0] == item.primary
        assert all(one.parent in ("", *paths) for one in item.files)


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
