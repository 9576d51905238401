"""Plugins come from folders, archives and wheels, and leave without a trace."""

from __future__ import annotations

import os
import stat
import struct
import sys
import zipfile
from pathlib import Path

import pytest

from hdp.application import plugin_files
from hdp.application.plugin_installing import enable_plugin, install_plugin, remove_plugin
from hdp.plugins import load
from hdp.sdk import Conflict, HdpError, InvalidInput, NotFound, Refused

CODE = """
from hdp.sdk import Component, Port, Result, hookimpl

class Copy(Component):
    id = "mine.copy"
    title = "{title}"
    inputs = (Port("files", ("*/*",)),)
    def run(self, step):
        return Result()

@hookimpl
def hdp_components():
    return [Copy]
"""
MANIFEST = (
    'id = "mine"\nname = "Mine"\nversion = "1"\nsdk = ["1"]\ncomponents = ["mine.copy"]\n'
    'secrets = ["key"]\nhosts = ["example.org"]\n[settings.size]\nhelp = "How large."\n'
)


def parts(title: str = "Copy", below: str = "") -> dict[str, str]:
    return {f"{below}__init__.py": CODE.replace("{title}", title), f"{below}plugin.toml": MANIFEST}


def pack(place: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return place


def wheel(place: Path, tag: str = "py3-none-any", entry: str = "mine = mine_hdp") -> Path:
    about = "hdp_mine-1.dist-info/"
    return pack(
        place,
        parts(below="mine_hdp/")
        | {
            f"{about}METADATA": "Metadata-Version: 2.1\nName: HDP.Mine\nVersion: 1\n",
            f"{about}WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
            f"{about}entry_points.txt": f"[hdp.plugins]\n{entry}\n",
            f"{about}RECORD": "",
        },
    )


def folder(place: Path, title: str = "Copy") -> Path:
    place.mkdir(parents=True)
    for name, text in parts(title).items():
        (place / name).write_text(text)
    return place


def contents(home: Path) -> set[str]:
    """Everything in HDP's folder but what any run leaves there."""
    found = (
        {one.relative_to(home).as_posix() for one in home.rglob("*")} if home.is_dir() else set()
    )
    return {one for one in found if not one.startswith(("logs", "practice", "activity"))}


@pytest.fixture
def sources(tmp_path):
    (tmp_path / "from").mkdir()
    return tmp_path / "from"


WAYS = {
    "folder": lambda at: folder(at / "anything"),
    "repository": lambda at: folder(at / "repo" / "src" / "mine").parents[1],
    "zip": lambda at: pack(at / "a.zip", parts()),
    "zip of a repository": lambda at: pack(at / "a.ZIP", parts(below="repo-main/mine/")),
    "wheel": lambda at: wheel(at / "hdp_mine-1-py3-none-any.whl"),
}


@pytest.mark.parametrize("way", WAYS)
def test_in_on_and_out_again(app, home, sources, way):
    before = contents(home)
    found = install_plugin(app, WAYS[way](sources))
    assert (found.id, found.status, found.secrets) == ("mine", "disabled", ("key",))
    with pytest.raises(NotFound):
        app.catalogue.component("mine.copy")
    assert enable_plugin(app, "mine", on=True).status == "ready"
    assert app.catalogue.component("mine.copy").title == "Copy"
    assert load(home).plugin("mine").status == "ready"  # the next start
    app.plugin_settings.set("mine", "size", "3")
    app.plugin_settings.store_secret("mine", "key", "secret")
    assert enable_plugin(app, "mine", on=False).status == "disabled"
    assert remove_plugin(app, "mine") == []
    assert "mine" not in {one.id for one in app.catalogue.plugins}
    assert contents(home) - before <= {"plugin-settings.json", "tokens.json"}
    assert "mine" not in (home / "plugin-settings.json").read_text()
    assert "secret" not in "".join(one.read_text() for one in home.glob("*.json"))
    assert not [one for one in sys.path if str(home) in one]


def test_replacing_takes_the_new_code_at_once(app, home, sources):
    install_plugin(app, folder(sources / "one"))
    enable_plugin(app, "mine", on=True)
    newer = folder(sources / "two", "Newer")
    with pytest.raises(Conflict, match="installed already") as caught:
        install_plugin(app, newer)
    assert caught.value.hint
    assert app.catalogue.component("mine.copy").title == "Copy"
    app.plugin_settings.set("mine", "size", "3")
    assert install_plugin(app, newer, replace=True).status == "ready"
    assert app.catalogue.component("mine.copy").title == "Newer"
    assert app.plugin_settings.values("mine")["size"] == "3"
    assert [one.name for one in (home / "plugins").iterdir()] == ["mine"]


def test_what_lies_beside_a_plugin_stays_there(app, home, sources):
    place = folder(sources / "mine")
    for name in (".git/config", "__pycache__/a.pyc", ".venv/bin/python", "data/a.txt"):
        (place / name).parent.mkdir(parents=True)
        (place / name).write_text("x")
    install_plugin(app, place)
    there = {one.name for one in (home / "plugins" / "mine").iterdir()}
    assert there == {"__init__.py", "plugin.toml", "data"}


def test_only_what_was_installed_is_removed(app, tmp_path):
    for name, word in (("image", "Switch it off"), ("nothing", "")):
        with pytest.raises((Refused, NotFound)) as caught:
            remove_plugin(app, name)
        assert word in caught.value.hint


def member(name: str, *, mode: int = stat.S_IFREG | 0o644, text: str = "x") -> tuple[object, str]:
    info = zipfile.ZipInfo("placeholder")
    info.filename = info.orig_filename = name
    info.create_system = 3
    info.external_attr = mode << 16
    return info, text


def hostile(place: Path, *members: tuple[object, str]) -> Path:
    pack(place, parts())
    with zipfile.ZipFile(place, "a", zipfile.ZIP_DEFLATED) as archive:
        for info, text in members:
            archive.writestr(info, text, zipfile.ZIP_DEFLATED)
    return place


BAD_MEMBERS = {
    "absolute": ([member("/etc/passwd")], "root of a drive"),
    "drive": ([member("C:/evil.py")], "root of a drive"),
    "upwards": ([member("../../evil.py")], "leads out of its folder"),
    "inner upwards": ([member("a/../../evil.py")], "leads out of its folder"),
    "backslash": ([member("..\\evil.py")], "not the same on all systems"),
    "control": ([member("a\nb.py")], "not the same on all systems"),
    "stream": ([member("a.py:evil")], "not the same on all systems"),
    "device": ([member("aux.py")], "not all systems can have"),
    "long": ([member("a" * 500)], "not all systems can have"),
    "symlink": ([member("link", mode=stat.S_IFLNK | 0o777, text="/etc")], "link or no file"),
    "pipe": ([member("pipe", mode=stat.S_IFIFO | 0o644)], "link or no file"),
    "twice": ([member("A.py"), member("a.py")], "is there twice"),
    "file and folder": ([member("a"), member("a/b.py")], "a file and a folder"),
    "bomb": ([member("zeros", text="\0" * (64 << 20))], "would grow to"),
    "many": ([member(f"f{number}") for number in range(5100)], "at most 5000"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_MEMBERS)
@pytest.mark.parametrize("kind", ["a.zip", "hdp_mine-1-py3-none-any.whl"])
def test_hostile_archives_leave_nothing(app, home, tmp_path, sources, case, kind):
    members, told = BAD_MEMBERS[case]
    archive = hostile(sources / kind, *members)
    before = {one for one in tmp_path.rglob("*") if one.name != "home"}
    with pytest.raises(InvalidInput) as caught:
        install_plugin(app, archive)
    assert caught.value.name == "plugin-archive"
    assert told in caught.value.message
    assert {one for one in tmp_path.rglob("*") if one.name != "home"} == before


def encrypted(place: Path) -> Path:
    data = bytearray(pack(place, parts()).read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(mark)
        while start >= 0:
            data[start + at] |= 1
            start = data.find(mark, start + 4)
    place.write_bytes(data)
    return place


def broken(place: Path) -> Path:
    """A byte of its content is not what it was."""
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("a.py", "unmistakable")
    place.write_bytes(place.read_bytes().replace(b"unmis", b"Unmis", 1))
    return place


def lying(place: Path) -> Path:
    """A member says that it is small and is not."""
    data = bytearray(pack(place, parts() | {"zeros": "\0" * 5000}).read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    place.write_bytes(data)
    return place


def touch(place: Path) -> Path:
    place.write_bytes(b"x")
    return place


BAD_FILES = {
    "no archive": (lambda at: touch(at / "a.zip"), "cannot be read"),
    "empty": (lambda at: pack(at / "a.zip", {}), "holds no plugin"),
    "encrypted": (lambda at: encrypted(at / "a.zip"), "encrypted"),
    "broken": (lambda at: broken(at / "a.zip"), "cannot be read"),
    "lying": (lambda at: lying(at / "a.zip"), "cannot be read"),
    "no plugin": (lambda at: pack(at / "a.zip", {"readme.txt": "x"}), "holds no plugin"),
    "two plugins": (
        lambda at: pack(at / "a.zip", parts(below="a/") | parts(below="b/")), "or several"),
    "bad manifest": (lambda at: pack(at / "a.zip", {"plugin.toml": "id = 7"}), '"name" is needed'),
    "no wheel": (lambda at: pack(at / "a.whl", parts()), "it is no wheel"),
    "other python": (lambda at: wheel(at / "a.whl", "cp27-cp27m-any"), "made for cp27"),
    "other system": (lambda at: wheel(at / "a.whl", "py3-none-zx_spectrum"), "made for py3"),
    "no entry": (lambda at: wheel(at / "a.whl", entry=""), "names 0 plugins"),
    "empty entry": (lambda at: wheel(at / "a.whl", entry="mine = elsewhere"), "is not in it"),
    "not there": (lambda at: at / "nothing.zip", "There is nothing"),
    "other file": (lambda at: touch(at / "a.exe"), "no folder, .zip"),
    "empty folder": (lambda at: (at / "e").mkdir() or at / "e", "holds no plugin"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_FILES)
def test_files_that_are_no_plugins(app, home, sources, case):
    make, told = BAD_FILES[case]
    before = contents(home)
    with pytest.raises(HdpError) as caught:
        install_plugin(app, make(sources))
    assert told in caught.value.message
    assert contents(home) == before


def test_links_in_a_folder_are_refused(app, home, sources):
    place = folder(sources / "mine")
    (place / "secret").symlink_to("/etc/passwd")
    with pytest.raises(InvalidInput, match="secret is a link"):
        install_plugin(app, place)
    assert not (home / "plugins").exists()


def test_a_folder_with_too_much_in_it(app, home, sources, monkeypatch):
    monkeypatch.setattr(plugin_files, "MOST_BYTES", 100)
    with pytest.raises(InvalidInput, match="at most"):
        install_plugin(app, folder(sources / "mine"))
    assert not (home / "plugins").exists()


@pytest.mark.skipif(os.name != "posix", reason="on purpose: permissions of POSIX")
def test_a_disk_that_refuses_is_told(app, home, sources, monkeypatch):
    def refuse(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hdp.application.plugin_files.shutil.copyfile", refuse)
    with pytest.raises(InvalidInput, match="No space left") as caught:
        install_plugin(app, folder(sources / "mine"))
    assert caught.value.name == "plugin-storage"
    assert contents(home) == contents(home) - {"plugins"}


def test_a_package_of_the_same_name_is_not_taken_for_the_wheel(app, sources, monkeypatch):
    other = sources / "elsewhere" / "mine_hdp"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("raise RuntimeError('the wrong one')")
    monkeypatch.syspath_prepend(str(other.parent))
    install_plugin(app, wheel(sources / "hdp_mine-1-py3-none-any.whl"))
    (other / "__init__.py").write_text("")
    found = enable_plugin(app, "mine", on=True)
    assert found.status == "broken"
    assert "Another Python package has its name" in found.reason
    sys.modules.pop("mine_hdp", None)


def test_environments_that_need_it_are_named(app, home, sources):
    target = sources / "mine"
    target.mkdir()
    (target / "__init__.py").write_text("")
    (target / "plugin.toml").write_text(
        'id = "mine"\nname = "M"\nversion = "1"\nsdk = ["1"]\ntargets = ["mine"]\n'
    )
    install_plugin(app, target)
    app.environments.add("my-place", target="mine", url="https://example.org")
    assert remove_plugin(app, "mine") == ["my-place"]
