"""A project file of each released format opens, is brought to this one, and goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hdp.application import regrouping, scanning
from hdp.project import db, deposits, items

FILES = sorted((Path(__file__).parents[1] / "projects").glob("schema-*.hdpc"))


def test_there_is_one_of_each_released_format():
    assert [one.name for one in FILES] == [
        f"schema-{number}.hdpc" for number in range(1, db.latest_version())
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda one: one.stem)
def test_an_old_project_goes_on(app, make_folder, tmp_path, file):
    make_folder(3)
    path = Path(shutil.copy(file, tmp_path / "old.hdpc"))
    version = db.check_file(path)
    project = app.open_project(path)
    assert db.check_file(path) == db.latest_version()
    assert db.check_file(tmp_path / f"old.v{version}.bak") == version
    before = project.read(items.list_items)
    assert [one.id for one in before] == [1, 2, 3]
    assert (before[1].set_aside, before[2].accepted) == ("x", "known")
    assert project.read(deposits.env_states)[1] == {"practice": "published"}
    scanning.scan_project(app)
    assert [one.id for one in project.read(items.list_items)] == [1, 2, 3]
    with pytest.raises(Exception, match="published"):
        regrouping.merge(app, [1, 3])
