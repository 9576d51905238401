"""From a folder to published records, on the command line alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest


def test_whole_flow_in_practice(hdp, folder, tmp_path):
    new = hdp("project", "new", "a.hdpc", "--name", "A", "--code", "A", "--input", folder,
              "--output", "out", "--extensions", ".jpg", ".png", "--json")  # fmt: skip
    assert (new.code, new.json["counts"]["items"]) == (0, 3), new.err
    assert hdp("mapping", "set", folder / "mapping.yaml", "--json").json["active"] is True
    assert hdp("mapping", "check", "--json").json["findings"] == []
    shown = hdp("metadata", "show", 1, "--as", "zenodo", "--json").json
    assert shown["metadata"]["title"] == "Photograph 0"
    assert shown["origins"]["title"]["column"] == "title"
    for command, done in (
        (("prepare",), 3), (("draft", "create"), 3), (("draft", "upload"), 3),
        (("draft", "publish"), 3),
    ):  # fmt: skip
        ran = hdp(*command, "--all", "--json")
        assert (ran.code, ran.json["done"], ran.json["state"]) == (0, done, "done"), ran.out
    records = hdp("record", "list", "--json").json
    assert records["total"] == 3
    version = records["groups"][0]["versions"][0]
    assert version["doi"].startswith("10.5072/zenodo.")
    assert version["files"][0]["status"] == "uploaded"
    items = hdp("item", "list", "--json").json["items"]
    assert {one["state"] for one in items} == {"published"}
    assert items[0]["env_states"] == {"practice": "published"}


def test_what_is_published_is_not_begun_anew(hdp, uploaded):
    assert hdp("draft", "publish", 1).code == 0
    for command in (
        ("prepare", 1), ("pipeline", "draft", "no-processing", 1), ("draft", "publish", 1),
        ("draft", "discard", 1),
        ("item", "set-aside", 1, "--reason", "x"),
    ):  # fmt: skip
        ran = hdp(*command, "--json")
        assert (ran.code, ran.json["skipped"], ran.json["done"]) == (0, 1, 0), ran.out
    assert hdp("item", "show", 1, "--json").json["state"] == "published"


def test_left_out_items_are_counted_as_skipped(hdp, made):
    assert hdp("prepare", 1, 2).code == 0
    job = hdp("draft", "create", "--all", "--json").json
    assert (job["done"], job["skipped"], job["total"]) == (2, 1, 3)
    skipped = [one for one in job["tasks"] if one["state"] == "skipped"]
    assert skipped[0]["item"] == 3
    assert "not prepared" in skipped[0]["message"]


def test_nothing_to_do_is_fine_and_said(hdp, made):
    ran = hdp("draft", "publish", "--all")
    assert ran.code == 0
    assert "Nothing to do" in ran.err
    document = hdp("draft", "publish", "--all", "--json").json
    assert (document["id"], document["done"], document["skipped"]) == (None, 0, 3)


def test_filters_and_first(hdp, made):
    found = hdp("item", "list", "--search", "photo_001", "--json").json
    assert [one["key"] for one in found["items"]] == ["photo_001"]
    assert hdp("prepare", "--title", "photo*", "--first", 2, "--json").json["total"] == 2
    assert hdp("item", "list", "--state", "prepared", "--json").json["total"] == 2


def test_dry_run_makes_nothing(hdp, made):
    hdp("prepare", "--all")
    ran = hdp("draft", "create", "--all", "--dry-run", "--json")
    assert ran.json["total"] == 3 and ran.json["contents"]["files"] == 3
    said = hdp("draft", "create", 1, "--dry-run")
    assert "1 draft would be made, with 1 file" in said.err and "cc-by-4.0" in said.out
    assert {one["state"] for one in hdp("item", "list", "--json").json["items"]} == {"prepared"}


def test_discarding_says_first_what_is_lost(hdp, uploaded):
    ran = hdp("draft", "discard", "--all", "--dry-run", "--json")
    assert (ran.code, ran.json["drafts"], ran.json["files"]) == (0, 3, 3)
    said = hdp("draft", "discard", 1, "--dry-run").out
    assert "1 draft would be discarded, with 1 uploaded file" in said and "Photograph 0" in said
    assert {one["state"] for one in hdp("item", "list", "--json").json["items"]} == {"draft"}


def test_back_and_set_aside(hdp, made):
    hdp("prepare", "--all")
    assert hdp("prepare", "--back", 1, "--json").json["done"] == 1
    assert hdp("item", "set-aside", 2, "--reason", "blurred").code == 0
    assert hdp("item", "list", "--json").json["total"] == 2
    assert hdp("item", "restore", 2, "--json").json["items"][0]["set_aside"] is None


def test_overrides_by_hand(hdp, made):
    ran = hdp("metadata", "set", 1, "title=By hand", 'keywords=["one","two"]', "--json")
    assert ran.json["metadata"]["title"] == "By hand"
    assert ran.json["metadata"]["keywords"] == ["one", "two"]
    assert ran.json["origins"]["title"]["rule"] == "by-hand"
    assert hdp("metadata", "unset", 1, "title", "--json").json["metadata"]["title"] != "By hand"
    assert hdp("metadata", "set", 1, "tittle=x").code == 2


def test_dry_scan_needs_no_project(hdp, folder):
    ran = hdp("project", "scan", "--dry-run", "--input", folder, "--extensions", ".jpg", "--json")
    assert ran.code == 0
    assert set(ran.json) == {"items", "counts", "findings"}
    assert len(ran.json["items"]) == 3
    assert ran.json["items"][0]["files"][0]["sha256"]


def test_a_damaged_file_is_found_by_the_scan(hdp, folder, tmp_path):
    (folder / "photo_000.jpg").write_bytes((folder / "photo_000.jpg").read_bytes()[:200])
    hdp("project", "new", "a.hdpc", "--name", "A", "--code", "A", "--input", folder,
        "--output", "out", "--extensions", ".jpg")  # fmt: skip
    shown = hdp("item", "show", 1, "--json").json
    assert shown["files"][0]["status"] == "invalid"
    assert shown["files"][0]["problems"]
    hdp("project", "scan")
    assert hdp("item", "show", 1, "--json").json["files"][0]["status"] == "invalid"


def test_pipelines_on_items_and_on_files(hdp, made, folder, tmp_path):
    ran = hdp("pipeline", "run", "web-copies", "--items", 1, "--param", "side=16", "--json")
    assert (ran.code, ran.json["done"]) == (0, 1), ran.out
    files = hdp("pipeline", "run", "web-copies", "--files", folder / "photo_000.jpg",
                folder / "photo_001.jpg", "--to", tmp_path / "copies", "--json")  # fmt: skip
    assert files.code == 0, files.err
    assert len(files.json["outputs"]) == 2
    assert (tmp_path / "copies").is_dir()
    hdp("prepare", 2)
    drafted = hdp("pipeline", "draft", "web-copies", 2, "--json")
    assert drafted.json["done"] == 1, drafted.out
    roles = [one["role"] for one in hdp("draft", "files", 2, "--json").json["files"]]
    assert sorted(roles) == ["derived", "primary"]


def test_a_damaged_file_does_not_keep_the_others_from_a_pipeline(hdp, folder, tmp_path):
    (folder / "broken.jpg").write_bytes((folder / "photo_000.jpg").read_bytes()[:200])
    files = [folder / name for name in ("photo_000.jpg", "broken.jpg", "photo_001.jpg")]
    ran = hdp("pipeline", "run", "web-copies", "--files", *files, "--to", tmp_path / "c", "--json")
    assert ran.code == 1
    names = [one["name"] for one in ran.json["outputs"]]
    assert names == ["photo_000_web.jpg", "photo_001_web.jpg"]
    assert len(ran.json["failures"]) == 1


def test_jobs_are_listed_and_retried(hdp, made, tmp_path):
    hdp("prepare", "--all")
    failed = hdp("draft", "create", "--all", "--practice-faults", "token-refused:create", "--json")
    assert failed.code == 1, failed.out
    assert failed.json["failed"] == 1
    job = failed.json["id"]
    assert hdp("job", "show", job, "--json").json["failed"] == 1
    report = hdp("job", "report", job, "--json").json
    states = [(one["state"], bool(one["what to do"])) for one in report["rows"]]
    assert states.count(("failed", True)) == 1 and report["total"] == len(states)
    html = tmp_path / "report.html"
    assert hdp("job", "report", job, "-o", html).code == 0
    assert "<th>concept doi</th>" in html.read_text(encoding="utf-8")
    assert hdp("job", "report", job, "-o", html).code == 3
    assert hdp("job", "report", job, "--format", "xlsx").code == 2
    again = hdp("job", "retry", job, "--json")
    assert (again.code, again.json["done"]) == (0, 1), again.out
    assert hdp("job", "retry", again.json["id"]).code == 2
    assert hdp("job", "list", "--json").json["total"] >= 4


def test_demo(hdp, tmp_path):
    ran = hdp("demo", "--keep", tmp_path / "demo", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["total"] > 5
    assert all(one["doi"] for one in ran.json["records"])
    assert any(f["role"] == "derived" for one in ran.json["records"] for f in one["files"])
    assert hdp("demo", "--keep", tmp_path / "demo").code == 1  # nothing is overwritten


def test_practice_reset_needs_a_yes(hdp, uploaded):
    refused = hdp("practice", "reset", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (3, "reset-not-confirmed")
    assert hdp("practice", "reset", "--yes", "--json").json == {"drafts": 3, "published": 0}


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("command", [["serve"], ["practice", "open", "--quiet"]])
def test_serving_prints_its_address_first(made, command):
    process = subprocess.Popen(
        [sys.executable, "-m", "hdp", *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    try:
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.stdout.close()


@pytest.fixture
def slow_create(hdp, make_folder, tmp_path):
    """A process that makes drafts of eight items, four at once and each slowly."""
    folder = make_folder(8)
    hdp("project", "new", "a.hdpc", "--name", "A", "--code", "A", "--input", folder,
        "--output", "out", "--extensions", ".jpg")  # fmt: skip
    hdp("mapping", "set", folder / "mapping.yaml")
    assert hdp("prepare", "--all").code == 0
    process = subprocess.Popen(
        [sys.executable, "-m", "hdp", "draft", "create", "--all", "--json",
         "--practice-faults", "slow=3:create*"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        jobs = hdp("job", "list", "--json").json["jobs"]
        if jobs[0]["kind"] == "create" and jobs[0]["state"] == "running":
            break
    yield process
    process.kill()
    process.communicate()


def end_of(process) -> tuple[int, dict]:
    out, _ = process.communicate(timeout=60)
    return process.returncode, json.loads(out)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_cancels_and_the_same_command_carries_on(hdp, slow_create):
    slow_create.send_signal(signal.SIGINT)
    code, job = end_of(slow_create)
    assert (code, job["state"]) == (130, "cancelled")
    done = hdp("item", "list", "--state", "draft", "--json").json["total"]
    assert done == job["done"] < 8
    assert hdp("draft", "create", "--all").code == 0
    assert hdp("item", "list", "--state", "draft", "--json").json["total"] == 8


def test_a_job_of_another_process_is_cancelled(hdp, slow_create):
    job_id = hdp("job", "list", "--json").json["jobs"][0]["id"]
    assert hdp("job", "cancel", job_id).code == 0
    code, job = end_of(slow_create)
    assert (code, job["state"]) == (130, "cancelled")
    assert job["done"] < 8
    assert hdp("job", "cancel", job_id).code == 1
