"""The Pipeline Constructor over HTTP: texts and forms, the project's files, tries."""

import json
import shutil

import pytest
from PIL import Image

from hdp.application import describing, scanning

MAPPING = """\
hdp-mapping: 1
table: objects.csv
key: filename
fields:
  title: {column: title}
"""


@pytest.fixture
def project(app, tmp_path):
    folder = tmp_path / "input"
    folder.mkdir()
    for number in range(2):
        Image.new("RGB", (320, 240), (number * 90, 80, 60)).save(folder / f"p{number}.jpg")
    (folder / "objects.csv").write_text("filename,title\np0.jpg,One\np1.jpg,Two\n")
    (folder / "mapping.yaml").write_text(MAPPING)
    spec = scanning.NewProject(
        tmp_path / "test.hdpc", "Test", "TST", folder, tmp_path / "output",
        {"extensions": [".jpg"], "bundle": "stem"},
    )  # fmt: skip
    made = scanning.create_project(app, spec)
    scanning.scan_project(app)
    describing.set_mapping(app, folder / "mapping.yaml")
    return made


def created(visitor, title="My copies", **more):
    name = visitor.post("/constructor/create", {"title": title, **more}, 200)["name"]
    return visitor.get(f"/constructor/pipelines/{name}")


def step(**more):
    inner = {"id": "small", "uses": "image.resize@1", "in": {"images": "inputs.files"}}
    return inner | {"with": {"longest_side": 64}, "names": "{stem}_s{ext}"} | more


def with_step(visitor, opened, **more):
    model = opened["model"] | {"steps": [step(**more)], "upload": ["inputs.files", "small.images"]}
    return visitor.post("/constructor/write", {"yaml": opened["yaml"], "model": model}, 200)


def test_words_for_the_form(visitor, project):
    words = visitor.get("/constructor/words")
    resize = next(one for one in words["components"] if one["id"] == "image.resize")
    assert resize["help"] and resize["units"]["longest_side"] == "px"
    assert resize["params"]["properties"]["format"]["enum"] == ["keep", "jpeg", "png", "webp"]
    assert "title" in [one["field"] for one in words["fields"]]
    assert visitor.get("/constructor/schema")["title"] == "HDP pipeline"


def test_a_new_pipeline_is_kept_in_the_project_with_its_schema(visitor, project):
    opened = created(visitor, "Größere Kopien")
    assert opened["name"] == "grossere-kopien" and opened["own"] and opened["valid"]
    folder = project.folder / "pipelines"
    text = (folder / "grossere-kopien.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=pipeline.schema.json\nhdp: 1\n")
    assert json.loads((folder / "pipeline.schema.json").read_text())["title"] == "HDP pipeline"
    again = created(visitor, "Größere Kopien")
    assert again["name"] == "grossere-kopien-2"


def test_a_schema_of_somebody_else_stays(visitor, project):
    folder = project.folder / "pipelines"
    folder.mkdir()
    (folder / "pipeline.schema.json").write_text("{}")
    created(visitor)
    assert (folder / "pipeline.schema.json").read_text() == "{}"


def test_the_form_writes_the_text_and_keeps_comments(visitor, project):
    copy = created(visitor, "Mine", like="web-copies")
    assert copy["model"]["name"] == "Mine" and "# Smaller copies" in copy["yaml"]
    copy["model"]["steps"][0]["with"]["format"] = "webp"
    made = visitor.post("/constructor/write", {"yaml": copy["yaml"], "model": copy["model"]})
    assert made["yaml"] == copy["yaml"].replace("format: jpeg", "format: webp")
    assert made["valid"] and made["findings"] == []


def test_the_text_tells_all_its_problems_with_their_places(visitor, project):
    text = created(visitor)["yaml"].replace(
        "steps: []",
        "steps:\n  - {id: a, uses: image.rezise@1, in: {images: inputs.files}}\n"
        "  - {id: b, uses: image.resize@1, in: {image: inputs.files}, on_eror: skip}",
    )
    found = visitor.post("/constructor/read", {"yaml": text})
    assert not found["valid"] and len(found["findings"]) >= 3
    assert all({"line", "column"} <= one["where"].keys() for one in found["findings"])
    words = " ".join(f"{one['message']} {one['hint']}" for one in found["findings"])
    assert "Did you mean image.resize?" in words and "Did you mean on_error?" in words
    named = text.replace("upload:", "metadata: {fill: [titel, keywords]}\nupload:")
    found = visitor.post("/constructor/read", {"yaml": named})["findings"]
    assert [one["hint"] for one in found if "titel" in one["message"]] == ["Did you mean title?"]
    broken = visitor.post("/constructor/read", {"yaml": "a: [1"})
    assert broken["model"] is None and broken["findings"][0]["where"]["line"]


def test_saving_refuses_what_somebody_changed_meanwhile(visitor, project):
    opened = created(visitor)
    path = project.folder / "pipelines" / "my-copies.yaml"
    made = with_step(visitor, opened)
    body = {"name": opened["name"], "yaml": made["yaml"], "hash": opened["hash"]}
    kept = visitor.post("/constructor/save", body, 200)
    assert path.read_text(encoding="utf-8") == made["yaml"]
    theirs = made["yaml"] + "# theirs\n"
    path.write_text(theirs, encoding="utf-8")
    error = visitor.post("/constructor/save", body | {"hash": kept["hash"]}, 409)["error"]
    assert error["code"] == "pipeline-changed" and path.read_text(encoding="utf-8") == theirs
    gone = {"name": opened["name"], "hash": kept["hash"]}
    assert visitor.post("/constructor/delete", gone, 409)["error"]["code"] == "pipeline-changed"
    now = visitor.get(f"/constructor/pipelines/{opened['name']}")["hash"]
    visitor.post("/constructor/delete", gone | {"hash": now}, 200)
    assert not path.exists()
    assert visitor.get("/constructor/pipelines/my-copies", 404)["error"]["code"]


def test_shipped_pipelines_are_copied_not_changed(visitor, project):
    opened = visitor.get("/constructor/pipelines/web-copies")
    assert not opened["own"]
    body = {"name": "web-copies", "yaml": "x", "hash": opened["hash"]}
    assert visitor.post("/constructor/save", body, 409)["error"]["code"] == "pipeline-not-own"


def test_without_a_project_there_is_no_place_to_keep_one(visitor):
    assert visitor.post("/constructor/create", {"title": "x"}, 409)["error"]["code"] == "no-project"


def tried(visitor, listen, **body):
    hearing = listen()
    job = visitor.post("/constructor/try", body, 202)["job"]
    return job, hearing.finished(job)


def test_a_try_shows_before_and_after_and_leaves_nothing(visitor, listen, app, project):
    made = with_step(visitor, created(visitor))
    item = visitor.get("/items")["rows"][0]["item"]
    file = visitor.get(f"/items/{item}/detail")["item"]["files"][0]["id"]
    job, end = tried(visitor, listen, yaml=made["yaml"], item=item, file=file)
    assert end["state"] == "done"
    told = visitor.get(f"/constructor/tries/{job}")
    assert [one["name"] for one in told["before"]] == ["p0.jpg"]
    assert [one["name"] for one in told["after"]] == ["p0_s.jpg"] and told["after"][0]["upload"]
    base = f"{visitor.web.base}/api/constructor/tries/{job}"
    bytes_ = visitor.session.get(f"{base}/files/0")
    assert (
        bytes_.content[:3] == b"\xff\xd8\xff"
        and "sandbox" in bytes_.headers["Content-Security-Policy"]
    )
    output = project.root_dir("output")
    assert not output.exists() or list(output.iterdir()) == []
    assert list((app.home / "work").glob("try-*"))
    visitor.post("/constructor/tries/end", {}, 200)
    assert list((app.home / "work").iterdir()) == []
    assert visitor.get(f"/constructor/tries/{job}", 404)["error"]["code"] == "no-such-try"


def test_a_try_shows_metadata_as_a_difference(visitor, listen, app, project):
    text = """\
hdp: 1
name: Words
inputs: {photos: [image/*]}
steps:
  - {id: words, uses: image.metadata@1, in: {images: inputs.photos}}
metadata:
  - {from: words, overwrite: [title, description]}
"""
    folder = project.root_dir("input")
    photo = Image.new("RGB", (20, 20))
    exif = photo.getexif()
    exif[0x010E] = "A red sherd"
    photo.save(folder / "p1.jpg", exif=exif)
    scanning.scan_project(app)
    item = visitor.get("/items")["rows"][1]["item"]
    job, end = tried(visitor, listen, yaml=text, item=item)
    assert end["state"] == "done"
    told = visitor.get(f"/constructor/tries/{job}")
    assert any(one["state"] == "changed" for one in told["metadata"])
    rows = visitor.get("/uploads", stage="prepare", env="practice")["rows"]
    assert {one["state"] for one in rows} == {rows[0]["state"]}


def test_a_failing_try_says_why(visitor, listen, app, project):
    made = with_step(visitor, created(visitor))
    item = visitor.get("/items")["rows"][0]["item"]
    shutil.copy(project.root_dir("input") / "p1.jpg", project.root_dir("input") / "p0.jpg")
    _job, end = tried(visitor, listen, yaml=made["yaml"], item=item)
    assert end["state"] == "failed"
    tasks = app.jobs.tasks(end["id"])[0]
    assert tasks[0]["error"]["code"] == "file-changed"


def test_a_try_goes_up_to_a_step(visitor, listen, project):
    opened = created(visitor)
    second = {"id": "less", "uses": "image.resize@1", "in": {"images": "small.images"},
              "with": {"longest_side": 32}, "names": "{stem}_t{ext}"}  # fmt: skip
    model = opened["model"] | {"steps": [step(), second], "upload": ["less.images"]}
    made = visitor.post("/constructor/write", {"yaml": opened["yaml"], "model": model})
    assert made["valid"]
    item = visitor.get("/items")["rows"][0]["item"]
    job, _end = tried(visitor, listen, yaml=made["yaml"], item=item, until="small")
    assert [one["step"] for one in visitor.get(f"/constructor/tries/{job}")["after"]] == ["small"]
    job, _end = tried(visitor, listen, yaml=made["yaml"], item=item)
    names = [one["name"] for one in visitor.get(f"/constructor/tries/{job}")["after"]]
    assert names == ["p0_s.jpg", "p0_s_t.jpg"]


def test_odd_requests_are_told(visitor, project):
    assert visitor.post("/constructor/try", {"yaml": "hdp: 1", "item": 1}, 400)["error"]["code"]
    text = created(visitor)["yaml"]
    assert visitor.post("/constructor/try", {"yaml": text, "item": 99}, 404)["error"]["code"]
    assert visitor.post("/constructor/try", {"yaml": text, "item": "x"}, 400)["error"]["code"]
    assert visitor.post("/constructor/write", {"yaml": text, "model": []}, 400)["error"]["code"]
    assert visitor.post("/constructor/create", {"title": " "}, 400)["error"]["code"] == "no-name"
