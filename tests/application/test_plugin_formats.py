"""Checkers, thumbnailers and sources of plugins: heard, and able to harm nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from hdp.application import Application, checking, scanning
from hdp.application.page.items import ItemPages
from hdp.application.page.previews import PreviewPages
from hdp.ingest import checker
from hdp.ingest.pictures.making import kind_of_picture
from hdp.ingest.types import by_extension
from hdp.metadata import source_rows
from hdp.metadata.table_file import SHEETS
from hdp.metadata.tables import peek, read_table
from hdp.plugin_formats import OWN_PICTURES, OWN_TABLES
from hdp.plugins import load
from hdp.project import checks, items
from hdp.sdk import InvalidInput

EXAMPLES = Path(__file__).parents[2] / "examples" / "plugins"
HOSTILE = """
import ctypes, os, sys, time
from hdp.sdk import Checker, Finding, InvalidInput, Source, Thumbnailer, hookimpl

def harm(path, size=None):
    what = path.name.partition(".")[0]
    if what == "segfault": ctypes.string_at(0)
    if what == "exit": os._exit(0)
    if what == "loop":
        while True: pass
    if what == "memory": bytearray(1 << 50)
    if what == "leave": sys.exit(3)
    if what == "raise": raise KeyError("x")
    if what == "refuse": raise InvalidInput("It is not ours.", where={"line": 7})
    if what == "number": return 7
    if what == "words": return ["a", {"b": 1}]
    if what == "endless": return (Finding("info", "again", "Again.") for _ in iter(int, 1))
    return []

@hookimpl
def hdp_checkers():
    return [Checker("bad.all", "All", harm, (".bad",))]
@hookimpl
def hdp_thumbnailers():
    return [Thumbnailer("bad.picture", "All", harm, (".bad",))]
@hookimpl
def hdp_sources():
    return [Source("bad.table", "All", harm, (".bad", ".gone"))]
"""


def hostile(folder: Path, code: str = HOSTILE, version: str = "1") -> Path:
    """A plugin `bad` with this code."""
    plugin = folder / "bad"
    plugin.mkdir(exist_ok=True)
    (plugin / "__init__.py").write_text(code)
    told = f'id = "bad"\nname = "B"\nversion = "{version}"\nsdk = ["1"]\n'
    (plugin / "plugin.toml").write_text(told)
    return plugin


@pytest.fixture
def run(home, tmp_path):
    """Opens applications with plugins and a project of files with these contents."""
    opened: list[Application] = []

    def run(plugins: list[Path], files: dict[str, bytes]) -> Application:
        app = Application(home, plugin_dirs=plugins)
        opened.append(app)
        assert [one.status for one in app.catalogue.plugins if one.source == "developer"] == [
            "ready"
        ] * len(plugins)
        folder = tmp_path / "input"
        if folder.exists():
            app.open_project(tmp_path / "p.hdpc")
            return app
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        ends = sorted({Path(one).suffix for one in files})
        spec = scanning.NewProject(
            tmp_path / "p.hdpc", "P", "P", folder, tmp_path / "out", {"extensions": ends}
        )
        scanning.create_project(app, spec)
        return app

    yield run
    for app in opened:
        app.close()


def check(app: Application) -> str | None:
    scanning.scan_project(app)
    job = checking.check_files(app)
    if job is None:
        return None
    assert app.jobs.wait(job, timeout=120)
    return app.jobs.tasks(job)[0][0]["message"]


def seen(app: Application) -> dict[str, tuple[str, list[dict]]]:
    rows = app.project.read(lambda c: checks.list_to_check(c, 0, 100))
    return {Path(one.path).name: (one.status, one.problems) for one in rows}


CUBE = b"".join(b"%d %d %d\n" % (x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1))


def test_what_hdp_does_itself_is_known():
    """The list that plugins are compared with is what ingest and metadata do."""
    assert all(kind_of_picture(by_extension(f"a{one}")) for one in OWN_PICTURES)
    assert set(SHEETS) <= OWN_TABLES


def test_a_checker_and_a_thumbnailer_from_scan_to_picture(run, tmp_path):
    files = {"cube.xyz": CUBE, "broken.xyz": b"1 2 3\nno point\n"}
    app = run([EXAMPLES / "points"], files)
    assert check(app) == "2 files checked, 1 with problems"
    assert seen(app)["cube.xyz"] == ("valid", [])
    status, (told,) = seen(app)["broken.xyz"]
    assert (status, told["code"], told["where"]["line"]) == ("invalid", "xyz-line", 2)
    assert check(app) is None
    assert app.pictures.make_all().pictures == 2
    cube = next(one for one in app.project.read(items.list_items) if "cube" in one.primary.path)
    with Image.open(app.pictures.preview(cube.primary.id, 480)[0]) as picture:
        assert picture.size == (480, 480)
    assert app.pictures.about(cube.primary.id)["kind"] == "image"
    detail = ItemPages(app).detail(cube.id, None)
    assert (detail["unchecked"], detail["item"]["files"][0]["view"]) == (0, "image")
    brings = app.catalogue.plugin("points").to_json()
    assert [one["title"] for one in brings["checkers"]] == ["XYZ points"]
    assert [one["id"] for one in brings["modalities"]] == ["points"]


def test_the_wizard_shows_what_a_plugin_says_and_draws(run, tmp_path):
    app = run([EXAMPLES / "points"], {"cube.xyz": CUBE, "broken.xyz": b"1 2 3\nno point\n"})
    pages = PreviewPages(app)
    body = {
        "file": str(tmp_path / "new.hdpc"), "name": "N", "code": "N", "extensions": [".xyz"],
        "input": str(tmp_path / "input"), "output": str(tmp_path / "out"),
    }  # fmt: skip
    try:
        preview = pages.start(body, lambda: False)["id"]
        assert pages._previews.get(preview).wait(60)
        rows = {one["primary"]: one for one in pages.lines(preview, {})["rows"]}
        assert (rows["cube.xyz"]["picture"], rows["cube.xyz"]["status"]) == (True, "valid")
        assert rows["broken.xyz"]["status"] == "invalid"
        assert pages.picture(preview, "cube.xyz").is_file()
    finally:
        pages.end()


def test_another_version_of_a_checker_looks_again(run, tmp_path):
    code = HOSTILE.replace("return []", "return [Finding('info', 'seen', 'Seen.')]")
    app = run([hostile(tmp_path, code)], {"a.bad": b"x"})
    assert check(app) == "1 file checked"
    assert [one["code"] for one in seen(app)["a.bad"][1]] == ["seen"]
    app.close()
    hostile(tmp_path, HOSTILE, version="2")
    app = run([tmp_path / "bad"], {})
    assert check(app) == "1 file checked"
    assert seen(app)["a.bad"] == ("valid", [])
    app.close()
    app = run([], {})
    assert check(app) == "1 file checked", "without the plugin it was not seen so"
    assert check(app) is None


HARM = ("segfault", "exit", "memory", "leave", "raise", "refuse", "number", "words", "endless")


def test_a_hostile_checker_or_thumbnailer_costs_its_own_file_only(run, tmp_path, monkeypatch):
    monkeypatch.setattr(checker, "_MOST_LOST", 4)
    app = run([hostile(tmp_path)], {f"{one}.bad": b"x" for one in (*HARM, "good")})
    check(app)
    found = seen(app)
    assert found["good.bad"] == ("valid", [])
    for name in ("segfault", "exit", "memory"):
        status, (told,) = found[f"{name}.bad"]
        assert (status, told["code"][:6]) == ("invalid", "worker")
        assert "the checker bad.all of the plugin bad" in told["message"]
    for name in ("leave", "raise", "number", "words"):
        status, (told,) = found[f"{name}.bad"]
        assert (status, told["code"]) == ("problems", "plugin-raised")
        assert "the checker bad.all of the plugin bad" in told["message"]
    assert found["refuse.bad"][1][0]["message"] == "It is not ours."
    assert len(found["endless.bad"][1]) <= 100
    assert app.pictures.make_all().pictures == 0
    for one in app.project.read(items.list_items):
        assert "bad" in app.pictures.about(one.primary.id)["note"]


def test_a_checker_without_end_is_stopped_and_soon_asked_no_more(tmp_path, home):
    catalogue = load(home, extra=[hostile(tmp_path)])
    paths = []
    for name in ("loop.bad", "good.bad"):
        (tmp_path / name).write_bytes(b"x")
        paths.append((tmp_path / name, name))
    with checker.Checker(workers=1, seconds=0.5, plugins=catalogue.checkers) as one:
        one._lost["bad.all"] = checker._MOST_LOST - 1
        loop, good = one.check_many(paths)
    assert (loop.status, loop.findings[0].code) == ("invalid", "worker-timeout")
    assert "is not asked any more" in good.findings[0].message


EXPORT = [{"file": "a.jpg", "title": "Amphora \ud800"}, {"file": "b.jpg", "year": 3.0, "old": True}]


def test_a_source_is_a_table_like_any_other(run, tmp_path):
    run([EXAMPLES / "museum_json"], {"a.jpg": b""})
    path = tmp_path / "objects.json"
    path.write_text(json.dumps(EXPORT))
    table = read_table(path, header=None)
    assert table.columns == ("file", "title", "year", "old")
    assert [list(one) for one in table.rows] == [
        ["a.jpg", "Amphora ?", "", ""],
        ["b.jpg", "", "3", "TRUE"],
    ]
    assert list(table.numbers) == [2, 3]
    assert peek(path, rows=1).rows == [["a.jpg", "Amphora ?", "", ""]]
    path.write_text('[{"a": 1},\n{"a": }]')
    with pytest.raises(InvalidInput, match="line 2, column 7") as told:
        read_table(path)
    assert told.value.where == {"table": str(path), "line": 2}
    path.write_text("")
    with pytest.raises(InvalidInput, match="is empty"):
        read_table(path)


def test_a_source_that_was_renewed_is_used_at_once(run, tmp_path):
    code = HOSTILE.replace("return []", "return [['name'], ['old']]")
    app = run([hostile(tmp_path, code)], {"a.jpg": b""})
    path = tmp_path / "a.gone"
    path.write_bytes(b"x")
    assert read_table(path).rows[0] == ["old"]
    # Of another length: Python takes its own copy of equally long code of the same second.
    hostile(tmp_path, code.replace("'old'", "'newer'"), version="2")
    app.reload_plugins()
    assert read_table(path).rows[0] == ["newer"]


def test_a_hostile_source_is_told_in_a_sentence(run, tmp_path, monkeypatch):
    monkeypatch.setattr(source_rows, "SECONDS", 1.0)
    run([hostile(tmp_path)], {"a.jpg": b""})
    for name in (*HARM, "loop", "good"):
        path = tmp_path / f"{name}.gone"
        path.write_bytes(b"x")
        with pytest.raises(InvalidInput) as told:
            read_table(path)
        words = {"refuse": "not ours", "good": "holds no table"}.get(
            name, "bad.table of the plugin"
        )
        assert words in told.value.message, name
    assert told.value.where["table"] == str(path)


def test_tables_are_read_without_sources_after_the_application_closed(home, tmp_path):
    path = tmp_path / "objects.json"
    path.write_text(json.dumps(EXPORT))
    app = Application(home, plugin_dirs=[EXAMPLES / "museum_json"])
    app.close()
    with pytest.raises(InvalidInput, match="no plugin that is switched on reads"):
        read_table(path)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"bad.all"', '"image.all"', 'must be "bad."'),
        ('harm, (".bad",))]\n@hookimpl\ndef hdp_s', 'harm, (".jpg",))]\n@hookimpl\ndef hdp_s',
         "HDP itself makes pictures of .jpg"),
        ('".gone"', '".csv"', "HDP itself reads .csv"),
        ('"All", harm, (".bad",))', '"All", lambda p: [], (".bad",))', "at the top of a module"),
        ('(".bad",)', '".bad"', "needs a list of extensions"),
        ('(".bad",)', '(".BAD", 7)', "not like .xyz: .BAD, 7"),
        ('(".bad",))', '(".bad",), isolation="environment")', "HDP's own Python only"),
        ('"bad.all", "All"', '"bad.all", ""', "has no title"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_reason(home, tmp_path, old, new, reason):
    assert old in HOSTILE
    found = load(home, extra=[hostile(tmp_path, HOSTILE.replace(old, new))]).plugin("bad")
    assert found.status == "broken"
    assert reason in found.reason


def test_two_sources_of_one_format_are_named_both(home, tmp_path):
    bad = hostile(tmp_path, HOSTILE.replace('".gone"', '".json"'))
    catalogue = load(home, extra=[EXAMPLES / "museum_json", bad])
    reason = catalogue.plugin("bad").reason
    for word in (".json: ", "the plugin museum_json", str(EXAMPLES / "museum_json"), "bad.table"):
        assert word in reason
    assert [one.plugin for one in catalogue.sources] == ["museum_json"]
