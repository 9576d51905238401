"""The project file: created, opened, refused, migrated, backed up, recovered."""

from __future__ import annotations

import platform
import sqlite3
import threading
from pathlib import Path

import pytest

from hdp.project import db, migrate, sessions
from hdp.project.project import Project, relocate
from hdp.sdk import ProjectError, Refused


@pytest.fixture
def make(tmp_path: Path):
    def make(name: str = "a.hdpc") -> Project:
        return Project.create(
            tmp_path / name, home=tmp_path / "home", name="A", code="A",
            input_dir=tmp_path / "in", output_dir=tmp_path / "out",
            values={"scan": {"mode": "root"}},
        )  # fmt: skip

    return make


def test_a_project_is_marked_and_keeps_its_settings(make, tmp_path):
    project = make()
    assert project.setting("scan") == {"mode": "root"}
    assert project.setting("environment") == "practice"
    project.close()
    connection = sqlite3.connect(tmp_path / "a.hdpc")
    assert connection.execute("PRAGMA application_id").fetchone()[0] == 0x48445043
    assert connection.execute("PRAGMA user_version").fetchone()[0] == migrate.latest_version()
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
    connection.close()
    assert [one.name for one in (tmp_path / "home" / "locks").iterdir()] == []


def test_an_existing_file_is_never_replaced(make, tmp_path):
    (tmp_path / "a.hdpc").write_text("mine")
    with pytest.raises(Refused) as error:
        make()
    assert error.value.name == "file-exists"
    assert (tmp_path / "a.hdpc").read_text() == "mine"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "project-unreadable"),
        (b"hello" * 500, "project-unreadable"),
        (None, "project-missing"),
    ],
)
def test_foreign_files_are_refused(tmp_path, content, code):
    path = tmp_path / "x.hdpc"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ProjectError) as error:
        Project.open(path, home=tmp_path / "home")
    assert error.value.name == code
    assert str(path) in error.value.message
    assert content is None or path.read_bytes() == content


def test_another_database_is_refused(tmp_path):
    path = tmp_path / "x.hdpc"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    with pytest.raises(ProjectError):
        Project.open(path, home=tmp_path / "home")


def test_a_newer_file_is_refused_and_left_alone(make, tmp_path):
    make().close()
    path = tmp_path / "a.hdpc"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(Refused) as error:
        Project.open(path, home=tmp_path / "home")
    assert error.value.name == "project-newer"
    assert path.read_bytes() == before


def test_a_failing_migration_changes_nothing(tmp_path, monkeypatch):
    scripts = (*migrate._scripts(), "CREATE TABLE extra (a); INSERT INTO nowhere VALUES (1);")
    path = tmp_path / "a.hdpc"
    db.create_file(path, lambda c: None)
    monkeypatch.setattr(migrate, "_scripts", lambda: scripts)
    connection = db.connect(path)
    with pytest.raises(sqlite3.OperationalError):
        migrate.migrate(connection)
    assert connection.execute("PRAGMA user_version").fetchone()[0] == len(scripts) - 1
    assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'extra'").fetchone()
    connection.close()


def test_an_older_file_is_backed_up_and_migrated(make, tmp_path, monkeypatch):
    make().close()
    scripts = (*migrate._scripts(), "CREATE TABLE extra (a);")
    monkeypatch.setattr(migrate, "_scripts", lambda: scripts)
    project = Project.open(tmp_path / "a.hdpc", home=tmp_path / "home")
    assert project.read(lambda c: c.execute("SELECT COUNT(*) FROM extra").fetchone()[0]) == 0
    project.close()
    assert (tmp_path / f"a.v{len(scripts) - 1}.bak").is_file()


def test_triggers_survive_the_splitting_of_scripts():
    script = (
        "CREATE TABLE a (b);\nCREATE TRIGGER t AFTER INSERT ON a BEGIN\n DELETE FROM a;\nEND;\n"
    )
    assert len(list(migrate.split_statements(script))) == 2


def test_a_write_that_fails_leaves_nothing(make):
    project = make()

    def fail(connection):
        connection.execute("UPDATE project SET name = 'B'")
        raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        project.write(fail)
    assert project.read(lambda c: c.execute("SELECT name FROM project").fetchone()[0]) == "A"
    project.close()


def test_readers_cannot_write(make):
    project = make()
    with pytest.raises(sqlite3.OperationalError):
        project.read(lambda c: c.execute("UPDATE project SET name = 'B'"))
    project.close()


def test_a_backup_is_a_whole_project_and_never_overwrites(make, tmp_path):
    project = make()
    copy = project.db.backup(tmp_path / "b.hdpc")
    with pytest.raises(Refused):
        project.db.backup(copy)
    project.close()
    assert db.check_file(copy) == migrate.latest_version()


def test_a_copy_may_only_be_read_until_somebody_says_what_it_is(make, tmp_path):
    project = make()
    project.db.backup(tmp_path / "b.hdpc")
    project.close()
    copy = Project.open(tmp_path / "b.hdpc", home=tmp_path / "home")
    assert [one.code for one in copy.warnings] == ["project-copied"]
    with pytest.raises(Refused):
        copy.write(lambda c: c.execute("UPDATE project SET name = 'B'"))
    first = copy.about.uuid
    copy.close()
    relocate(tmp_path / "b.hdpc", copied=True)
    copy = Project.open(tmp_path / "b.hdpc", home=tmp_path / "home")
    assert copy.warnings == []
    assert copy.about.uuid != first
    copy.close()


def test_a_moved_project_just_opens(make, tmp_path):
    make().close()
    (tmp_path / "sub").mkdir()
    moved = (tmp_path / "a.hdpc").rename(tmp_path / "sub" / "a.hdpc")
    project = Project.open(moved, home=tmp_path / "home")
    assert project.warnings == []
    project.close()


def test_paths_that_leave_a_root_are_refused(make):
    project = make()
    for path in ("../secret", "/etc/passwd", "a/../../b"):
        with pytest.raises(Exception, match="outside"):
            project.file_path("input", path)
    project.close()


def test_a_commit_that_a_reader_holds_up_does_not_block_for_ever(make, tmp_path, monkeypatch):
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, **{**k, "timeout": 0.05}))
    project = make()
    other = real(tmp_path / "a.hdpc", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM project").fetchall()
    with pytest.raises(ProjectError):
        project.write(lambda c: c.execute("UPDATE project SET name = 'B'"))
    other.execute("COMMIT")
    other.close()
    project.write(lambda c: c.execute("UPDATE project SET name = 'C'"))
    assert project.read(lambda c: c.execute("SELECT name FROM project").fetchone()[0]) == "C"
    project.close()


def test_the_writer_outlives_whoever_hears_of_changes(make, tmp_path):
    project = make()
    heard = threading.Event()

    def fail():
        heard.set()
        raise ValueError("no")

    project.db.on_foreign_change = fail
    other = sqlite3.connect(tmp_path / "a.hdpc")
    other.execute("UPDATE project SET name = 'B'")
    other.commit()
    other.close()
    assert heard.wait(10)
    project.write(lambda c: c.execute("UPDATE project SET name = 'C'"))
    project.close()


def test_readers_are_kept_in_bounds(make):
    project = make()
    threads = [
        threading.Thread(target=lambda: project.read(lambda c: c.execute("SELECT 1").fetchall()))
        for _ in range(60)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert project.db._idle.qsize() <= 16
    project.close()


def test_many_who_look_at_once_see_that_an_owner_is_dead(tmp_path):
    lock = tmp_path / "dead.lock"
    lock.touch()
    seen = []
    threads = [
        threading.Thread(target=lambda: seen.append(sessions._is_dead(platform.node(), str(lock))))
        for _ in range(16)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert seen == [True] * 16


def test_a_busy_writer_hears_of_others_too(make, tmp_path):
    project = make()
    heard, stop = threading.Event(), threading.Event()
    project.db.on_foreign_change = heard.set

    def be_busy():
        while not stop.is_set():
            project.write(lambda c: None)

    busy = threading.Thread(target=be_busy)
    busy.start()
    other = sqlite3.connect(tmp_path / "a.hdpc", timeout=10)
    other.execute("UPDATE project SET name = 'B'")
    other.commit()
    other.close()
    assert heard.wait(10)
    stop.set()
    busy.join()
    project.close()


def test_one_file_is_left_whatever_was_written(tmp_path):
    path = tmp_path / "p.hdpc"
    db.create_file(path, lambda c: None)
    database = db.open_file(path)
    journal = path.with_name("p.hdpc-journal")
    set_one = "INSERT INTO setting (key, value) VALUES (?, '1')"
    for number in range(3):
        database.write(lambda c, number=number: c.execute(set_one, (f"k{number}",)))
    assert journal.stat().st_size == 0  # kept for the next write, and nothing to go back to
    mode = database.write(lambda c: c.execute("PRAGMA journal_mode").fetchone()[0])
    synced = database.write(lambda c: c.execute("PRAGMA synchronous").fetchone()[0])
    assert (mode, synced) == ("truncate", 2)
    database.close()
    assert [one.name for one in tmp_path.iterdir()] == ["p.hdpc"]


def test_rows_are_read_again_only_after_a_change(make, tmp_path):
    project = make()
    first = project.overview("practice")
    assert project.overview("practice") is first
    project.write(lambda c: c.execute("INSERT INTO setting (key, value) VALUES ('a', '1')"))
    second = project.overview("practice")
    assert second is not first
    with sqlite3.connect(project.path) as other:  # as another process would
        other.execute("INSERT INTO setting (key, value) VALUES ('b', '1')")
    other.close()
    assert project.overview("practice") is not second
    project.close()


def test_a_full_disk_is_told_as_that(make):
    project = make()

    def fill(connection):
        connection.execute("UPDATE project SET name = 'B'")
        connection.execute("ROLLBACK")  # as SQLite does by itself then
        raise sqlite3.OperationalError("database or disk is full")

    with pytest.raises(ProjectError, match="disk is full") as told:
        project.write(fill)
    assert told.value.name == "project-write-failed"
    assert project.read(lambda c: c.execute("SELECT name FROM project").fetchone()[0]) == "A"
    project.write(lambda c: c.execute("UPDATE project SET name = 'C'"))
    project.close()
