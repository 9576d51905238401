"""What goes wrong ends in a sentence and the right exit status."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys

import pytest

from hdp.practice.server import start


@pytest.fixture
def elsewhere(tmp_path):
    """Another practice server, which stands for a repository out there."""
    server = start(tmp_path / "elsewhere")
    yield server
    server.stop()


def test_wrong_use(hdp, tmp_path):
    for args in (["item", "list"], ["nonsense"], ["item", "list", "--bogus"], ["item"]):
        assert hdp(*args).code == 2
    error = hdp("item", "list", "--json").json["error"]
    assert error["code"] == "no-project"
    assert error["hint"]
    assert hdp("draft", "create", "--nope", "--json").json["error"]["code"] == "usage"


def test_two_projects_in_a_folder_are_not_guessed(hdp, made, tmp_path):
    (tmp_path / "other.hdpc").write_bytes(made.read_bytes())
    assert hdp("item", "list").code == 2
    assert hdp("item", "list", "-p", made).code == 0


def test_project_from_the_environment(hdp, made, tmp_path, monkeypatch):
    monkeypatch.setenv("HDP_PROJECT", str(made))
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    assert hdp("item", "list", "--json").json["total"] == 3


def test_global_options_stand_anywhere(hdp, made):
    for args in (
        ["-p", made, "--json", "item", "list"], ["item", "-p", made, "list", "--json"],
        ["item", "list", "--json", "-p", made, "--env", "sandbox"],
    ):  # fmt: skip
        assert hdp(*args).json["total"] == 3


@pytest.mark.parametrize("content", [b"", b"no project", b"SQLite format 3\0" + bytes(2000)])
def test_foreign_project_file(hdp, tmp_path, content):
    (tmp_path / "bad.hdpc").write_bytes(content)
    ran = hdp("item", "list", "-p", "bad.hdpc", "--json")
    assert ran.code == 2
    assert "bad.hdpc" in ran.err
    assert ran.json["error"]["where"]["file"].endswith("bad.hdpc")
    assert (tmp_path / "bad.hdpc").read_bytes() == content


def test_newer_project_is_refused(hdp, made):
    with sqlite3.connect(made) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    ran = hdp("item", "list")
    assert ran.code == 3
    assert "newer" in ran.err


def test_nothing_is_overwritten(hdp, made, folder, tmp_path):
    before = made.read_bytes()
    ran = hdp("project", "new", made, "--name", "X", "--code", "X", "--input", folder,
              "--output", "out")  # fmt: skip
    assert ran.code == 3
    assert made.read_bytes() == before
    assert (
        hdp("mapping", "new", folder / "mapping.yaml", "--table", folder / "objects.csv").code == 3
    )
    assert hdp("project", "backup", "--to", made).code == 3


def test_bad_tables(hdp, made, tmp_path):
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "empty.xlsx").write_bytes(b"")
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04 no")
    for name in ("empty.csv", "empty.xlsx", "bad.xlsx"):
        ran = hdp("mapping", "new", "m.yaml", "--table", name, "--json")
        assert ran.code == 1, ran.out
        assert name in ran.json["error"]["message"]
        assert not (tmp_path / "m.yaml").exists()
    assert hdp("mapping", "new", "m.yaml", "--table", "nowhere.xlsx").code == 2


def test_mapping_beside_its_table(hdp, made, folder, tmp_path):
    ran = hdp("mapping", "new", "m.yaml", "--table", folder / "objects.csv", "--key", "filename")
    assert ran.code == 0
    assert 'table: "input/objects.csv"' in (tmp_path / "m.yaml").read_text(encoding="utf-8")


def test_bad_mapping_and_pipeline(hdp, made, tmp_path):
    (tmp_path / "bad.yaml").write_text("fields: {titel: {column: x}}\n")
    assert hdp("mapping", "set", "bad.yaml").code == 1
    assert hdp("mapping", "set", "nowhere.yaml").code == 2
    checked = hdp("pipeline", "check", "bad.yaml", "--json")
    assert checked.code == 1
    assert checked.json["findings"][0]["where"]["line"]
    assert hdp("pipeline", "check", "nowhere.yaml").code == 2
    assert hdp("pipeline", "run", "nonsense", 1).code == 2


def test_selections(hdp, made):
    assert hdp("prepare").code == 2
    assert hdp("prepare", 99, "--json").json["error"]["code"] == "no-such-item"
    assert hdp("prepare", "--since", "yesterday").code == 2
    before = hdp("draft", "publish", 1, "--json")
    assert (before.code, before.json["tasks"][0]["error"]["code"]) == (1, "wrong-state")
    hdp("prepare", "--all")
    hdp("draft", "create", "--all")
    again = hdp("draft", "create", 1, 2, "--json")
    assert (again.code, again.json["skipped"]) == (0, 2)


def test_wrong_token(hdp, made, elsewhere, monkeypatch):
    assert hdp("env", "add", "away", "--target", "zenodo", "--url", elsewhere.url).code == 0
    hdp("prepare", "--all", "--env", "away")
    missing = hdp("draft", "create", 1, "--env", "away", "--json")
    assert missing.code == 1
    assert missing.json["tasks"][0]["error"]["code"] in ("no-token", "unauthorised")
    monkeypatch.setenv("HDP_TOKEN_AWAY", "not-the-token")
    wrong = hdp("draft", "create", 1, "--env", "away", "--json")
    assert wrong.code == 1
    assert "not-the-token" not in wrong.out + wrong.err
    assert hdp("env", "check", "away").code == 1
    monkeypatch.setenv("HDP_TOKEN_AWAY", elsewhere.token)
    assert hdp("env", "check", "away", "--json").json["reachable"] is True


def test_server_down(hdp, made, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hdp("env", "add", "down", "--target", "zenodo", "--url", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("HDP_TOKEN_DOWN", "token")
    monkeypatch.setattr("hdp.remote.Remote.pause", lambda self, seconds: None)
    ran = hdp("env", "check", "down", "--json")
    assert (ran.code, ran.json["error"]["code"]) == (1, "unreachable")


def test_production_is_confirmed_and_never_remembered(hdp, made, elsewhere, monkeypatch):
    hdp("env", "add", "live", "--target", "zenodo", "--url", elsewhere.url, "--kind", "production")
    monkeypatch.setenv("HDP_TOKEN_LIVE", elsewhere.token)
    assert hdp("project", "set", "--env", "live").code == 3
    hdp("prepare", "--all", "--env", "live")
    assert hdp("draft", "create", "--all", "--upload", "--env", "live").code == 0
    refused = hdp("draft", "publish", "--all", "--env", "live", "--json")
    assert refused.code == 3
    assert "3 records" in refused.json["error"]["message"]
    assert hdp("record", "list", "--env", "live", "--json").json["total"] == 0
    assert hdp("draft", "publish", "--all", "--env", "live", "--yes-production").code == 0
    assert hdp("record", "list", "--env", "live", "--json").json["total"] == 3


def test_a_bug_is_a_sentence_with_the_log(hdp, home, monkeypatch):
    def broken(*_args, **_options):
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr("hdp.environments.Environments.list", broken)
    ran = hdp("env", "list", "--json")
    assert (ran.code, ran.json["error"]["code"]) == (1, "bug")
    assert "ZeroDivisionError" in (home / "logs" / "hdp.log").read_text(encoding="utf-8")


def test_a_home_that_cannot_be_made(hdp, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HDP_HOME", str(tmp_path / "file" / "home"))
    ran = hdp("env", "list", "--json")
    assert (ran.code, ran.json["error"]["code"]) == (1, "home-not-writable")


def test_a_terminal_that_knows_ascii_only(made, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    subprocess.run(
        [sys.executable, "-m", "hdp", "metadata", "set", "1", "title=Schüssel"], check=True,
        capture_output=True,
    )  # fmt: skip
    out = subprocess.run(
        [sys.executable, "-m", "hdp", "metadata", "show", "1", "--json"], check=True,
        capture_output=True,
    ).stdout  # fmt: skip
    assert json.loads(out)["metadata"]["title"] == "Schüssel"


def test_a_folder_needs_no_token_and_is_told_so(hdp, tmp_path):
    (tmp_path / "shelf").mkdir()
    assert hdp("env", "add", "shelf", "--target", "archive", "--url", tmp_path / "shelf").code == 0
    ran = hdp("env", "check", "shelf")
    assert ran.code == 0 and "needs no token" in ran.out and "token belongs" not in ran.out
    ran = hdp("env", "token", "shelf")
    assert ran.code == 2 and "needs no token" in ran.err
    (tmp_path / "shelf").rmdir()
    ran = hdp("env", "check", "shelf")
    assert ran.code == 1 and "is not there" in ran.err
