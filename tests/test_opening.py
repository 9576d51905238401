"""Browser and file manager start without what the packaged app sets for itself."""

from __future__ import annotations

import sys

import pytest

from hdp import opening, paths

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="on purpose: xdg-open is Linux's"
)


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """A packaged app on a desktop whose xdg-open notes what it is asked, and its variables."""
    program = tmp_path / "bin" / "xdg-open"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$1" >{tmp_path}/asked\n/usr/bin/env >>{tmp_path}/asked\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setattr(paths, "program", lambda: ["/opt/hdp/hdp"])
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    for name, value in (("LD_LIBRARY_PATH", "/opt/hdp"), ("LD_LIBRARY_PATH_ORIG", "/usr/mine"),
                        ("QT_PLUGIN_PATH", "/opt/hdp/qt"), ("_PYI_ARCHIVE_FILE", "x")):  # fmt: skip
        monkeypatch.setenv(name, value)
    return lambda: (tmp_path / "asked").read_text().splitlines()


def test_what_is_opened_does_not_load_our_libraries(asked, tmp_path, monkeypatch):
    monkeypatch.setattr("webbrowser.open", lambda url: pytest.fail(url))
    assert opening.open_page("https://zenodo.org/records/1")
    told = asked()
    assert told[0] == "https://zenodo.org/records/1" and "LD_LIBRARY_PATH=/usr/mine" in told
    assert not any(one.startswith(("QT_PLUGIN_PATH", "_PYI")) for one in told)
    assert opening.open_folder(tmp_path) and asked()[0] == str(tmp_path)


def test_what_cannot_be_opened_says_so(asked, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or False)
    assert not opening.open_page("file:///etc/passwd") and not opening.open_folder(tmp_path / "no")
    (tmp_path / "bin" / "xdg-open").write_text("#!/bin/sh\nexit 3\n")
    assert not opening.open_folder(tmp_path)
    assert not opening.open_page("https://x.org") and opened == ["https://x.org"]
    (tmp_path / "bin" / "xdg-open").unlink()
    assert not opening.open_folder(tmp_path)
