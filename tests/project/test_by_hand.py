"""Grouping by hand, adding and finding again: kept by scans, ids stay, nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from hdp.application import adding, finding_again, regrouping, scanning
from hdp.ingest.options import ByHand
from hdp.project import items, settings
from hdp.sdk import HdpError, NotFound, Refused, UsageError


def listed(app) -> dict[int, tuple[str, list[str]]]:
    """Id -> primary path, sorted paths; without what is set aside."""
    return {
        one.id: (one.primary.path, sorted(file.path for file in one.files))
        for one in app.project.read(items.list_items)
        if one.set_aside is None
    }


def rescan(app) -> None:
    app.project.write(lambda c: settings.set_setting(c, "scan_print", ""))
    scanning.scan_project(app)


def test_merged_items_are_one_and_stay_so(app, project):
    told = regrouping.merge(app, [2, 1], "Both")
    assert told["items"] == [2]
    expected = {2: ("photo_001.jpg", ["photo_000.jpg", "photo_001.jpg"]),
                3: ("photo_002.jpg", ["photo_002.jpg"])}  # fmt: skip
    assert listed(app) == expected
    rescan(app)
    assert listed(app) == expected
    assert app.project.read(lambda c: items.get_item(c, 2)).key == "Both"


def test_files_that_take_each_others_names_stay_grouped(app, project):
    regrouping.merge(app, [1, 2], "Both")
    folder = project.root_dir("input")
    for number in (2, 1, 0):
        (folder / f"photo_00{number}.jpg").rename(folder / f"photo_00{number + 1}.jpg")
    said = scanning.scan_project(app)
    assert listed(app) == {
        1: ("photo_001.jpg", ["photo_001.jpg", "photo_002.jpg"]),
        3: ("photo_003.jpg", ["photo_003.jpg"]),
    }
    assert app.project.read(lambda c: items.get_item(c, 1)).key == "Both"
    assert said.startswith("2 items, 3 files (") and "3 moved" in said and "new items" not in said
    (folder / "photo_001.jpg").rename(folder / "aside")
    (folder / "photo_003.jpg").rename(folder / "photo_001.jpg")
    (folder / "aside").rename(folder / "photo_003.jpg")
    scanning.scan_project(app)
    assert listed(app)[1] == ("photo_003.jpg", ["photo_002.jpg", "photo_003.jpg"])
    assert listed(app)[3] == ("photo_001.jpg", ["photo_001.jpg"])


def test_an_item_goes_on_without_its_primary_file(app, project):
    regrouping.merge(app, [1, 2, 3])
    folder = project.root_dir("input")
    before = listed(app)
    data = (folder / "photo_000.jpg").read_bytes()
    (folder / "photo_000.jpg").unlink()
    scanning.scan_project(app)
    assert listed(app) == before
    item = app.project.read(lambda c: items.get_item(c, 1))
    assert {one.path: one.status for one in item.files}["photo_000.jpg"] == "missing"
    (folder / "photo_000.jpg").write_bytes(data)
    scanning.scan_project(app)
    assert listed(app) == before
    (folder / "photo_000.jpg").unlink()
    scanning.scan_project(app)
    regrouping.let_go(app, 1, ["photo_000.jpg"])
    assert listed(app) == {1: ("photo_001.jpg", ["photo_001.jpg", "photo_002.jpg"])}


def test_grouping_by_hand_of_an_item_without_its_primary_file(app, project):
    regrouping.merge(app, [1, 2, 3])
    folder = project.root_dir("input")
    (folder / "photo_000.jpg").unlink()
    scanning.scan_project(app)
    new = regrouping.split(app, 1, ["photo_001.jpg"])["item"]
    assert listed(app) == {
        1: ("photo_000.jpg", ["photo_000.jpg", "photo_002.jpg"]),
        new: ("photo_001.jpg", ["photo_001.jpg"]),
    }
    regrouping.move(app, 1, "photo_002.jpg", new)
    assert listed(app) == {
        1: ("photo_000.jpg", ["photo_000.jpg"]),
        new: ("photo_001.jpg", ["photo_001.jpg", "photo_002.jpg"]),
    }


def test_a_folder_whose_primary_file_was_replaced_stays_one_item(app, project):
    folder = project.root_dir("input")
    (folder / "a").mkdir()
    for name in ("m.obj", "notes.txt"):
        (folder / "a" / name).write_text(f"v 0 0 0 # {name}\n")
    project.write(lambda c: settings.set_setting(c, "scan", {"mode": "subdirectory"}))
    rescan(app)
    (number,) = [one for one, (primary, _) in listed(app).items() if primary == "a/m.obj"]
    (folder / "a" / "m.obj").unlink()
    (folder / "a" / "better.obj").write_text("v 1 1 1\n")
    scanning.scan_project(app)
    found = [paths for _, paths in listed(app).values() if "a/notes.txt" in paths]
    assert found == [["a/better.obj", "a/m.obj", "a/notes.txt"]]
    regrouping.let_go(app, number, ["a/m.obj"])
    assert listed(app)[number] == ("a/better.obj", ["a/better.obj", "a/notes.txt"])


def test_a_merge_is_undone_and_what_was_written_by_hand_comes_back(app, project):
    project.write(lambda c: items.set_override(c, 1, "", "title", "By hand"))
    regrouping.merge(app, [2, 1])
    assert 1 not in listed(app)
    regrouping.forget(app, [2])
    assert listed(app)[1] == ("photo_000.jpg", ["photo_000.jpg"])
    values, _ = project.read(lambda c: items.list_overrides(c, 1, "practice"))
    assert values == {"title": "By hand"}


def test_split_move_and_primary(app, project):
    regrouping.merge(app, [1, 2, 3])
    split = regrouping.split(app, 1, ["photo_001.jpg"])["items"]
    new = next(one for one in split if one != 1)
    assert listed(app) == {
        1: ("photo_000.jpg", ["photo_000.jpg", "photo_002.jpg"]),
        new: ("photo_001.jpg", ["photo_001.jpg"]),
    }
    regrouping.move(app, 1, "photo_002.jpg", new)
    assert listed(app)[new] == ("photo_001.jpg", ["photo_001.jpg", "photo_002.jpg"])
    regrouping.set_primary(app, new, "photo_002.jpg")
    rescan(app)
    assert listed(app) == {
        1: ("photo_000.jpg", ["photo_000.jpg"]),
        new: ("photo_002.jpg", ["photo_001.jpg", "photo_002.jpg"]),
    }


def test_what_is_split_off_is_not_called_like_what_it_comes_from(app, make_folder, tmp_path):
    spec = scanning.NewProject(
        tmp_path / "c.hdpc", "C", "C", make_folder(2), tmp_path / "out",
        {"extensions": [".jpg"], "bundle": "suffix", "suffix": r"_\d+"},
    )  # fmt: skip
    scanning.create_project(app, spec)
    scanning.scan_project(app)
    (item,) = app.project.read(items.list_items)
    new = regrouping.split(app, item.id, ["photo_001.jpg"])["item"]
    keys = {one.id: one.key for one in app.project.read(items.list_items)}
    assert keys == {item.id: "photo", new: "photo_001"}


def test_moving_the_primary_leaves_the_rest_its_id(app, project):
    regrouping.merge(app, [1, 2])
    regrouping.move(app, 1, "photo_000.jpg", 3)
    assert listed(app) == {
        1: ("photo_001.jpg", ["photo_001.jpg"]),
        3: ("photo_002.jpg", ["photo_000.jpg", "photo_002.jpg"]),
    }


def test_what_cannot_be_grouped_is_refused(app, project, do):
    with pytest.raises(UsageError):
        regrouping.merge(app, [1, 1])
    with pytest.raises(UsageError):
        regrouping.split(app, 1, ["photo_000.jpg"])
    with pytest.raises(NotFound):
        regrouping.split(app, 1, ["nothing.jpg"])
    with pytest.raises(NotFound):
        regrouping.merge(app, [1, 99])
    do("prepare", 1)
    with pytest.raises(Refused) as refused:
        regrouping.merge(app, [1, 2])
    assert refused.value.name == "has-deposit"
    assert len(listed(app)) == 3


def test_files_grouped_by_hand_are_followed_where_they_move(app, project):
    regrouping.merge(app, [1, 2])
    folder = project.root_dir("input")
    (folder / "photo_000.jpg").rename(folder / "renamed.jpg")
    scanning.scan_project(app)
    assert listed(app)[1] == ("renamed.jpg", ["photo_001.jpg", "renamed.jpg"])


def test_names_that_are_shifted_take_their_items_along(app, project):
    folder = project.root_dir("input")
    for number in (2, 1, 0):
        (folder / f"photo_00{number}.jpg").rename(folder / f"photo_00{number + 1}.jpg")
    scanning.scan_project(app)
    assert {one: found[0] for one, found in listed(app).items()} == {
        1: "photo_001.jpg", 2: "photo_002.jpg", 3: "photo_003.jpg",
    }  # fmt: skip


def test_the_wizard_gives_groups_and_what_is_left_out(app, make_folder, tmp_path):
    folder = make_folder(3)
    spec = scanning.NewProject(
        tmp_path / "test.hdpc", "Test", "TST", folder, tmp_path / "output",
        {"extensions": [".jpg"]},
        by_hand=ByHand({"photo_000.jpg": "a", "photo_001.jpg": "a"}, {"a": "Vase"},
                       frozenset({"photo_001.jpg"})),
        set_aside={"photo_002.jpg": "blurred"},
    )  # fmt: skip
    project = scanning.create_project(app, spec)
    scanning.scan_project(app)
    assert listed(app) == {1: ("photo_001.jpg", ["photo_000.jpg", "photo_001.jpg"])}
    aside = project.read(lambda c: items.get_item(c, 2))
    assert (aside.primary.path, aside.set_aside) == ("photo_002.jpg", "blurred")
    rescan(app)
    assert project.read(lambda c: items.get_item(c, 2)).set_aside == "blurred"


def test_a_member_that_vanishes_stays_until_it_is_let_go_of(app, project):
    regrouping.merge(app, [1, 2])
    (project.root_dir("input") / "photo_001.jpg").unlink()
    scanning.scan_project(app)
    item = project.read(lambda c: items.get_item(c, 1))
    assert [(one.path, one.status) for one in item.files] == [
        ("photo_000.jpg", "valid"), ("photo_001.jpg", "missing"),
    ]  # fmt: skip
    with pytest.raises(UsageError):
        regrouping.let_go(app, 1, ["photo_000.jpg"])
    regrouping.let_go(app, 1, ["photo_001.jpg"])
    rescan(app)
    assert listed(app)[1] == ("photo_000.jpg", ["photo_000.jpg"])


def test_an_item_with_a_draft_waits_for_a_person(app, project, do):
    do("prepare", 1)
    do("create", 1)
    folder = project.root_dir("input")
    options = {"extensions": [".jpg", ".jpeg"], "bundle": "stem"}
    project.write(lambda c: settings.set_setting(c, "scan", options))
    (folder / "photo_000.jpeg").write_bytes(b"\xff\xd8 another")
    said = scanning.scan_project(app)
    assert "1 waiting for you" in said
    item = project.read(lambda c: items.get_item(c, 1))
    assert [one.path for one in item.files] == ["photo_000.jpg"]
    assert [one["code"] for one in item.problems] == ["regroup-pending"]
    assert "photo_000.jpeg" in item.problems[0]["message"]
    rescan(app)
    assert len(listed(app)) == 3
    regrouping.apply_pending(app, [1])
    assert sorted(listed(app)[1][1]) == ["photo_000.jpeg", "photo_000.jpg"]
    rescan(app)
    assert project.read(lambda c: items.get_item(c, 1)).problems == []


# Adding


def elsewhere(tmp_path: Path, *names: str) -> Path:
    folder = tmp_path / "elsewhere"
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"content of {name}")
    return folder


def test_added_files_and_folders_are_scanned_from_then_on(app, project, tmp_path):
    folder = elsewhere(tmp_path, "one.jpg", "two.jpg", "more/three.jpg", "more/photo_000.jpg")
    told = adding.add_paths(app, [folder / "one.jpg", folder / "more"])
    found = dict(listed(app).values())
    assert found["one.jpg"] == ["one.jpg"]
    assert found["three.jpg"] == ["three.jpg"]
    assert found["photo_000.jpg"] == ["photo_000.jpg"] * 2, "the same stem, the same item"
    assert "two.jpg" not in found
    assert len(told["items"]) == 3
    (folder / "more" / "four.jpg").write_text("four")
    scanning.scan_project(app)
    assert "four.jpg" in {primary for primary, _ in listed(app).values()}


def test_an_added_model_brings_what_it_names(app, project, tmp_path):
    folder = elsewhere(tmp_path, "tex/wood.png", "unrelated.jpg")
    (folder / "a.obj").write_text("mtllib a.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    (folder / "a.mtl").write_text("newmtl m\nmap_Kd tex/wood.png\n")
    adding.add_paths(app, [folder / "a.obj"])
    assert ("a.obj", ["a.mtl", "a.obj", "tex/wood.png"]) in listed(app).values()
    assert len(listed(app)) == 4


def test_a_file_in_a_subfolder_of_the_input_can_be_added(app, project):
    folder = project.root_dir("input")
    (folder / "sub").mkdir()
    (folder / "sub" / "x.jpg").write_text("x")
    scanning.scan_project(app)
    assert len(listed(app)) == 3
    adding.add_paths(app, [folder / "sub" / "x.jpg"])
    assert ("sub/x.jpg", ["sub/x.jpg"]) in listed(app).values()


def test_what_cannot_be_added_is_refused_and_nothing_is(app, project, tmp_path):
    folder = elsewhere(tmp_path, "good.jpg", ".hidden.jpg")
    bad = [
        project.root_dir("input") / "photo_000.jpg", project.root_dir("input"), tmp_path,
        project.path, project.root_dir("output"), folder / "nothing.jpg", folder / ".hidden.jpg",
    ]  # fmt: skip
    for path in bad:
        with pytest.raises(HdpError):
            adding.add_paths(app, [folder / "good.jpg", path])
    assert len(listed(app)) == 3


# Finding again


def test_a_moved_input_folder_is_found_again(app, project, tmp_path):
    folder = project.root_dir("input")
    (tmp_path / "new drive").mkdir()
    folder.rename(tmp_path / "new drive" / "photos")
    told = finding_again.find_again(app, [], tmp_path / "new drive")
    assert told["missing"] == [] and len(told["found"]) == 3
    assert app.project.root_dir("input") == tmp_path / "new drive" / "photos"
    assert sorted(listed(app)) == [1, 2, 3]
    assert all(one.primary.status == "valid" for one in app.project.read(items.list_items))


def test_single_files_are_found_where_they_are(app, project, tmp_path):
    regrouping.merge(app, [1, 2])
    folder = project.root_dir("input")
    away = tmp_path / "away" / "deep"
    away.mkdir(parents=True)
    (folder / "photo_000.jpg").rename(away / "renamed.jpg")
    (folder / "sub").mkdir()
    (folder / "photo_002.jpg").rename(folder / "sub" / "photo_002.jpg")
    scanning.scan_project(app)
    with pytest.raises(NotFound):
        finding_again.find_again(app, [1], folder / "sub")
    finding_again.find_again(app, [1], tmp_path / "away")
    finding_again.find_again(app, [3], folder)
    expected = {
        1: ("renamed.jpg", ["photo_001.jpg", "renamed.jpg"]),
        3: ("sub/photo_002.jpg", ["sub/photo_002.jpg"]),
    }
    assert listed(app) == expected
    rescan(app)
    assert listed(app) == expected
    assert {f.status for one in app.project.read(items.list_items) for f in one.files} == {"valid"}


# Accepting


def test_a_new_problem_needs_a_new_acceptance(app, project, do):
    folder = project.root_dir("input")
    (folder / "photo_000.jpg").unlink()
    scanning.scan_project(app)
    project.write(lambda c: items.accept_items(c, [1], "it is lost"))
    item = project.read(lambda c: items.get_item(c, 1))
    assert item.accepts(item.primary) and item.accepted_at and item.accepted_by
    (folder / "photo_000.jpg").write_bytes(b"not a picture")
    scanning.scan_project(app)
    project.write(lambda c: c.execute("UPDATE file SET status = 'invalid' WHERE path = ?",
                                      ("photo_000.jpg",)))  # fmt: skip
    item = project.read(lambda c: items.get_item(c, 1))
    assert not item.accepts(item.primary)
    assert do("prepare", 1)["tasks"][0]["state"] == "failed"


# What costs nothing


def test_an_unchanged_folder_is_not_read_or_written_again(app, project):
    scanning.scan_project(app)
    before = project.path.read_bytes()
    assert "nothing changed" in scanning.scan_project(app)
    assert project.path.read_bytes() == before
    (project.root_dir("input") / "photo_009.jpg").write_text("new")
    assert "1 new item" in scanning.scan_project(app)


def test_a_dry_run_says_what_would_change_and_writes_nothing(app, project):
    from hdp.application import storing

    folder = project.root_dir("input")
    (folder / "photo_000.jpg").unlink()
    (folder / "photo_001.jpg").rename(folder / "moved.jpg")
    (folder / "photo_002.jpg").write_text("other")
    (folder / "new.jpg").write_text("new")
    before = project.path.read_bytes()
    options, result = scanning.find(project, always=True)
    changes = storing.compare(project, options, result).to_json()
    assert changes | {"new_items": 1} == {
        "new": ["new.jpg"], "changed": ["photo_002.jpg"], "moved": ["moved.jpg"],
        "missing": ["photo_000.jpg"], "new_items": 1, "removed_items": [], "regrouped": [],
        "waiting": [], "renamed": [{"item": 2, "old": "photo_001", "new": "moved"}],
    }  # fmt: skip
    assert project.path.read_bytes() == before


def test_a_cancelled_scan_leaves_the_project_as_it_was(app, project):
    from hdp.application import storing
    from hdp.sdk import Cancelled

    (project.root_dir("input") / "new.jpg").write_text("new")
    (project.root_dir("input") / "photo_000.jpg").unlink()
    before = project.read(items.list_items)
    options, result = scanning.find(project)
    looked = []

    def check() -> None:
        looked.append(1)
        if len(looked) == 2:  # files are written, items are not
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        storing.store(project, options, result, check)
    assert project.read(items.list_items) == before
    assert "1 new item" in scanning.scan_project(app)


def test_what_a_file_names_is_read_once(app, make_folder, tmp_path):
    from hdp.application import storing
    from hdp.ingest.walk import Found

    folder = make_folder(1)
    (folder / "a.obj").write_text("mtllib a.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    (folder / "a.mtl").write_text("newmtl m\nmap_Kd photo_000.jpg\n")
    spec = scanning.NewProject(
        tmp_path / "test.hdpc", "Test", "TST", folder, tmp_path / "output", {"extensions": [".obj"]}
    )
    project = scanning.create_project(app, spec)
    scanning.scan_project(app)
    info = (folder / "a.mtl").stat()
    known = storing.references_known(project)
    found = Found("a.mtl", info.st_size, info.st_mtime_ns, info.st_ino)
    assert [one.text for one in known(found)] == ["photo_000.jpg"]
    assert known(found._replace(mtime_ns=1)) is None
    (folder / "a.mtl").write_text("newmtl m\n")
    scanning.scan_project(app)
    assert listed(app) == {1: ("a.obj", ["a.mtl", "a.obj"])}


def test_a_scan_that_was_overtaken_does_not_undo_what_was_done_by_hand(app, project):
    from hdp.application import storing

    options, result = scanning.find(project, always=True)
    regrouping.merge(app, [1, 2])
    assert storing.store(project, options, result).regroup
    assert listed(app)[1] == ("photo_000.jpg", ["photo_000.jpg", "photo_001.jpg"])


def test_textures_that_were_never_there_are_found_by_name(app, make_folder, tmp_path):
    folder = make_folder(1)
    (folder / "a.obj").write_text("mtllib a.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    (folder / "a.mtl").write_text("newmtl m\nmap_Kd C:\\\\work\\\\wood.png\n")
    spec = scanning.NewProject(
        tmp_path / "test.hdpc", "Test", "TST", folder, tmp_path / "output", {"extensions": [".obj"]}
    )
    scanning.create_project(app, spec)
    scanning.scan_project(app)
    textures = elsewhere(tmp_path, "deep/textures/wood.png")
    assert listed(app) == {1: ("a.obj", ["a.mtl", "a.obj"])}
    told = finding_again.find_again(app, [1], textures)
    assert told["items"] == [1]
    assert listed(app) == {1: ("a.obj", ["a.mtl", "a.obj", "wood.png"])}
