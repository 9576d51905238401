"""What people type or pass: any text stays that text, in the record and in every export of it."""

import html
import json
import re

from defusedxml import ElementTree
from hdp_plugins.zenodo.target import Zenodo
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hdp.exports import Exported, formats
from hdp.metadata.entered import fit, put
from hdp.metadata.markup import clean_html, is_markup, lost_in
from hdp.sdk import InvalidInput, Record

SCHEMA = Zenodo.schema()
FIELDS = SCHEMA["properties"]
AWKWARD = ["=1+1", "+49 40", "-5", "@x", "a <b 5 cm", "x < y", "&lt;p&gt;", "../../etc/passwd",
           "'; DROP TABLE item; --", "{title}", "\u202eabc", "Ünïcödé", "𓀀", "e\u0301", "true",
           "1.0"]  # fmt: skip
WORDS = st.sampled_from(AWKWARD) | st.text(st.characters(codec="utf-8"), max_size=40)
PLAIN = WORDS.filter(lambda one: "\0" not in one and not is_markup(one))
HTML = st.lists(
    st.sampled_from(["<p>", "</p>", "<b>", "</b>", "<script>", "</script>", "<img src=x onerror=y>",
                     '<a href="javascript:x">', '<a href="https://e.org" onclick=y>', "</a>",
                     "<!--", "-->", "text", "<h5>", "<td>", "&lt;", "<svg/onload=x>", "<d 5",
                     "<style>"]),
    max_size=8,
).map("".join)  # fmt: skip


def words(text):
    return " ".join(text.split())


@given(PLAIN)
def test_any_text_is_kept_as_it_is(text):
    assert fit(text, FIELDS["title"], "title") == (text.strip(), [])
    made, problems = fit([text], FIELDS["keywords"], "keywords")
    assert (made, problems) == ([text.strip()] if text.strip() else [], [])
    made, problems = fit([{"name": text}], FIELDS["creators"], "creators")
    assert (made, problems) == ([{"name": text.strip()}] if text.strip() else [], [])


@given(PLAIN)
@example("a <b 5 cm")
@example("<d & <é")
def test_any_text_in_a_field_of_html_reads_the_same(text):
    made, problems = fit(text, FIELDS["description"], "description")
    assert problems == []
    told = html.unescape(re.sub("</p><p>|<br>", " ", made).removeprefix("<p>").removesuffix("</p>"))
    assert words(told) == words(text)
    assert fit(made, FIELDS["description"], "description")[0] == clean_html(made)


@given(HTML)
def test_html_runs_nothing_and_what_is_left_out_is_said(text):
    made, problems = fit(text, FIELDS["description"], "description")
    if is_markup(text):
        assert not re.search(r"<(script|img|svg|style)|onerror|onclick|onload|javascript:",
                             re.sub(r">[^<]*<", "><", f">{made}<"))  # fmt: skip
        assert bool(problems) == bool(lost_in(text))
        assert {one.severity for one in problems} <= {"warning"}
        assert lost_in(made) == []  # a second time takes nothing out any more
    else:
        assert made.count("<") == made.count("<p>") + made.count("</p>") + made.count("<br>")


@given(
    st.lists(st.sampled_from(["0", "1", "name", "orcid", "", "-1", "²", "x"]), max_size=4), WORDS
)
def test_any_path_leads_somewhere_or_is_refused(parts, value):
    fields = {"creators": [{"name": "A"}]}
    try:
        name, whole = put(fields, ".".join(["creators", *parts]), value, SCHEMA)
    except InvalidInput as error:
        assert error.name == "no-such-part"
    else:
        assert name == "creators"
        assert whole == value if not parts else len(whole) in (1, 2)
    assert fields == {"creators": [{"name": "A"}]}


@given(PLAIN)
@settings(max_examples=60)
def test_any_title_is_the_same_title_in_every_export(text):
    title = fit(text, FIELDS["title"], "title")[0]
    record = Exported(Record({"title": title, "upload_type": "image"}, [], "k"), item=1)
    holdable = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]", "", title)
    holdable = holdable.replace("\r\n", "\n").strip()
    made = json.loads(formats.to_text([record], "datacite"))
    assert [one["title"] for one in made.get("titles", [])] == ([holdable] if holdable else [])
    assert json.loads(formats.to_text([record], "schema.org")).get("name", "") == holdable
    root = ElementTree.fromstring(formats.to_text([record], "dublin-core").encode())
    told = root.findtext("{http://purl.org/dc/elements/1.1/}title") or ""
    assert words(told) == words(holdable)
