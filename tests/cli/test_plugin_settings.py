"""`hdp plugin settings, set, secret`: what the person chose, on this computer only."""

from __future__ import annotations

import io
import json

import pytest

from hdp.application.plugin_settings import FILE
from hdp.plugin_manifest import PluginSetting, read_manifest
from hdp.sdk import InvalidInput


def test_settings_are_kept_and_given_back(hdp, home):
    shown = hdp("plugin", "settings", "llm", "--json").json
    assert shown["settings"]["server"] == "http://127.0.0.1:11434/v1"
    assert shown["secrets"] == {"key": False}
    assert (
        hdp("plugin", "set", "llm", "model", " gemma3:12b ", "--json").json["value"] == "gemma3:12b"
    )
    assert hdp("plugin", "settings", "llm", "--json").json["settings"]["model"] == "gemma3:12b"
    assert json.loads((home / FILE).read_text("utf-8")) == {"llm": {"model": "gemma3:12b"}}
    assert hdp("plugin", "set", "llm", "model", "--default", "--json").json["value"] == ""


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("llm", "outside", "perhaps"), "one of no, yes"),
        (("llm", "colour", "red"), "no setting colour"),
        (("nothing", "a", "b"), "no plugin"),
        (("llm", "server", "a\nb"), "a line"),
        (("llm", "server"), "VALUE"),
    ],
)
def test_what_makes_no_sense_is_refused(hdp, home, args, words):
    ran = hdp("plugin", "set", *args)
    assert ran.code == 2 and words in ran.err
    assert not (home / FILE).exists()


def test_a_secret_is_never_shown(hdp, app, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    kept = hdp("plugin", "secret", "llm", "key")
    assert kept.code == 0 and "s3cret" not in kept.out + kept.err
    assert app.plugin_settings.secret("llm", "key") == "s3cret"
    shown = hdp("plugin", "settings", "llm")
    assert "kept" in shown.out and "s3cret" not in shown.out
    assert hdp("plugin", "secret", "llm", "key", "--remove").code == 0
    assert not app.plugin_settings.has_secret("llm", "key")
    monkeypatch.setattr("sys.stdin", io.StringIO("x"))
    assert hdp("plugin", "secret", "llm", "other").code == 2


def test_a_broken_file_is_not_overwritten(hdp, home):
    home.mkdir(exist_ok=True)
    (home / FILE).write_text("[", "utf-8")
    for ran in (hdp("plugin", "settings", "llm"), hdp("plugin", "set", "llm", "model", "m")):
        assert ran.code == 1 and "cannot be read" in ran.err
    assert (home / FILE).read_text("utf-8") == "["


def test_a_manifest_declares_its_settings(tmp_path):
    base = 'id = "a"\nname = "A"\nversion = "1"\nsdk = ["1"]\n'
    file = tmp_path / "plugin.toml"
    file.write_text(f'{base}[settings."program.*"]\nhelp = "A program."\n', "utf-8")
    (one,) = read_manifest(tmp_path).settings
    assert one == PluginSetting("program.*", "A program.")
    assert [one.names(name) for name in ("program.gs", "program.", "program", "program.A/b")] == [
        True, False, False, False,
    ]  # fmt: skip
    head = "[settings.a]\nhelp = 'x'\n"
    for wrong in ("settings = 3", "[settings.A]\nhelp = 'x'", "[settings.a]\ndefault = 'x'",
                  f"{head}default = 1", f"{head}kind = 1"):  # fmt: skip
        file.write_text(f"{base}{wrong}\n", "utf-8")
        with pytest.raises(InvalidInput, match="setting"):
            read_manifest(tmp_path)


class TestTrying:
    """`hdp plugin settings ID --check`, with a server that is there or not."""

    @pytest.fixture
    def served(self):
        from hdp.serving import serve

        def app(environ, start):
            body = json.dumps({"data": [{"id": "small"}, {"id": "large"}]}).encode()
            start("200 OK", [("Content-Length", str(len(body)))])
            return [body]

        server = serve(app)
        yield server
        server.stop()

    def test_the_model_is_there(self, hdp, served):
        hdp("plugin", "set", "llm", "server", f"{served.url}/v1")
        hdp("plugin", "set", "llm", "model", "large")
        ran = hdp("plugin", "settings", "llm", "--check", "--json")
        assert ran.code == 0
        assert [one["code"] for one in ran.json["findings"]] == ["llm-ready"]

    def test_the_model_is_not_there_or_not_chosen(self, hdp, served):
        hdp("plugin", "set", "llm", "server", f"{served.url}/v1")
        ran = hdp("plugin", "settings", "llm", "--check")
        assert ran.code == 1 and "2 models" in ran.out and "small, large" in ran.out
        hdp("plugin", "set", "llm", "model", "huge")
        ran = hdp("plugin", "settings", "llm", "--check")
        assert ran.code == 0 and "does not list the model huge" in ran.out

    def test_nobody_answers_and_nothing_goes_outside(self, hdp, served):
        served.stop()
        hdp("plugin", "set", "llm", "server", f"{served.url}/v1")
        ran = hdp("plugin", "settings", "llm", "--check")
        assert ran.code == 1 and "No language model answered" in ran.out
        hdp("plugin", "set", "llm", "server", "https://llm.example.org/v1")
        ran = hdp("plugin", "settings", "llm", "--check")
        assert ran.code == 1 and "Nothing was sent" in ran.out

    def test_a_plugin_without_anything_to_try(self, hdp):
        assert "nothing to try" in hdp("plugin", "settings", "zenodo", "--check").out
