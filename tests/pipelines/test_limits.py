"""Limits of time and memory, disks without room, and programs that want to end."""

import os

import pytest

from hdp.pipelines.definition import StepDefinition
from hdp.pipelines.executors import Pool
from hdp.pipelines.limits import DEFAULT_S, memory_limit, resident_bytes, time_limit
from hdp.pipelines.results import RunResult
from hdp.sdk import Cancelled, ComponentError

linux = pytest.mark.skipif(
    not resident_bytes(os.getpid()), reason="on purpose: the limit of memory is kept on Linux"
)


def step(name, **more):
    extra = "".join(f", {key}: {value}" for key, value in more.items())
    return f"{{id: s, uses: trial.{name}, in: {{files: inputs.all}}{extra}}}"


def test_the_step_wins_over_the_component_and_that_over_hdp():
    plain, own = StepDefinition("s", "x"), StepDefinition("s", "x", timeout=5, memory=100)
    assert time_limit(plain, {}) == DEFAULT_S == 3600
    assert time_limit(plain, {"minutes": 2}) == 120
    assert time_limit(own, {"minutes": 2}) == 5
    assert memory_limit(own, {"memory": 7}) == 100 << 20
    assert memory_limit(plain, {"memory": 7}) == 7 << 20


@linux
def test_a_step_with_a_memory_limit_takes_no_more(play, source):
    with pytest.raises(ComponentError, match="more memory than its limit of 200 MB") as caught:
        play([step("greedy", memory=200)], [source("a.txt")])
    assert caught.value.name == "step-memory"


def test_a_thread_that_hangs_is_left_behind(play, source, monkeypatch):
    monkeypatch.setattr("hdp.pipelines.threads.GRACE", 0.1)
    result = RunResult()
    with pytest.raises(ComponentError, match=r"longer than .* left behind") as caught:
        play([step("deaf", timeout=0.2)], [source("a.txt")], result=result)
    assert caught.value.name == "step-timeout"
    assert [one.state for one in result.steps] == ["failed"]
    assert result.steps[0].error["code"] == "step-timeout"


def test_a_thread_past_its_limit_is_told_so(play, source):
    with pytest.raises(ComponentError, match="longer than its time limit"):
        play([step("polite", timeout=0.2)], [source("a.txt")])


def test_a_deaf_thread_does_not_keep_a_cancelled_run(play, source, monkeypatch):
    monkeypatch.setattr("hdp.pipelines.threads.GRACE", 0.1)
    asked = iter([False] * 3)
    with pytest.raises(Cancelled):
        play([step("deaf")], [source("a.txt")], cancelled=lambda: next(asked, True))


@pytest.mark.parametrize("name", ["quits", "quitsalone"])
def test_sys_exit_fails_its_own_file_only(play, source, name):
    files = [source("a.txt"), source("bad.txt"), source("c.txt")]
    result = play([step(name, on_error="skip")], files)
    assert [one.state for one in result.steps] == ["done", "failed", "done"]
    assert "tried to end the whole program" in result.findings[0].message


def test_a_full_disk_is_told_as_such(play, source, tmp_path):
    with pytest.raises(ComponentError, match="no room left on the disk") as caught:
        play([step("full")], [source("a.txt")])
    assert caught.value.name == "run-no-room" and "Make room" in caught.value.hint
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", ["new", "work"])
def test_a_folder_that_cannot_be_made_is_a_sentence(play, source, tmp_path, place):
    (tmp_path / "out").write_text("a file, not a folder") if place == "new" else (
        tmp_path / "work"
    ).write_text("a file")
    with pytest.raises(ComponentError) as caught:
        play([step("copy")], [source("a.txt")], to=tmp_path / "out" / "deeper")
    assert caught.value.name == "run-storage" and caught.value.hint


def test_what_failed_is_told_too(play, source):
    result = RunResult()
    with pytest.raises(ComponentError):
        play([step("copy"), step("raises").replace("id: s", "id: t")], [source("a.txt")],
             result=result)  # fmt: skip
    assert [(one.id, one.state) for one in result.steps] == [("s", "done"), ("t", "failed")]


def test_runs_share_processes_and_what_is_open_in_them(play, source):
    pool = Pool(1)
    try:
        runs = [play([step("bomb")], [source("a.txt")], pool=pool) for _ in range(3)]
        assert len({one.outputs[0].path.read_text() for one in runs}) == 1
        assert runs[0].outputs[0].path.read_text() != str(os.getpid())
        opened = [play([step("opens")], [source("a.txt")], pool=pool).values for _ in range(3)]
        assert opened == [{"s": {"opened": 1}}] * 3
    finally:
        pool.close()


def test_a_pool_replaces_a_process_that_died(play, source):
    pool = Pool(1)
    try:
        play([step("bomb", on_error="skip")], [source("a.txt"), source("bad.txt")], pool=pool)
        assert play([step("bomb")], [source("c.txt")], pool=pool).outputs
    finally:
        pool.close()


def test_a_component_sees_the_fields_that_it_reads(play, source):
    fields = {"title": "T", "notes": "private"}
    found = play([step("reader")], [source("a.txt")], fields=fields)
    assert found.values == {"s": {"fields": ["title"]}}


def test_a_computer_is_checked_once_for_all_items(play, source, monkeypatch, catalogue):
    asked = []
    kind = catalogue.component("trial.copy")
    monkeypatch.setattr(kind, "check", lambda self: asked.append(1) or ())
    pool = Pool(1)
    for _ in range(3):
        play([step("copy")], [source("a.txt")], pool=pool)
    pool.close()
    assert asked == [1]
