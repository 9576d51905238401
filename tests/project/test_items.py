"""Items and files over re-scans: ids stay, nothing with a record is forgotten."""

from __future__ import annotations

import json

from hdp.application import scanning
from hdp.project import items, mappings, settings


def listed(app):
    return {one.primary.path: one for one in app.project.read(lambda c: items.list_items(c, None))}


def test_ids_survive_rescans_and_are_never_reused(app, project):
    folder = project.root_dir("input")
    before = {path: one.id for path, one in listed(app).items()}
    gone = folder / "photo_001.jpg"
    content = gone.read_bytes()
    gone.unlink()
    scanning.scan_project(app)
    assert listed(app)["photo_001.jpg"].primary.status == "missing"
    (folder / "photo_009.jpg").write_bytes((folder / "photo_000.jpg").read_bytes() + b" ")
    gone.write_bytes(content)
    scanning.scan_project(app)
    after = {path: one.id for path, one in listed(app).items()}
    assert {path: after[path] for path in before} == before
    assert after["photo_009.jpg"] not in before.values()


def test_an_unplugged_drive_forgets_nothing(app, project):
    project.write(lambda c: items.accept_items(c, [1], "known"))
    folder = project.root_dir("input")
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.mkdir()
    scanning.scan_project(app)
    folder.rmdir()
    aside.rename(folder)
    scanning.scan_project(app)
    assert sorted(one.id for one in listed(app).values()) == [1, 2, 3]
    assert listed(app)["photo_000.jpg"].accepted == "known"


def test_regrouped_items_with_a_past_are_set_aside(app, project):
    folder = project.root_dir("input")
    (folder / "photo_000.jpeg").write_bytes((folder / "photo_000.jpg").read_bytes() + b" ")
    project.write(lambda c: settings.set_setting(c, "scan", {"extensions": [".jpg", ".jpeg"]}))
    scanning.scan_project(app)
    alone = listed(app)["photo_000.jpg"].id
    project.write(lambda c: items.set_override(c, alone, "", "title", "By hand"))
    options = {"extensions": [".jpg", ".jpeg"], "bundle": "stem"}
    project.write(lambda c: settings.set_setting(c, "scan", options))
    scanning.scan_project(app)
    old = project.read(lambda c: items.get_item(c, alone))
    new = [one for one in listed(app).values() if len(one.files) == 2]
    assert len(new) == 1
    assert old.id == new[0].id or old.set_aside.startswith("Regrouped")


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


def test_a_changed_file_says_so_scan_after_scan(app, project, do):
    do("prepare")
    do("create")
    (project.root_dir("input") / "photo_001.jpg").write_bytes(b"something else")
    for _ in range(3):
        scanning.scan_project(app)
        assert listed(app)["photo_001.jpg"].primary.status == "changed"


def test_what_is_set_aside_is_not_acted_on(app, project, do):
    do("prepare")
    project.write(lambda c: items.set_aside(c, [2], "not ours"))
    assert do("create", 2)["state"] == "nothing"


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
