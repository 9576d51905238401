"""Pipeline files: every problem at once, with its place and a suggestion."""

import pytest

from hdp.pipelines.model import check, read
from hdp.plugins import load
from hdp.sdk import InvalidInput

HEAD = "hdp: 1\nname: N\ninputs: {photos: [image/*], scan: {media: model/*, role: primary}}\n"
GOOD = """
hdp: 1
name: Web copies
params: {side: {default: 1600, help: "Pixels on the longer side"}}
inputs:
  scan: {media: [model/*], role: [primary]}
  photos: {media: [image/*], role: [primary, member], name: "*_front*"}
steps:
  - {id: web, uses: mesh.optimise@1, in: {mesh: inputs.scan}, with: {faces: 200000}, names: "{stem}_web{ext}"}
  - {id: small, uses: image.resize@1, in: {images: inputs.photos}, with: {longest_side: {param: side}},
     names: "{stem}_web{ext}", on_error: skip, timeout: 60, retries: 2, select: "*_front*"}
  - {id: words, uses: image.metadata@1, in: {images: inputs.photos}, when: 'record.description == ""'}
upload: [inputs.scan, web.mesh, small.images]
metadata:
  - {from: words, fill: [keywords], overwrite: [description]}
needs: doi
for: item
"""  # noqa: E501


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    return load(tmp_path_factory.mktemp("home"), safe=True)


def test_the_whole_language(catalogue):
    pipeline, findings = check(GOOD, source="p.yaml", catalogue=catalogue)
    assert findings == [] and pipeline is not None
    small = pipeline.steps[1]
    assert (small.uses, small.on_error, small.timeout, small.retries) == (
        "image.resize@1", "skip", 60, 2,
    )  # fmt: skip
    assert (pipeline.needs, pipeline.scope) == (("doi",), "item")
    assert [str(one) for one in pipeline.upload] == ["inputs.scan", "web.mesh", "small.images"]


STEP = "steps:\n  - {id: a, uses: image.resize, in: {images: inputs.photos}"
# The text, the part of it that is pointed at, the message and the way out.
CASES = [
    ("nmae: x", "nmae", '"nmae" is not known', "Did you mean name?"),
    ("steps:\n  - {id: a, uses: image.rezise}", "image.rez", "image.rezise", "image.resize?"),
    ("steps:\n  - {id: a, uses: image.resize@7}", "image", "version 1, not in version 7", "@1"),
    (STEP + ", on_errr: skip}", "on_errr", '"on_errr"', "Did you mean on_error?"),
    (STEP + ", with: {qualty: 5}}", "qualty", 'no setting "qualty"', "quality?"),
    (STEP + ", with: {quality: 101}}", "101", "quality must be at most 100", ""),
    (STEP + ", with: {quality: no}}", "no}", "quality must be a whole number", ""),
    (STEP + ", with: {quality: true}}", "true", "quality must be a whole number", ""),
    (STEP + ", with: {quality: 010}}", "010", "quality must be a whole number", ""),
    (STEP + ", with: {quality: {param: q}}}", "{param", 'no parameter "q"', ""),
    (STEP + ", when: a and b}", "a and", "no comparison", "one comparison"),
    (STEP + ", when: 'b.c == 1'}", "'b.c", "not known here", "record.FIELD"),
    (STEP + ', names: "../{stem}"}', '"../', "no template", "{stem}"),
    (STEP + "}\nupload: [inputs.photos, a.images]", "a.images", "same file names", "of its own"),
    (STEP + "}\nupload: [a.image]", "a.image]", 'no output "image"', "images?"),
    (STEP + "}\nmetadata: {from: b, fill: title}", "b, fill", 'no step "b"', "There is: a."),
    ("steps:\n  - {id: a, uses: image.resize}", "{id", "gives nothing to the input", "in:"),
    (STEP.replace("photos", "scan") + "}", "inputs", "model/*, but image.resize takes", ""),
    (
        STEP.replace("inputs.photos", "b.images") + "}" + STEP[6:].replace("a,", "b,") + "}",
        "b.images",
        'no earlier step "b"',
        "top to bottom",
    ),
    ("for: collection\nneeds: doi\nsteps: []", "doi\nsteps", "there is no DOI", "for: item"),
    ("steps: []\nsteps: []", "steps: []", "there twice", ""),
    ("steps: {a: b", "", "no YAML", ""),
]


@pytest.mark.parametrize(("text", "part", "message", "hint"), CASES)
def test_problem(catalogue, text, part, message, hint):
    before = (HEAD + text + "\n")[: len(HEAD) + text.rindex(part)] if part else HEAD + text + "\n"
    place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    pipeline, findings = check(HEAD + text + "\n", source="p.yaml", catalogue=catalogue)
    assert pipeline is None
    found = [one for one in findings if message in one.message]
    assert found, [one.message for one in findings]
    assert (found[0].where["line"], found[0].where["column"]) == place
    assert hint in found[0].message + " " + found[0].hint
    assert found[0].where["file"] == "p.yaml"


def test_all_problems_at_once_and_in_order(catalogue):
    text = HEAD + "x: 1\nsteps:\n  - {id: a, uses: b.c}\n  - {id: a, uses: d.e, on_error: y}\n"
    _, findings = check(text, source="p", catalogue=catalogue)
    lines = [one.where["line"] for one in findings]
    assert lines == sorted(lines) and len(findings) >= 5


def test_a_repeated_key_hides_no_other_problem(catalogue):
    text = HEAD + "name: again\nfor: each\nparams: {side: {default: 16, min: 100}}\nsteps:\n"
    text += "  - {id: a, uses: !x b.c, in: {images: inputs.fotos}}\n"
    _, findings = check(text, source="p", catalogue=catalogue)
    told = " ".join(one.message for one in findings)
    for words in (
        "is there twice",
        "for must be one of",
        "Tags such as !x",
        'component "b.c"',
        'no input "fotos"',
        "parameter side must be at least 100.",
    ):
        assert words in told


@pytest.mark.parametrize("text", ["", "[]", "hello", "7", "hdp: 2", "- a", "{[a]: b}", "a: *b"])
def test_nonsense_is_told(catalogue, text):
    pipeline, findings = check(text, source="p", catalogue=catalogue)
    assert pipeline is None and findings


def test_read_carries_all_findings(catalogue):
    with pytest.raises(InvalidInput, match=r"line 1: .*1 more") as caught:
        read(HEAD + "x: 1\n", source="p", catalogue=catalogue)
    assert len(caught.value.findings) == 2
