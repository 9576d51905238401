"""`hdp record version`: from new files to a published version, and what changed."""

from __future__ import annotations

from PIL import Image


def _published(hdp, folder):
    hdp("project", "new", "p.hdpc", "--name", "P", "--code", "P", "--input", folder,
        "--output", "out", "--extensions", ".jpg")  # fmt: skip
    hdp("mapping", "set", folder / "mapping.yaml", "-p", "p.hdpc")
    for step in ("prepare", "draft create", "draft upload", "draft publish"):
        ran = hdp(*step.split(), "--all", "-p", "p.hdpc")
        assert ran.code == 0, ran.err


def test_from_new_files_to_a_new_version(hdp, folder, tmp_path):
    _published(hdp, folder)
    new = tmp_path / "rescans"
    new.mkdir()
    first = sorted(folder.glob("*.jpg"))[0].name
    Image.new("RGB", (70, 50), "red").save(new / first)
    (new / "stray.txt").write_text("nobody knows")
    version = ("record", "version", "-p", "p.hdpc", "--from", new, "--pipeline", "no-processing")

    dry = hdp(*version, "--dry-run")
    assert dry.code == 0, dry.err
    assert f"replace     {first}" in dry.out
    assert "Not taken: stray (no record fits)" in dry.err or "Not taken: stray" in dry.err
    ran = hdp(*version, "--note", "Scanned again.")
    assert ran.code == 0, ran.err
    assert hdp("draft", "publish", "--all", "-p", "p.hdpc").code == 0
    told = hdp("record", "diff", 1, "-p", "p.hdpc", "--json").json
    assert [one["what"] for one in told["files"]] == ["replaced"]
    assert {one["field"] for one in told["metadata"]} >= {"version", "notes"}
    assert (told["from"]["number"], told["to"]["number"]) == (1, 2)
    listed = hdp("record", "list", "-p", "p.hdpc", "--json").json
    chains = {len(group["versions"]) for group in listed["groups"]}
    assert chains == {1, 2}


def test_nothing_is_decided_for_a_person(hdp, folder, tmp_path):
    _published(hdp, folder)
    table = tmp_path / "which.csv"
    doi = hdp("record", "list", "-p", "p.hdpc", "--json").json["groups"][0]["versions"][0]["doi"]
    table.write_text(f"file,doi\nmodel.txt,https://doi.org/{doi}\n")
    new = tmp_path / "model.txt"
    new.write_text("a model")
    version = ("record", "version", "-p", "p.hdpc", "--from", new, "--pipeline", "no-processing",
               "--table", table)  # fmt: skip
    ran = hdp(*version)
    assert ran.code == 3
    assert "It is not decided what becomes of 1 file of 1 record" in ran.err
    assert "UNDECIDED" in ran.out
    assert hdp("draft", "list", "-p", "p.hdpc", "--json").json["total"] == 0
    typo = hdp(*version, "--carry-over", "*.jpeg")
    assert typo.code == 2 and "No file of these records is like *.jpeg" in typo.err
    both = hdp(*version, "--carry-over", "all", "*.jpg")
    assert both.code == 2 and "not both" in both.err
    taken = hdp(*version, "--carry-over", "*.jpg")
    assert taken.code == 0 and "*.jpg: 1 file" in taken.err
    # The same once more makes nothing; another one waits until this one is published or discarded.
    again = hdp(*version, "--match", "table", "--carry-over", "all", "--json")
    assert again.code == 0, again.err
    assert again.json["skipped"] == 1, again.json
    assert hdp(*version, "--match", "table", "--carry-over", "none").code == 3
    missing = hdp("record", "version", "-p", "p.hdpc", "--from", tmp_path / "no", "--pipeline", "x")
    assert missing.code == 2 and "is not there" in missing.err


def test_the_mapping_of_today_where_it_is_asked_for(hdp, folder, tmp_path):
    _published(hdp, folder)
    table = folder / "objects.csv"
    table.write_text(table.read_text("utf-8").replace("Photograph", "Plate"), "utf-8")
    new = tmp_path / "new"
    new.mkdir()
    (new / sorted(folder.glob("*.jpg"))[0].name).write_bytes(b"another one")
    version = ("record", "version", "-p", "p.hdpc", "--from", new, "--pipeline", "no-processing")
    plain = hdp(*version, "--dry-run", "--json").json["records"][0]["metadata"]
    assert "title" not in [one["field"] for one in plain]
    assert hdp(*version, "--with-mapping").code == 0
    drafts = hdp("draft", "list", "-p", "p.hdpc", "--json").json["deposits"]
    assert [one["title"] for one in drafts] == ["Plate 0"]
    table.write_text(table.read_text("utf-8").replace("Plate", "Picture"), "utf-8")
    assert hdp("draft", "update", "--all", "-p", "p.hdpc").code == 0
    drafts = hdp("draft", "list", "-p", "p.hdpc", "--json").json["deposits"]
    assert [one["title"] for one in drafts] == ["Picture 0"]


def test_made_anew_by_pattern_with_an_answer_for_the_pipeline(hdp, folder, tmp_path):
    first, second = sorted(one.name for one in folder.glob("*.jpg"))[:2]
    for one in (first, second):
        Image.new("RGB", (90, 60), "green").save(folder / one)
    hdp("project", "new", "p.hdpc", "--name", "P", "--code", "P", "--input", folder,
        "--output", "out", "--extensions", ".jpg")  # fmt: skip
    hdp("mapping", "set", folder / "mapping.yaml", "-p", "p.hdpc")
    assert hdp("prepare", "--all", "-p", "p.hdpc").code == 0
    made = hdp("pipeline", "draft", "web-copies", "1", "2", "--param", "side=40", "-p", "p.hdpc")
    assert made.code == 0, made.err
    for step in ("upload", "publish"):
        assert hdp("draft", step, "1", "2", "-p", "p.hdpc").code == 0
    new = tmp_path / "rescans"
    new.mkdir()
    for one in (first, second):
        Image.new("RGB", (120, 80), "red").save(new / one)
    version = ("record", "version", "-p", "p.hdpc", "--from", new, "--pipeline", "web-copies",
               "--param", "side=50")  # fmt: skip

    copies = [f"{one[:-4]}_web.jpg" for one in (first, second)]
    left = hdp(*version, "--regenerate", copies[0].upper(), "--dry-run", "--json")
    found = [row for one in left.json["records"] for row in one["files"] if row["choices"]]
    assert {row["name"]: row["action"] for row in found} == {copies[0]: "regenerate", copies[1]: ""}
    dry = hdp(*version, "--regenerate", "*_web.jpg", "--remove", "*", "--dry-run")
    assert f"regenerate  {copies[1]}" in dry.out and "version: (nothing) -> 2" in dry.out
    assert "*_web.jpg: 2 files" in dry.err
    assert hdp(*version, "--regenerate", "*_web.jpg").code == 0
    assert hdp("draft", "publish", "--all", "-p", "p.hdpc").code == 0
    told = hdp("record", "diff", 1, "-p", "p.hdpc", "--json").json
    assert {one["what"] for one in told["files"]} == {"replaced"}
    sizes = {Image.open(one).size for one in tmp_path.rglob(copies[0])}
    assert sizes == {(40, 27), (50, 33)}


def test_only_what_was_chosen_goes_and_what_is_passed_over_is_named(hdp, folder, tmp_path):
    _published(hdp, folder)
    new = tmp_path / "new"
    new.mkdir()
    first = sorted(folder.glob("*.jpg"))[0].name
    for name in (first, f"{first[:-4]}.txt", ".hidden.jpg"):
        (new / name).write_bytes(b"not chosen" if name != first else b"chosen")
    version = ("record", "version", "-p", "p.hdpc", "--pipeline", "no-processing", "--dry-run")
    one = hdp(*version, "--from", new / first, "--json").json
    assert [row["name"] for row in one["records"][0]["files"]] == [first]
    hidden = hdp(*version, "--from", new / first, new / ".hidden.jpg")
    assert hidden.code == 1 and ".hidden.jpg is passed over" in hidden.err


def test_what_lies_in_folders_that_are_not_looked_into_is_told(hdp, folder, tmp_path):
    _published(hdp, folder)
    new = tmp_path / "new"
    (new / "deeper").mkdir(parents=True)
    (new / "deeper" / "photo_000.jpg").write_bytes(b"deep")
    version = ("record", "version", "-p", "p.hdpc", "--from", new, "--pipeline", "no-processing",
               "--dry-run")  # fmt: skip
    empty = hdp(*version)
    assert empty.code == 1 and "1 folder not looked into" in empty.err
    (new / "photo_000.jpg").write_bytes(b"new")
    ran = hdp(*version)
    assert ran.code == 0 and "Left out: 1 folder not looked into." in ran.err


def test_records_in_which_nothing_changes_are_told_and_left_out(hdp, folder, tmp_path):
    _published(hdp, folder)
    version = ("record", "version", "-p", "p.hdpc", "--pipeline", "no-processing")
    same = hdp(*version, "--from", folder / "photo_001.jpg", "--dry-run", "--json")
    assert same.json["same"] == 1 and "--skip-unchanged leaves them out" in same.err
    noted = hdp(*version, "--from", folder / "photo_001.jpg", "--note", "x", "--dry-run", "--json")
    assert noted.json["same"] == 0
    none = hdp(*version, "--from", folder / "photo_001.jpg", "--skip-unchanged")
    assert none.code == 0 and "Nothing to do." in none.err
    new = tmp_path / "new"
    new.mkdir()
    for name in ("photo_000.jpg", "photo_001.jpg"):
        (new / name).write_bytes((folder / name).read_bytes())
    Image.new("RGB", (70, 50), "red").save(new / "photo_000.jpg")
    ran = hdp(*version, "--from", new, "--skip-unchanged")
    assert ran.code == 0 and "1 record but version and date: left out" in ran.err
    assert hdp("draft", "list", "-p", "p.hdpc", "--json").json["total"] == 1
