"""Folders to items: what is taken, what is left out, what is said."""

import os
import random
from pathlib import Path

import pytest

from hdp.ingest import ScanOptions, scan
from hdp.sdk import Cancelled, NotFound, UsageError


def write(root: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        put(root / name, content)


def put(path: Path, content: str | bytes = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def members(item) -> dict[str, str]:
    return {one.relpath: one.role for one in item.files}


def status(item, relpath: str) -> str:
    return next(one.status for one in item.files if one.relpath == relpath)


def codes(item) -> list[str]:
    return [finding.code for one in item.files for finding in one.findings]


def model(root: Path, mtl: str = "newmtl a\nmap_Kd wood.png\n", name: str = "house") -> None:
    put(root / f"{name}.obj", f"mtllib {name}.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    put(root / f"{name}.mtl", mtl)


def test_a_mesh_brings_its_material_and_textures(tmp_path):
    model(tmp_path, "newmtl a\nmap_Kd -s 1 1 1 -o 0 0 0 tex/old wood.png\nbump -bm 0.3 n.png\n")
    put(tmp_path / "tex/old wood.png")
    put(tmp_path / "n.png")
    put(tmp_path / "tex/unrelated.png")
    result = scan(ScanOptions(tmp_path, extensions=(".obj", ".png")))
    (item,) = result.items
    assert members(item) == {
        "house.obj": "primary", "house.mtl": "material",
        "tex/old wood.png": "texture", "n.png": "texture",
    }  # fmt: skip
    parents = {one.relpath: one.parent for one in item.files}
    assert parents["house.mtl"] == "house.obj" and parents["n.png"] == "house.mtl"
    assert {one.status for one in item.files} == {"valid"}
    assert all(len(one.sha256) == 64 and len(one.md5) == 32 for one in item.files)
    assert result.skipped == {"subfolder": 1}


def test_a_shared_texture_belongs_to_both(tmp_path):
    model(tmp_path)
    model(tmp_path, name="barn")
    put(tmp_path / "wood.png")
    result = scan(ScanOptions(tmp_path, extensions=(".obj", ".png")))
    assert [one.key for one in result.items] == ["barn", "house"]
    assert all("wood.png" in members(one) for one in result.items)
    assert result.counts["files"] == 5


def test_missing_material_and_texture(tmp_path):
    model(tmp_path)
    put(tmp_path / "bare.obj", "mtllib none.mtl\n")
    put(tmp_path / "plain.obj", "v 0 0 0\n")
    bare, house, plain = scan(ScanOptions(tmp_path, extensions=(".obj",))).items
    assert status(bare, "bare.obj") == "material-missing"
    assert status(house, "house.mtl") == status(house, "house.obj") == "textures-missing"
    assert codes(house) == ["textures-missing"]
    assert status(plain, "plain.obj") == "valid"


def test_nothing_outside_is_ever_taken(tmp_path):
    secret = put(tmp_path / "secret.png")
    root = tmp_path / "in"
    model(root, f"map_Kd ../secret.png\nmap_Ka {secret}\nmap_Ks C:\\x\\y.png\nmap_Ns link.png\n")
    (root / "link.png").symlink_to(secret)
    result = scan(ScanOptions(root, extensions=(".obj", ".png")))
    (item,) = result.items
    assert set(members(item)) == {"house.obj", "house.mtl"}
    assert codes(item).count("reference-outside") == 4
    assert status(item, "house.mtl") == "textures-missing"
    assert result.skipped == {"link": 1}
    assert [one.code for one in result.findings] == ["skipped", "link-outside"]


def test_a_linked_folder_outside_is_not_entered(tmp_path):
    put(tmp_path / "far/wood.png")
    root = tmp_path / "in"
    model(root, "map_Kd tex/wood.png\n")
    (root / "tex").symlink_to(tmp_path / "far")
    (item,) = scan(ScanOptions(root, extensions=(".obj",))).items
    assert "reference-outside" in codes(item) and len(item.files) == 2


def test_backslashes_case_and_name_alone(tmp_path):
    model(tmp_path, "map_Kd TEX\\Wood.PNG\nmap_Ka /home/x/far.png\n")
    put(tmp_path / "tex/wood.png")
    put(tmp_path / "deep/er/far.png")
    (item,) = scan(ScanOptions(tmp_path, extensions=(".obj",))).items
    assert {"tex/wood.png", "deep/er/far.png"} <= set(members(item))
    assert codes(item) == ["reference-moved", "reference-outside"]


def test_conflicting_textures_are_shown(tmp_path):
    model(tmp_path)
    put(tmp_path / "a/wood.png", "one")
    put(tmp_path / "b/wood.png", "two")
    (item,) = scan(ScanOptions(tmp_path, extensions=(".obj",))).items
    assert status(item, "house.mtl") == "conflict"
    assert members(item)["a/wood.png"] == "texture"
    put(tmp_path / "b/wood.png", "one")
    (item,) = scan(ScanOptions(tmp_path, extensions=(".obj",))).items
    assert status(item, "house.mtl") == "valid"


def test_texture_folder(tmp_path):
    model(tmp_path, "map_Kd nowhere/wood.png\n")
    put(tmp_path / "tex/wood.png")
    put(tmp_path / "aaa/wood.png", "other")
    options = ScanOptions(tmp_path, extensions=(".obj",), texture_dirs=(Path("tex"),))
    (item,) = scan(options).items
    assert "tex/wood.png" in members(item) and status(item, "house.mtl") == "valid"


def test_left_out_materials_are_reported(tmp_path):
    model(tmp_path)
    put(tmp_path / "wood.png")
    (item,) = scan(ScanOptions(tmp_path, extensions=(".obj",), textures=False)).items
    assert set(members(item)) == {"house.obj", "house.mtl"}
    assert codes(item) == ["reference-not-taken"] and status(item, "house.obj") == "valid"


def test_hidden_litter_never_and_excluded(tmp_path):
    for name in (".hidden.jpg", "Thumbs.db", "._a.jpg", "a.jpg", "b.jpg", "p.hdpc", "c.txt"):
        put(tmp_path / name)
    put(tmp_path / "out/a.jpg")
    never = (tmp_path / "out", tmp_path / "mapping.yaml")
    put(tmp_path / "mapping.yaml")
    options = ScanOptions(tmp_path, extensions=(".jpg",), never=never, exclude=("b.*",))
    result = scan(options)
    assert [one.primary for one in result.items] == ["a.jpg"]
    assert result.skipped == {
        "hidden": 1, "litter": 3, "never": 2, "excluded": 1, "extension": 1,
    }  # fmt: skip


def test_stem_bundles_and_primary(tmp_path):
    for name in ("a.jpg", "a.tif", "a.pdf", "a.b.jpg", "c.tar.gz"):
        put(tmp_path / name)
    result = scan(ScanOptions(tmp_path, bundle="stem", primary="TIF"))
    assert [(one.key, one.primary, len(one.files)) for one in result.items] == [
        ("a", "a.tif", 3), ("a.b", "a.b.jpg", 1), ("c", "c.tar.gz", 1),
    ]  # fmt: skip


def test_sidecars_join(tmp_path):
    for name in ("IMG_1.CR3", "IMG_1.CR3.xmp", "IMG_2.jpg", "IMG_2.xmp", "lone.xmp"):
        put(tmp_path / name)
    result = scan(ScanOptions(tmp_path, extensions=(".cr3", ".jpg")))
    assert [members(one) for one in result.items] == [
        {"IMG_1.CR3": "primary", "IMG_1.CR3.xmp": "sidecar"},
        {"IMG_2.jpg": "primary", "IMG_2.xmp": "sidecar"},
    ]
    assert result.skipped == {"extension": 1}


def test_gltf_external_files(tmp_path):
    buffers = '[{"uri":"a%20b.bin"},{"uri":"data:x,y"}]'
    text = f'{{"buffers":{buffers},"images":[{{"uri":"t.png"}}]}}'
    put(tmp_path / "m.gltf", text)
    put(tmp_path / "a b.bin")
    put(tmp_path / "broken.gltf", "{")
    broken, item = scan(ScanOptions(tmp_path, extensions=(".gltf",))).items
    assert members(item) == {"m.gltf": "primary", "a b.bin": "buffer"}
    assert status(item, "m.gltf") == "textures-missing"
    assert status(broken, "broken.gltf") == "invalid"


def test_names_are_kept_byte_for_byte(tmp_path):
    names = ["u\u0308.jpg", "a #%41.jpg", "😀.jpg", "n" * 251 + ".jpg"]
    for name in names:
        put(tmp_path / name)
    result = scan(ScanOptions(tmp_path, extensions=(".jpg",)))
    assert sorted(one.primary for one in result.items) == sorted(names)


@pytest.mark.skipif(os.name == "nt", reason="names are always text there")
def test_a_name_that_is_no_text_is_reported(tmp_path):
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jpg"))).write_bytes(b"x")
    result = scan(ScanOptions(tmp_path))
    assert result.items == () and result.findings[0].code == "name-not-text"


def test_known_files_are_not_read_again(tmp_path):
    put(tmp_path / "a.jpg")
    first = scan(ScanOptions(tmp_path)).items[0].files[0]
    key = (first.relpath, first.size, first.mtime_ns, first.inode)
    (tmp_path / "a.jpg").chmod(0)
    again = scan(ScanOptions(tmp_path), known={key: (first.sha256, first.md5, "image/x")})
    assert again.items[0].files[0].sha256 == first.sha256
    assert again.items[0].files[0].media_type == "image/x"


def test_cancel_and_missing_folder(tmp_path):
    put(tmp_path / "a.jpg")
    with pytest.raises(Cancelled):
        scan(ScanOptions(tmp_path), cancelled=lambda: True)
    with pytest.raises(NotFound):
        scan(ScanOptions(tmp_path / "nowhere"))


def test_progress_counts_bytes(tmp_path):
    write(tmp_path, a="123", b="45")
    seen = []
    scan(ScanOptions(tmp_path), progress=lambda done, total, message: seen.append((done, total)))
    assert max(seen) == (5, 5)


@pytest.mark.parametrize(
    "given", [{"mode": "flat"}, {"bundle": "core"}, {"bundle": "nonsense"}, {"depth": "0"}]
)
def test_what_is_not_there_is_refused(tmp_path, given):
    with pytest.raises(UsageError) as caught:
        ScanOptions(tmp_path, **given)
    assert caught.value.hint


def test_options_survive_json(tmp_path):
    options = ScanOptions(
        tmp_path, extensions=("JPG", ".tar.gz"), never=(tmp_path / "o",), exclude=("x*",)
    )
    assert ScanOptions.from_json(options.to_json()) == options
    with pytest.raises(UsageError):
        ScanOptions.from_json({"input": str(tmp_path), "colour": 1})


def test_the_order_of_listing_does_not_matter(tmp_path, monkeypatch):
    for name in ("b", "a", "c"):
        model(tmp_path, name=name)
    put(tmp_path / "wood.png")
    first = scan(ScanOptions(tmp_path)).to_json()
    real = os.scandir

    class Shuffled(list):
        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

    def shuffled(path):
        with real(path) as listing:
            entries = list(listing)
        random.shuffle(entries)
        return Shuffled(entries)

    monkeypatch.setattr(os, "scandir", shuffled)
    assert scan(ScanOptions(tmp_path)).to_json() == first
