import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy
import pytest
import trimesh
from PIL import Image

from hdp.ingest.pictures.making import Wanted, can_draw_models, make_picture
from hdp.ingest.pictures.model import NoPicture, OwnFiles, read_model
from hdp.limited import LimitedWorker, WorkerDied

SHARED = Path(__file__).parents[2].parent / "shared" / "testdata"

QUAD = """\
mtllib {mtl}
v -1 -1 0
v 1 -1 0
v 1 1 0
v -1 1 0
vt 0 0
vt 1 0
vt 1 1
vt 0 1
usemtl one
f 1/1 2/2 3/3 4/4
"""


@pytest.fixture(scope="module")
def worker():
    """A worker that can draw; the tests that need it are left out where there is no OpenGL."""
    with LimitedWorker() as one:
        try:
            reason = one.call(can_draw_models)
        except WorkerDied:
            reason = "there is no OpenGL here"
        if reason:
            pytest.skip(f"on purpose: {reason}")
        yield one


def quad(folder, texture="t.png", mtl="a.mtl"):
    folder.mkdir(exist_ok=True)
    (folder / "a.obj").write_text(QUAD.format(mtl=mtl))
    (folder / "a.mtl").write_text(f"newmtl one\nKd 1 1 1\nmap_Kd {texture}\n")
    Image.new("RGB", (8, 8), (20, 200, 20)).save(folder / "t.png")
    return {"a.mtl": str(folder / "a.mtl"), "t.png": str(folder / "t.png")}


def draw(worker, source, files=None, size=96):
    target = source.parent / "picture.jpg"
    wanted = Wanted("model", str(source), {size: str(target)}, 1, files or {})
    reason = worker.call(make_picture, wanted)
    if reason:
        return reason
    with Image.open(target) as made:
        assert made.size == (size, size)
        return numpy.asarray(made.convert("RGB")).astype(int)


def test_an_obj_is_drawn_with_its_texture(worker, tmp_path):
    seen = draw(worker, tmp_path / "m" / "a.obj", quad(tmp_path / "m"))
    red, green, blue = seen[48, 48]
    assert green > 120 and red < 80 and blue < 80
    assert (seen[2, 2] > 230).all()


def test_options_case_and_backslashes_of_texture_names(worker, tmp_path):
    files = quad(tmp_path / "m", texture=r"-s 1 1 1 C:\Users\me\T.PNG")
    assert draw(worker, tmp_path / "m" / "a.obj", files)[48, 48][1] > 120


@pytest.mark.parametrize("form", ["glb", "ply", "stl", "dae", "off"])
def test_other_formats(worker, tmp_path, form):
    if form == "dae":
        pytest.importorskip("collada", reason="on purpose: pycollada is not installed")
    box = trimesh.creation.box()
    if form != "stl":
        box.visual.vertex_colors = [200, 30, 30, 255]
    if form == "off":
        (tmp_path / "a.off").write_text("no such kind")
        assert draw(worker, tmp_path / "a.off")
        return
    box.export(tmp_path / f"a.{form}")
    seen = draw(worker, tmp_path / f"a.{form}")
    assert (seen[48, 48] < 225).any()


def test_a_cloud_of_points_and_numbers_as_in_maps(worker, tmp_path):
    points = numpy.random.default_rng(1).random((5000, 3))
    points += numpy.array([4_500_000, 5_300_000, 300])
    trimesh.PointCloud(points, colors=[0, 0, 200, 255]).export(tmp_path / "a.ply")
    seen = draw(worker, tmp_path / "a.ply")
    assert ((seen[:, :, 2] - seen[:, :, 0]) > 60).sum() > 500


def test_gltf_with_files_beside_it(worker, tmp_path):
    look = trimesh.visual.TextureVisuals(
        uv=[[0, 0], [1, 0], [1, 1], [0, 1]], image=Image.new("RGB", (8, 8), (20, 20, 220))
    )
    corners = [[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]
    flat = trimesh.Trimesh(corners, [[0, 1, 2], [0, 2, 3]], visual=look, process=False)
    for name, data in trimesh.exchange.gltf.export_gltf(trimesh.Scene(flat)).items():
        (tmp_path / name).write_bytes(data)
    others = {p.name: str(p) for p in tmp_path.iterdir() if p.suffix != ".gltf"}
    model = next(tmp_path.glob("*.gltf"))
    assert draw(worker, model, others)[48, 48][2] > 120
    assert isinstance(draw(worker, model, {}), str)  # without its data there is nothing to draw


BROKEN = (b"", b"v 1 2\nf 1 2 9\n", b"\0" * 500, b"v nan nan nan\nf 1 1 1\n",
          b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 99\n")  # fmt: skip


@pytest.mark.parametrize("data", BROKEN)
@pytest.mark.parametrize("form", ["obj", "glb", "ply", "stl"])
def test_broken_models_have_no_picture(worker, tmp_path, data, form):
    (tmp_path / f"a.{form}").write_bytes(data)
    assert isinstance(draw(worker, tmp_path / f"a.{form}"), str)
    assert worker.call(can_draw_models) == ""


def test_only_the_items_own_files_are_found(tmp_path):
    own = OwnFiles({"sub/a.png": "/there/a.png"})
    assert own.find("sub\\A.png") == "/there/a.png"
    assert own.find("../../etc/a.png") == "/there/a.png"  # by its name alone, as the scan does
    for name in ("/etc/passwd", "../../../etc/passwd", "/dev/zero", "", "..", "http://x/b.png"):
        assert own.find(name) is None
        with pytest.raises(FileNotFoundError):
            own.read(name)


def test_a_pipe_that_a_material_names_is_not_opened(worker, tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("on purpose: no named pipes here")
    os.mkfifo(tmp_path / "pipe.png")
    os.mkfifo(tmp_path / "pipe.mtl")
    for texture, mtl in (("../pipe.png", "a.mtl"), (str(tmp_path / "pipe.png"), "a.mtl"),
                         ("t.png", "../pipe.mtl"), ("/dev/zero", "a.mtl")):  # fmt: skip
        files = quad(tmp_path / "m", texture, mtl)
        assert not isinstance(draw(worker, tmp_path / "m" / "a.obj", files), str)
    # even as one of the item's own files it is none that is read
    files = quad(tmp_path / "m", "p.png") | {"p.png": str(tmp_path / "pipe.png")}
    assert not isinstance(draw(worker, tmp_path / "m" / "a.obj", files), str)


def test_no_file_outside_is_opened(worker, tmp_path):
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("on purpose: strace is not installed")
    secret = tmp_path / "secret.png"
    Image.new("RGB", (8, 8), "red").save(secret)
    files = quad(tmp_path / "m", f"{secret}\nmap_Bump ../secret.png\nrefl {secret}")
    source, target = str(tmp_path / "m" / "a.obj"), str(tmp_path / "p.jpg")
    code = (
        "from hdp.ingest.pictures.making import *\n"
        f"w = Wanted('model', {source!r}, {{96: {target!r}}}, 1, {files!r})\n"
        "assert make_picture(w) == ''\n"
    )
    log = tmp_path / "log"
    run = subprocess.run(
        [strace, "-f", "-qq", "-e", "trace=open,openat,openat2,creat", "-o", log, sys.executable,
         "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, text=True,
    )  # fmt: skip
    if "ptrace" in run.stderr or "Operation not permitted" in run.stderr:
        pytest.skip("on purpose: strace is not allowed here")
    assert run.returncode == 0, run.stderr
    told = log.read_text(errors="replace")
    assert "/m/a.obj" in told and "secret.png" not in told


def test_without_opengl_it_is_said_and_nothing_else_breaks(tmp_path, monkeypatch):
    if not sys.platform.startswith("linux"):
        pytest.skip("on purpose: OpenGL cannot be taken away here")
    monkeypatch.setenv("__EGL_VENDOR_LIBRARY_DIRS", str(tmp_path))
    monkeypatch.setenv("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    with LimitedWorker() as one:
        with suppress(WorkerDied):
            assert one.call(can_draw_models)
        Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
        wanted = Wanted("image", str(tmp_path / "a.png"), {96: str(tmp_path / "t.jpg")})
        assert one.call(make_picture, wanted) == ""


def test_a_model_without_a_shape(tmp_path):
    (tmp_path / "a.obj").write_text("# nothing\n")
    with pytest.raises((NoPicture, ValueError, KeyError)):
        read_model(tmp_path / "a.obj", {})


@pytest.mark.parametrize("name", ["model_obj/roman_statue.obj", "model_glb/building_scan.glb"])
def test_real_models(worker, tmp_path, name):
    if not SHARED.is_dir():
        pytest.skip("on purpose: the shared test data are not here")
    source = shutil.copy(SHARED / name, tmp_path)
    beside = (SHARED / name).parent
    files = {p.name: str(p) for p in beside.iterdir() if p.name != Path(name).name}
    seen = draw(worker, Path(source), files, 480)
    # bricks: the colours vary much more than those of plain surfaces
    assert seen.reshape(-1, 3).std(axis=0).min() > 30
    assert len({tuple(one) for one in seen[200:300, 200:300].reshape(-1, 3) // 8}) > 40
