"""The Files view's lists, details and bytes of files over HTTP; only an item's own files."""

import os

import pytest
import requests
from PIL import Image

from hdp.application import checking, scanning

CUBE = "mtllib cube.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nusemtl m\nf 1/1 2/1 3/1\n"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "input"
    (folder / "tex").mkdir(parents=True)
    (folder / "cube.obj").write_text(CUBE)
    (folder / "cube.mtl").write_text("newmtl m\nmap_Kd tex/wood.png\n")
    Image.new("RGB", (8, 8), "brown").save(folder / "tex" / "wood.png")
    for name, side in (("b #1.jpg", 20), ("A_100%.jpg", 60), ("Ärmel.jpg", 40)):
        Image.effect_noise((side, side), 90).save(folder / name)
    (folder / "lies.jpg").write_text("<script>alert(1)</script>")
    (folder / "evil.html").write_text("<script>alert(1)</script>")
    (folder / "evil.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
    return folder


@pytest.fixture
def project(app, folder, tmp_path):
    spec = scanning.NewProject(
        tmp_path / "test.hdpc", "Test", "TST", folder, tmp_path / "output",
        {"extensions": [".jpg", ".obj", ".svg", ".html"], "bundle": "none"},
    )  # fmt: skip
    project = scanning.create_project(app, spec)
    scanning.scan_project(app)
    return project


def keys(answer):
    return [row["key"] for row in answer["rows"]]


def item_of(visitor, search):
    (row,) = visitor.get("/items", search=search)["rows"]
    return row["item"]


def fetch(visitor, path, **headers):
    return visitor.session.get(f"{visitor.web.base}/api{path}", headers=headers)


def test_lists_are_sorted_paged_and_counted(visitor, project):
    whole = visitor.get("/items")
    assert whole["total"] == 7
    assert keys(whole) == sorted(keys(whole), key=str.lower)
    assert sum(whole["statuses"].values()) == 7
    assert whole["states"] == {"new": 7}
    two = visitor.get("/items", offset=1, limit=2)
    assert keys(two) == keys(whole)[1:3]
    assert two["total"] == 7
    sizes = [row["bytes"] for row in visitor.get("/items", sort="-size")["rows"]]
    assert sizes == sorted(sizes, reverse=True)
    kinds = [row["kind"] for row in visitor.get("/items", sort="kind")["rows"]]
    assert kinds == sorted(kinds)
    model = next(row for row in whole["rows"] if row["primary"] == "cube.obj")
    assert (model["files"], model["kind"], model["state"]) == (3, "model", "new")
    assert visitor.get("/items", 400, sort="colour")["error"]["code"] == "bad-request"


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ärmel", 1),
        ("ÄRMEL", 1),
        ("100%", 1),
        ("_1", 1),
        ("wood.png", 1),
        ("jpg", 4),
        ("' OR 1", 0),
    ],
)
def test_searching_takes_what_is_typed_as_it_is(visitor, project, search, found):
    assert visitor.get("/items", search=search)["total"] == found


def test_status_filters_keep_the_counts(visitor, project, app):
    whole = visitor.get("/items")["statuses"]
    for status, count in whole.items():
        answer = visitor.get(f"/items?status={status}")
        assert answer["total"] == count == len(answer["rows"])
        assert answer["statuses"] == whole


def test_what_nobody_has_opened_is_not_called_valid(visitor, project, app):
    def told():
        return {row["item"]: row["status"] for row in visitor.get("/items")["rows"]}

    before = visitor.get("/items")["statuses"]
    assert "valid" not in before and before["unchecked"] > 3
    assert set(told().values()) == before.keys()
    for one, status in told().items():
        detail = visitor.get(f"/items/{one}/detail")
        assert status in (detail["status"], "unchecked")
        assert detail["unchecked"] > 0 or status != "unchecked"
    assert visitor.get("/items?status=valid")["total"] == 0
    by_status = visitor.get("/items", sort="status")["rows"]
    assert by_status[-1]["status"] == "unchecked"
    assert app.jobs.wait(checking.check_files(app), timeout=60)
    after = visitor.get("/items")["statuses"]
    assert "unchecked" not in after and after["valid"] > 0
    assert set(told().values()) == after.keys()


def test_setting_aside_accepting_and_restoring(visitor, project, app):
    one = item_of(visitor, "ärmel")
    assert visitor.post("/items/set-aside", {"ids": [one]}, 400)["error"]["code"] == "no-reason"
    job = visitor.post("/items/set-aside", {"ids": [one], "reason": "blurred"}, 202)["job"]
    assert app.jobs.wait(job, timeout=30)
    left = visitor.get("/items")
    assert (left["total"], left["set_aside"]) == (6, 1)
    assert visitor.get("/items", set_aside="only")["rows"][0]["set_aside"] == "blurred"
    assert visitor.get("/items", set_aside="with")["total"] == 7
    visitor.post("/items/restore", {"ids": [one]}, 200)
    visitor.post("/items/accept", {"ids": [one], "reason": "it is all there is"}, 200)
    row = visitor.get("/items", search="ärmel")["rows"][0]
    assert row["accepted"] == "it is all there is"
    assert visitor.get("/items/ids")["ids"] == sorted(visitor.get("/items/ids")["ids"])
    assert visitor.post("/items/restore", {"ids": ["1"]}, 400)["error"]["code"] == "bad-request"
    visitor.post("/items/restore", {"ids": [999]}, 404)


def test_an_item_shows_its_files_and_what_they_can_be_seen_with(visitor, project):
    detail = visitor.get(f"/items/{item_of(visitor, 'cube.obj')}/detail")
    files = {one["path"]: one for one in detail["item"]["files"]}
    assert {path: one["view"] for path, one in files.items()} == {
        "cube.obj": "model", "cube.mtl": "", "tex/wood.png": "image",
    }  # fmt: skip
    assert files["tex/wood.png"]["parent"] == "cube.mtl"
    assert all(one["id"] for one in files.values())
    visitor.get("/items/999/detail", status=404)


def test_bytes_come_by_stored_path_and_as_models_name_them(visitor, project, folder):
    model = item_of(visitor, "cube.obj")
    wood = (folder / "tex" / "wood.png").read_bytes()
    for name in ("tex/wood.png", "TEX/Wood.PNG", "elsewhere/wood.png", "tex%5Cwood.png"):
        answer = fetch(visitor, f"/items/{model}/content/{name}")
        assert (answer.status_code, answer.content) == (200, wood), name
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    odd = item_of(visitor, "b #1")
    assert fetch(visitor, f"/items/{odd}/content/b%20%231.jpg").status_code == 200
    percent = item_of(visitor, "100%")
    assert fetch(visitor, f"/items/{percent}/content/A_100%25.jpg").status_code == 200


def test_parts_and_what_has_not_changed(visitor, project, folder):
    path = f"/items/{item_of(visitor, 'cube.obj')}/content/cube.obj"
    whole = fetch(visitor, path)
    assert whole.headers["Content-Disposition"] == "attachment"
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = fetch(visitor, path, Range="bytes=2-5")
    assert (part.status_code, part.content) == (206, CUBE.encode()[2:6])
    assert fetch(visitor, path, Range="bytes=99999-").status_code == 416
    assert fetch(visitor, path, **{"If-None-Match": whole.headers["ETag"]}).status_code == 304
    (folder / "cube.obj").write_text(CUBE + "# changed\n")
    again = fetch(visitor, path, **{"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.headers["ETag"] != whole.headers["ETag"]) == (200, True)


@pytest.mark.parametrize(
    "name",
    [
        "../test.hdpc", "..%2Ftest.hdpc", "%2e%2e/test.hdpc", "%2e%2e%2ftest.hdpc",
        "..%5C..%5Ctest.hdpc", "%2Fetc%2Fpasswd", "/etc/passwd", "tex/../../test.hdpc",
        "tex", "", "cube.obj%00", "b%20%231.jpg", "C:%5Cwindows%5Cwin.ini", "%FF%FE",
        "....//test.hdpc", "tex/wood.png/", "~root/.profile",
    ],
)  # fmt: skip
def test_nothing_else_on_disk_is_ever_handed_out(visitor, project, name):
    model = item_of(visitor, "cube.obj")
    where = f"{visitor.web.base}/api/items/{model}/content/{name}"
    asked = requests.Request("GET", where).prepare()
    asked.url = where  # as it stands: no client tidies the dots away
    asked.headers["Cookie"] = "; ".join(f"{c.name}={c.value}" for c in visitor.session.cookies)
    answer = visitor.session.send(asked)
    assert answer.status_code in (400, 404), answer.text


def test_links_out_of_the_folder_and_devices_are_refused(visitor, project, folder, tmp_path):
    odd = item_of(visitor, "ärmel")
    there = folder / "Ärmel.jpg"
    (tmp_path / "secret.txt").write_text("secret")
    there.unlink()
    there.symlink_to(tmp_path / "secret.txt")
    assert fetch(visitor, f"/items/{odd}/content/Ärmel.jpg").status_code == 404
    there.unlink()
    os.mkfifo(there)
    assert fetch(visitor, f"/items/{odd}/content/Ärmel.jpg").status_code == 404
    there.unlink()
    assert fetch(visitor, f"/items/{odd}/content/Ärmel.jpg").status_code == 404


def test_a_page_among_the_files_is_bytes_only(visitor, project):
    for name in ("evil.svg", "evil.html", "lies.jpg"):
        item = item_of(visitor, name)
        answer = fetch(visitor, f"/items/{item}/content/{name}")
        assert answer.content
        assert answer.headers["Content-Type"] in ("application/octet-stream", "image/jpeg")
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_name_with_a_line_end_is_a_name(visitor, app, project, folder):
    (folder / "new\nline.jpg").write_bytes((folder / "Ärmel.jpg").read_bytes())
    scanning.scan_project(app)
    item = item_of(visitor, "new")
    assert fetch(visitor, f"/items/{item}/content/new%0Aline.jpg").status_code == 200
