"""Items and files over re-scans: ids stay, nothing with a record is forgotten."""

from __future__ import annotations

import json

from hdp.application import scanning
from hdp.project import items, mappings


def listed(app):
    return {one.primary.path: one for one in app.project.read(lambda c: items.list_items(c, None))}


def test_ids_survive_rescans_and_are_never_reused(app, project):
    folder = project.root_dir("input")
    before = {path: one.id for path, one in listed(app).items()}
    (folder / "photo_001.jpg").unlink()
    scanning.scan_project(app)
    assert set(listed(app)) == {"photo_000.jpg", "photo_002.jpg"}
    (folder / "photo_009.jpg").write_bytes((folder / "photo_000.jpg").read_bytes() + b" ")
    scanning.scan_project(app)
    after = {path: one.id for path, one in listed(app).items()}
    assert after["photo_000.jpg"] == before["photo_000.jpg"]
    assert after["photo_009.jpg"] not in before.values()


def test_a_moved_file_keeps_its_item(app, project):
    folder = project.root_dir("input")
    before = listed(app)["photo_001.jpg"].id
    (folder / "photo_001.jpg").rename(folder / "renamed.jpg")
    said = scanning.scan_project(app)
    assert "1 moved" in said
    assert listed(app)["renamed.jpg"].id == before


def test_an_item_with_a_draft_is_never_forgotten(app, project, do):
    do("prepare")
    do("create")
    (project.root_dir("input") / "photo_001.jpg").unlink()
    scanning.scan_project(app)
    assert listed(app)["photo_001.jpg"].primary.status == "missing"


def test_a_changed_file_of_a_draft_says_so(app, project, do):
    do("prepare")
    do("create")
    (project.root_dir("input") / "photo_001.jpg").write_bytes(
        (project.root_dir("input") / "photo_002.jpg").read_bytes()
    )
    scanning.scan_project(app)
    assert listed(app)["photo_001.jpg"].primary.status == "changed"


def test_set_aside_is_remembered_by_a_rescan(app, project):
    project.write(lambda c: items.set_aside(c, [2], "not ours"))
    scanning.scan_project(app)
    kept = project.read(lambda c: items.get_item(c, 2))
    assert kept.set_aside == "not ours"


def test_overrides_belong_to_the_item_and_locks_stay(app, project):
    project.write(lambda c: items.set_override(c, 1, "", "title", "By hand"))
    project.write(lambda c: items.set_override(c, 1, "sandbox", "title", "Sandbox", locked=True))
    project.write(lambda c: items.lock_field(c, 1, "", "keywords"))
    practice, locks = project.read(lambda c: items.list_overrides(c, 1, "practice"))
    assert (practice, locks) == ({"title": "By hand"}, {"keywords"})
    sandbox, locks = project.read(lambda c: items.list_overrides(c, 1, "sandbox"))
    assert (sandbox, locks) == ({"title": "Sandbox"}, {"title", "keywords"})
    assert project.write(lambda c: items.unset_override(c, 1, "sandbox", "title"))


def test_the_projects_own_files_are_never_members(app, project):
    scanning.scan_project(app)
    row = project.read(mappings.get_mapping)
    assert row is not None
    names = json.dumps(list(listed(app)))
    assert "objects.csv" not in names
    assert "mapping.yaml" not in names
