"""What files say of themselves, by the names that exiftool gives."""

import zipfile

import pytest
from PIL import Image, IptcImagePlugin
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from hdp.ingest.embedded import Embedded, ToRead, find
from hdp.ingest.embedded_read import read_all, xmp_values

XMP = """<?xpacket begin='' id=''?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="Jena">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Haus</rdf:li><rdf:li xml:lang="en">House</rdf:li>
</rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>A. Müller</rdf:li><rdf:li>B. Schmidt</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def picture(path, *, xmp: str = ""):
    exif = Image.Exif()
    exif[0x013B] = "Anna Mueller"
    exif[0x0132] = "0000:00:00 00:00:00"
    exif.get_ifd(0x8769)[0x9003] = "2019:05:04 12:33:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (50.0, 55.0, 0.0), 3: "E", 4: (11.0, 35.0, 0.0)})
    Image.new("RGB", (4, 3)).save(path, exif=exif, xmp=xmp.encode() or None)
    return path


def test_exif_of_a_picture(tmp_path):
    found = read_all(picture(tmp_path / "a.jpg"))
    assert find(found, "EXIF:Artist") == ["Anna Mueller"]
    assert find(found, "exif:datetimeoriginal") == ["2019:05:04 12:33:00"]
    assert find(found, "EXIF:ModifyDate") == []
    assert find(found, "EXIF:GPSLatitude") == ["50.9167"]
    assert find(found, "File:FileName") == ["a.jpg"]
    assert find(found, "File:ImageWidth") == ["4"]
    assert find(found, "PDF:Author") == []


def test_xmp_in_a_picture_and_beside_it(tmp_path):
    path = picture(tmp_path / "a.jpg", xmp=XMP)
    found = read_all(path)
    assert find(found, "XMP-dc:title") == ["Haus"]
    assert find(found, "XMP-dc:Creator") == ["A. Müller", "B. Schmidt"]
    assert find(found, "XMP:City") == find(found, "XMP-photoshop:City") == ["Jena"]
    beside = tmp_path / "a.xmp"
    beside.write_text(XMP.replace("Haus", "Neues Haus"), encoding="utf-8")
    assert find(read_all(path, [beside]), "XMP-dc:title") == ["Neues Haus"]


def test_iptc(tmp_path, monkeypatch):
    values = {(2, 80): b"A. M\xfcller", (2, 25): [b"Haus", "Dächer".encode()], (2, 55): b"18900000"}
    monkeypatch.setattr(IptcImagePlugin, "getiptcinfo", lambda opened: values)
    found = read_all(picture(tmp_path / "a.jpg"))
    assert find(found, "IPTC:By-line") == ["A. Müller"]
    assert find(found, "IPTC:Keywords") == ["Haus", "Dächer"]
    assert find(found, "IPTC:DateCreated") == ["1890"]


def test_tiff_and_png(tmp_path):
    tags = ImageFileDirectory_v2()
    tags[0x013B] = "Müller".encode()
    tags.tagtype[0x013B] = 2
    Image.new("L", (2, 2)).save(tmp_path / "a.tif", tiffinfo=tags)
    assert find(read_all(tmp_path / "a.tif"), "EXIF:Artist") == ["Müller"]
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", XMP)
    Image.new("L", (2, 2)).save(tmp_path / "a.png", pnginfo=info)
    assert find(read_all(tmp_path / "a.png"), "XMP-dc:title") == ["Haus"]


def test_office_and_pdf(tmp_path):
    core = (
        '<c xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:t="http://purl.org/dc/terms/">'
        "<dc:title>Bericht</dc:title><dc:creator>A. Müller</dc:creator>"
        "<t:created>2019-05-04T12:00:00Z</t:created></c>"
    )
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("docProps/core.xml", core)
    found = read_all(tmp_path / "a.docx")
    assert find(found, "XMP-dc:title") == find(found, "XML:Title") == ["Bericht"]
    assert find(found, "XML:CreateDate") == ["2019-05-04T12:00:00Z"]
    pypdf = pytest.importorskip("pypdf", reason="on purpose: it only makes the file for this test")
    writer = pypdf.PdfWriter()
    writer.add_blank_page(72, 72)
    writer.add_metadata({"/Author": "Nadar", "/CreationDate": "D:18900301"})
    writer.write(tmp_path / "a.pdf")
    found = read_all(tmp_path / "a.pdf")
    assert find(found, "PDF:Author") == ["Nadar"]
    assert find(found, "PDF:CreateDate") == ["1890-03-01"]


@pytest.mark.parametrize("name", ["a.jpg", "a.pdf", "a.docx", "a.mp3", "a.xmp", "a.cr3", "a"])
@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff\xe1\xff\xff", b"PK\x03\x04", b"%PDF-1.4"])
def test_broken_files_say_only_their_names(tmp_path, monkeypatch, name, data):
    monkeypatch.setenv("PATH", "")
    path = tmp_path / name
    path.write_bytes(data)
    assert all(key.startswith("file:") for key in read_all(path))


def test_hostile_xmp_is_not_expanded(tmp_path):
    bomb = '<!DOCTYPE a [<!ENTITY b "x">]>' + XMP.replace("Haus", "&b;").partition("?>")[2]
    path = picture(tmp_path / "a.jpg", xmp=bomb)
    assert find(read_all(path), "XMP-dc:title") == []
    assert find(read_all(path), "EXIF:Artist") == ["Anna Mueller"]
    assert list(xmp_values(b"")) == []


def test_each_content_is_read_once(tmp_path):
    path = picture(tmp_path / "a.jpg")
    with Embedded() as embedded:
        file = ToRead(path, hashes=("abc",))
        assert embedded.values(file, "EXIF:Artist") == ["Anna Mueller"]
        path.unlink()
        assert embedded.values(file, "EXIF:Artist") == ["Anna Mueller"]
        assert embedded.values(ToRead(path), "EXIF:Artist") == []


def test_noughts_of_a_camera_without_a_clock_are_no_date(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "0000:00:00 00:00:00"
    exif[0x010F] = "0"
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg", exif=exif)
    found = read_all(tmp_path / "a.jpg")
    assert "exif:datetimeoriginal" not in found and found["exif:make"] == ["0"]
