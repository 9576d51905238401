"""image.metadata: what is written inside images, in the words of a record."""

import json
import logging
from types import SimpleNamespace

import pytest
from hdp_plugins.image.metadata import ReadMetadata, ReadParams
from PIL import Image

from hdp.sdk import LocalFile, Record

XMP = b"""<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Fa\xc3\xa7ade</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>Ada L.</rdf:li><rdf:li>Bob</rdf:li></rdf:Seq></dc:creator>
<dc:subject><rdf:Bag><rdf:li>church</rdf:li><rdf:li>stone</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"""


@pytest.fixture
def read(tmp_path):
    def go(*paths, **params):
        work = tmp_path / "work"
        work.mkdir()
        files = [LocalFile(one, one.name, "image/jpeg") for one in paths]
        step = SimpleNamespace(
            inputs={"images": files}, params=ReadParams(**params), record=Record({}), workdir=work,
            log=logging.getLogger("t"), progress=lambda *one: None, check_cancelled=lambda: None,
        )  # fmt: skip
        result = ReadMetadata().run(step)
        report = json.loads(result.files["report"][0].path.read_text(encoding="utf-8"))
        return dict(result.metadata), report["images"], result.findings

    return go


def exif(**tags):
    made = Image.Exif()
    for tag, value in {0x010E: "A church", 0x8298: "© Ada", 0x013B: "Ada; Bob"}.items():
        made[tag] = value
    made.get_ifd(0x8769)[0x9003] = "2019:05:04 10:00:00"
    made.get_ifd(0x8825).update({1: "S", 2: (10.0, 30.0, 0.0), 3: "E", 4: (5.0, 0.0, 36.0)})
    return made


def test_exif(read, tmp_path):
    Image.new("RGB", (9, 9)).save(tmp_path / "a.jpg", exif=exif())
    patch, report, findings = read(tmp_path / "a.jpg")
    assert patch["description"] == "A church"
    assert patch["creators"] == [{"name": "Ada"}, {"name": "Bob"}]
    assert patch["dates"] == [{"start": "2019-05-04", "end": "2019-05-04", "type": "Created"}]
    assert report[0]["width"] == 9 and "latitude" not in report[0]
    assert not findings


def test_location_only_when_asked(read, tmp_path):
    Image.new("RGB", (9, 9)).save(tmp_path / "a.jpg", exif=exif())
    _, report, _ = read(tmp_path / "a.jpg", location=True)
    assert (report[0]["latitude"], report[0]["longitude"]) == (-10.5, 5.01)


def test_xmp_wins_over_exif(read, tmp_path):
    Image.new("RGB", (9, 9)).save(tmp_path / "a.jpg", exif=exif(), xmp=XMP)
    patch, _, _ = read(tmp_path / "a.jpg")
    assert (patch["title"], patch["keywords"]) == ("Façade", ["church", "stone"])
    assert patch["creators"] == [{"name": "Ada L."}, {"name": "Bob"}]
    assert patch["description"] == "A church"


def test_iptc(read, tmp_path):
    def record(number, value):
        return b"\x1c\x02" + bytes([number]) + len(value).to_bytes(2, "big") + value

    iptc = record(5, b"Title") + record(25, b"one") + record(25, b"two") + record(55, b"20200102")
    block = b"8BIM\x04\x04\0\0" + len(iptc).to_bytes(4, "big") + iptc + b"\0" * (len(iptc) % 2)
    app13 = b"Photoshop 3.0\0" + block
    Image.new("RGB", (9, 9)).save(tmp_path / "a.jpg")
    data = (tmp_path / "a.jpg").read_bytes()
    segment = b"\xff\xed" + (len(app13) + 2).to_bytes(2, "big") + app13
    (tmp_path / "a.jpg").write_bytes(data[:2] + segment + data[2:])
    patch, _, findings = read(tmp_path / "a.jpg")
    assert (patch["title"], patch["keywords"]) == ("Title", ["one", "two"])
    assert patch["dates"][0]["start"] == "2020-01-02"
    assert not findings


def test_several_images_are_put_together(read, tmp_path):
    for name, text in (("a", XMP), ("b", XMP.replace(b"stone", b"brick"))):
        Image.new("RGB", (9, 9)).save(tmp_path / f"{name}.jpg", xmp=text)
    patch, report, _ = read(tmp_path / "a.jpg", tmp_path / "b.jpg")
    assert patch["keywords"] == ["church", "stone", "brick"] and len(report) == 2


@pytest.mark.parametrize("bad", [b"<a", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"\xff\xfe"])
def test_hostile_xmp_is_a_finding(read, tmp_path, bad):
    Image.new("RGB", (9, 9)).save(tmp_path / "a.jpg", xmp=bad)
    patch, _, findings = read(tmp_path / "a.jpg")
    assert patch == {} and [one.code for one in findings] == ["image-tags"]


def test_nothing_inside_gives_nothing(read, tmp_path):
    Image.new("L", (9, 9)).save(tmp_path / "a.png")
    patch, _, findings = read(tmp_path / "a.png")
    assert patch == {} and not findings
