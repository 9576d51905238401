"""The table that knows what belongs together."""

import pytest

from hdp.application.grouping_table import read_groups, with_table
from hdp.ingest import ScanOptions
from hdp.sdk import NotFound, UsageError


def test_names_and_groups_are_read(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('Datei;Objekt\nscans\\1.jpg;"A  1"\n 2.jpg ;A 1\n3.jpg;\n;B\n1.jpg;C\n')
    groups, findings = read_groups(path, "datei", "Objekt")
    assert groups == {"1.jpg": "A 1", "2.jpg": "A 1"}
    (said,) = findings
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
