"""llm.extract: asks once, sends nothing outside unasked, and believes nothing."""

from __future__ import annotations

import base64
import io
import json
import threading

import pytest
from PIL import Image

from hdp.sdk import ComponentError, InvalidInput

LABEL = "Red-figure krater showing Dionysos. Found in Athens, Greece, in 1934."


def one(value, evidence="Dionysos", confidence=0.9):
    return {"value": value, "confidence": confidence, "evidence": evidence}


def codes(result):
    return [one.code for one in result.findings]


def test_values_come_with_their_evidence(model, extract):
    model.says = {
        "title": one("Krater with Dionysos", "Red-figure  krater showing DIONYSOS"),
        "locations": one([{"place": "Athens, Greece"}] * 2, "Found in Athens, Greece"),
        "dates": None,
    }
    result = extract(LABEL, fields=["title", "locations", "dates"])
    assert result.metadata == {
        "title": "Krater with Dionysos",
        "locations": [{"place": "Athens, Greece"}],
    }
    assert result.evidence["title"] == {
        "text": "Red-figure  krater showing DIONYSOS", "file": "label.txt", "confidence": 0.9,
        "model": "small",
    }  # fmt: skip
    assert result.values["tokens_in"] == 120 and codes(result) == ["llm-used"]
    report = json.loads(result.files["report"][0].path.read_text("utf-8"))
    assert report["values"] == result.metadata and report["files"] == ["label.txt"]


def test_what_the_text_does_not_say_is_left_out(model, extract):
    model.says = {"title": one("Vase", "Found in Rome"), "description": one("A", confidence=0.2)}
    result = extract(LABEL, fields=["title", "description"])
    assert result.metadata == {}
    assert codes(result) == ["llm-used", "llm-no-evidence", "llm-unsure"]
    assert "Found in Rome" in result.findings[1].message


def test_free_evidence_is_taken_as_told(model, extract):
    model.says = {"title": one("Vase", "it looks like one")}
    assert extract(LABEL, fields=["title"], evidence="free").metadata == {"title": "Vase"}


def test_the_question_holds_the_form_the_vocabulary_and_the_wish(model, extract):
    model.says = {"keywords": one(["vase"])}
    result = extract(
        LABEL, fields=["keywords"], vocabulary="# AAT\nvase\ncup\nvase\n", title="K 12",
        prompt="About {title}, {files}", language="German",
    )  # fmt: skip
    assert result.metadata == {"keywords": ["vase"]}
    body = model.asked[0]
    schema = body["response_format"]["json_schema"]["schema"]
    value = schema["properties"]["keywords"]["anyOf"][0]["properties"]["value"]
    assert value["items"] == {"enum": ["vase", "cup"]} and value["maxItems"] == 12
    assert body["temperature"] == 0 and body["model"] == "small"
    assert "About K 12, label.txt" in model.question() and "German" in model.question()


def test_words_outside_the_vocabulary_refuse_the_answer(model, extract):
    model.says = {"keywords": one(["spaceship"])}
    with pytest.raises(ComponentError, match="keywords") as caught:
        extract(LABEL, fields=["keywords"], vocabulary="vase")
    assert caught.value.name == "llm-malformed"


@pytest.mark.parametrize(
    "address",
    [
        "https://api.example.org/v1", "http://192.0.2.7:11434/v1",
        "https://127.0.0.1.example.org/v1", "http://localhost.example.org/v1",
    ],
)  # fmt: skip
def test_nothing_leaves_this_computer_unless_allowed(extract, address):
    with pytest.raises(ComponentError, match="Nothing was sent") as caught:
        extract(LABEL, settings={"server": address})
    assert caught.value.name == "llm-outside"


def test_a_key_is_sent_but_never_in_the_clear(model, extract):
    model.says = {"title": None}
    extract(LABEL, fields=["title"], secret="s3cret")
    assert model.keys == ["Bearer s3cret"] * 2
    far = {"server": "http://192.0.2.7/v1", "outside": "yes", "model": "m"}
    with pytest.raises(ComponentError, match="without encryption"):
        extract(LABEL, secret="s3cret", settings=far)
    assert len(model.keys) == 2


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"status": 401}, "llm-refused", "key is missing or wrong"),
        ({"status": 404}, "llm-refused", "no model m"),
        ({"status": 429}, "llm-refused", "busy"),
        ({"status": 500}, "llm-refused", "no such thing"),
        ({"finish": "length"}, "llm-cut-off", "cut off"),
        ({"says": "Sure! Here is"}, "llm-malformed", "no JSON"),
        ({"says": "[1]"}, "llm-malformed", "form"),
        ({"says": {"title": one(3)}}, "llm-malformed", "title"),
        ({"says": {"title": one("T", confidence=7)}}, "llm-malformed", "confidence"),
        ({"says": {"title": one("T"), "license": one("mit")}}, "llm-malformed", "form"),
        ({"raw": b"<html>login</html>"}, "llm-server", "OpenAI API"),
        ({"raw": b'{"choices": []}'}, "llm-malformed", "without an answer"),
        ({"raw": b'{"choices": [{"message": {"content": null}}]}'}, "llm-malformed", "without"),
    ],
)  # fmt: skip
def test_lies_and_trouble_have_a_sentence(model, extract, change, code, words):
    for name, value in change.items():
        setattr(model, name, value)
    with pytest.raises(ComponentError, match=words) as caught:
        extract(LABEL, fields=["title"], model="m")
    assert caught.value.name == code


def test_no_server(extract):
    with pytest.raises(ComponentError, match="No language model answered") as caught:
        extract(LABEL, settings={"server": "http://127.0.0.1:9/v1"})
    assert caught.value.name == "llm-unreachable" and "hdp plugin set" in caught.value.hint


def test_a_model_that_takes_too_long(model, extract):
    model.hold = threading.Event()
    with pytest.raises(ComponentError, match="No language model answered") as caught:
        extract(LABEL, model="m", limit=1)
    model.hold.set()
    assert "limit" in caught.value.hint


def test_several_models_are_not_guessed_at(model, extract):
    model.names = ["a", "b"]
    with pytest.raises(ComponentError, match="2 models") as caught:
        extract(LABEL)
    assert "a, b" in caught.value.hint and model.asked == []


def test_without_material_nobody_is_asked(model, extract):
    assert codes(extract(" \n")) == ["llm-nothing"]
    assert model.asked == []


def test_long_texts_and_odd_encodings(model, extract):
    model.says = {"title": one("Käfer", "Käfer")}
    result = extract("Käfer ".encode("cp1252") * 100, fields=["title"], characters=300)
    assert result.metadata == {"title": "Käfer"}
    assert "llm-shortened" in codes(result)
    assert len(model.question()) < 600


def test_pictures_are_small_upright_and_bare(model, extract, tmp_path):
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "Somebody"
    Image.new("RGB", (3000, 2000), "red").save(tmp_path / "p.jpg", exif=exif)
    model.says = {"title": one("Red", "a red plane")}
    result = extract(images=[tmp_path / "p.jpg"], fields=["title"], side=256)
    url = model.asked[0]["messages"][1]["content"][1]["image_url"]["url"]
    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as sent:
        assert sent.size == (171, 256) and not sent.getexif()
    assert result.metadata == {"title": "Red"}


def test_prices_make_a_sum(model, extract):
    model.says = {"title": None}
    result = extract(LABEL, fields=["title"], settings={"price-in": "2,5", "price-out": "10"})
    assert result.values["cost"] == pytest.approx(120 * 2.5e-6 + 30 * 10e-6)


def test_fields_that_a_model_must_not_fill(extract):
    with pytest.raises(InvalidInput, match="license") as caught:
        extract(LABEL, fields=["license"])
    assert caught.value.name == "llm-fields"
