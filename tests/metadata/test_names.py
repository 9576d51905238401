"""Names of people turned round, and what is no name of one person."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdp.metadata.named import check_name, is_said_already
from hdp.metadata.names import ORDERS, people_in, reorder
from hdp.sdk import Finding

TURNED = {
    "Anna Müller": "Müller, Anna",
    "Johann Wolfgang von Goethe": "von Goethe, Johann Wolfgang",
    "Maria de la Cruz": "de la Cruz, Maria",
    "Vincent van der Meer": "van der Meer, Vincent",
    "Otto Freiherr von und zu Guttenberg": "von und zu Guttenberg, Otto Freiherr",
    "Prof. Dr. Hans-Peter Graf": "Graf, Prof. Dr. Hans-Peter",
    "E. T. A. Hoffmann": "Hoffmann, E. T. A.",
    "Müller, Anna": "Müller, Anna",
    "Goethe, Johann Wolfgang von": "Goethe, Johann Wolfgang von",
}
DOUBTS = {
    "Museum X": "institution-name",
    "Stadtmuseum Jena": "institution-name",
    "Atelier Nadar": "institution-name",
    "Museum X, Jena": "institution-comma",
    "A. Müller; B. Schmidt": "several-names",
    "Anna Müller und Bernd Schmidt": "several-names",
    "Müller, Anna, Dr.": "name-unclear",
    "unbekannt": "name-of-nobody",
    "N. N.": "name-of-nobody",
}


@pytest.mark.parametrize(("name", "turned"), TURNED.items())
def test_family_names_first_and_back(name, turned):
    assert reorder(name, "family-first") == (turned, True)
    if "," not in name:
        assert reorder(turned, "given-first") == (name, True)


@pytest.mark.parametrize("name", [*DOUBTS, "Madonna", "Lucas Cranach the Elder", "Van Gogh",
                                  "Hans Meier d. J.", "Karl der Große"])  # fmt: skip
def test_what_is_not_sure_stays(name):
    assert reorder(name, "family-first") == (name, False)


@pytest.mark.parametrize(("name", "code"), DOUBTS.items())
def test_doubts_are_said(name, code):
    assert [one.code for one in check_name(name)] == [code]


def test_what_is_no_doubt():
    for name in ("Anna Müller", "Müller, Anna", "von und zu Guttenberg, Otto", "Madonna"):
        assert check_name(name) == [] and people_in(name) == [name]


@settings(deadline=None)
@given(st.text(max_size=60), st.sampled_from(ORDERS))
def test_no_word_is_lost(name, order):
    turned, _ = reorder(name, order)
    letters = sorted(one for one in name if not one.isspace() and one != ",")
    assert sorted(one for one in turned if not one.isspace() and one != ",") == letters


def test_the_order_of_an_institutions_name_is_not_doubted():
    def doubted(name: str) -> Finding:
        return Finding("info", "name-order", "", args={"value": name})

    assert is_said_already(doubted("Museum X"))
    assert not is_said_already(doubted("Jane Doe"))
