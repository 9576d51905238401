"""The job that opens files after a scan: what it stores, remembers and takes up again."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from hdp.application import checking, scanning
from hdp.ingest import checker
from hdp.ingest.checks import Checked
from hdp.project import checks
from hdp.sdk import Cancelled


@pytest.fixture
def folder(project, tmp_path):
    """Three photographs: one with a place, one cut, one plain."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (50.0, 1.0, 2.0), 3: "E", 4: (11.0, 1.0, 2.0)})
    folder = tmp_path / "input"
    Image.new("RGB", (64, 64)).save(folder / "photo_000.jpg", exif=exif)
    whole = folder / "photo_001.jpg"
    Image.effect_noise((64, 64), 60).save(whole)
    whole.write_bytes(whole.read_bytes()[:-900])
    return folder


def check(app):
    scanning.scan_project(app)
    job = checking.check_files(app)
    if job is None:
        return None
    assert app.jobs.wait(job, timeout=60)
    return app.jobs.tasks(job)[0][0]["message"]


def seen(app):
    rows = app.project.read(lambda c: checks.list_to_check(c, 0, 100))
    return {
        Path(one.path).stem[-1]: (one.status, [p["code"] for p in one.problems]) for one in rows
    }


EXPECTED = {"0": ("valid", ["gps"]), "1": ("invalid", ["truncated"]), "2": ("valid", [])}


def test_findings_are_stored_and_kept_without_opening_again(app, folder):
    assert check(app) == "3 files checked, 1 with problems"
    assert seen(app) == EXPECTED
    assert check(app) is None
    assert seen(app) == EXPECTED


def test_a_repaired_file_is_opened_again_and_reads_valid(app, folder):
    check(app)
    Image.new("RGB", (64, 64)).save(folder / "photo_001.jpg")
    assert check(app) == "1 file checked"
    assert seen(app) == EXPECTED | {"1": ("valid", [])}


def test_a_moved_file_keeps_what_was_found(app, folder):
    check(app)
    (folder / "photo_000.jpg").rename(folder / "photo_009.jpg")
    check(app)
    assert seen(app)["9"] == ("valid", ["gps"])
    assert "0" not in seen(app)


def test_a_check_that_was_cut_off_goes_on_where_it_stopped(app, folder, monkeypatch):
    def cut_off(self, files, *, progress=None, cancelled=None):
        yield Checked("valid")
        raise Cancelled("Cancelled.")

    with monkeypatch.context() as patched:
        patched.setattr(checker.Checker, "check_many", cut_off)
        check(app)
    assert check(app) == "2 files checked, 1 with problems"


def test_a_file_that_took_its_checker_along_is_tried_again(app, folder, monkeypatch):
    real = checker.Checker.check_many

    def lost(self, files, **options):
        for one, (path, relpath) in zip(real(self, files, **options), files, strict=True):
            gone = checker.lost(path, relpath, "worker-died", "It crashed.", "Save it anew.")
            yield gone if relpath.endswith("2.jpg") else one

    with monkeypatch.context() as patched:
        patched.setattr(checker.Checker, "check_many", lost)
        check(app)
    assert seen(app)["2"] == ("invalid", ["worker-died"])
    assert check(app) == "1 file checked"
    assert seen(app) == EXPECTED


def test_a_preview_is_checked_without_writing(app, folder):
    from hdp.ingest.scan import scan

    options = scanning.project_options(app.project)
    told = []
    result = checking.check_result(
        folder, scan(options), progress=lambda *values: told.append(values)
    )
    found = {file.path[-5]: file.status for item in result.items for file in item.files}
    assert found == {"0": "valid", "1": "invalid", "2": "valid"}
    assert told[-1][:2] == (3, 3)
    assert seen(app)["1"] == ("valid", [])
    with pytest.raises(Cancelled):
        checking.check_result(folder, replace(result), cancelled=lambda: True)


def test_a_preview_tells_how_far_reading_and_opening_are(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(name)
    spec = scanning.NewProject(
        tmp_path / "p.hdpc", "P", "P", folder, tmp_path / "out", {"mode": "root"}
    )
    told: list[tuple[int, int | None, str]] = []
    scanning.preview(spec, lambda *one: told.append(one))
    assert told[-1] == (2, 2, "Opening files")
    assert (10, 10, "Reading files") in told
