"""`hdp config`: few settings, each with an effect, refused where they make no sense."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from hdp.application.config import RELEASES, Config
from hdp.jobs import local_lane
from hdp.sdk import InvalidInput, UsageError


def test_a_setting_is_kept_and_given_back(home):
    config = Config(home)
    assert config.all() == {
        "workers": None, "run-on": "local", "calls-at-once": 6, "language": "system",
        "theme": "system", "rows": "comfortable",
        "creator": "", "creator-orcid": "", "creator-affiliation": "",
        "updates": "off", "updates-url": RELEASES,
    }  # fmt: skip
    assert config.set("workers", "3") == 3
    assert Config(home).get("workers") == 3
    assert config.set("workers", None) is None
    assert local_lane(3).width == 3


_REFUSED = [
    ("workers", "0"), ("workers", "many"), ("color", "1"), ("theme", "pink"),
    ("creator", "a\nb"), ("creator-orcid", "0000-0002-1825-0098"),
    ("updates-url", "http://x.org"), ("updates-url", "file:///etc/passwd"), ("updates", "yes"),
    ("updates-url", "https://me:pw@x.org"), ("updates-url", "https://[::1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), _REFUSED)
def test_what_makes_no_sense_is_refused(home, name, value):
    with pytest.raises(UsageError):
        Config(home).set(name, value)
    assert not (home / "config.json").exists()


def test_a_creator_of_ones_own_is_an_entry(home):
    config = Config(home)
    config.set("creator-orcid", "https://orcid.org/0000-0002-1825-0097")
    assert config.creator() == {}  # nobody without a name
    config.set("creator", " Müller, Anna ")
    assert config.creator() == {"name": "Müller, Anna", "orcid": "0000-0002-1825-0097"}


def test_changes_at_once_lose_none(home):
    names = ("theme", "language", "rows", "workers")
    values = ("dark", "de", "compact", "2")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Config(home).set, names * 20, values * 20))
    assert [str(Config(home).get(name)) for name in names] == list(values)


def test_a_damaged_file_is_named_and_left_alone(home):
    home.mkdir()
    (home / "config.json").write_text("[1")
    with pytest.raises(InvalidInput, match=r"config\.json"):
        Config(home).get("workers")
    assert (home / "config.json").read_text() == "[1"


def test_the_command_shows_and_changes_them(home, capsys):
    from hdp.__main__ import main

    assert main(["config", "set", "calls-at-once", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"key": "calls-at-once", "value": 2}
    assert main(["config", "get", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["settings"]["calls-at-once"] == 2
    assert main(["config", "set", "nothing", "2"]) == 2


def test_where_pipelines_run(home, capsys):
    from hdp.__main__ import main

    assert main(["config", "set", "run-on", "dask:tcp://10.0.0.5:8786", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["value"] == "dask:tcp://10.0.0.5:8786"
    assert main(["config", "set", "run-on", "the moon"]) == 2
    assert "no place to run a pipeline" in capsys.readouterr().err
