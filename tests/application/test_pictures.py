import os
import threading

import pytest
from PIL import Image

from hdp.application import Application, scanning
from hdp.application.pictures.store import Store
from hdp.ingest.pictures.model import NoPicture  # noqa: F401 - the model reader can be imported
from hdp.project import items
from hdp.sdk import NotFound, UsageError


@pytest.fixture
def project(open_project):
    return open_project(3)


def first(app):
    return app.project.read(items.list_items)[0]


def test_all_items_get_small_pictures_once(app, project):
    told = []
    app.bus.listen(lambda event: told.append(event) if event.type == "changed" else None)
    steps = []
    made = app.pictures.make_all(progress=lambda done, total: steps.append((done, total)))
    assert (made.pictures, made.left) == (3, 0) and steps == [(1, 3), (2, 3), (3, 3)]
    assert [one.kinds for one in told] == [("pictures",)] and len(told[0].ids) == 3
    files = sorted(app.pictures.store.folder.glob("*/*"))
    assert [one.suffix for one in files] == [".jpg"] * 6
    before = [one.stat().st_mtime_ns for one in files]
    assert app.pictures.make_all().pictures == 3
    assert [one.stat().st_mtime_ns for one in files] == before


def test_items_set_aside_are_left_out_and_time_ends_it(app, project):
    ids = [one.id for one in app.project.read(items.list_items)]
    app.project.write(lambda c: items.set_aside(c, ids[:2], "not now"))
    assert app.pictures.make_all().pictures == 1
    app.project.write(lambda c: items.set_aside(c, ids, None))
    made = app.pictures.make_all(seconds=-1)
    assert (made.pictures, made.left) == (0, 3)
    assert app.pictures.make_all(cancelled=lambda: True).left == 3


def test_thumbnail_preview_and_about(app, project):
    item = first(app)
    path, tag = app.pictures.thumbnail(item.id)
    assert path.is_file() and tag.startswith(item.primary.sha256)
    with Image.open(app.pictures.preview(item.primary.id, 480)[0]) as made:
        assert made.size == (32, 24)  # never larger than the original
    told = app.pictures.about(item.primary.id)
    assert told == {"kind": "image", "picture": True, "pages": 1, "width": 32, "height": 24,
                    "note": ""}  # fmt: skip
    assert app.pictures.preview(item.primary.id, 480, 2) is None
    with pytest.raises(UsageError):
        app.pictures.preview(item.primary.id, 500)
    for ask in (app.pictures.about, lambda n: app.pictures.preview(n, 96)):
        with pytest.raises(NotFound):
            ask(999)


def test_damaged_images_are_tried_once_and_marked(app, project):
    item = first(app)
    source = app.project.file_path(item.primary.root, item.primary.path)
    source.write_bytes(b"\xff\xd8\xff and no more")
    scanning.scan_project(app)
    rows = [{"item": item.id}]
    app.pictures.mark(rows)
    assert rows[0]["picture"] is True  # nobody has tried yet
    assert app.pictures.thumbnail(item.id) is None
    app.pictures.mark(rows)
    assert rows[0]["picture"] is False
    assert app.pictures.mark_files(first(app)) == {item.primary.id: False}
    assert app.pictures.about(item.primary.id)["note"]


def test_two_processes_share_the_folder(app, project):
    other = Application(app.home)
    try:
        other.open_project(app.project.path)
        done = []
        makes = [threading.Thread(target=lambda one=one: done.append(one.pictures.make_all()))
                 for one in (app, other)]  # fmt: skip
        for one in makes:
            one.start()
        for one in makes:
            one.join()
    finally:
        other.close()
    assert [one.pictures for one in done] == [3, 3]
    assert not list(app.pictures.store.folder.glob("*/*.new"))


def test_a_round_starts_after_a_scan_and_ends_with_the_project(app, project, monkeypatch):
    monkeypatch.setenv("HDP_PICTURES", "on")
    job = scanning.start_scan(app, then_check=True)
    app.jobs.wait(job)
    while app.pictures._quiet is None:
        threading.Event().wait(0.01)
    app.pictures.wait()
    assert len(list(app.pictures.store.folder.glob("*/*.jpg"))) == 6
    app.pictures.start()
    app.close_project()
    assert not [one for one in threading.enumerate() if one.name == "pictures"]


def test_the_oldest_go_when_there_are_too_many(tmp_path):
    store = Store(tmp_path)
    for number in range(10):
        path = store.path(f"{number:02}" * 32, 96)
        path.parent.mkdir()
        path.write_bytes(b"x" * 1000)
        os.utime(path, (number, number))
    assert store.trim(20_000) == 0
    assert store.trim(9_000) == 3
    assert sorted(one.name[:2] for one in tmp_path.glob("*/*")) == [f"{n:02}" for n in range(3, 10)]


def test_another_version_tries_again(tmp_path, monkeypatch):
    store = Store(tmp_path)
    store.note_none("ab" * 32, "It is damaged.")
    assert store.reason("ab" * 32) == "It is damaged." and not store.reason("ab" * 32, 2)
    monkeypatch.setattr("hdp.application.pictures.store.__version__", "99")
    assert store.reason("ab" * 32) == ""
