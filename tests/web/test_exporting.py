"""Exports over HTTP: as a download, as a new file, refused."""

import json

import pytest
from defusedxml import ElementTree

from hdp.application import describing, scanning
from hdp.metadata.tables import read_table


@pytest.fixture
def project(app, samples, tmp_path):
    spec = scanning.NewProject(
        tmp_path / "test.hdpc", "Test", "TST", samples / "files", tmp_path / "output",
        {"extensions": [".jpg", ".png", ".tif", ".obj", ".pdf"], "bundle": "stem"},
    )  # fmt: skip
    project = scanning.create_project(app, spec)
    scanning.scan_project(app)
    describing.set_mapping(app, next(samples.glob("*.yaml")))
    return project


def fetch(visitor, status=200, **query):
    answer = visitor.session.get(f"{visitor.web.base}/api/metadata/export", params=query)
    assert answer.status_code == status, answer.text
    return answer


def test_one_record_in_every_format(visitor, project, tmp_path):
    title = visitor.get("/items/1/metadata")["title"]
    for form in ("zenodo", "inveniordm", "datacite", "schema.org", "ro-crate"):
        answer = fetch(visitor, **{"as": form}, items="1")
        assert title in json.dumps(json.loads(answer.content), ensure_ascii=False)
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    root = ElementTree.fromstring(fetch(visitor, **{"as": "dublin-core"}, items="1").content)
    assert root.findtext("{http://purl.org/dc/elements/1.1/}title") == title
    for form in ("csv", "xlsx"):
        table = tmp_path / f"got.{form}"
        table.write_bytes(fetch(visitor, **{"as": form}, items="1").content)
        assert read_table(table).cells(0)["title"] == title


def test_a_new_file_is_written_and_never_written_over(visitor, project, tmp_path):
    for form in ("csv", "ro-crate"):
        goal = tmp_path / f"out-{form}"
        body = {"as": form, "items": "1", "path": str(goal)}
        assert visitor.post("/metadata/export", body) == {"path": str(goal)}
        before = goal.read_bytes()
        assert visitor.post("/metadata/export", body, 409)["error"]["code"] == "file-exists"
        assert goal.read_bytes() == before


@pytest.mark.parametrize(
    "query",
    [
        {"as": "csv"}, {"as": "docx", "items": "1"}, {"items": "1"}, {"as": "csv", "items": "1;2"},
        {"as": "ro-crate"}, {"as": "ro-crate", "items": "1,2"}, {"as": "csv", "items": "1" * 400},
    ],
)  # fmt: skip
def test_what_cannot_be_exported_is_said(visitor, project, query):
    error = fetch(visitor, 404 if len(query.get("items", "")) > 9 else 400, **query).json()["error"]
    assert error["code"] in ("nothing-to-do", "bad-request", "no-such-item")
    assert error["message"]
