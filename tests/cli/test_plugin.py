"""`hdp plugin new, check, install, enable, remove`: the whole way of a plugin."""

from __future__ import annotations

import zipfile


def test_from_nothing_to_a_step_and_away_again(hdp, home, tmp_path):
    made = hdp("plugin", "new", "watermark", "--kind", "component", "--json").json
    assert "watermark/plugin.toml" in made["files"]
    assert hdp("plugin", "check", "watermark", "--json").json["findings"] == []
    assert hdp("component", "show", "watermark.checksum").code == 2
    assert hdp("--plugin", "watermark", "component", "show", "watermark.checksum").code == 0

    with zipfile.ZipFile(tmp_path / "w.zip", "w") as archive:
        for one in made["files"]:
            archive.write(tmp_path / "watermark" / one, f"watermark-main/{one}")
    ran = hdp("plugin", "install", "w.zip")
    assert (ran.code, "hdp plugin enable watermark" in ran.out) == (0, True)
    assert hdp("component", "show", "watermark.checksum").code == 2
    again = hdp("plugin", "install", "w.zip")
    assert (again.code, "--replace" in again.err) == (1, True)
    assert hdp("plugin", "install", "w.zip", "--replace", "--json").json["status"] == "disabled"
    assert hdp("plugin", "enable", "watermark", "--json").json["status"] == "ready"
    assert hdp("component", "show", "watermark.checksum").code == 0

    (tmp_path / "a.txt").write_text("hello")
    (tmp_path / "p.yaml").write_text(
        "hdp: 1\nname: P\ninputs:\n  all: {media: ['*/*']}\nsteps:\n"
        "  - {id: sums, uses: watermark.checksum@1, in: {files: inputs.all}}\n"
        "upload: [sums.checksums]\n"
    )
    ran = hdp("pipeline", "run", "p.yaml", "--files", "a.txt", "--to", tmp_path / "out")
    assert ran.code == 0, ran.err
    assert list((tmp_path / "out").rglob("a.txt.sha256"))

    assert hdp("plugin", "remove", "watermark", "--json").json["removed"] is True
    assert hdp("component", "show", "watermark.checksum").code == 2
    assert not (home / "plugins").exists()


def test_checking_a_bad_one_names_every_place(hdp, tmp_path):
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "plugin.toml").write_text('id = "bad"\nname = 7\nsdk = ["1"]\n')
    ran = hdp("plugin", "check", "bad")
    assert ran.code == 1
    assert '"name" is needed' in ran.out
    assert '"version" is needed' in ran.out
    assert "line 2" in ran.out
    assert len(hdp("plugin", "check", "bad", "--json").json["findings"]) == 2


def test_a_hostile_archive_is_refused(hdp, home, tmp_path):
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("../evil.py", "x")
    ran = hdp("plugin", "install", "bad.zip")
    assert (ran.code, "leads out of its folder" in ran.err) == (1, True)
    assert not (tmp_path / "evil.py").exists()
    assert not (home / "plugins").exists()


def test_built_in_plugins_stay(hdp):
    ran = hdp("plugin", "remove", "image")
    assert (ran.code, "hdp plugin disable image" in ran.err) == (3, True)


def test_an_environment_is_made_only_where_it_is_needed_and_can_be(hdp, tmp_path, monkeypatch):
    ran = hdp("plugin", "environment", "image")
    assert (ran.code, "needs no environment" in ran.err) == (1, True)
    hdp("plugin", "new", "heavy")
    code = tmp_path / "heavy" / "heavy" / "component.py"
    own = '    isolation = "environment"\n    title ='
    code.write_text(code.read_text().replace("    title =", own))
    assert hdp("plugin", "install", "heavy").code == 0
    assert "incomplete" in hdp("plugin", "enable", "heavy").out
    monkeypatch.setattr("hdp.application.environment_making.find_tool", lambda _oldest: None)
    ran = hdp("plugin", "environment", "heavy")
    assert (ran.code, "neither uv nor Python" in ran.err) == (2, True)
    assert "plugins' own environments" in hdp("doctor").out
