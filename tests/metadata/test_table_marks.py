"""What was changed in a table can be said later, from marks that hold none of its words."""

from hypothesis import given
from hypothesis import strategies as st

from hdp.metadata.table_marks import compare_table, mark_table
from hdp.metadata.tables import Table

OLD = Table(
    ("file", "title", "place"),
    [["a.jpg", "Haus", "Jena"], ["b.jpg", "Hof", "Gera"], ["c.jpg", "Tor", ""]],
    numbers=[2, 3, 5],
)


def changed(columns, rows, numbers=()):
    return compare_table(mark_table(OLD, "file"), Table(columns, rows, numbers=list(numbers)))


def test_the_same_table_has_no_change():
    found = changed(OLD.columns, OLD.rows, OLD.numbers)
    assert not (found.added or found.removed or found.changed or found.renamed or found.moved)


def test_rows_and_cells():
    found = changed(
        OLD.columns, [["b.jpg", "Hof 2", "Gera"], ["a.jpg", "Haus", "Jena"], ["d.jpg", "", ""]]
    )
    assert (found.added, found.removed, found.changed) == ([4], [5], {"title": [2]})
    assert found.sentence() == 'row 4 is new, row 5 is gone, 1 cell of "title" changed'


def test_columns_renamed_added_and_gone():
    rows = [["a.jpg", "Haus", "1890"], ["b.jpg", "Hof", "1900"], ["c.jpg", "Tor", ""]]
    found = changed(("Datei", "title", "year"), rows)
    assert found.renamed == {"file": "Datei"} and found.changed == {}
    assert (found.columns_added, found.columns_removed) == (["year"], ["place"])
    assert found.sentence() == (
        'the column "file" is now called "Datei", the column "place" is gone,'
        ' the column "year" is new'
    )


def test_another_order_is_said():
    found = changed(OLD.columns, [OLD.rows[2], OLD.rows[0], OLD.rows[1]])
    assert found.moved and found.sentence() == "rows stand in another order"


def test_damaged_or_missing_marks():
    for marks in (b"", b"{}", b"nonsense\nmore", mark_table(OLD, "file")[:-4]):
        assert not compare_table(marks, OLD).known


@given(st.lists(st.lists(st.text(max_size=4), min_size=2, max_size=2), min_size=1, max_size=8))
def test_any_table_is_equal_to_itself(rows):
    table = Table(("k", "v"), rows)
    found = compare_table(mark_table(table, "k"), table)
    assert found.known and not (found.added or found.removed or found.changed or found.renamed)
