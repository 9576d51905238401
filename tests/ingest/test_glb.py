"""GLBs and flattened files of what is broken or hostile: refused in a sentence, never a crash."""

from __future__ import annotations

import json
from io import BytesIO

import pytest

from hdp.ingest.flattening import write_flattened
from hdp.ingest.glb import write_glb
from hdp.sdk import InvalidInput

BROKEN = [
    [], {"buffers": 3}, {"buffers": [1]}, {"buffers": [{}]}, {"images": [{"uri": 5}]},
    {"buffers": [{"uri": "data:x", "byteLength": 1}]},
    {"buffers": [{"uri": "data:,ab", "byteLength": 9}]},
    {"bufferViews": [{"buffer": 7, "byteLength": 1}], "buffers": []},
    {"bufferViews": [{"byteOffset": "x", "buffer": 0}], "buffers": []},
    {"bufferViews": [{"buffer": 0, "byteLength": 99}],
     "buffers": [{"uri": "data:,ab", "byteLength": 2}]},
    {"images": [{"uri": "../../etc/passwd"}]}, {"images": [{"uri": "x.tiff"}]},
]  # fmt: skip


@pytest.mark.parametrize("document", [json.dumps(one) for one in BROKEN] + ["[" * 20000, "\0"])
def test_a_broken_gltf_gives_no_glb(tmp_path, document):
    (tmp_path / "a.gltf").write_text(document, "utf-8")
    with pytest.raises(InvalidInput) as refused:
        write_glb(tmp_path / "a.gltf", tmp_path / "a.glb", [], {}.get)
    assert refused.value.name == "glb-not-possible"
    assert not (tmp_path / "a.glb").exists()


@pytest.mark.parametrize(
    "text", ["", "v 0 0 0\nf 9 9 9\n", "\0" * 99, "v 1 2\nf a b c\n", "f 1 2 3"]
)
def test_a_broken_obj_gives_no_glb(tmp_path, text):
    (tmp_path / "a.obj").write_text(text, "utf-8")
    with pytest.raises(InvalidInput) as refused:
        write_glb(tmp_path / "a.obj", tmp_path / "a.glb", [], {}.get)
    assert refused.value.name == "glb-not-possible"


def test_only_files_of_the_item_are_opened(tmp_path):
    (tmp_path / "secret.mtl").write_text("newmtl a\nKd 1 0 0\n", "utf-8")
    (tmp_path / "a.obj").write_text(
        "mtllib secret.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nusemtl a\nf 1 2 3\n", "utf-8"
    )
    asked = []
    write_glb(tmp_path / "a.obj", tmp_path / "a.glb", [], asked.append)
    assert asked == ["secret.mtl"]
    assert b"secret" not in (tmp_path / "a.glb").read_bytes()


def test_every_way_of_writing_a_texture_is_flattened(tmp_path):
    (tmp_path / "a.mtl").write_bytes(
        b"newmtl a\r\nmap_Kd -s 1 1 1 dir/dark wood.jpg\r\nmap_Bump -bm 1.0 d/wood.jpg\n"
        b"bump \\\n x\\wood.jpg\n# caf\xe9\nmap_Ks gone.jpg\n  norm wood.jpg  \n"
    )
    goal = BytesIO()
    names = {"dir/dark wood.jpg": "dark wood.jpg", "d/wood.jpg": "wood-2.jpg",
             "x\\wood.jpg": "wood-3.jpg", "wood.jpg": "wood.jpg"}  # fmt: skip
    write_flattened(tmp_path / "a.mtl", goal, names.get)
    lines = [line.split() for line in goal.getvalue().decode().splitlines()[1:]]
    assert [" ".join(one) for one in lines] == [
        "newmtl a", "map_Kd -s 1 1 1 dark wood.jpg", "map_Bump -bm 1.0 wood-2.jpg",
        "bump wood-3.jpg", "# café", "map_Ks gone.jpg", "norm wood.jpg",
    ]  # fmt: skip


def test_a_gltf_keeps_what_it_does_not_find(tmp_path):
    document = {"images": [{"uri": "t/a%20b.png"}, {"uri": "gone.png"}, {"uri": "data:,x"}, {}]}
    (tmp_path / "a.gltf").write_text(json.dumps(document), "utf-8")
    goal = BytesIO()
    write_flattened(tmp_path / "a.gltf", goal, {"t/a b.png": "a #b.png"}.get)
    uris = [one.get("uri") for one in json.loads(goal.getvalue())["images"]]
    assert uris == ["a%20%23b.png", "gone.png", "data:,x", None]
