"""Which record new files are for: nothing is ticked that rests on likeness or on a tie."""

from __future__ import annotations

import random

import pytest
from PIL import Image

from hdp.ingest.matching import Held, Published, Traits, Unit, choose, match_units
from hdp.ingest.traits import hash_picture, read_traits


def record(item, *names, key="", says=(), traits=None):
    held = tuple(Held(name, 10, f"old {name}") for name in names)
    more = {"traits": lambda: traits} if traits else {}
    return Published(item, key or f"key-{item}", held, says, **more)


def unit(name, *more, key="", size=11, traits=None):
    held = tuple(Held(one, size, f"new {one}") for one in (name, *more))
    extra = {"traits": lambda: traits} if traits else {}
    return Unit("u", key or name, held, **extra)


def matched(one, *records, **options):
    found = match_units([one], records, **options)
    told = [(c.item, c.how, c.confidence) for c in found["u"]]
    return told, choose(found).get("u")


@pytest.mark.parametrize(
    ("new", "how", "confidence"),
    [
        (unit("Jar.JPG"), "name", "certain"),
        (unit("jar.tif"), "stem", "likely"),
        (unit("Vase-Gr\u00f6\u00dfe.jpg"), "name", "certain"),
        (unit("x.jpg", key="KEY-1"), "key", "likely"),
        (Unit("u", "x", (Held("x.jpg", 10, "old jar.jpg"),)), "hash", "certain"),
    ],
)
def test_sure_ways(new, how, confidence):
    told, ticked = matched(
        new, record(1, "jar.jpg", "Vase-Gro\u0308\u00dfe.jpg"), record(2, "bowl.jpg")
    )
    assert (told[0], ticked) == ((1, how, confidence), 1)


def test_a_table_wins_over_names():
    records = record(1, "jar.jpg"), record(2, "bowl.jpg", says=("10.5281/zenodo.7", "7"))
    for said in ("10.5281/ZENODO.7", "7", "key-2"):
        told, ticked = matched(unit("jar.jpg"), *records, table={"JAR.jpg": said})
        assert (told[0], ticked) == ((2, "table", "certain"), 2)
    assert matched(unit("jar.jpg"), *records, table={"jar.jpg": "nothing known"})[1] == 1


def test_a_tie_is_shown_and_not_ticked():
    told, ticked = matched(unit("IMG_1.jpg"), record(1, "img_1.jpg"), record(2, "IMG_1.JPG"))
    assert ([item for item, *_ in told], ticked) == ([1, 2], None)


def test_what_most_speaks_for_breaks_a_tie():
    one = unit("statue.obj", "stone.png")
    told, ticked = matched(one, record(1, "jar.obj", "stone.png"),
                           record(2, "statue.obj", "stone.png"))  # fmt: skip
    assert (len(told), ticked) == (2, 2)


def test_likeness_is_proposed_and_never_ticked():
    old = record(1, "a.jpg", traits=Traits(picture=0b1111))
    told, ticked = matched(unit("b.jpg", traits=Traits(picture=0b1011)), old)
    assert (told, ticked) == ([(1, "picture", "possible")], None)
    old = record(1, "a.obj", traits=Traits(meshes=frozenset({"handle"})))
    told, ticked = matched(unit("b.obj", traits=Traits(meshes=frozenset({"handle"}))), old)
    assert (told, ticked) == ([(1, "mesh", "possible")], None)
    large = Published(1, "k", (Held("a.bin", 99_999, "x"),))
    told, ticked = matched(unit("b.bin", size=99_999), large)
    assert (told, ticked) == ([(1, "size", "possible")], None)
    assert matched(unit("b.jpg"), record(1, "a.jpg")) == ([], None)


def test_ways_can_be_chosen():
    assert matched(unit("jar.jpg"), record(1, "jar.jpg"), by=("hash",)) == ([], None)


def _picture(path, seed, size=(320, 240)):
    noise = random.Random(seed)
    small = Image.new("L", (12, 12))
    small.putdata([noise.randrange(256) for _ in range(144)])
    small.resize(size, Image.Resampling.BICUBIC).convert("RGB").save(path)
    return path


def test_a_changed_photograph_stays_alike(tmp_path):
    first = hash_picture(_picture(tmp_path / "a.png", 1))
    again = hash_picture(_picture(tmp_path / "b.jpg", 1, (1000, 750)))
    other = hash_picture(_picture(tmp_path / "c.png", 2))
    assert (first ^ again).bit_count() <= 4 < 12 < (first ^ other).bit_count()


def test_traits_of_models_and_of_what_cannot_be_read(tmp_path):
    (tmp_path / "a.obj").write_text("o Handle\nv 0 0 0\ng default\no Cube.001\n")
    assert read_traits(str(tmp_path / "a.obj")).meshes == {"handle"}
    (tmp_path / "a.gltf").write_text('{"meshes": [{"name": "Lid"}], "nodes": [{"name": "Node_1"}]}')
    assert read_traits(str(tmp_path / "a.gltf")).meshes == {"lid"}
    for name in ("bad.glb", "bad.jpg", "bad.gltf", "x.txt"):
        (tmp_path / name).write_bytes(b"\0\1")
        assert read_traits(str(tmp_path / name)) == Traits()
