"""What a run tells of itself: paradata, an RO-Crate, and both as files of the record."""

import json

import pytest
from rocrate.rocrate import ROCrate

from hdp.pipelines.model import check
from hdp.sdk import ComponentError, InvalidInput

COPY = '{id: c, uses: trial.copy, in: {files: inputs.all}, names: "{stem}_1{ext}"}'
NEXT = '{id: d, uses: trial.copy, in: {files: c.files}, with: {text: "!"}}'
BOMB = "{id: b, uses: trial.bomb, in: {files: inputs.all}, on_error: skip}"


def test_the_crate_says_what_was_made_of_what_and_how(play, source, tmp_path):
    play([COPY, NEXT, BOMB], [source("bad ä.txt")])
    crate = ROCrate(tmp_path / "out")
    root = crate.root_dataset
    assert root["conformsTo"].id == "https://w3id.org/ro/wfrun/process/0.5"
    assert {one["name"] for one in root["hasPart"]} == {"bad ä_1.txt"}
    first, second, third = root["mentions"]
    assert [one.type for one in root["mentions"]] == ["CreateAction"] * 3
    assert first["instrument"]["softwareVersion"] == "1"
    assert first["object"][0]["name"] == "bad ä.txt" and len(first["object"][0]["sha256"]) == 64
    assert [one["value"] for one in second["object"][1:]] == ["!"]
    assert first["result"][0].id == second["object"][0].id
    assert third["actionStatus"].endswith("FailedActionStatus") and "stopped" in third["error"]
    assert first["startTime"] <= first["endTime"]


def test_a_rerun_replaces_the_crate_as_its_own(play, source, tmp_path):
    for text in ("one", "two"):
        play([COPY], [source("a.txt", text)])
    assert len(list((tmp_path / "out").iterdir())) == 3


@pytest.mark.parametrize("steps", [[COPY], []], ids=["with files", "without"])
def test_both_can_be_uploaded(play, source, tmp_path, steps):
    result = play(steps, [source("a.txt")], top="upload: [run.paradata, inputs.all, run.crate]\n")
    names = ["paradata.json", "a.txt", "ro-crate-metadata.json"]
    assert [one.name for one in result.upload] == names
    for one in (result.upload[0], result.upload[2]):
        assert one.path.parent == tmp_path / "out" and one.path.stat().st_size == one.size
        assert one.role == "metadata" and one.sha256 and one.media_type == "application/json"
    assert json.loads(result.upload[0].path.read_text())["pipeline"] == "Trial"


def test_a_source_of_the_same_name_is_refused(play, source):
    with pytest.raises(InvalidInput, match=r"Two files would be called paradata\.json"):
        play([COPY], [source("paradata.json")], top="upload: [inputs.all, run.paradata]\n")


def test_a_component_cannot_write_the_crate(play, source):
    step = '{id: c, uses: trial.copy, in: {files: inputs.all}, names: "ro-crate-metadata.json"}'
    with pytest.raises(ComponentError, match="HDP's own file"):
        play([step], [source("a.txt")])


def test_wrong_words_are_told_with_their_place(catalogue):
    text = "hdp: 1\nname: T\ninputs: {all: ['*/*']}\nsteps: []\nupload: [run.paradta]\n"
    _, findings = check(text, source="t.yaml", catalogue=catalogue)
    (found,) = findings
    assert found.code == "pipeline-reference" and found.where["line"] == 5
    assert "paradata" in found.hint


def test_a_step_called_run_goes_first(play, source):
    step = COPY.replace("id: c", "id: run")
    result = play([step], [source("a.txt")], top="upload: [run.files]\n")
    assert [one.name for one in result.upload] == ["a_1.txt"]


def test_run_is_no_source_of_a_step(catalogue):
    text = "hdp: 1\nname: T\nsteps:\n  - {id: c, uses: trial.copy, in: {files: run.crate}}\n"
    _, findings = check(text, source="t.yaml", catalogue=catalogue)
    assert [one.code for one in findings] == ["pipeline-reference"]
