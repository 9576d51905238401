"""Running: private folders, provenance, one swap, and components that misbehave."""

import json

import pytest

from hdp.sdk import Cancelled, ComponentError, Conflict, InvalidInput, Refused

COPY = '{id: c, uses: trial.copy@1, in: {files: inputs.all}, names: "{stem}_web{ext}"}'


def step(name, **more):
    extra = "".join(f", {key}: {value}" for key, value in more.items())
    return f"{{id: s, uses: trial.{name}, in: {{files: inputs.all}}{extra}}}"


def leftovers(tmp_path):
    hidden = [one.name for one in tmp_path.iterdir() if one.name.startswith(".")]
    return hidden + [one.name for one in (tmp_path / "work").iterdir()]


def test_outputs_stand_in_their_folder_with_paradata(play, source, tmp_path):
    files = [source("a.txt"), source("b.txt", role="member"), source("t.png", role="texture")]
    result = play([COPY], files, top="upload: [inputs.all, c.files]\n")
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == [
        "a_web.txt", "b_web.txt", "paradata.json", "ro-crate-metadata.json",
    ]  # fmt: skip
    assert [one.name for one in result.upload] == ["a.txt", "b.txt", "a_web.txt", "b_web.txt"]
    assert all(one.path.is_file() and one.sha256 and one.size for one in result.upload)
    assert [(one.id, one.state) for one in result.steps] == [("c", "done"), ("c", "done")]
    assert result.outputs[0].derived_from == ("a.txt",)
    assert result.values == {"c": {"size": 13}}
    paradata = json.loads((tmp_path / "out/paradata.json").read_text())
    assert paradata["steps"][0]["params"] == {"text": "hello"}
    assert paradata["inputs"][0]["sha256"] == result.upload[0].sha256
    assert leftovers(tmp_path) == []


def test_rerun_replaces_its_own_files_only(play, source, tmp_path):
    play([COPY], [source("a.txt"), source("b.txt")])
    mine = tmp_path / "out" / "notes.txt"
    mine.write_text("mine")
    play([COPY], [source("a.txt", "changed")])
    names = sorted(one.name for one in (tmp_path / "out").iterdir())
    assert names == ["a_web.txt", "notes.txt", "paradata.json", "ro-crate-metadata.json"]
    assert (tmp_path / "out/a_web.txt").read_text() == "changedhello"
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("before", [True, False], ids=["made by us", "never ours"])
def test_a_persons_file_is_never_overwritten(play, source, tmp_path, before):
    if before:
        play([COPY], [source("a.txt")])
    (tmp_path / "out").mkdir(exist_ok=True)
    (tmp_path / "out/a_web.txt").write_text("a person's work")
    with pytest.raises(Refused, match=r"a_web\.txt is already there"):
        play([COPY], [source("a.txt", "other")])
    assert (tmp_path / "out/a_web.txt").read_text() == "a person's work"
    assert leftovers(tmp_path) == []


def test_same_names_within_a_step_are_refused(play, source):
    files = [source("x/a.txt", "1"), source("y/a.txt", "2")]
    with pytest.raises(ComponentError, match="same name as the one made from"):
        play([COPY], files)


def test_a_step_uses_the_files_of_an_earlier_one(play, source, tmp_path):
    last = "{id: d, uses: trial.copy, in: {files: c.files}, with: {text: {record: word}}}"
    result = play([COPY, last], [source("a.txt")], fields={"word": "!"}, top="upload: [d.files]\n")
    assert result.upload[0].path.read_text() == "originalhello!"
    assert result.upload[0].path == tmp_path / "out/d/a_web.txt"


def test_a_crash_takes_only_its_own_file_along(play, source):
    files = [source("a.txt"), source("bad.txt"), source("c.txt")]
    result = play([step("bomb", on_error="skip")], files)
    assert [one.state for one in result.steps] == ["done", "failed", "done"]
    assert [one.name for one in result.outputs] == ["a.txt", "c.txt"]
    assert result.findings[0].code == "component-crashed"
    assert "trial.bomb failed at bad.txt: it stopped unexpectedly" in result.findings[0].message


def test_progress_comes_out_of_the_process(play, source):
    said = []
    play([step("bomb")], [source("a.txt")], progress=lambda *one: said.append(one))
    assert (50, 100, "half") in said and said[-1][0] == 100


def test_time_limit_ends_a_process(play, source):
    with pytest.raises(ComponentError, match=r"trial\.slow .*longer than its limit") as caught:
        play([step("slow", timeout=0.5)], [source("a.txt")])
    assert caught.value.name == "step-timeout"


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("outside", "component-output", "plugin trial gave back a file outside"),
        ("link", "component-output", "plugin trial gave back a file outside"),
        ("cheat", "source-changed", "plugin trial changed its input a.txt"),
        ("raises", "component-failed", "trial.raises failed at a.txt: ZeroDivisionError"),
        ("odd", "component-failed", "trial.odd failed at a.txt: Odd"),
    ],
)
def test_a_misbehaving_component_is_named(play, source, tmp_path, name, code, words):
    with pytest.raises(ComponentError) as caught:
        play([step(name)], [source("a.txt")])
    assert caught.value.name == code and words in caught.value.message
    assert not (tmp_path / "out").exists()
    assert leftovers(tmp_path) == []


def test_a_changed_source_is_never_skipped(play, source):
    with pytest.raises(ComponentError, match="changed its input"):
        play([step("cheat", on_error="skip")], [source("a.txt")])


def test_retries(play, source):
    with pytest.raises(ComponentError):
        play([step("raises", on_error="retry", retries=1)], [source("a.txt")])
    result = play([step("raises", on_error="skip", retries=2)], [source("a.txt")])
    assert [one.state for one in result.steps] == ["failed"] * 3


def test_metadata_follows_the_policy(play, source):
    top = "metadata: {from: c, append: [keywords]}\n"
    result = play([COPY], [source("a.txt"), source("b.txt")], top=top)
    found = [(one.field, one.value, one.how) for one in result.metadata]
    assert found == [("keywords", ["a.txt"], "append"), ("keywords", ["b.txt"], "append")]


@pytest.mark.parametrize(
    ("when", "runs"),
    [("record.title == \"\"", 1), ("record.title != ''", 0), ("inputs.all > 1", 0),
     ("params.n >= 2", 1)],
)  # fmt: skip
def test_when(play, source, when, runs):
    one = step("copy", when="'" + when.replace("'", "''") + "'")
    assert len(play([one], [source("a.txt")], top="params: {n: 2}\n").steps) == runs


def test_select_and_parameters(play, source):
    one = step("copy", select='"b*"', **{"with": "{text: {param: word}}"})
    files = [source("a.txt"), source("b.txt")]
    result = play([one], files, top="params: {word: x}\n", params={"word": "?"})
    assert [one.path.read_text() for one in result.outputs] == ["original?"]
    with pytest.raises(InvalidInput, match="no parameter wrod") as caught:
        play([one], files, top="params: {word: x}\n", params={"wrod": "?"})
    assert caught.value.hint == "Did you mean word?"


def test_cancelling_leaves_nothing(play, source, tmp_path):
    with pytest.raises(Cancelled):
        play([COPY], [source("a.txt")], cancelled=lambda: True)
    assert not (tmp_path / "out").exists() and leftovers(tmp_path) == []


def test_a_file_that_changed_since_the_scan(play, source):
    from dataclasses import replace

    with pytest.raises(InvalidInput, match=r"a\.txt was changed since it was scanned"):
        play([COPY], [replace(source("a.txt"), sha256="0" * 64)])


def test_needs_doi_is_told(play, source):
    with pytest.raises(Conflict, match="needs the DOI"):
        play([COPY], [source("a.txt")], top="needs: doi\n")
    assert play([COPY], [source("a.txt")], top="needs: doi\n", fields={"doi": "10.5072/1"}).outputs


def test_no_steps_upload_the_inputs(play, source, tmp_path):
    result = play([], [source("a.txt")])
    assert [one.name for one in result.upload] == ["a.txt"]
    assert not (tmp_path / "out").exists()
