"""Settings and the dashboard as the page asks for them."""

from __future__ import annotations

import pytest

from hdp.application import actions
from hdp.application.actions import Action
from hdp.application.demo import create_sample, fill_sample
from hdp.application.selection import Selection


@pytest.fixture
def sample(app, tmp_path):
    create_sample(app, tmp_path / "Samples")
    fill_sample(app)
    return app


def do(app, kind, *ids, env="practice"):
    started = actions.start(app, Action(kind, env, Selection(ids=ids)))
    assert app.jobs.wait(started.job, timeout=60)


def test_an_environment_is_added_changed_and_removed(visitor, tmp_path):
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    body = {"name": "shelf", "target": "archive", "url": str(shelf), "kind": "sandbox"}
    added = visitor.post("/environments/add", body)["environment"]
    assert (added["kind"], added["builtin"], added["needs_token"]) == ("sandbox", False, False)
    assert visitor.post("/environments/add", body, 409)["error"]["code"] == "environment-exists"
    changed = visitor.post("/environments/change", {"name": "shelf", "title": "Our shelf"})
    assert changed["environment"]["title"] == "Our shelf"
    assert changed["environment"]["url"] == added["url"]
    names = {one["name"]: one for one in visitor.get("/settings")["environments"]}
    assert names["shelf"]["target_title"] == "Archive folder" and names["practice"]["builtin"]
    assert visitor.post("/environments/remove", {"name": "sandbox"}, 409)["error"]["code"]
    visitor.post("/environments/remove", {"name": "shelf"})
    assert len(visitor.get("/settings")["environments"]) == 3


def test_settings_of_a_target_are_checked(visitor):
    body = {"name": "rdm", "target": "inveniordm", "url": "https://rdm.example.org"}
    odd = visitor.post("/environments/add", body | {"settings": {"colour": "red"}}, 400)
    assert odd["error"]["code"] == "bad-setting"
    given = {"publisher": "Museum", "ca_file": "", "max_files": 100}
    added = visitor.post("/environments/add", body | {"settings": given})["environment"]
    assert added["settings"] == {"publisher": "Museum"}  # defaults are not written down
    assert added["kind"] == "production" and not added["has_token"]


def test_an_environment_with_records_keeps_its_address(visitor, sample, tmp_path):
    shelf, other = tmp_path / "shelf", tmp_path / "other"
    shelf.mkdir()
    other.mkdir()
    body = {"name": "shelf", "target": "archive", "url": str(shelf), "kind": "sandbox"}
    visitor.post("/environments/add", body)
    do(sample, "prepare", 1, env="shelf")
    do(sample, "create", 1, env="shelf")
    moved = visitor.post("/environments/change", {"name": "shelf", "url": str(other)}, 409)
    assert moved["error"]["code"] == "environment-used"
    gone = visitor.post("/environments/remove", {"name": "shelf"}, 409)
    assert gone["error"]["code"] == "environment-used"
    shown = visitor.get("/dashboard", env="practice")["environments"]
    counts = {one["name"]: one["counts"] for one in shown}
    assert counts["shelf"] == {"prepare": 15, "create": 0, "drafts": 1, "published": 0}
    assert counts["practice"]["prepare"] == 16


def test_publishing_is_switched_by_project_and_environment(visitor, sample):
    visitor.post("/settings/publishing", {"env": "practice", "on": False})
    project = visitor.get("/settings")["project"]
    assert project["publishing"] == {"practice": False, "sandbox": True, "production": True}
    visitor.post("/settings/publishing", {"env": "practice", "on": True})
    assert visitor.get("/settings")["project"]["publishing"]["practice"]
    assert visitor.post("/settings/publishing", {"env": "practice", "on": 1}, 400)


def test_preferences_are_kept_on_this_computer(visitor):
    assert visitor.get("/app")["preferences"]["theme"] == "system"
    visitor.post("/settings/config", {"name": "theme", "value": "dark"})
    assert visitor.get("/app")["preferences"]["theme"] == "dark"
    assert visitor.post("/settings/config", {"name": "theme", "value": "pink"}, 400)
    visitor.post("/settings/config", {"name": "theme", "value": None})
    assert visitor.get("/settings")["config"]["theme"] == "system"


def test_a_project_is_renamed_and_its_folders_moved(visitor, sample, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    body = {"name": "Another name", "output": str(tmp_path / "elsewhere")}
    project = visitor.post("/settings/project", body)["project"]
    assert project["name"] == "Another name" and project["output"] == str(tmp_path / "elsewhere")
    assert visitor.get("/app")["project"]["name"] == "Another name"
    lost = visitor.post("/settings/project", {"input": str(tmp_path / "nowhere")}, 400)
    assert lost["error"]["code"] == "input-missing"


def test_recent_projects_are_forgotten(visitor, sample):
    path = visitor.get("/app")["project"]["path"]
    assert [one["path"] for one in visitor.get("/app")["recents"]] == [path]
    assert visitor.post("/recents/forget", {"path": path})["recents"] == []
    assert visitor.get("/app")["project"]["path"] == path


def test_the_dashboard_says_what_needs_attention(visitor, sample):
    do(sample, "prepare", 1, 2, env="sandbox")
    shown = visitor.get("/dashboard", env="sandbox")
    codes = {one["code"]: one for one in shown["attention"]}
    assert codes["token-missing"]["count"] == 2
    assert shown["quota"]["max_files"] == 100 and shown["quota"]["most_files"] >= 2
    assert shown["disk"]["total"] > shown["disk"]["free"] > 0
    assert visitor.get("/disk")["path"] == shown["disk"]["path"]
    mapping = sample.project.folder / "objects.xlsx"
    mapping.rename(mapping.with_name("elsewhere.xlsx"))
    card = visitor.get("/dashboard", env="practice")["mapping"]
    assert card["problems"] == 1 and "objects.xlsx" in card["error"]["message"]


def test_a_plugins_settings_and_secrets(visitor):
    def llm():
        found = visitor.get("/plugins/settings")["plugins"]
        return next(one for one in found if one["id"] == "llm")

    shown = {one["name"]: one for one in llm()["settings"]}
    assert shown["outside"]["value"] == "no" and shown["outside"]["choices"] == ["no", "yes"]
    body = {"plugin": "llm", "name": "model"}
    visitor.post("/plugins/settings", body | {"value": "gemma3"})
    assert {one["name"]: one["value"] for one in llm()["settings"]}["model"] == "gemma3"
    visitor.post("/plugins/settings", body | {"value": None})
    refused = visitor.post("/plugins/settings", body | {"name": "outside", "value": "so"}, 400)
    visitor.post("/plugins/settings", {"plugin": "llm", "name": "server", "value": "nowhere"})
    tried = visitor.post("/plugins/check", {"plugin": "llm"})["findings"]
    assert [(one["severity"], one["code"]) for one in tried] == [("error", "llm-server")]
    assert refused["error"]["code"] == "bad-setting"
    kept = visitor.post("/plugins/secret", {"plugin": "llm", "name": "key", "value": "s3cret"})
    assert kept["kept"] and "s3cret" not in str(kept)
    assert llm()["secrets"] == [{"name": "key", "kept": True}]
    visitor.post("/plugins/secret", {"plugin": "llm", "name": "key", "value": None})
    assert llm()["secrets"] == [{"name": "key", "kept": False}]
