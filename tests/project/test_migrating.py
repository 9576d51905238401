"""A project file of each released format opens, is brought to this one, and goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hdp.application import regrouping, scanning
from hdp.project import db, deposits, items, mappings

FILES = sorted((Path(__file__).parents[1] / "projects").glob("schema-*.hdpc"))


def test_the_first_released_format_is_among_them():
    assert "schema-1" in [one.stem for one in FILES]


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


def test_the_active_mapping_stays_the_one_for_all(app, make_folder, tmp_path):
    make_folder(3)
    project = app.open_project(Path(shutil.copy(FILES[-1], tmp_path / "old.hdpc")))
    row = project.read(mappings.get_mapping)
    assert row is None or (row.active and row.applies == {} and row.position == 0)
    assert all(one.mapping == "" for one in project.read(deposits.list_deposits))
