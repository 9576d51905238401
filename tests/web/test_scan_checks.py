"""A scan from the page is followed by a check of what the files hold."""

from __future__ import annotations

from hdp.application import scanning
from hdp.project import items


def test_a_broken_image_is_found_after_a_scan(app, project):
    folder = project.root_dir("input")
    (folder / "photo_009.jpg").write_bytes((folder / "photo_000.jpg").read_bytes()[:200])
    job = scanning.start_scan(app, then_check=True)
    assert app.jobs.wait(job, 20)
    jobs, _ = app.jobs.page()
    for one in jobs:
        assert app.jobs.wait(one["id"], 20)
    found = {
        item.primary.path: item.primary.status
        for item in project.read(lambda c: items.list_items(c, None))
    }
    assert found["photo_009.jpg"] == "invalid"
    assert found["photo_000.jpg"] == "valid"
