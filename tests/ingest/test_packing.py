"""The names in the record, as they are planned."""

from __future__ import annotations

import random
import unicodedata

import pytest

from hdp.ingest.packing import plan
from hdp.ingest.packing_model import PackChoices, PackFile
from hdp.sdk import UsageError


def file(path: str, role: str = "member", parent: str = "", size: int = 10) -> PackFile:
    return PackFile("input", path, path, role, size, f"sha of {path}", parent)


MODEL = [
    file("statue.obj", "primary"),
    file("statue.mtl", "material", "statue.obj"),
    file("textures/wood.jpg", "texture", "statue.mtl"),
]


def shape(packing):
    return {one.name: (one.kind, [name for name, _ in one.members]) for one in packing.files}


def codes(packing):
    return [(one.severity, one.code) for one in packing.findings]


def test_a_flat_bundle_is_sent_as_it_is():
    files = [MODEL[0], MODEL[1], file("wood.jpg", "texture", "statue.mtl")]
    packing = plan(files, PackChoices())
    assert sorted(shape(packing)) == ["statue.mtl", "statue.obj", "wood.jpg"]
    assert packing.derived == ()
    assert codes(packing) == []


def test_what_a_model_needs_in_folders_goes_into_one_zip():
    packing = plan(MODEL, PackChoices())
    assert shape(packing) == {
        "statue.obj": ("file", ["statue.obj"]),
        "statue.mtl": ("file", ["statue.mtl"]),
        "statue-folders.zip": ("zip", ["textures/wood.jpg"]),
    }
    assert codes(packing) == []


def test_the_zip_is_unpacked_beside_a_model_that_lies_deeper():
    files = [
        file("one/notes.txt"),
        file("one/model/a.obj", "primary"),
        file("one/model/a.mtl", "material", "one/model/a.obj"),
        file("one/textures/w.jpg", "texture", "one/model/a.mtl"),
        file("one/textures/w.xmp", "sidecar", "one/textures/w.jpg"),
    ]
    packing = plan(files, PackChoices())
    assert shape(packing) == {
        "notes.txt": ("file", ["notes.txt"]),
        "a-folders.zip": (
            "zip", ["model/a.mtl", "model/a.obj", "textures/w.jpg", "textures/w.xmp"]
        ),
    }  # fmt: skip


def test_a_model_with_an_equal_name_elsewhere_is_safe_in_the_zip():
    files = [*MODEL, file("lod/wood.jpg", "texture", "statue.mtl")]
    packing = plan(files, PackChoices())
    assert shape(packing)["statue-folders.zip"][1] == ["lod/wood.jpg", "textures/wood.jpg"]
    assert codes(packing) == []


@pytest.mark.parametrize(
    "second", ["b/x.jpg", "b/X.JPG", "b/é.jpg", "b/" + unicodedata.normalize("NFD", "é.jpg")]
)
def test_same_names_stop_the_item_until_a_person_chooses(second):
    first = "a/é.jpg" if "é" in unicodedata.normalize("NFC", second) else "a/x.jpg"
    files = [file("top.jpg", "primary"), file(first), file(second)]
    packing = plan(files, PackChoices(), item_id=7)
    assert codes(packing) == [("error", "same-name")]
    found = packing.findings[0]
    assert "hdp item pack 7 --archive subfolders" in found.hint
    assert first in found.message
    assert second in found.message
    chosen = plan(files, PackChoices(archive="subfolders"))
    assert codes(chosen) == []
    assert shape(chosen)["top-folders.zip"] == ("zip", sorted([first, second]))


def test_names_in_a_zip_that_some_systems_take_for_one_are_said():
    files = [file("top.jpg", "primary"), file("a/x.jpg"), file("a/X.JPG"), file("b/x.jpg")]
    packing = plan(files, PackChoices(archive="subfolders"))
    assert codes(packing) == [("warning", "names-alike")]
    assert "a/X.JPG and a/x.jpg in top-folders.zip" in packing.findings[0].message
    assert codes(plan(files, PackChoices(archive="all"))) == [("warning", "names-alike")]


def test_unique_names_of_subfolders_stay_flat():
    packing = plan([file("one/a.jpg", "primary"), file("one/raw/b.jpg")], PackChoices())
    assert sorted(shape(packing)) == ["a.jpg", "b.jpg"]


def test_names_of_pipelines_are_taken():
    packing = plan([file("a.jpg", "primary")], PackChoices(), taken=["A.jpg"])
    assert codes(packing) == [("error", "same-name")]


def test_more_files_than_the_repository_takes():
    flat = [file(f"{n:03}.jpg", "primary" if not n else "member") for n in range(120)]
    packing = plan(flat, PackChoices(), most_files=100, item_id=3)
    assert codes(packing) == [("error", "too-many-files")]
    assert packing.findings[0].args["proposed"] == {"archive": "all"}
    chosen = plan(flat, PackChoices(archive="all"), most_files=100)
    assert (list(shape(chosen)), codes(chosen)) == (["000.zip"], [])
    deep = flat[:10] + [file(f"raw/{n:03}.dng") for n in range(110)]
    found = plan(deep, PackChoices(), most_files=100).findings[0]
    assert found.args["proposed"] == {"archive": "subfolders"}
    assert "110 files" in found.hint


def test_more_bytes_than_the_repository_takes():
    packing = plan(
        [file("a.tif", "primary", size=60 * 10**9)], PackChoices(), most_bytes=5 * 10**10
    )
    assert codes(packing) == [("error", "too-large")]
    assert "60.0 GB" in packing.findings[0].message


def test_flattening_gives_every_texture_a_name_of_its_own():
    files = [*MODEL, file("lod/wood.jpg", "texture", "statue.mtl")]
    packing = plan(files, PackChoices(model="flatten"))
    assert shape(packing) == {
        "statue.obj": ("file", ["statue.obj"]),
        "statue.mtl": ("flattened-mtl", ["statue.mtl"]),
        "wood.jpg": ("file", ["wood.jpg"]),
        "wood-2.jpg": ("file", ["wood-2.jpg"]),
    }
    assert codes(packing) == []
    collada = [file("a.dae", "primary"), file("t/w.jpg", "texture", "a.dae")]
    assert codes(plan(collada, PackChoices(model="flatten"))) == [("error", "cannot-flatten")]
    assert codes(plan(collada, PackChoices(model="glb"))) == [("error", "glb-not-possible")]


def test_a_glb_stands_beside_the_originals():
    packing = plan([*MODEL, file("statue.glb")], PackChoices(model="glb"))
    kinds = {name: kind for name, (kind, _) in shape(packing).items()}
    assert kinds == {
        "statue.obj": "file", "statue.mtl": "file", "statue.glb": "file",
        "statue-folders.zip": "zip", "statue-2.glb": "glb",
    }  # fmt: skip


def test_broken_paths_are_said():
    assert codes(plan(MODEL, PackChoices(archive="none"))) == [("error", "paths-flattened")]
    as_is = plan(MODEL, PackChoices(model="as-is"))
    assert codes(as_is) == [("warning", "paths-flattened")]
    assert "textures/wood.jpg" in as_is.findings[0].message


def test_long_names_stay_names():
    name = "ä" * 125
    files = [file(f"{name}.obj", "primary"), file("t/w.jpg", "texture", f"{name}.obj")]
    archive = next(one for one in plan(files, PackChoices()).files if one.kind == "zip")
    assert len(archive.name.encode()) <= 255
    assert archive.name.endswith("-folders.zip")


def test_the_order_of_the_files_makes_no_difference():
    files = [*MODEL, file("lod/wood.jpg", "texture", "statue.mtl"), file("b/n.txt")]
    for choices in (PackChoices(a, m) for a in ("auto", "none", "subfolders", "all")
                    for m in ("zip", "glb", "flatten", "as-is")):  # fmt: skip
        expected = plan(files, choices)
        for seed in range(5):
            shuffled = random.Random(seed).sample(files, len(files))
            assert plan(shuffled, choices) == expected


def test_every_file_is_in_the_record_exactly_once():
    files = [*MODEL, file("lod/wood.jpg", "texture", "statue.mtl"), file("b/n.txt")]
    for archive in ("auto", "none", "subfolders", "all"):
        for model in ("zip", "glb", "flatten", "as-is"):
            packing = plan(files, PackChoices(archive, model))
            held = [one.path for record in packing.files if record.kind != "glb"
                    for _, one in record.members]  # fmt: skip
            assert sorted(held) == sorted(one.path for one in files)


def test_choices_of_later_layers_count_more():
    merged = PackChoices.merged({"archive": "all"}, {"archive": "", "model": "glb"})
    assert merged == PackChoices("all", "glb")
    for bad in ({"archive": "some"}, {"model": "x"}, {"colour": "red"}):
        with pytest.raises(UsageError):
            PackChoices.merged(bad)
