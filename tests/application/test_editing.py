"""Edit: what is shown, refused, stored, locked and given back."""

import json
import threading

import pytest

from hdp.application import editing, terms
from hdp.application.editing import Change
from hdp.project import overrides, runs
from hdp.sdk import Conflict, InvalidInput, UsageError

ANNA = {"name": "Müller, Anna"}


@pytest.fixture
def show(app, project):
    def show(name=None, env=None):
        found = editing.describe(app, env, 1)
        by_name = {one["field"]: one for one in found["fields"]}
        return by_name[name] if name else found

    return show


def pipeline(project, item=1, **patches):
    """A finished run whose steps overwrite fields."""
    patched = [
        {"field": name, "value": value, "how": "overwrite", "step": "s"}
        for name, value in patches.items()
    ]

    def write(connection):
        run = runs.start_run(connection, item_id=item, pipeline="describe", source="", params={})
        runs.finish_run(
            connection, run, folder="", steps=[], metadata=patched, uploads=["inputs"], artifacts=[]
        )

    project.write(write)


def paths(findings):
    return [one.where["field"] for one in findings]


def test_every_value_tells_where_it_came_from(show, project):
    pipeline(project, keywords=["bowl"])
    title = show("title")
    assert title["value"] == "Photograph 0"
    assert title["origin"] == {
        "rule": "column", "table": "objects.csv", "row": 2, "column": "title",
    }  # fmt: skip
    assert (title["state"], title["required"], title["locked"]) == ("mapped", True, False)
    assert show("license")["origin"]["rule"] == "literal"
    assert show("keywords")["origin"] == {"rule": "pipeline", "pipeline": "describe"}
    assert show("version")["state"] == "missing"
    assert show()["editable"] is True
    assert show("license")["term"]["title"].startswith("Creative Commons Attribution 4.0")


def test_set_by_hand_and_given_back(app, show):
    editing.set_fields(app, None, 1, {"title": "  A red bowl "})
    title = show("title")
    assert (title["value"], title["state"]) == ("A red bowl", "by-hand")
    assert title["mapped"] == "Photograph 0"
    editing.unset(app, None, 1, ["title"])
    assert show("title")["value"] == "Photograph 0"


def test_entries_keep_their_shape_and_empty_ones_go(app, show):
    editing.set_fields(
        app, None, 1,
        {
            "creators": [ANNA, {"name": " ", "orcid": ""}, {"name": "Museum X"}],
            "keywords": "one",
            "locations": [{"place": "Athens", "lat": "37,98", "lon": "23.73"}],
            "language": "",
        },
    )  # fmt: skip
    assert show("creators")["value"] == [ANNA, {"name": "Museum X"}]
    assert show("keywords")["value"] == ["one"]
    assert show("locations")["value"] == [{"place": "Athens", "lat": 37.98, "lon": 23.73}]


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"creators": [{**ANNA, "orcid": "0000-0002-1825-0098"}]}, "creators.0"),
        ({"creators": "nobody"}, "creators.0"),
        ({"creators": [ANNA, "nobody"]}, "creators.1"),
        ({"creators": []}, "creators"),
        ({"title": ["a", "b"]}, "title"),
        ({"title": ""}, "title"),
        ({"title": "half \ud83d"}, "title"),
        ({"license": "cc-by-5.0"}, "license"),
        ({"upload_type": "vase"}, "upload_type"),
        ({"locations": [{"place": "Athens", "lat": "north", "lon": "1"}]}, "locations.0.lat"),
        ({"title": "Good enough", "publication_date": "yesterday"}, "publication_date"),
    ],
)
def test_what_cannot_be_sent_is_refused_whole(app, show, values, path):
    with pytest.raises(InvalidInput) as caught:
        editing.set_fields(app, None, 1, values)
    assert caught.value.name == "value-refused"
    assert caught.value.where["field"].startswith(path)
    assert all(one.severity == "error" for one in caught.value.findings)
    assert show("title")["state"] == "mapped"
    assert show("creators")["state"] == "mapped"


def test_unknown_fields_are_named_with_the_nearest(app, project):
    with pytest.raises(UsageError, match="Did you mean title"):
        editing.set_fields(app, None, 1, {"tittle": "x"})


def test_a_lock_keeps_pipelines_away_and_what_they_said_before(app, show, project):
    editing.lock(app, None, 1, ["title"])
    pipeline(project, title="By machine", version="2")
    assert (show("title")["value"], show("title")["locked"]) == ("Photograph 0", True)
    assert show("version")["value"] == "2"
    editing.lock(app, None, 1, ["version"])
    pipeline(project, title="By machine", version="3")
    assert show("version")["value"] == "2"
    editing.unlock(app, None, 1, ["title"])
    assert (show("title")["value"], show("title")["locked"]) == ("By machine", False)
    assert show("version")["locked"] is True


def test_for_one_environment_alone(app, show):
    editing.set_fields(app, "sandbox", 1, {"communities": [{"identifier": "samos"}]}, env_only=True)
    assert show("communities", "sandbox")["env_only"] is True
    assert show("communities", "practice")["value"] is None
    editing.set_fields(app, "sandbox", 1, {"communities": [{"identifier": "aegean"}]})
    assert show("communities", "practice")["value"] == [{"identifier": "aegean"}]
    assert show("communities", "sandbox")["value"] == [{"identifier": "aegean"}]


def test_a_value_emptied_by_hand_is_not_sent(app, show):
    editing.set_fields(app, None, 1, {"description": ""})
    shown = show("description")
    assert (shown["value"], shown["state"]) == (None, "by-hand")
    assert shown["mapped"] == "<p>Photograph 0</p>"


def test_somebody_else_was_quicker(app, show, project):
    seen = show("title")["stamp"]
    project.write(lambda c: overrides.set_value(c, 1, "practice", "title", "Other", only=False))
    with pytest.raises(Conflict, match="changed somewhere else") as caught:
        editing.set_fields(
            app, None, 1, {"title": "Mine", "version": "1"}, stamps={"title": seen, "version": ""}
        )
    assert caught.value.name == "changed-elsewhere"
    assert show("title")["value"] == "Other"
    assert show("version")["value"] is None


def test_checks_store_nothing(app, show, project):
    editor = editing.open_editor(app, None)
    values = {"creators": [{**ANNA, "orcid": "0000-0002-1825-0098"}], "title": "<img onerror=x>"}
    seen = editor.check(1, Change(set=values))
    assert any(one["where"].get("field", "").startswith("creators.0") for one in seen["findings"])
    assert seen["preview"]["title"] == "<img onerror=x>"
    assert show("title")["state"] == "mapped"


def test_html_is_cleaned_and_plain_text_stays_text(app, show):
    editing.set_fields(
        app, None, 1, {"description": "<p>Bowl<img src=x onerror=alert(1)></p>", "notes": "a < b"}
    )
    assert show("description")["value"] == "<p>Bowl</p>"
    assert show("notes")["value"] == "<p>a &lt; b</p>"
    html = {one["field"]: one["html"] for one in show()["preview"]["html"]}
    assert html["description"] == "<p>Bowl</p>"


def test_html_that_goes_is_named_while_typing_and_when_stored(app, show):
    editor = editing.open_editor(app, None)
    change = Change(set={"description": "<p>A<script>x()</script><h5>B</h5></p>", "title": "T & U"})
    (told,) = [one for one in editor.check(1, change)["findings"] if one["code"] == "html-changed"]
    assert (told["severity"], told["where"]["field"]) == ("warning", "description")
    (left,) = editor.apply(1, change)
    assert left.args["value"] == "script"
    assert "<h5>B</h5>" in show("description")["value"]


def test_many_hands_on_one_field_and_one_of_them_wins(app, show, project):
    before = show("title")["stamp"]
    barrier = threading.Barrier(6)
    ended = []

    def edit(number):
        change = Change(set={"title": f"From {number}"}, stamps={"title": before})
        editor = editing.open_editor(app, None)
        barrier.wait(20)
        try:
            editor.apply(1, change)
        except Conflict as error:
            ended.append(error.name)
        else:
            ended.append(f"From {number}")

    hands = [threading.Thread(target=edit, args=(one,)) for one in range(6)]
    for one in hands:
        one.start()
    for one in hands:
        one.join(60)
    assert sorted(ended)[1:] == ["changed-elsewhere"] * 5
    assert show("title")["value"] == sorted(ended)[0]


def test_many_hands_on_other_fields_and_all_of_them_win(app, show, project):
    names = ["title", "version", "notes", "journal_title", "imprint_place"]
    stamps = {name: show(name)["stamp"] for name in names}

    def edit(name):
        editing.set_fields(app, None, 1, {name: f"My {name}"}, stamps={name: stamps[name]})

    hands = [threading.Thread(target=edit, args=(one,)) for one in names]
    for one in hands:
        one.start()
    for one in hands:
        one.join(60)
    assert [f"My {name}" in str(show(name)["value"]) for name in names] == [True] * 5


def test_a_prepared_record_says_that_it_is_prepared_without_the_change(app, show, do):
    do("prepare", 1)
    assert show()["stale"] is False
    editing.set_fields(app, None, 1, {"title": "Changed later"})
    assert show()["stale"] is True
    assert show()["editable"] is True


def test_a_draft_is_shown_as_it_was_sent(app, show, do):
    do("prepare", 1)
    do("create", 1)
    editing.set_fields(app, None, 1, {"title": "For later"})
    assert show()["editable"] is False
    assert show()["why"]
    assert show("title")["value"] == "Photograph 0"


def test_without_a_mapping_fields_can_be_filled(app, project, show):
    project.write(lambda c: c.execute("DELETE FROM mapping"))
    editing.set_fields(app, None, 1, {"title": "By hand"})
    assert show("title")["value"] == "By hand"
    assert "no-mapping" in [one["code"] for one in show()["findings"]]


def test_the_whole_page_is_json_and_names_its_vocabularies(show):
    shown = show()
    json.dumps(shown)
    assert show("license")["schema"]["vocabulary"] == "license"
    role = show("contributors")["schema"]["items"]["properties"]["type"]
    assert "DataCurator" in [one["id"] for one in role["options"]]
    assert {one["group"] for one in shown["fields"]} == {one["id"] for one in shown["groups"]}


def test_terms_are_found_by_their_words(app, project):
    target = app.target(app.environment())
    found, total = terms.find_terms(target, "license", "cc by 4", 5)
    assert found[0]["id"] == "cc-by-4.0"
    assert total >= 1
    assert terms.find_terms(target, "language", "deutsch", 5)[0][0]["id"] == "deu"
    assert terms.find_terms(target, "language", "de", 5)[0][0]["id"] == "deu"
    assert terms.find_terms(target, "contributors.type", "", 50)[1] == 22
    assert terms.find_terms(target, "license", "no such thing", 5) == ([], 0)
    for word, kind in (("photo", "image"), ("Zeichnung", "image"), ("thesis", "publication")):
        assert terms.find_terms(target, "upload_type", word, 5)[0][0]["id"] == kind
    assert terms.term_of(target, target.schema()["properties"]["upload_type"], "photo") is None
