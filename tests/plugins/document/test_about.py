"""document.metadata: title, people, words, language and dates, each with where it stands."""

import json

import pytest
from hdp_plugins.document.metadata import ReadMetadata

from hdp.sdk import ComponentError

XMP = """<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:p="http://www.aiim.org/pdfa/ns/id/"
 p:part="2" p:conformance="B"><dc:title><rdf:Alt>
<rdf:li xml:lang="x-default">Façade</rdf:li></rdf:Alt></dc:title>
<dc:subject><rdf:Bag><rdf:li>church</rdf:li></rdf:Bag></dc:subject></rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end='w'?>""".encode()


@pytest.fixture
def about(run):
    def go(path, **params):
        result = run(ReadMetadata(), path, port="documents", **params)
        report = json.loads(result.files["report"][0].path.read_text(encoding="utf-8"))
        return result, report["documents"][0]

    return go


def test_info_xmp_and_catalogue(about, pdf):
    info = {"/Title": "Fassade", "/Author": "Ada L.; Bob", "/Keywords": "stone, wall",
            "/CreationDate": "D:19991231120000+01'00'", "/Producer": "Maker"}  # fmt: skip
    result, report = about(pdf("x", info=info, xmp=XMP, lang="de-AT"), created=True)
    assert result.metadata == {
        "title": "Façade", "creators": [{"name": "Ada L."}, {"name": "Bob"}],
        "keywords": ["church"], "language": "de",
        "dates": [{"start": "1999-12-31", "end": "1999-12-31", "type": "Created"}],
    }  # fmt: skip
    assert result.evidence["title"] == {
        "text": "Façade", "file": "Grabung Ä.pdf", "source": "PDF XMP"
    }  # fmt: skip
    assert result.evidence["creators"]["source"] == "PDF Info"
    assert set(result.evidence) == set(result.metadata)
    assert (report["pdfa"], report["producer"]) == ("claims PDF/A-2B", "Maker")


def test_titles_of_programs_and_days_of_making_are_not_proposed(about, pdf):
    info = {"/Title": "Microsoft Word - bericht.doc", "/CreationDate": "D:20200101"}
    result, report = about(pdf("x", info=info))
    assert not result.metadata and report["dates"]


def test_damaged_xmp_leaves_the_rest(about, pdf):
    bomb = b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'
    for hostile in (b"<x", b"\xff\xfe", bomb):
        result, _ = about(pdf("x", info={"/Title": "Right"}, xmp=hostile))
        assert result.metadata == {"title": "Right"}
        assert [one.code for one in result.findings] == ["document-tags"]


def test_locked(about, pdf):
    with pytest.raises(ComponentError, match="password") as caught:
        about(pdf("x", password="geheim"))
    assert caught.value.name == "document-locked"
    assert about(pdf("x", info={"/Title": "Open"}, password=""))[0].metadata["title"] == "Open"


@pytest.mark.parametrize("data", [b"", b"<html>", b"%PDF-1.4\n%%EOF", b"%PDF-1.7" + b"\0" * 999])
def test_broken(about, tmp_path, data):
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    with pytest.raises(ComponentError, match=r"a\.pdf"):
        about(path)
