import json
import stat

import pytest

from hdp.credentials import Credentials, variable_of
from hdp.sdk import InvalidInput, NotFound


class Ring:
    def __init__(self):
        self.kept = {}

    def get_password(self, service, name):
        return self.kept.get((service, name))

    def set_password(self, service, name, secret):
        self.kept[service, name] = secret

    def delete_password(self, service, name):
        del self.kept[service, name]


class Broken:
    def __getattr__(self, _name):
        raise RuntimeError("no recommended backend")


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    monkeypatch.delenv("HDP_TOKEN_MY_ARCHIVE", raising=False)


def test_variable_then_keyring_then_file(tmp_path, monkeypatch):
    ring = Ring()
    tokens = Credentials(tmp_path, keyring=ring)
    with pytest.raises(NotFound) as caught:
        tokens.get("my-archive")
    assert caught.value.name == "no-token" and not tokens.has("my-archive")
    assert "keyring" in tokens.store("my-archive", " abc\n")
    assert tokens.get("my-archive") == ("abc", "the keyring of this computer")
    assert not (tmp_path / "tokens.json").exists()
    monkeypatch.setenv(variable_of("my-archive"), "fromenv")
    assert tokens.get("my-archive") == ("fromenv", "the variable HDP_TOKEN_MY_ARCHIVE")
    assert "still set" in tokens.remove("my-archive")
    assert ring.kept == {}


def test_homes_do_not_share_a_keyring_entry(tmp_path):
    ring = Ring()
    Credentials(tmp_path / "a", keyring=ring).store("sandbox", "abc")
    assert not Credentials(tmp_path / "b", keyring=ring).has("sandbox")


def test_without_a_keyring_a_private_file(tmp_path):
    tokens = Credentials(tmp_path / "new" / "home", keyring=Broken())
    told = tokens.store("my-archive", "abc")
    path = tmp_path / "new" / "home" / "tokens.json"
    assert "no usable keyring" in told and str(path) in told and "abc" not in told
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    tokens.store("other", "def")
    assert tokens.get("my-archive")[0] == "abc"
    assert tokens.remove("my-archive") == "The token is removed."
    assert json.loads(path.read_text()) == {"other": "def"}
    assert "No token" in tokens.remove("my-archive")
    assert [one.name for one in path.parent.iterdir()] == ["tokens.json"]


def test_the_real_keyring_without_a_backend(tmp_path, monkeypatch):
    import keyring
    from keyring.backends.fail import Keyring

    monkeypatch.setattr(keyring.core, "_keyring_backend", Keyring())
    tokens = Credentials(tmp_path)
    tokens.store("my-archive", "abc")
    assert tokens.get("my-archive") == ("abc", f"the file {tmp_path / 'tokens.json'}")


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}', "\x00"])
def test_a_broken_file_is_named_and_kept(tmp_path, text):
    path = tmp_path / "tokens.json"
    path.write_text(text)
    tokens = Credentials(tmp_path, keyring=Broken())
    for call in (lambda: tokens.get("a"), lambda: tokens.store("a", "b")):
        with pytest.raises(InvalidInput, match=r"tokens\.json"):
            call()
    assert path.read_text() == text


@pytest.mark.parametrize("token", ["", "  ", "a b", "a\nb", "tökén", "a\x00b"])
def test_what_is_no_token(tmp_path, token):
    with pytest.raises(InvalidInput) as caught:
        Credentials(tmp_path, keyring=Broken()).store("a", token)
    assert caught.value.name == "token-invalid"


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="cannot be kept"):
        Credentials(tmp_path / "file" / "home", keyring=Broken()).store("a", "b")
