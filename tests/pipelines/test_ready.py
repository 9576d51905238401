"""Every pipeline that comes with HDP runs, on the sample collection and on a project."""

from __future__ import annotations

import hashlib
import json

import pytest
from PIL import Image

from hdp import paths
from hdp.application import describing
from hdp.application.loose import run_on_files
from hdp.project import runs
from hdp.serving import serve

COIN, BOWL, MTL = "SH-1999-002_coin.jpg", "SH-2011-031_bowl.obj", "SH-2011-031_bowl.mtl"


@pytest.fixture
def ready(app, tmp_path):
    """Runs a ready pipeline on sample files; the result and the folder with what was made."""

    def run(name, *files, **params):
        chosen = [paths.sample_dir() / one if isinstance(one, str) else one for one in files]
        result, failures = run_on_files(
            app, name, chosen, tmp_path / "made", params=params,
            progress=lambda *_: None, cancelled=lambda: False,
        )  # fmt: skip
        assert failures == []
        return result, tmp_path / "made"

    return run


def names(files):
    return sorted(one.name for one in files)


def test_web_copies(ready):
    result, made = ready("web-copies", COIN, side=200)
    assert names(result.upload) == [COIN, "SH-1999-002_coin_web.jpg"]
    assert max(Image.open(made / "SH-1999-002_coin_web.jpg").size) == 200


def test_mesh_publish(ready):
    result, made = ready("mesh-publish", BOWL)
    assert BOWL in names(result.upload)
    web = made / "SH-2011-031_bowl_web.glb"
    assert web.read_bytes()[:4] == b"glTF"
    report = next(one for one in result.outputs if one.step == "report")
    assert json.loads(report.path.read_text(encoding="utf-8"))


def test_no_processing(ready):
    result, made = ready("no-processing", COIN, MTL)
    assert names(result.upload) == [COIN, MTL] and not made.exists()


def test_photo_metadata(ready, tmp_path):
    photo = tmp_path / "photo.jpg"
    image = Image.new("RGB", (30, 20))
    exif = image.getexif()
    exif[0x010E] = "A red sherd"
    image.save(photo, exif=exif)
    result, _made = ready("photo-metadata", photo)
    found = {one.field: (one.value, one.how) for one in result.metadata}
    assert found["description"][1] == "fill" and "A red sherd" in found["description"][0]


def test_version_refresh(ready):
    result, _made = ready("version-refresh", COIN, BOWL)
    uploaded = names(result.upload)
    assert {COIN, BOWL, "SH-1999-002_coin_web.jpg", "SH-2011-031_bowl_web.glb"} <= set(uploaded)
    assert not [one for one in result.findings if one.severity == "error"]


def test_version_refresh_leaves_out_the_copy_of_what_cannot_be_read(ready, tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"\xff\xd8\xff no picture")
    result, _made = ready("version-refresh", bad)
    assert names(result.upload) == ["bad.jpg"]
    assert [one for one in result.findings if one.severity == "warning"]


@pytest.fixture
def model(app):
    """A language model's server that always says the same; `asked` is what it was asked."""
    asked = []
    entry = {"value": "A struck coin.", "evidence": "a coin", "confidence": 0.9}
    said = {"description": entry, "keywords": {**entry, "value": ["coin"]}}

    def answer(environ, start):
        if environ["REQUEST_METHOD"] == "POST":
            asked.append(json.loads(environ["wsgi.input"].read()))
        choice = {"message": {"content": json.dumps(said)}, "finish_reason": "stop"}
        body = json.dumps({"model": "m", "data": [{"id": "m"}], "choices": [choice]}).encode()
        start("200 OK", [("Content-Type", "application/json"),
                         ("Content-Length", str(len(body)))])  # fmt: skip
        return [body]

    served = serve(answer)
    app.plugin_settings.set("llm", "server", f"{served.url}/v1")
    yield asked
    served.stop()


def test_describe_with_llm(app, project, do, model):
    """On a project: the record's empty description is filled, and a person has yet to accept it."""
    mapping = project.root_dir("input") / "mapping.yaml"
    text = mapping.read_text(encoding="utf-8")
    kept = [one for one in text.splitlines() if "description" not in one]
    mapping.write_text("\n".join(kept) + "\n", encoding="utf-8")
    describing.set_mapping(app, mapping)
    ended = do("pipeline", 1, args={"pipeline": "describe-with-llm", "params": {"about": "Coins"}})
    assert ended["state"] == "done", ended["tasks"]
    assert len(model) == 1 and "Coins" in json.dumps(model[0])
    (run,) = project.read(lambda c: runs.list_runs(c, 1))
    found = {one["field"]: one["value"] for one in run.metadata}
    assert "A struck coin." in found["description"] and found["keywords"] == ["coin"]


def test_describe_with_llm_asks_nothing_where_there_is_a_description(project, do, model):
    ended = do("pipeline", 1, args={"pipeline": "describe-with-llm"})
    assert ended["state"] == "done" and model == []


def test_deposit_with_provenance(ready):
    result, made = ready("deposit-with-provenance", COIN)
    uploaded = {one.name: one for one in result.upload}
    assert {COIN, "SH-1999-002_coin_web.jpg", "manifest-sha256.txt"} <= set(uploaded)
    told = json.loads(uploaded["paradata.json"].path.read_text(encoding="utf-8"))
    assert [one["component"] for one in told["steps"]] == ["image.resize", "general.checksums"]
    crates = [one for one in uploaded if "crate" in one.lower()]
    assert len(crates) == 1
    lines = (made / "manifest-sha256.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        digest, name = line.split("  ", 1)
        assert hashlib.sha256(uploaded[name].path.read_bytes()).hexdigest() == digest
    assert len(lines) == 2


def test_scanned_documents(ready):
    pytest.importorskip("rapidocr", reason="on purpose: OCR needs the extra ocr")
    result, made = ready("scanned-documents", "SH-2011-000_report.pdf", language="de")
    uploaded = names(result.upload)
    assert uploaded == [
        "SH-2011-000_report.hocr.html", "SH-2011-000_report.pdf", "SH-2011-000_report.txt",
    ]  # fmt: skip
    assert len((made / "SH-2011-000_report.txt").read_text(encoding="utf-8")) > 100
