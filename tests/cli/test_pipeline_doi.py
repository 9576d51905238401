"""`hdp pipeline draft` with a pipeline that needs the DOI: the same as in the window."""

from __future__ import annotations

FAILING = """
hdp: 1
name: Cited
needs: doi
inputs: {files: [image/*]}
steps:
  - {id: cff, uses: general.cite@1, in: {files: inputs.files}}
  - {id: right, uses: general.validate@1, in: {files: inputs.files}, with: {name: NAME}}
upload: [inputs.files, cff.citation]
"""


def test_drafts_with_their_doi(hdp, made):
    assert hdp("prepare", "--all").code == 0
    ran = hdp("pipeline", "draft", "cite-with-doi", "--all")
    assert ran.code == 0, ran.err
    assert hdp("draft", "upload", "--all").code == 0
    found = hdp("draft", "list", "--json").json["deposits"]
    names = ["CITATION.cff", "README.txt"]
    assert [[file["name"] for file in one["files"]][1:] for one in found] == [names] * 3
    assert {one["waits_for"] for one in found} == {None}


def test_a_draft_that_waits_says_why_and_is_carried_on(hdp, made, tmp_path):
    assert hdp("prepare", 1).code == 0
    file = tmp_path / "cited.yaml"
    file.write_text(FAILING.replace("NAME", "never"))
    faults = ("--practice-faults", "token-refused:discard*")
    ran = hdp("pipeline", "draft", file, 1, *faults)
    assert ran.code == 1
    assert "carries on from there" in ran.out + ran.err
    ran = hdp("draft", "list")
    assert "waits for its pipeline Cited" in ran.out + ran.err
    (waiting,) = hdp("draft", "list", "--json").json["deposits"]
    assert waiting["waits_for"]["error"]["code"]
    assert hdp("draft", "upload", 1).code == 1
    file.write_text(FAILING.replace("NAME", '"photo.*"'))
    assert hdp("pipeline", "draft", file, 1).code == 0
    (draft,) = hdp("draft", "list", "--json").json["deposits"]
    assert (draft["remote_id"], draft["waits_for"]) == (waiting["remote_id"], None)
    assert hdp("draft", "upload", 1).code == 0
