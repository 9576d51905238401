"""Several mappings side by side, changed tables, differences, previews, values left out."""

import csv
from pathlib import Path

import pytest

from hdp.application import describing
from hdp.application.mapping_checking import check_mapping
from hdp.application.mapping_choice import Facts, choose_mapping, make_rule, shown_rule
from hdp.application.mapping_difference import compare_prepared, compare_text
from hdp.application.mapping_omitting import add_entries, leave_out
from hdp.application.mapping_setting import (
    accept_table,
    list_rows,
    move_mapping,
    table_changes,
)
from hdp.application.selection import Selection
from hdp.application.views import stage_rows
from hdp.metadata.mapping import parse_mapping
from hdp.project.mappings import MappingRow
from hdp.sdk import InvalidInput, Modality, NotFound, UsageError
from hdp.yaml_source import load

ENV = "practice"


def change(folder: Path, column: str, values: dict[int, str]) -> None:
    """Write other cells into the table."""
    path = folder / "objects.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    place = rows[0].index(column)
    for number, value in values.items():
        rows[number][place] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.fixture
def folder(project, tmp_path) -> Path:
    return tmp_path / "input"


def rows_of(app, stage):
    page = stage_rows(app, env=ENV, stage=stage, selection=Selection(all=True))
    return {row["item"]: row for row in page["rows"]}


def test_the_first_mapping_that_is_for_an_item_is_used(app, folder, do):
    text = (folder / "mapping.yaml").read_text("utf-8")
    for name in ("one", "two"):
        (folder / f"{name}.yaml").write_text(text, "utf-8")
        describing.set_mapping(app, folder / f"{name}.yaml", applies=make_rule(["photo_001*"]))
    used = lambda: [row["mapping"] for row in rows_of(app, "prepare").values()][1]  # noqa: E731
    assert used() == "one"
    assert move_mapping(app, "two", "one") == ["mapping", "two", "one"]
    assert used() == "two"
    assert move_mapping(app, "two", None) == ["mapping", "one", "two"]
    assert move_mapping(app, "two", "two") == ["mapping", "one", "two"]
    for names in (("three", None), ("one", "three")):
        with pytest.raises(NotFound):
            move_mapping(app, *names)


def test_each_item_uses_the_mapping_that_is_for_it(app, folder, do):
    other = (
        (folder / "mapping.yaml")
        .read_text("utf-8")
        .replace("{column: title}", "{literal: Title one}")
    )
    (folder / "one.yaml").write_text(other, "utf-8")
    describing.set_mapping(app, folder / "one.yaml", applies=make_rule(["photo_001*"]))
    assert [(one["name"], one["for"], one["items"]) for one in list_rows(app)] == [
        ("mapping", "all other items", 2), ("one", "in photo_001*", 1),
    ]  # fmt: skip
    assert [row["mapping"] for row in rows_of(app, "prepare").values()] == [
        "mapping", "one", "mapping"
    ]  # fmt: skip
    do("prepare")
    assert [row["title"] for row in rows_of(app, "create").values()] == [
        "Photograph 0", "Title one", "Photograph 2"
    ]  # fmt: skip


def test_a_rule_with_an_unknown_modality_is_refused():
    with pytest.raises(UsageError):
        make_rule(kinds=["smells"])


def test_a_modality_of_a_plugin_means_the_same_without_it():
    points = Modality("points", "Points", extensions=[".xyz"])
    rule = make_rule(kinds=["points", "image"], plugins={"points": points})
    assert shown_rule(rule) == {"modality": ["points", "image"]}
    row = MappingRow(1, "m", "", "", "", "", "", False, applies=rule)
    chosen = [choose_mapping([row], Facts(1, one)) for one in ("a/b.XYZ", "a.jpg", "a.obj")]
    assert chosen == [row, row, None]


def test_a_changed_table_is_told_before_it_is_used(app, folder, do):
    do("prepare")
    assert table_changes(app) == [] and compare_prepared(app) == []
    change(folder, "title", {2: "Another title"})
    (told,) = table_changes(app)
    assert told["changed"] == {"title": [3]} and told["mapping"] == "mapping"
    (found,) = compare_prepared(app)
    assert (found.item, found.fields["title"]) == (2, ("Photograph 1", "Another title"))
    assert any(one.code == "table-changed" for one in check_mapping(app).findings)
    accept_table(app)
    assert table_changes(app) == []
    assert len(compare_prepared(app)) == 1  # seen is not prepared
    row = rows_of(app, "create")[2]
    assert (row["outdated"], row["status"]["reason"]) == (
        "table", "Prepared with an older table"
    )  # fmt: skip
    said = []
    app.say = said.append
    change(folder, "title", {3: "A third title"})
    do("prepare", 2)
    assert len(said) == 1 and "objects.csv was changed" in said[0]
    assert rows_of(app, "create")[2]["outdated"] is None


def test_another_mapping_is_told_with_its_differences(app, folder, do):
    do("prepare")
    text = (folder / "mapping.yaml").read_text("utf-8").replace("cc-by-4.0", "cc-zero")
    found = compare_text(app, text, base=folder, name="mapping")
    assert [one.fields for one in found] == [{"license": ("cc-by-4.0", "cc-zero")}] * 3
    assert rows_of(app, "create")[1]["outdated"] is None  # nothing was kept
    (folder / "mapping.yaml").write_text(text, "utf-8")
    describing.set_mapping(app, folder / "mapping.yaml")
    assert rows_of(app, "create")[1]["status"]["reason"] == "Prepared with an earlier mapping"


def test_what_could_not_be_prepared_any_more_is_told(app, folder, do):
    do("prepare")
    change(folder, "title", {1: ""})
    (found,) = compare_prepared(app)
    assert found.item == 1 and [one["code"] for one in found.errors] == ["required"]


def test_rows_of_a_mapping_that_is_not_kept(app, folder):
    text = (folder / "mapping.yaml").read_text("utf-8").replace("{column: title}", "{literal: T}")
    shown = describing.preview_rows(app, text, base=folder, offset=1, limit=1)
    (row,) = shown["rows"]
    assert (row["item"], row["rows"], shown["total"], shown["whole"]) == (2, [3], 3, True)
    assert [one["where"]["field"] for one in row["findings"]] == ["title"]
    with pytest.raises(InvalidInput):
        describing.preview_rows(app, text + "nonsense: 1\n", base=folder)


def test_first_rows_before_the_whole_table_was_read(app, folder):
    text = (folder / "mapping.yaml").read_text("utf-8")
    with (folder / "objects.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"\nx{number}.jpg,T,N" for number in range(500))
    first = describing.preview_rows(app, text, base=folder, quick=True)
    assert (len(first["rows"]), first["whole"], first["table_rows"]) == (3, False, None)
    whole = describing.preview_rows(app, text, base=folder)
    assert (len(whole["rows"]), whole["whole"], whole["table_rows"]) == (3, True, 503)
    assert describing.preview_rows(app, text, base=folder, quick=True)["whole"]


def wrong_orcids(folder):
    change(folder, "creator", {1: "A, B"})
    text = (folder / "mapping.yaml").read_text("utf-8")
    text = text.replace("name: {column: creator}", "name: {column: creator}, orcid: {column: id}")
    (folder / "mapping.yaml").write_text("# mine\n" + text, "utf-8")
    path = folder / "objects.csv"
    lines = path.read_text("utf-8").splitlines()
    ids = ["id", "0000-0002-1234-5678", "0000-0001-9876-5432", "0000-0002-1825-0097"]
    path.write_text("\n".join(f"{a},{b}" for a, b in zip(lines, ids, strict=True)), "utf-8")


def test_values_that_a_check_found_are_left_out(app, folder, do):
    wrong_orcids(folder)
    describing.set_mapping(app, folder / "mapping.yaml")
    report = check_mapping(app)
    (code,) = {one.code for one in report.findings if one.severity == "error"}
    assert report.counts["error"] == 2
    where = next(one.where for one in report.findings if one.code == code)
    assert (where["item"], where["row"], where["column"]) == (1, 2, "id")
    told = leave_out(app, code)
    assert told["left_out"] == {
        "mapping": [
            {"field": "creators.orcid", "value": "0000-0002-1234-5678"},
            {"field": "creators.orcid", "value": "0000-0001-9876-5432"},
        ]
    }
    assert describing.show_mapping(app)["yaml"].startswith("# mine\n")
    assert check_mapping(app).counts["error"] == 0
    do("prepare")
    found = ["orcid" in app.desk(ENV).live(number).metadata["creators"][0] for number in (1, 2, 3)]
    assert found == [False, False, True]
    with pytest.raises(NotFound):
        leave_out(app, code)


NEW = {"field": "creators.orcid", "value": 'x: "1" #'}


@pytest.mark.parametrize(
    "text",
    [
        "fields: {}\n",
        "fields: {}",
        "leave_out:\n  - {field: a, value: b}\nfields: {}\n# end\n",
        "leave_out: [{field: a, value: b}]\nfields: {}\n",
        "leave_out: [\n  {field: a, value: b},\n]\nfields: {}\n",
        "leave_out:\n- {field: a, value: b}\nfields: {}\n",
        "leave_out: []\nfields: {}\n",
    ],
)
def test_entries_are_added_wherever_the_list_stands(text):
    made = add_entries(text, [NEW])
    entries = load(made).plain()
    assert NEW in entries["leave_out"] and entries["fields"] == {}
    assert ({"field": "a", "value": "b"} in entries["leave_out"]) == ("field: a" in text)
    assert add_entries(made, [NEW]) == made


def test_a_mapping_serves_another_project(app, folder):
    schema = app.target(app.environment()).schema()
    text = describing.show_mapping(app)["yaml"]
    assert parse_mapping(text, base=folder, schema=schema).table == folder / "objects.csv"


def test_a_mapping_that_is_for_no_items_does_not_count(app, folder):
    (folder / "old.yaml").write_text((folder / "mapping.yaml").read_text("utf-8"), "utf-8")
    describing.set_mapping(app, folder / "old.yaml")
    describing.set_mapping(app, folder / "mapping.yaml")
    assert [one["for"] for one in list_rows(app)] == ["all other items", "no items"]
    report = check_mapping(app)
    assert report.rows == 3 and not report.unmatched_rows


def test_without_a_row_only_that_is_told(app, folder):
    change(folder, "filename", {2: "elsewhere.jpg"})
    report = check_mapping(app)
    assert [one.code for one in report.findings if one.severity == "error"] == ["no-row"]
