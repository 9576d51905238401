"""The whole way over HTTP: new project, scan, mapping, four stages, published."""

import csv
import io

import openpyxl
import pytest


def _body(samples, **changes):
    return {
        "file": str(samples / "mine.hdpc"), "name": "Mine", "code": "MINE",
        "input": str(samples / "files"), "output": str(samples / "output"),
        "modality": ["image", "model"], "mode": "root", "extensions": [".jpg", ".obj", ".glb"],
        "bundle": "none", "primary": "", "materials": True, "textures": True, "exclude": [],
        **changes,
    }  # fmt: skip


@pytest.fixture
def ready(visitor, listen, samples):
    """A scanned and mapped project; `run` does an action and waits for its end."""
    events = listen()
    made = visitor.post("/project/new", _body(samples), status=202)
    assert made["project"]["name"] == "Mine"
    assert events.finished(made["job"])["state"] == "done"
    visitor.post("/mapping/set", {"path": str(samples / "mapping.yaml")}, status=200)

    def run(action, ids, **more):
        body = {"action": action, "env": "practice", "ids": ids, **more}
        started = visitor.post("/actions", body, status=202, **{"X-Action-Id": f"me-{action}"})
        return events.finished(started["job"])

    return visitor, events, run


def test_from_a_folder_to_published_records(ready, samples):
    visitor, events, run = ready
    ids = visitor.get("/uploads/ids", env="practice", stage="prepare")["ids"]
    assert len(ids) >= 7
    page = visitor.get("/uploads", env="practice", stage="prepare", limit=3)
    assert page["total"] == len(ids) and len(page["rows"]) == 3
    assert page["rows"][0]["findings"]["error"] == 0, page["rows"][0]
    two = ids[:2]
    stages = []
    for action in ("prepare", "create", "upload", "publish"):
        job = run(action, two)
        tasks = visitor.get(f"/jobs/{job['id']}")["tasks"]
        assert (job["state"], job["done"]) == ("done", 2), tasks
        counts = visitor.get("/uploads", env="practice", stage="prepare")["counts"]
        stages.append([counts[one] for one in ("prepare", "create", "drafts", "published")])
    rest = len(ids) - 2
    assert stages == [[rest, 2, 0, 0], [rest, 0, 2, 0], [rest, 0, 2, 0], [rest, 0, 0, 2]]

    groups = visitor.get("/uploads/published", env="practice")
    assert groups["total"] == 2 and groups["groups"][0]["versions"][0]["doi"]
    files = visitor.get(f"/deposits/{two[0]}/files", env="practice")["files"]
    assert all(one["status"] == "uploaded" and one["error"] is None for one in files)
    assert visitor.post("/open-page", {"item": two[0], "env": "practice"})["opened"] is False
    changed = [one for one in events.events if one["type"] == "changed" and one["by"]]
    assert {one["by"] for one in changed} == {
        f"me-{a}" for a in ("prepare", "create", "upload", "publish")
    }
    dashboard = visitor.get("/dashboard", env="practice")
    assert dashboard["counts"]["published"] == 2 and len(dashboard["published"]) == 2
    assert visitor.get(f"/items/{two[0]}", env="practice")["row"]["state"] == "published"


def test_previews_and_refusals_of_actions(ready):
    visitor, _events, run = ready
    ids = visitor.get("/uploads/ids", env="practice", stage="prepare")["ids"]
    run("prepare", ids[:1])
    body = {"action": "create", "env": "practice", "ids": ids[:3]}
    preview = visitor.post("/actions/preview", body)
    assert (preview["total"], preview["acts_on"]) == (3, 1)
    assert len(preview["skipped"]) == 2 and preview["skipped"][0]["reason"]
    publish = visitor.post("/actions/preview", {**body, "action": "publish", "env": "production"})
    assert publish["needs_number"] and publish["public"] and publish["final"]
    for wrong, code in (
        ({"action": "nonsense"}, "unknown-action"),
        ({"ids": []}, "nothing-selected"),
        ({"ids": "1"}, "bad-request"),
        ({"ids": [True]}, "bad-request"),
        ({"confirm": "3"}, "bad-request"),
    ):
        error = visitor.post("/actions", {**body, **wrong}, status=400)["error"]
        assert error["code"] == code
    assert visitor.post("/actions", {**body, "ids": [999]}, status=404)
    assert visitor.post("/actions", {**body, "env": "nowhere"}, status=404)
    everything = {"action": "prepare", "env": "practice", "all": True, "stage": "prepare"}
    assert visitor.post("/actions/preview", everything)["total"] == len(ids) - 1


def test_a_batch_with_failures_has_a_report(ready, tmp_path):
    visitor, _events, run = ready
    ids = visitor.get("/uploads/ids", env="practice", stage="prepare")["ids"][:2]
    job = run("upload", ids)
    assert (job["state"], job["failed"]) == ("failed", 2)
    answer = visitor.session.get(f"{visitor.web.base}/api/jobs/{job['id']}/report.csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["state"] for row in rows] == ["failed", "failed"]
    assert rows[0]["code"] and rows[0]["message"]
    assert rows[0]["error"] and rows[0]["what to do"] and rows[0]["environment"] == "practice"
    assert rows[0]["key"] and rows[0]["id"] == ""
    path = tmp_path / "report.csv"
    visitor.post(f"/jobs/{job['id']}/report", {"path": str(path)}, status=200)
    assert list(csv.reader(path.open(encoding="utf-8-sig")))[1][3] == "failed"
    book = tmp_path / "report.xlsx"
    visitor.post(f"/jobs/{job['id']}/report", {"path": str(book)}, status=200)
    sheet = openpyxl.load_workbook(book).active
    assert [sheet.cell(1, at).value for at in (1, 4, 8)] == ["item", "state", "doi"]
    assert sheet.cell(2, 4).value == "failed"
    visitor.post(f"/jobs/{job['id']}/report", {"path": str(path)}, status=409)
    visitor.post(f"/jobs/{job['id']}/report", {"path": "report.csv"}, status=400)
    assert visitor.post(f"/jobs/{job['id']}/retry", status=202)["job"] > job["id"]
    assert visitor.get("/jobs")["jobs"][0]["kind"] == "upload"
    assert visitor.get("/jobs/999", status=404)["error"]["code"] == "no-such-job"


def test_production_needs_the_number(ready):
    visitor, _events, _run = ready
    ids = visitor.get("/uploads/ids", env="production", stage="prepare")["ids"]
    body = {"action": "publish", "env": "production", "ids": ids[:1]}
    for confirm in (None, 2):
        error = visitor.post("/actions", {**body, "confirm": confirm}, status=409)["error"]
        assert error["code"] == "production-not-confirmed"
    error = visitor.post("/settings/environment", {"env": "production"}, status=409)["error"]
    assert error["code"] == "production-not-remembered"
    assert visitor.post("/settings/environment", {"env": "sandbox"}, status=200)
    assert visitor.get("/app")["project"]["environment"] == "sandbox"


def test_thumbnails(ready):
    visitor, _events, _run = ready
    rows = visitor.get("/uploads", env="practice", stage="prepare")["rows"]
    picture = next(row for row in rows if row["kind"] == "image")["item"]
    url = f"{visitor.web.base}/api/thumbnails/{picture}"
    answer = visitor.session.get(url)
    assert answer.headers["Content-Type"] == "image/jpeg" and answer.content[:2] == b"\xff\xd8"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    again = visitor.session.get(url, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert visitor.get("/thumbnails/999", status=404)
    bare = next(row for row in rows if row["key"].startswith("SH-2011-032"))["item"]
    # a model: its picture is there, or comes a little later, or cannot be drawn here
    answer = visitor.session.get(f"{visitor.web.base}/api/thumbnails/{bare}")
    assert answer.status_code in (200, 204)


def test_demo(visitor, listen):
    events = listen()
    made = visitor.post("/project/demo", status=202)
    assert events.finished(made["job"])["state"] == "done"
    assert visitor.get("/app")["project"]["items"] > 5
    assert visitor.get("/mapping")["mapping"]["table"] == "objects.xlsx"
    found = visitor.post("/mapping/check", {"env": "practice"})
    assert found["counts"]["error"] == 0, found["findings"]
    item = visitor.get("/uploads/ids", stage="prepare", env="practice")["ids"][0]
    preview = visitor.get("/mapping/preview", item=item, env="practice")
    assert preview["metadata"]["title"] and preview["origins"]["title"]
    again = visitor.post("/project/demo", status=202)
    assert again["project"]["path"] != made["project"]["path"]
    assert events.finished(again["job"])["state"] == "done"


def test_preview_writes_nothing(visitor, samples):
    body = _body(samples, file=str(samples / "sub" / "x.hdpc"))
    preview = visitor.post("/project/preview", body, status=202)["id"]
    while (found := visitor.get(f"/previews/{preview}"))["state"] == "running":
        pass
    rows = visitor.get(f"/previews/{preview}/items", limit=200)["rows"]
    assert found["counts"]["items"] == len(rows) > 6
    assert found["counts"]["by_status"]["valid"] and found["counts"]["by_extension"][".jpg"]
    assert not (samples / "sub").exists() and not (samples / "output").exists()
    wrong = (
        {"input": str(samples / "nothing")}, {"input": "relative"}, {"mode": "sideways"},
        {"extensions": "jpg"}, {"materials": "yes"}, {"input": 3}, {"file": "a\0b"},
    )  # fmt: skip
    for one in wrong:
        assert visitor.post("/project/preview", {**body, **one}, status=400)["error"]["message"]


def test_opening_closing_and_what_is_no_project(visitor, samples, listen):
    assert visitor.get("/uploads", stage="prepare", status=400)["error"]["code"] == "no-project"
    assert visitor.post("/project/open", {"path": str(samples / "mapping.yaml")}, status=400)
    assert visitor.post("/project/open", {"path": "~/../x"}, status=400)
    made = visitor.post("/project/new", _body(samples), status=202)
    listen().finished(made["job"])
    assert visitor.post("/project/new", _body(samples), status=409)
    visitor.post("/project/close", status=200)
    assert visitor.get("/app")["project"] is None
    assert visitor.get("/app")["recents"][0]["exists"] is True
    opened = visitor.post("/project/open", {"path": made["project"]["path"]})
    assert opened["project"]["items"] > 6


def test_the_other_screens(visitor):
    assert {one["id"] for one in visitor.get("/modalities")["modalities"]} >= {"image", "model"}
    pipelines = visitor.get("/pipelines")
    assert pipelines["total"] == len(pipelines["pipelines"]) > 2
    for one in pipelines["pipelines"]:
        shown = visitor.get(f"/pipelines/{one['name']}")
        assert len(shown["steps"]) == one["steps"] and shown["yaml"]
        assert one["findings"] == [], one
    assert visitor.get("/pipelines/..%2f..%2fx", status=404)
    assert any(one["id"] == "zenodo" for one in visitor.get("/plugins")["plugins"])
    assert visitor.get("/components")["components"]
    settings = visitor.get("/settings")
    assert settings["practice"]["url"].startswith("http://127.0.0.1:")
    checked = visitor.post("/settings/check", {"env": "practice"})
    assert checked["account"] in checked["message"]
    assert visitor.post("/settings/check", {"env": "sandbox"}, status=404)
    assert visitor.post("/dialogs/open-folder", {}, status=404)["error"]["code"] == "not-available"


def test_tokens_go_in_and_never_out(visitor, monkeypatch):
    secret = "abc123secret"
    assert visitor.post("/settings/token", {"env": "sandbox", "token": secret})["where"]
    shown = visitor.session.get(visitor.web.base + "/api/settings").text
    assert secret not in shown and secret not in str(visitor.get("/app"))
    found = {one["name"]: one for one in visitor.get("/app")["environments"]}
    assert found["sandbox"]["has_token"] and not found["production"]["has_token"]
    assert visitor.post("/settings/token", {"env": "sandbox", "token": None})["where"]
    assert visitor.post("/settings/token", {"env": "sandbox"}, status=400)
    assert visitor.post("/settings/token", {"env": "practice", "token": "x"}, status=400)


def test_folders_complete_a_path(visitor, tmp_path):
    for name in ("Alpha", "alps", "beta", ".hidden"):
        (tmp_path / "f" / name).mkdir(parents=True)
    (tmp_path / "f" / "alfile").write_text("")
    assert visitor.get("/folders", path=str(tmp_path / "f"))["folders"] == ["Alpha", "alps", "beta"]
    half = visitor.get("/folders", path=str(tmp_path / "f" / "al"))
    assert half["folders"] == ["Alpha", "alps"] and half["exists"] is False
    for odd in ("", "a\0b", "relative", str(tmp_path / "no" / "such"), "x" * 6000):
        assert visitor.get("/folders", path=odd)["path"]
