"""The filters of the Uploads tabs over HTTP: problems and dates, on rows and on Select All."""

import pytest

from hdp.application import Selection, views


def found(visitor, **filters):
    rows = visitor.get("/uploads", env="practice", **filters)["rows"]
    ids = visitor.get("/uploads/ids", env="practice", **filters)["ids"]
    assert sorted(row["item"] for row in rows) == sorted(ids)
    return sorted(ids)


def set_status(project, item, status):
    project.write(
        lambda c: c.execute(
            "UPDATE file SET status = ? WHERE id = (SELECT primary_file FROM item WHERE id = ?)",
            (status, item),
        )
    )


def test_rows_are_filtered_by_their_problems(visitor, project):
    set_status(project, 1, "missing")
    set_status(project, 2, "textures-missing")
    assert found(visitor, stage="prepare", problems="errors") == [1]
    assert found(visitor, stage="prepare", problems="warnings") == [2]
    assert found(visitor, stage="prepare", problems="without") == [3]
    assert found(visitor, stage="prepare", problems="failed") == []


def test_the_last_action_decides_what_failed(visitor, app, project, do):
    table = project.folder / "input" / "objects.csv"
    whole = table.read_text(encoding="utf-8")
    table.write_text(whole.replace("photo_001.jpg,Photograph 1", "photo_001.jpg,"), "utf-8")
    assert do("prepare")["failed"] == 1
    assert found(visitor, stage="prepare", problems="failed") == [2]
    assert found(visitor, stage="prepare", problems="errors") == [2]
    shown = views.item_list(app, "practice", Selection(problems="failed"))
    assert [one["id"] for one in shown] == [2]
    table.write_text(whole, encoding="utf-8")
    assert do("prepare", 2)["failed"] == 0
    assert found(visitor, stage="create", problems="failed") == []
    assert found(visitor, stage="create", problems="without") == [1, 2, 3]


def test_rows_are_filtered_by_local_days(visitor, project, do):
    project.write(lambda c: c.execute("UPDATE item SET created = '2026-03-05T12:00:00.000Z'"))
    project.write(
        lambda c: c.execute("UPDATE item SET created = '2026-03-09T12:00:00.000Z' WHERE id = 3")
    )
    created = {"stage": "prepare", "dated": "created"}
    assert found(visitor, **created, since="2026-03-05", until="2026-03-05") == [1, 2]
    assert found(visitor, **created, since="2026-03-06") == [3]
    assert found(visitor, **created, until="2026-03-06") == [1, 2]
    assert found(visitor, stage="prepare", until="2099-01-01") == []  # nothing is prepared
    do("prepare", 1)
    assert found(visitor, stage="create", since="2026-03-10") == [1]


@pytest.mark.parametrize(
    "filters", [{"problems": "many"}, {"dated": "lost"}, {"since": "soon"}, {"until": "9999-12-31"}]
)
def test_words_that_no_filter_knows_are_refused(visitor, project, filters):
    answer = visitor.get("/uploads", 400, env="practice", stage="prepare", **filters)
    assert answer["error"]["code"] in ("bad-request", "bad-date")
