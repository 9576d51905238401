"""One thing or several."""

import pytest

from hdp.wording import counted


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 notes"), (1, "1 note"), (2, "2 notes"), (100, "100 notes")]
)
def test_numbers_have_the_words_that_fit(count, said):
    assert counted(count, "note") == said


def test_other_words_for_several():
    assert counted(1, "entry is", "entries are") == "1 entry is"
    assert counted(3, "entry is", "entries are") == "3 entries are"
