"""The table that says which new file is for which record: what it says in vain is told."""

from __future__ import annotations

import pytest

from hdp.application.version_look import Wanted, look
from hdp.application.version_table import read_names
from hdp.project import deposits
from hdp.sdk import InvalidInput


def test_a_table_is_taken_at_its_word_and_told_of(app, project, do, tmp_path):
    for step in ("prepare", "create", "upload", "publish"):
        assert do(step)["state"] == "done"
    first = app.project.read(lambda c: deposits.latest_published(c, 1, "practice"))
    second = app.project.read(lambda c: deposits.latest_published(c, 2, "practice"))
    remote = app.remotes.open(app.environment("practice"))
    theirs = remote.new_version(first.remote_id, keep_files=True, key="")
    remote.publish(theirs.id)
    from hdp.application.pulling import pull

    assert pull(app, "practice", [theirs.id])[0]["item"] == 1
    folder = tmp_path / "new"
    folder.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (folder / name).write_text(name)
    table = tmp_path / "which.csv"
    table.write_text(
        f"a.txt,{first.doi}\nb.txt,https://zenodo.org/record/{second.remote_id}\n"
        "c.txt,10.1234/none\nd.txt,1\n"
    )  # the first row names no columns, and its DOI is that of the version before the newest
    looked = look(app, "practice", Wanted(folder, table=table))
    ticked = {one.label: one.ticked for one in looked.newcomers}
    assert ticked == {"a": 1, "b": 2, "c": None}
    assert [one["message"] for one in looked.left_out] == [
        "The table names files that are not here: d.txt.",
        "The table names 10.1234/none for c.txt, which is no published record here.",
    ]


def test_a_file_for_two_records_is_refused(tmp_path):
    table = tmp_path / "which.csv"
    table.write_text("file,doi\na.txt,10.1234/one\nb.txt,\nA.txt,10.1234/one\na.txt,10.1234/two\n")
    with pytest.raises(InvalidInput) as caught:
        read_names(table)
    assert caught.value.name == "table-two-records"
