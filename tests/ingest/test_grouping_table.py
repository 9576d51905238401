"""The table that knows what belongs together."""

import pytest

from hdp.application.grouping_table import read_groups, with_table
from hdp.ingest import ScanOptions
from hdp.ingest.scan import scan
from hdp.sdk import NotFound, UsageError


def test_names_and_groups_are_read(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('Datei;Objekt\nscans\\1.jpg;"A  1"\n 2.jpg ;A 1\n3.jpg;\n;B\n1.jpg;C\n')
    found = read_groups(path, "datei", "Objekt")
    assert found.groups == {"1.jpg": "A 1", "2.jpg": "A 1"}
    assert found.rows == {"1.jpg": 2, "2.jpg": 3, "3.jpg": 4}
    (said,) = found.findings
    assert said.code == "groups-disagree" and said.where["row"] == 6 and "C" in said.message


def test_a_column_that_is_not_there_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text("file,object\n1.jpg,A\n")
    with pytest.raises(UsageError) as caught:
        read_groups(tmp_path / "t.csv", "file", "Objekt")
    assert caught.value.name == "column-unknown" and "object" in caught.value.hint
    with pytest.raises(NotFound):
        read_groups(tmp_path / "none.csv", "file", "object")


def test_options_without_a_table_stay_as_they_are(tmp_path):
    options = ScanOptions(tmp_path, bundle="stem")
    assert with_table(options) is options


@pytest.fixture
def scanned(tmp_path):
    """Scans a folder by a table; gives what was found of the codes asked for."""

    def run(names, rows, *, extensions=(".jpg",)):
        folder = tmp_path / "in"
        folder.mkdir()
        for name in names:
            (folder / name).write_text(name)
        lines = "\n".join(f"{name},{group}" for name, group in rows)
        (tmp_path / "t.csv").write_text(f"file,object\n{lines}\n")
        options = with_table(
            ScanOptions(folder, bundle="table", table=tmp_path / "t.csv", key="file",
                        group="object", extensions=extensions)
        )  # fmt: skip
        return scan(options).findings

    return run


def test_rows_without_a_file_are_told(scanned):
    rows = [
        ("1.jpg", "A"),
        ("2.jpg", "A"),
        ("3.jpg", ""),
        ("4", "B"),
        ("5.TIF", "B"),
        ("2.jpg", "A"),
    ]
    found = scanned(["1.JPG", "4.jpg", "5.tif", "6.jpg"], rows)
    gone = [one for one in found if one.code == "row-without-file"]
    assert [(one.where["row"], one.args["name"]) for one in gone] == [(3, "2.jpg"), (4, "3.jpg")]
    assert gone[0].where == {"table": "t.csv", "column": "file", "row": 3}
    assert gone[0].severity == "warning" and "2.jpg" in gone[0].message
    (out,) = (one for one in found if one.code == "row-left-out")
    assert out.where["row"] == 6 and "5.TIF" in out.message
    (missed,) = (one for one in found if one.code == "no-group")
    assert missed.where == {"file": "6.jpg"}


def test_many_rows_without_a_file_are_told_in_few_lines(scanned):
    found = scanned(["1.jpg"], [(f"{n}.jpg", "A") for n in range(1, 252)])
    gone = [one for one in found if one.code == "row-without-file"]
    assert len(gone) == 101
    assert gone[-1].message == "150 more rows each name a file that was not found."


def test_a_table_that_fits_says_nothing_of_its_rows(scanned):
    found = scanned(["1.jpg", "2.jpg"], [("in/1.jpg", "A"), ("2", "B")])
    assert not [one for one in found if one.code.startswith("row-")]
