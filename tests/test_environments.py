import pytest

from hdp.environments import Environments
from hdp.sdk import Conflict, InvalidInput, NotFound, Refused, UsageError


def test_built_in_and_added(tmp_path):
    places = Environments(tmp_path / "home")
    assert [(one.name, one.kind, one.url) for one in places.list()] == [
        ("practice", "practice", ""),
        ("sandbox", "sandbox", "https://sandbox.zenodo.org"),
        ("production", "production", "https://zenodo.org"),
    ]
    added = places.add("my-rdm", target="invenio", url="https://rdm.example.org/",
                       settings={"community": "x"})  # fmt: skip
    assert (added.kind, added.url, added.title) == (
        "production", "https://rdm.example.org", "my-rdm")  # fmt: skip
    again = Environments(tmp_path / "home").get("my-rdm")
    assert again == added and again.settings == {"community": "x"} and not again.builtin
    local = places.add("local", target="zenodo", url="http://127.0.0.1:5000")
    assert local.kind == "sandbox"
    assert places.add("six", target="zenodo", url="http://[::1]:5000", kind="production").kind == (
        "production")  # fmt: skip
    changed = places.change("my-rdm", title="Ours", kind="sandbox", settings={})
    assert (changed.title, changed.kind, changed.url) == ("Ours", "sandbox", added.url)
    assert Environments(tmp_path / "home").get("my-rdm") == changed
    with pytest.raises(Refused):
        places.change("sandbox", title="Mine")
    with pytest.raises(UsageError):
        places.change("my-rdm", url="http://rdm.example.org")
    places.remove("my-rdm")
    with pytest.raises(NotFound) as caught:
        places.get("my-rdm")
    assert "sandbox, production, local" in caught.value.hint
    assert [one.name for one in (tmp_path / "home").iterdir()] == ["environments.json"]


@pytest.mark.parametrize("name", ["", "A", "a b", "a--b", "-a", "../x", "ü", "a" * 41, "a\n"])
def test_bad_names(tmp_path, name):
    with pytest.raises(UsageError):
        Environments(tmp_path).add(name, target="zenodo", url="https://a.org")


@pytest.mark.parametrize(
    "url",
    ["", "a.org", "ftp://a.org", "http://a.org", "https://", "https://u:p@a.org", "https://a:x",
     "https://a.org?access_token=1", "https://[::1", "http://127.0.0.1.evil.org"],
)  # fmt: skip
def test_bad_addresses(tmp_path, url):
    with pytest.raises(UsageError) as caught:
        Environments(tmp_path).add("a", target="zenodo", url=url)
    assert caught.value.name == "environment-url"


def test_what_is_refused(tmp_path):
    places = Environments(tmp_path)
    places.add("a", target="zenodo", url="https://a.org")
    for name in ("a", "production"):
        with pytest.raises(Conflict):
            places.add(name, target="zenodo", url="https://b.org")
    with pytest.raises(Refused):
        places.remove("sandbox")
    for kind in ("practice", "test"):
        with pytest.raises(UsageError):
            places.add("b", target="zenodo", url="https://b.org", kind=kind)


@pytest.mark.parametrize("text", [
    "{", "[]", "{}", '{"environments": 1}', '{"environments": [{"name": "a"}]}', "\x00",
    '{"environments": [{"name": "production", "target": "zenodo", "url": "https://evil.org"}]}',
    '{"environments": [{"name": "a", "target": "zenodo", "url": "http://evil.org"}]}',
])  # fmt: skip
def test_a_broken_file_is_named_and_kept(tmp_path, text):
    path = tmp_path / "environments.json"
    path.write_text(text)
    places = Environments(tmp_path)
    for call in (places.list, lambda: places.add("b", target="zenodo", url="https://b.org")):
        with pytest.raises(InvalidInput, match=r"environments\.json"):
            call()
    assert path.read_text() == text
    assert places.get("sandbox").url
