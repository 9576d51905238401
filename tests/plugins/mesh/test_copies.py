"""Copies of models: rendered before and after they look alike, or they are refused."""

import json
import zipfile

import numpy
import pytest
import trimesh
from hdp_plugins.mesh import drawing, simplify, thumbnails
from hdp_plugins.mesh.convert import Convert
from hdp_plugins.mesh.opening import open_model
from hdp_plugins.mesh.optimise import Optimise
from hdp_plugins.mesh.preview import Preview
from hdp_plugins.mesh.report import Report
from hdp_plugins.mesh.thumbnails import Thumbnails
from PIL import Image

from hdp.ingest import gltf_checks
from hdp.sdk import ComponentError, InvalidInput, LocalFile

meshoptimizer = pytest.mark.skipif(
    not simplify.find_spec("meshoptimizer"), reason="on purpose: the extra mesh is not installed"
)


def opened(path):
    return open_model(LocalFile(path, path.name))


def shot(path, side=200):
    """What is seen of a model from its corner, or a skip where there is no OpenGL."""
    try:
        stage = drawing.Stage(opened(path), side)
    except ImportError:
        pytest.skip("on purpose: VTK is not installed")
    try:
        return stage.shot(29, 19).astype(int)
    except OSError:
        pytest.skip("on purpose: no OpenGL here")
    finally:
        stage.close()


def difference(one, two):
    """The mean difference of two pictures where something is drawn, from 0 to 255."""
    drawn = (numpy.abs(one - 247) > 3).any(axis=2)
    assert drawn.sum() > 5000
    return float(numpy.abs(one - two)[drawn].mean())


def made(result, port="mesh"):
    return result.files[port][0].path


@meshoptimizer
@pytest.mark.parametrize(("component", "params"), [
    (Optimise(), {"faces": 2000}), (Optimise(), {"ratio": 0.3}),
    (Optimise(), {"fewest": True, "error": 0.002}), (Preview(), {"faces": 2500}),
])  # fmt: skip
def test_lighter_copies_look_the_same(run, vase, component, params):
    before = opened(vase).faces()
    copy = made(run(component, vase, **params))
    assert opened(copy).faces() < before / 2
    assert difference(shot(vase), shot(copy)) < 6


def test_another_texture_would_be_noticed(run, vase, tmp_path):
    scene = trimesh.load_scene(vase)
    (mesh,) = scene.geometry.values()
    mesh.visual.uv[:, 0] = 1 - mesh.visual.uv[:, 0]
    scene.export(str(tmp_path / "wrong.glb"))
    assert difference(shot(vase), shot(tmp_path / "wrong.glb")) > 20


@meshoptimizer
def test_the_error_is_kept_and_told(run, vase):
    result = run(Optimise(), vase, fewest=True, error=0.001)
    assert 0 < result.values["error"] <= 0.001 and not result.findings
    rough = run(Optimise(), vase, fewest=True, error=0.01)
    assert rough.values["faces"] < result.values["faces"]


@pytest.mark.parametrize("component", [Preview(), Optimise(), Convert()])
def test_what_is_written_obeys_the_rules_of_gltf(run, vase, component):
    assert list(gltf_checks.glb(made(run(component, vase)))) == []


@meshoptimizer
def test_a_preview_is_small(run, vase):
    result = run(Preview(), vase, faces=1500)
    copy = opened(made(result))
    assert copy.faces() <= 1600 and result.values["bytes"] < vase.stat().st_size
    assert max(copy.textures()[0][2].size) == 1024
    assert made(result).name == "Väse 語 1_preview.glb"


def test_obj_and_back_looks_the_same(run, vase, tmp_path):
    packed = made(run(Convert(), vase, format="obj"))
    with zipfile.ZipFile(packed) as archive:
        assert "Väse 語 1.obj" in archive.namelist() and len(archive.namelist()) == 3
        archive.extractall(tmp_path / "out")
    back = made(run(Convert(), tmp_path / "out" / "Väse 語 1.obj", format="glb"))
    assert difference(shot(vase), shot(back)) < 4


@pytest.mark.parametrize("kind", ["ply", "stl"])
def test_formats_without_textures_are_refused_unless_asked(run, vase, kind):
    with pytest.raises(ComponentError, match="texture") as caught:
        run(Convert(), vase, format=kind)
    assert caught.value.name == "mesh-loses"
    result = run(Convert(), vase, format=kind, allow_loss=True)
    assert [one.code for one in result.findings] == ["mesh-loses"]
    assert opened(made(result)).faces() == opened(vase).faces()


def test_colours_of_points_stay_in_ply_and_are_told_in_stl(run, tmp_path):
    box = trimesh.creation.box()
    box.visual.vertex_colors = numpy.arange(32).reshape(8, 4).astype(numpy.uint8) + 100
    box.export(str(tmp_path / "box.ply"))
    glb = made(run(Convert(), tmp_path / "box.ply"))
    (_, mesh), = opened(glb).meshes()  # fmt: skip
    assert mesh.visual.kind == "vertex"
    with pytest.raises(ComponentError, match="colours"):
        run(Convert(), tmp_path / "box.ply", format="stl")


def test_the_same_model_gives_the_same_bytes(run, vase):
    first = made(run(Convert(), vase, format="obj")).read_bytes()
    assert made(run(Convert(), vase, format="obj")).read_bytes() == first


DAMAGED = [("a.glb", b"glTF"), ("a.obj", b""), ("ü.stl", bytes(99)), ("a.fbx", b"Kaydara")]


@pytest.mark.parametrize("component", [Convert(), Preview(), Thumbnails()])
@pytest.mark.parametrize(("name", "data"), DAMAGED, ids=lambda one: str(one)[:5])
def test_damaged_models_are_told(run, tmp_path, component, name, data):
    if isinstance(component, Thumbnails):
        pytest.importorskip("vtkmodules", reason="VTK is not installed")
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ComponentError, match=name):
        run(component, tmp_path / name)


def test_pictures_from_all_sides(run, vase):
    shot(vase)
    result = run(Thumbnails(), vase, turntable=3, side=128)
    names = [one.path.stem.rpartition("_")[2] for one in result.files["images"]]
    assert names == ["corner", "front", "right", "back", "left", "top", "turn001", "turn002",
                     "turn003"]  # fmt: skip
    pictures = [Image.open(one.path) for one in result.files["images"]]
    assert {one.size for one in pictures} == {(128, 128)} and not result.findings
    assert len({one.tobytes() for one in pictures}) == len(pictures)


def test_a_view_that_there_is_not(run, vase):
    pytest.importorskip("vtkmodules", reason="VTK is not installed")
    with pytest.raises(InvalidInput, match="sideways"):
        run(Thumbnails(), vase, views=("sideways",))


def test_a_leaf_seen_from_its_edge_is_told(run, tmp_path, vase):
    shot(vase)
    leaf = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]])
    leaf.export(str(tmp_path / "leaf.stl"))
    result = run(Thumbnails(), tmp_path / "leaf.stl", views=("right",))
    assert [one.code for one in result.findings] == ["mesh-unseen"]


def test_without_vtk_it_says_how_to_get_it(run, vase, monkeypatch):
    monkeypatch.setattr(thumbnails, "can_draw", lambda: False)
    with pytest.raises(ComponentError, match="VTK") as caught:
        run(Thumbnails(), vase)
    assert "[pictures]" in caught.value.hint


def test_a_report_of_texels(run, tmp_path):
    square = trimesh.Trimesh([[0, 0, 0], [2, 0, 0], [2, 2, 0], [0, 2, 0]], [[0, 1, 2], [0, 2, 3]])
    square.visual = trimesh.visual.TextureVisuals(
        uv=[[0, 0], [1, 0], [1, 1], [0, 1]],
        material=trimesh.visual.material.PBRMaterial(baseColorTexture=Image.new("RGB", (512, 512))),
    )
    trimesh.Scene(square).export(str(tmp_path / "square.glb"))
    facts = json.loads(made(run(Report(), tmp_path / "square.glb"), "report").read_text())
    assert facts["texel_density"] == 256 and facts["size"] == [2, 2, 0] and facts["area"] == 4
    assert facts["texture_coordinates"] and not facts["watertight"]


@meshoptimizer
def test_normals_are_not_made_up(tmp_path, vase):
    (_, mesh), = opened(vase).meshes()  # fmt: skip
    mesh._cache.clear()
    made_mesh, _ = simplify.simplify(mesh, 500)
    assert "vertex_normals" not in mesh._cache and "vertex_normals" not in made_mesh._cache
