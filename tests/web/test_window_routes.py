"""The routes that a window answers, with a window of the test's own; and reports as CSV."""

import csv
import io
from pathlib import Path

import pytest

from hdp.application.page import serve
from hdp.application.scanning import SCAN_LANE
from hdp.project.project import Project


class Answers:
    """A window in which the person always answers the same."""

    def __init__(self, path):
        self.path, self.asked, self.shown = path, [], []

    def open_folder(self, title):
        self.asked.append(("folder", title))
        return self.path

    def open_file(self, title, kinds):
        self.asked.append(("file", title, list(kinds)))
        return self.path

    def open_files(self, title):
        self.asked.append(("files", title))
        return [self.path, f"{self.path}2"] if self.path else []

    def save_file(self, title, name):
        self.asked.append(("save", title, name))
        return self.path

    def show_page(self, url):
        self.shown.append(url)
        return True

    def show_folder(self, path):
        self.shown.append(path)
        return True


@pytest.fixture
def window():
    return Answers("/somewhere/x")


@pytest.fixture
def web(app, window):
    served = serve(app, dialogs=window)
    yield served
    served.stop()


def test_the_folder_of_the_log_is_shown_where_there_is_one(visitor, window):
    told = visitor.post("/crashes/show-log")
    assert not told["shown"] and window.shown == []
    Path(told["path"]).mkdir(parents=True)
    assert visitor.post("/crashes/show-log")["shown"] and window.shown == [told["path"]]


def test_dialogs(visitor, window):
    assert visitor.get("/app")["dialogs"] is True
    found = visitor.post("/dialogs/open-folder", {"title": "Input Data"})
    assert found == {"path": "/somewhere/x"}
    visitor.post("/dialogs/open-file", {"title": "M", "kinds": ["yaml"]})
    several = visitor.post("/dialogs/open-files", {"title": "N"})
    assert several == {"paths": ["/somewhere/x", "/somewhere/x2"]}
    window.path = None
    assert visitor.post("/dialogs/open-files", {"title": "N"}) == {"paths": []}
    assert visitor.post("/dialogs/save-file", {"title": "S", "name": "r.csv"}) == {"path": None}
    assert window.asked == [
        ("folder", "Input Data"),
        ("file", "M", ["yaml"]),
        ("files", "N"),
        ("files", "N"),
        ("save", "S", "r.csv"),
    ]
    assert visitor.post("/dialogs/open-file", {"kinds": ["*);;("]}, status=400)
    assert visitor.post("/dialogs/open-folder", {"title": 3}, status=400)


def test_no_page_is_opened_but_that_of_a_record(visitor, window, project):
    assert visitor.post("/open-page", {"item": 1, "env": "practice"}, status=404)
    assert visitor.post("/open-page", {"url": "http://evil.example"}, status=400)
    assert visitor.post("/open-page", {"item": "1"}, status=400)
    assert window.shown == []


@pytest.fixture
def project(app, tmp_path):
    (tmp_path / "in").mkdir()
    return app.take_project(
        Project.create(
            tmp_path / "p.hdpc", home=tmp_path / "home", name="P", code="P",
            input_dir=tmp_path / "in", output_dir=tmp_path / "out", values={},
        )
    )  # fmt: skip


HOSTILE = ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\tx", '"; DROP', "a,b\nc", "Übergröße", ""]


def test_a_report_cannot_run_in_a_spreadsheet(app, visitor, project):
    subjects = list(enumerate(HOSTILE))
    job = app.jobs.submit("scan", "x", subjects, lambda t: t.say("=2+3"), lane=SCAN_LANE)
    assert app.jobs.wait(job, 20)
    text = visitor.session.get(f"{visitor.web.base}/api/jobs/{job}/report.csv").content
    assert text.startswith(b"\xef\xbb\xbf"), "spreadsheets know UTF-8 by its mark"
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    titles = {row["title"] for row in rows}
    assert titles == {"'=HYPERLINK(1)", "+1", "-1", "'@SUM(1)", "x", '"; DROP', "a,b c",
                      "Übergröße", ""}  # fmt: skip
    assert {row["message"] for row in rows} == {"'=2+3"}
    page = visitor.session.get(f"{visitor.web.base}/api/jobs/{job}/report.html")
    assert "attachment" in page.headers["Content-Disposition"]
    assert "&quot;; DROP" in page.text
    assert visitor.get(f"/jobs/{job}/report.pdf", status=400)["error"]["code"] == "bad-request"


def test_cancelling_a_job(app, visitor, project):
    def work(task):
        while not task.is_cancelled():
            task.progress(1, 2, "waiting")
        task.check_cancelled()

    job = app.jobs.submit("scan", "x", [(0, "x")], work, lane=SCAN_LANE)
    assert visitor.post(f"/jobs/{job}/cancel")["job"]["id"] == job
    assert app.jobs.wait(job, 20)
    shown = visitor.get(f"/jobs/{job}")
    assert shown["job"]["state"] == "cancelled" and shown["tasks"][0]["state"] == "cancelled"
    assert visitor.get(f"/jobs/{job}", state="failed")["total"] == 0
    assert visitor.get(f"/jobs/{job}", state="nonsense", status=400)
    assert visitor.post("/jobs/999/cancel", status=404)
