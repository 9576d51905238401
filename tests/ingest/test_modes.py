"""Modes: which folders hold items, what is left out, what is said of it."""

from pathlib import Path

import pytest

from hdp.application.packing import describe_scanned
from hdp.ingest import ScanOptions, scan
from hdp.ingest import walk as walking
from hdp.ingest.by_hand import ByHand
from hdp.ingest.fingerprint import fingerprint
from hdp.ingest.walk import walk
from hdp.sdk import Cancelled, UsageError


def fill(root: Path, *names: str) -> Path:
    for name in names:
        put(root / name, f"content of {name}")
    return root


def put(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def items(root: Path, **options: object) -> dict[str, list[str]]:
    """key -> paths, of all items."""
    result = scan(ScanOptions(root, **options))
    return {one.key: sorted(file.relpath for file in one.files) for one in result.items}


def roles(item) -> dict[str, str]:
    return {one.relpath: one.role for one in item.files}


def codes(result) -> list[str]:
    return [one.code for one in result.findings]


def test_the_key_of_a_folder_is_its_path(tmp_path):
    fill(tmp_path, "a/x/1.jpg", "b/x/1.jpg", "b/x/deep/2.jpg", "b/1.jpg", "1.jpg")
    assert items(tmp_path, mode="subdirectory", depth="2") == {
        "a/x": ["a/x/1.jpg"], "b/x": ["b/x/1.jpg", "b/x/deep/2.jpg"],
    }  # fmt: skip
    result = scan(ScanOptions(tmp_path, mode="subdirectory", depth="2"))
    assert result.skipped == {"loose": 2}


def test_leaves_are_folders_with_none_beneath(tmp_path):
    fill(tmp_path, "a/1.jpg", "a/b/2.jpg", "c/d/e/3.jpg", "top.jpg")
    (tmp_path / "a/b/empty").mkdir()
    (tmp_path / "a/b/.hidden").mkdir()
    got = items(tmp_path, mode="subdirectory", depth="leaf")
    assert got == {"a/b": ["a/b/2.jpg"], "c/d/e": ["c/d/e/3.jpg"]}


def test_hybrid_with_a_deeper_level_leaves_out_what_lies_between(tmp_path):
    fill(tmp_path, "1.jpg", "a/2.jpg", "a/x/3.jpg")
    result = scan(ScanOptions(tmp_path, mode="hybrid", depth="2"))
    assert [one.key for one in result.items] == ["1", "a/x"]
    assert result.skipped == {"loose": 1}


def test_a_folder_without_a_starter_is_no_item_and_said(tmp_path):
    fill(tmp_path, "a/1.jpg", "b/list.csv", "b/more/x.csv")
    result = scan(ScanOptions(tmp_path, mode="subdirectory", extensions=(".jpg",)))
    assert [one.key for one in result.items] == ["a"]
    assert result.skipped == {"folder-unused": 2}
    assert [one.where for one in result.findings if one.code == "folder-unused"] == [{"file": "b"}]


def test_a_folder_of_textures_that_others_name_is_no_item(tmp_path):
    put(tmp_path / "house.obj", "mtllib house.mtl\n")
    put(tmp_path / "house.mtl", "map_Kd textures/wood.png\n")
    fill(tmp_path, "textures/wood.png", "other/1.png")
    extensions = (".obj", ".png")
    assert items(tmp_path, mode="hybrid", extensions=extensions) == {
        "house": ["house.mtl", "house.obj", "textures/wood.png"], "other": ["other/1.png"],
    }  # fmt: skip
    fill(tmp_path, "textures/unused.png")
    got = items(tmp_path, mode="hybrid", extensions=extensions)
    assert got["textures"] == ["textures/unused.png", "textures/wood.png"]
    assert "textures/wood.png" in got["house"]


def test_folders_that_name_each_other_are_not_lost(tmp_path):
    put(tmp_path / "a/a.gltf", '{"images": [{"uri": "../b/b.gltf"}]}')
    put(tmp_path / "b/b.gltf", '{"images": [{"uri": "../a/a.gltf"}]}')
    assert items(tmp_path, mode="subdirectory") == {"a": ["a/a.gltf", "b/b.gltf"]}


def test_the_tree_of_a_folder_item(tmp_path):
    put(tmp_path / "a/house.obj", "mtllib mat/house.mtl\n")
    put(tmp_path / "a/mat/house.mtl", "map_Kd wood.png\n")
    fill(tmp_path, "a/mat/wood.png", "a/IMG_1.jpg", "a/IMG_1.xmp", "a/notes.txt", "a/z.mtl")
    (item,) = scan(ScanOptions(tmp_path, mode="subdirectory", primary=".png")).items
    assert roles(item) == {
        "a/house.obj": "primary", "a/mat/house.mtl": "material", "a/mat/wood.png": "texture",
        "a/IMG_1.jpg": "member", "a/IMG_1.xmp": "sidecar", "a/notes.txt": "member",
        "a/z.mtl": "member",
    }  # fmt: skip
    parents = {one.relpath: one.parent for one in item.files if one.parent}
    assert parents["a/mat/wood.png"] == "a/mat/house.mtl"
    assert parents["a/IMG_1.xmp"] == "a/IMG_1.jpg"


def test_the_primary_of_a_folder_is_what_may_start_an_item(tmp_path):
    fill(tmp_path, "a/cover.jpg", "a/report.pdf", "a/readme.txt")
    (item,) = scan(ScanOptions(tmp_path, mode="subdirectory", extensions=(".pdf", ".txt"))).items
    assert item.primary == "a/report.pdf"


def test_raw_and_jpeg_share_their_sidecar(tmp_path):
    fill(tmp_path, "IMG_1.CR3", "IMG_1.jpg", "IMG_1.xmp", "IMG_1.CR3.xmp")
    (item,) = scan(ScanOptions(tmp_path, bundle="stem", extensions=(".cr3", ".jpg"))).items
    assert roles(item) == {
        "IMG_1.CR3": "primary", "IMG_1.jpg": "member",
        "IMG_1.xmp": "sidecar", "IMG_1.CR3.xmp": "sidecar",
    }  # fmt: skip
    assert {one.relpath: one.parent for one in item.files}["IMG_1.CR3.xmp"] == "IMG_1.CR3"


def test_root_does_not_look_into_folders_that_nothing_names(tmp_path, monkeypatch):
    fill(tmp_path, "a.jpg", "sub/b.jpg", "sub/deep/c.jpg")
    entered = []
    real = walking.os.scandir
    monkeypatch.setattr(walking.os, "scandir", lambda path: entered.append(path) or real(path))
    result = scan(ScanOptions(tmp_path))
    assert entered == [tmp_path] and result.skipped == {"folder": 1}
    put(tmp_path / "m.gltf", "{}")
    assert scan(ScanOptions(tmp_path)).skipped == {"subfolder": 2}


def test_names_that_differ_in_case_or_form_are_said(tmp_path):
    fill(tmp_path, "A.jpg", "a.jpg", "\u00fc.jpg", "u\u0308.jpg", "b.jpg")
    result = scan(ScanOptions(tmp_path))
    assert len(result.items) == 5
    said = [one.message for one in result.findings if one.code == "names-alike"]
    assert any("A.jpg and a.jpg differ in capital and small letters only" in one for one in said)
    assert any("differ in their Unicode form only" in one for one in said)


def test_equal_names_in_one_item_are_an_error(tmp_path):
    fill(tmp_path, "a/x/1.jpg", "a/y/1.jpg", "a/z/I.jpg", "a/i.jpg")
    (item,) = (result := scan(ScanOptions(tmp_path, mode="subdirectory"))).items
    assert [(one.code, one.severity) for one in item.findings] == [
        ("same-name", "error"), ("same-name", "error"),
    ]  # fmt: skip
    (packed,) = scan(ScanOptions(tmp_path, mode="subdirectory", archive_subfolders=True)).items
    assert {one.severity for one in packed.findings} == {"info"}
    assert codes(result).count("same-name") == 2
    assert item.to_json()["problems"][1]["code"] == "same-name"


def test_equal_names_that_go_into_a_zip_are_no_error(tmp_path):
    put(tmp_path / "a/m.obj", "mtllib m.mtl\n")
    put(tmp_path / "a/m.mtl", "newmtl a\nmap_Kd x/t.png\nmap_Ks y/t.png\n")
    fill(tmp_path, "a/x/t.png", "a/y/t.png")
    (item,) = scan(ScanOptions(tmp_path, mode="subdirectory")).items
    (said,) = item.findings
    assert (said.code, said.severity) == ("same-name", "info") and "ZIP" in said.hint
    assert [one["code"] for one in describe_scanned(item, {})["findings"]] == []


@pytest.mark.parametrize(
    ("better", "other"),
    [
        ("a.wrl", "b.jpg"), ("a.3ds", "b.jpg"), ("a.psd", "b.pdf"), ("a.wmv", "b.wav"),
        ("a.wma", "b.pdf"), ("a.doc", "b.csv"), ("a.tex", "b.csv"), ("a.xls", "b.tar.gz"),
        ("a.7z", "b.txt"), ("a.nef", "b.mp4"),
    ],
)  # fmt: skip
def test_the_primary_is_of_the_best_kind(tmp_path, better, other):
    fill(tmp_path, f"i/{better}", f"i/{other}")
    (item,) = scan(ScanOptions(tmp_path, mode="subdirectory")).items
    assert item.primary == f"i/{better}"


def test_office_documents_and_unknown_kinds_are_flagged(tmp_path):
    fill(tmp_path, "a/1.jpg", "a/contract.docx", "a/data.qqq", "a/insured.XLSX")
    result = scan(ScanOptions(tmp_path, mode="subdirectory", extensions=(".jpg",)))
    assert result.counts["office"] == 2 and result.counts["unknown"] == 1
    assert result.counts["by_kind"]["image"] == {".jpg": 1}
    (office,) = [one for one in result.findings if one.code == "office-documents"]
    assert "contract.docx" in office.message and office.args["count"] == 2
    assert "unknown-kind" in codes(result)
    chosen = scan(ScanOptions(tmp_path, mode="subdirectory", extensions=(".docx", ".xlsx")))
    assert "office-documents" not in codes(chosen)


def test_many_records_are_said(tmp_path):
    for number in range(1000):
        (tmp_path / f"{number}.jpg").touch()
    (said,) = [one for one in scan(ScanOptions(tmp_path)).findings if one.code == "many-records"]
    assert "1,000 records, each with a DOI of its own" in said.message


def test_the_table_of_groups_is_no_member(tmp_path):
    fill(tmp_path, "groups.csv", "1.jpg")
    options = ScanOptions(
        tmp_path, bundle="table", table=tmp_path / "groups.csv", key="file", group="object"
    )
    assert [one.primary for one in scan(options).items] == ["1.jpg"]


# By hand


def test_files_of_one_label_are_one_item(tmp_path):
    fill(tmp_path, "a.jpg", "b.jpg", "c.jpg", "sub/d.jpg")
    hand = ByHand(
        {"b.jpg": "1", "c.jpg": "1", "sub/d.jpg": "2", "gone.jpg": "3", "../x": "4"},
        {"2": "Drawing"}, frozenset({"c.jpg"}),
    )  # fmt: skip
    result = scan(ScanOptions(tmp_path, by_hand=hand))
    assert [(one.key, one.primary, len(one.files)) for one in result.items] == [
        ("Drawing", "sub/d.jpg", 1), ("a", "a.jpg", 1), ("b", "c.jpg", 2),
    ]  # fmt: skip


def test_a_file_leaves_its_folder_by_hand(tmp_path):
    fill(tmp_path, "a/1.jpg", "a/2.jpg", "b/1.jpg")
    hand = ByHand({"a/2.jpg": "x", "b/1.jpg": "x"})
    result = scan(ScanOptions(tmp_path, mode="subdirectory", by_hand=hand))
    assert sorted(sorted(roles(one)) for one in result.items) == [
        ["a/1.jpg"], ["a/2.jpg", "b/1.jpg"],
    ]  # fmt: skip


def test_a_texture_put_elsewhere_by_hand_is_in_both(tmp_path):
    put(tmp_path / "m.gltf", '{"images": [{"uri": "t.png"}]}')
    fill(tmp_path, "t.png", "p.png")
    hand = ByHand({"t.png": "x", "p.png": "x"})
    model, pictures = scan(ScanOptions(tmp_path, by_hand=hand)).items
    assert roles(model) == {"m.gltf": "primary", "t.png": "texture"}
    assert roles(pictures) == {"p.png": "primary", "t.png": "member"}


def test_a_primary_by_hand_stands_above_the_rules(tmp_path):
    fill(tmp_path, "a/1.tif", "a/2.jpg")
    hand = ByHand(primaries=frozenset({"a/2.jpg"}))
    (item,) = scan(ScanOptions(tmp_path, mode="subdirectory", primary=".tif", by_hand=hand)).items
    assert item.primary == "a/2.jpg" and roles(item)["a/1.tif"] == "member"


@pytest.mark.parametrize("bad", [[], {"groups": ["a"]}, {"keys": {"a": 1}}, {"more": {}}])
def test_by_hand_of_another_shape_is_refused(bad):
    with pytest.raises(UsageError):
        ByHand.from_json(bad)


# Texture folders outside of the input folder


def textured(tmp_path: Path) -> ScanOptions:
    put(tmp_path / "in/house.obj", "mtllib house.mtl\n")
    put(tmp_path / "in/house.mtl", "map_Kd old/wood.png\n")
    put(tmp_path / "library/sub/none.png", "x")
    put(tmp_path / "library/wood.png", "wood")
    dirs = (tmp_path / "library", tmp_path / "gone")
    return ScanOptions(tmp_path / "in", extensions=(".obj",), texture_dirs=dirs)


def test_a_texture_of_a_folder_outside_is_taken_with_its_root(tmp_path):
    result = scan(textured(tmp_path))
    (item,) = result.items
    texture = item.files[-1]
    assert (texture.root, texture.path, texture.role) == ("textures-0", "wood.png", "texture")
    assert texture.relpath == "//0/wood.png" and len(texture.sha256) == 64
    assert texture.to_json()["root"] == "textures-0"
    assert "root" not in item.files[0].to_json()
    assert result.roots == {"textures-0": tmp_path / "library"}
    assert "texture-folder-missing" in codes(result)
    assert result.skipped == {}


def test_a_material_of_a_folder_outside_is_read_there(tmp_path):
    put(tmp_path / "in/house.obj", "mtllib shared.mtl\n")
    put(tmp_path / "library/shared.mtl", "map_Kd wood.png\nmap_Ka ../../../secret.png\n")
    put(tmp_path / "library/wood.png", "wood")
    put(tmp_path / "secret.png", "secret")
    options = ScanOptions(tmp_path / "in", texture_dirs=(tmp_path / "library",))
    (item,) = scan(options).items
    assert [one.relpath for one in item.files] == [
        "house.obj", "//0/shared.mtl", "//0/wood.png",
    ]  # fmt: skip


def test_deeper_files_of_a_folder_outside_are_not_found_by_name_alone(tmp_path):
    options = textured(tmp_path)
    put(tmp_path / "in/house.mtl", "map_Kd none.png\n")
    (item,) = scan(options).items
    assert [one.path for one in item.files] == ["house.obj", "house.mtl"]


def test_a_link_out_of_a_texture_folder_is_not_followed(tmp_path):
    options = textured(tmp_path)
    put(tmp_path / "secret.png", "secret")
    (tmp_path / "library/wood.png").unlink()
    (tmp_path / "library/wood.png").symlink_to(tmp_path / "secret.png")
    (item,) = scan(options).items
    assert len(item.files) == 2 and item.files[0].status == "textures-missing"


def test_known_hashes_count_for_outside_files_too(tmp_path):
    options = textured(tmp_path)
    known = {
        (one.relpath, one.size, one.mtime_ns, one.inode): (one.sha256, "m", "t")
        for item in scan(options).items for one in item.files
    }  # fmt: skip
    assert {one.md5 for one in scan(options, known=known).items[0].files} == {"m"}


# Change and cancelling


def test_a_fingerprint_changes_with_files_and_options(tmp_path):
    fill(tmp_path, "a.jpg", "b.jpg")

    def of(**options: object) -> str:
        chosen = ScanOptions(tmp_path, **options)
        return fingerprint(chosen, walk(chosen))

    first = of()
    assert first == of() == scan(ScanOptions(tmp_path)).fingerprint
    assert first != of(bundle="stem")
    put(tmp_path / "b.jpg", "other")
    assert first != of()


def test_a_scan_can_be_stopped_at_any_point(tmp_path):
    fill(tmp_path, *(f"d/{number}.jpg" for number in range(40)), "e/1.jpg")
    seen = [0]

    def count() -> bool:
        seen[0] += 1
        return False

    scan(ScanOptions(tmp_path, mode="subdirectory"), cancelled=count)
    for stop in range(1, seen[0] + 1, 7):
        asked = [0]

        def stopped(stop: int = stop, asked: list[int] = asked) -> bool:
            asked[0] += 1
            return asked[0] >= stop

        with pytest.raises(Cancelled):
            scan(ScanOptions(tmp_path, mode="subdirectory"), cancelled=stopped)
