"""The page's routes for plugins: in, on, off and out again."""

from __future__ import annotations

import zipfile

import pytest

CODE = """
from hdp.sdk import Component, Result, hookimpl
class Copy(Component):
    id, title = "mine.copy", "Copy"
    def run(self, step):
        return Result()
@hookimpl
def hdp_components():
    return [Copy]
"""


@pytest.fixture
def archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as made:
        made.writestr("mine/__init__.py", CODE)
        made.writestr(
            "mine/plugin.toml",
            'id = "mine"\nname = "M"\nversion = "1"\nsdk = ["1"]\ncomponents = ["mine.copy"]\n',
        )
    return str(tmp_path / "mine.zip")


def components(visitor):
    return {one["id"] for one in visitor.get("/components")["components"]}


def test_in_on_off_and_out(visitor, listen, archive):
    heard = listen()
    assert visitor.post("/plugins/install", {"path": archive})["plugin"]["status"] == "disabled"
    again = visitor.post("/plugins/install", {"path": archive}, status=409)
    assert again["error"]["code"] == "plugin-installed"
    visitor.post("/plugins/install", {"path": archive, "replace": True}, status=200)
    assert "mine.copy" not in components(visitor)
    on = visitor.post("/plugins/enable", {"plugin": "mine", "on": True})["plugin"]
    assert (on["status"], on["source"]) == ("ready", "folder")
    heard.wait(lambda e: e["type"] == "changed" and "plugins" in e["kinds"])
    assert "mine.copy" in components(visitor)
    visitor.post("/plugins/enable", {"plugin": "mine", "on": False}, status=200)
    assert "mine.copy" not in components(visitor)
    gone = visitor.post("/plugins/remove", {"plugin": "mine"})
    assert gone == {"plugin": "mine", "environments": []}
    assert "mine" not in {one["id"] for one in visitor.get("/plugins")["plugins"]}


def test_wrong_requests_are_sentences(visitor, tmp_path):
    (tmp_path / "bad.zip").write_bytes(b"x")
    for route, body, status in (
        ("install", {"path": str(tmp_path / "bad.zip")}, 400),
        ("install", {"path": "relative.zip"}, 400),
        ("install", {}, 400),
        ("enable", {"plugin": "image", "on": "yes"}, 400),
        ("enable", {"plugin": "nothing", "on": True}, 404),
        ("remove", {"plugin": "image"}, 409),
    ):
        told = visitor.post(f"/plugins/{route}", body, status=status)["error"]
        assert told["message"]


def test_an_environment_in_the_making(visitor, app, tmp_path, monkeypatch):
    (tmp_path / "heavy").mkdir()
    (tmp_path / "heavy" / "__init__.py").write_text(
        CODE.replace("mine.copy", "heavy.copy").replace(
            "    def run", '    isolation = "environment"\n    def run'
        )
    )
    (tmp_path / "heavy" / "requirements.txt").write_text("anything\n")
    (tmp_path / "heavy" / "plugin.toml").write_text(
        'id = "heavy"\nname = "H"\nversion = "1"\nsdk = ["1"]\ncomponents = ["heavy.copy"]\n'
    )
    visitor.post("/plugins/install", {"path": str(tmp_path / "heavy")}, status=200)
    on = visitor.post("/plugins/enable", {"plugin": "heavy", "on": True})["plugin"]
    assert (on["status"], on["environment"]) == ("incomplete", "missing")
    assert visitor.get("/plugins/environment", plugin="heavy")["state"] == "none"
    visitor.get("/plugins/environment", status=404, plugin="nothing")
    monkeypatch.setattr("hdp.application.environment_making.find_tool", lambda _oldest: None)
    visitor.post("/plugins/environment", {"plugin": "heavy"}, status=200)
    app.environment_making._works["heavy"].thread.join(20)
    now = visitor.get("/plugins/environment", plugin="heavy")
    assert (now["state"], now["error"]["code"]) == ("failed", "environment-tool")
    visitor.post("/plugins/environment/cancel", {"plugin": "heavy"}, status=200)
