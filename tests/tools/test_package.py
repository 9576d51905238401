"""What stands around the packaged app; the app itself is tried by its own self-test."""

from __future__ import annotations

import pytest

from tools import package


def test_every_library_is_named_with_its_licence(tmp_path):
    file = tmp_path / "build" / "notices.txt"
    package.write_notices(file)
    text = file.read_text(encoding="utf-8")
    for name in ("bottle ", "pillow ", "pluggy ", "requests ", "trimesh "):
        assert f"\n{name}" in text
    assert "MIT License" in text or "Permission is hereby granted" in text


def test_sizes_are_told_by_library(tmp_path, monkeypatch):
    app = tmp_path / "hdp"
    (app / "_internal" / "vtk" / "deep").mkdir(parents=True)
    (app / "hdp").write_bytes(b"x" * 1000)
    (app / "_internal" / "vtk" / "deep" / "a.so").write_bytes(b"x" * 3_000_000)
    monkeypatch.setattr(package, "APP", app)
    package.write_sizes(tmp_path / "sizes.txt")
    whole, shell, largest, *_ = (tmp_path / "sizes.txt").read_text().splitlines()
    assert (whole.split(), largest.split()) == (["3.0", "MB", "all"], ["3.0", "MB", "vtk"])
    assert shell.split()[:2] == ["0.0", "MB"]  # the program itself, and not vtk


def test_the_debian_package_asks_for_what_the_window_needs(tmp_path, monkeypatch):
    monkeypatch.setattr(package, "_architecture", lambda: "amd64")
    (tmp_path / "usr").mkdir()
    (tmp_path / "usr" / "file").write_bytes(b"x" * 4096)
    told = dict(
        line.split(": ", 1) for line in package._control(tmp_path).splitlines() if ": " in line
    )
    assert told["Architecture"] == "amd64" and told["Installed-Size"] == "4"
    assert {"libgl1", "libxcb-cursor0"} <= set(told["Depends"].split(", "))


@pytest.mark.parametrize("name", ["tools/desktop/hdp.desktop", "tools/desktop/hdp-mime.xml"])
def test_a_project_file_opens_by_a_double_click(name):
    assert "application/x-hdpc" in (package.ROOT / name).read_text(encoding="utf-8")
