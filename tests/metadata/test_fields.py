"""Text becomes typed values without loss, and stays text: never HTML, formula or path."""

import html
import re

import pytest
from hdp_plugins.zenodo.target import Zenodo
from hypothesis import given, settings
from hypothesis import strategies as st

from hdp.metadata.checks import check_record
from hdp.metadata.fields import as_word, coerce, text_to_html
from hdp.metadata.schemas import canonical

FIELDS = Zenodo.schema()["properties"]
TEXT = {"type": "string"}
NUMBER = {"type": "number"}
WHOLE = {"type": "integer"}
CELLS = st.text(max_size=60) | st.sampled_from(
    ["=1+1", "+49 40", "-5", "@x", "../../etc/passwd", "C:\\x", "<script>alert(1)</script>",
     "&lt;b&gt;", "1.0", "00123", "1e5", "TRUE", "{{x}}", "javascript:x", "<img src=x onerror=y>"]
)  # fmt: skip


def part(field, name):
    return FIELDS[field]["items"]["properties"][name]


@pytest.mark.parametrize(
    "text", ["1.0", "00123", "1e5", "2026-01-02", "TRUE", "=1+1", " x ", "1,5"]
)
def test_texts_stay_as_they_are(text):
    assert coerce(text, TEXT) == (text, "")


@pytest.mark.parametrize("value,text", [(1.0, "1.0"), (7, "7"), (True, "true"), (None, "")])
def test_values_of_other_kinds_as_text(value, text):
    assert as_word(value) == text and coerce(value, TEXT) == (text, "")


@pytest.mark.parametrize("text,schema,value", [
    ("1.5", NUMBER, 1.5), ("-23,013", NUMBER, -23.013), (" -69.252", NUMBER, -69.252),
    ("1e3", NUMBER, 1000.0), ("12", WHOLE, 12), ("12.0", WHOLE, 12),
    ("12345678901234567890123", WHOLE, 12345678901234567890123), ("\u22125,5", NUMBER, -5.5),
    ("ja", {"type": "boolean"}, True), ("NO", {"type": "boolean"}, False),
])  # fmt: skip
def test_numbers_and_yes_or_no(text, schema, value):
    made, problem = coerce(text, schema)
    assert (made, type(made), problem) == (value, type(value), "")


@pytest.mark.parametrize("text,schema", [
    ("1.234,5", NUMBER), ("١٢", NUMBER), ("1e999", NUMBER), ("nan", NUMBER), ("12.5", WHOLE),
    ("", NUMBER), ("5°", NUMBER), ("perhaps", {"type": "boolean"}), (True, NUMBER),
    ("x", {"type": "object"}),
])  # fmt: skip
def test_what_is_none_is_said_and_kept(text, schema):
    made, problem = coerce(text, schema)
    assert made == text and problem


@pytest.mark.parametrize("schema,text,word", [
    (FIELDS["license"], "CC BY 4.0", "cc-by-4.0"), (FIELDS["license"], "CC-BY-4.0", "cc-by-4.0"),
    (FIELDS["license"], "creativecommons.org/publicdomain/zero/1.0", "cc0-1.0"),
    (FIELDS["license"], "cc-by", "cc-by"),
    (FIELDS["language"], "de", "deu"), (FIELDS["language"], "Deutsch", "deu"),
    (FIELDS["language"], "German", "deu"), (FIELDS["language"], "ger", "deu"),
    (FIELDS["language"], "lat", "lat"), (FIELDS["language"], "Klingonisch", "Klingonisch"),
    (FIELDS["upload_type"], "Datensatz", "dataset"), (FIELDS["upload_type"], "Image", "image"),
    (FIELDS["image_type"], "Photo", "photo"), (FIELDS["publication_type"], "thesis",
                                              "dissertation"),
    (part("dates", "type"), "Collected", "collected"),
    (part("contributors", "type"), "data curator", "DataCurator"),
    (part("related_identifiers", "relation"), "Is part of", "isPartOf"),
    (part("creators", "orcid"), "https://orcid.org/000000021825009x", "0000-0002-1825-009X"),
    (part("creators", "orcid"), "0000-0002-1825", "0000-0002-1825"),
    (part("creators", "gnd"), "https://d-nb.info/gnd/118540238", "118540238"),
    (FIELDS["doi"], "https://doi.org/10.1234/x", "10.1234/x"),
])  # fmt: skip
def test_words_of_a_vocabulary_and_identifiers(schema, text, word):
    assert coerce(text, schema) == (word, "")


def test_a_word_comes_before_a_title_and_a_title_before_an_alias():
    schema = {"enum": ["a", "b"], "x-titles": {"b": "A", "a": "X"}, "x-aliases": {"X": "b"}}
    assert [canonical(one, schema) for one in ("A", "x", "X", "c", 5)] == ["a", "a", "a", "c", 5]


@given(CELLS)
def test_any_text_is_the_same_text(text):
    assert coerce(text, TEXT) == (text, "")
    assert coerce(text, FIELDS["title"]) == (text, "")
    assert coerce(text, FIELDS["keywords"]) == ([text], "")


@given(CELLS)
def test_any_text_in_an_html_field_is_text_there(text):
    made, problem = coerce(text, FIELDS["description"])
    assert not problem
    assert set(re.findall(r"<[^>]*>", made)) <= {"<p>", "</p>", "<br>"}
    shown = html.unescape(re.sub(r"</p><p>|<br>", "\n", made.removeprefix("<p>")))
    assert "".join(shown.removesuffix("</p>").split()) == "".join(text.split()) or "&" in text
    assert text_to_html(text) == made


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted(FIELDS)) | st.text(max_size=5),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(max_size=6),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["name", "type", "x"]), inner, max_size=3)
            ),
            max_leaves=6,
        ),
    )
)
def test_any_record_can_be_checked(fields):
    for one in check_record(fields, Zenodo.schema()):
        assert one.message and one.args["field"] == one.where["field"]


def test_places_are_dotted_and_near_words_proposed():
    fields = {"contributors": [{"name": "A", "type": "DataCurator"}, {"type": "Datacurators"}]}
    said = {one.where["field"]: one for one in check_record(fields, Zenodo.schema())}
    assert said["contributors.1.name"].code == "required"
    assert said["contributors.1.type"].args["better"] == "DataCurator"
