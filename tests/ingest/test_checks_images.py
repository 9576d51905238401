"""Images: decoded to their end, headers of what is not decoded, and what they tell besides."""

import io
import shutil
import struct
import subprocess
import zlib

import pytest
from PIL import Image, ImageDraw

from hdp.ingest import image_checks
from hdp.ingest.checks import check_file


def said(path):
    checked = check_file(path)
    assert all(one.message.endswith(".") and one.hint for one in checked.findings)
    return checked.status, [one.code for one in checked.findings]


def picture(size=(96, 64)):
    return Image.effect_noise(size, 60).convert("RGB")


def saved(path, **options):
    if path.suffix == ".heic":
        pytest.skip("on purpose: HEIC is only read, never written")
    picture().save(path, **options)
    return path


KINDS = ["jpg", "png", "tif", "gif", "webp", "bmp", "jp2", "tga"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_truncated_image_is_invalid(tmp_path, kind, share):
    path = saved(tmp_path / f"a.{kind}")
    assert said(path) == ("valid", [])
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert said(path)[0] == "invalid"


@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_the_very_end_is_looked_at(tmp_path, kind):
    path = saved(tmp_path / f"a.{kind}")
    path.write_bytes(path.read_bytes()[:-9])
    assert said(path) == ("invalid", ["truncated"])


def test_every_page_of_a_tiff_is_decoded(tmp_path):
    pages = [picture() for _ in range(3)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:], compression="jpeg")
    assert said(tmp_path / "a.tif") == ("valid", [])
    data = bytearray((tmp_path / "a.tif").read_bytes())
    (tmp_path / "a.tif").write_bytes(data[:-2000])
    assert said(tmp_path / "a.tif")[0] == "invalid"


def test_a_bomb_is_refused_by_its_header(tmp_path):
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk
    data += struct.pack(">I", zlib.crc32(chunk)) + struct.pack(">I", 10) + b"IDAT" + b"\0" * 14
    (tmp_path / "a.png").write_bytes(data)
    assert said(tmp_path / "a.png") == ("invalid", ["too-many-pixels"])
    (finding,) = check_file(tmp_path / "a.png").findings
    assert "it has more than 2000 million pixels (limit 1000 million)" in finding.message


def test_a_large_scan_is_no_bomb(tmp_path):
    Image.new("1", (12_000, 10_000)).save(tmp_path / "a.tif", compression="group4")
    assert said(tmp_path / "a.tif") == ("valid", [])


def test_a_later_page_may_be_the_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(image_checks, "MAX_PIXELS", 50_000)
    picture().save(tmp_path / "a.tif", save_all=True, append_images=[picture((300, 300))])
    assert said(tmp_path / "a.tif") == ("invalid", ["too-many-pixels"])


@pytest.mark.parametrize("name", ["a.heic", "a.jpg", "a.cr2", "a.raf", "a.exr", "a.hdr", "a.ktx2"])
def test_no_image_at_all(tmp_path, name):
    (tmp_path / name).write_bytes(b"\x01\x02 nothing of the kind" * 20)
    assert said(tmp_path / name)[0] == "invalid"


@pytest.mark.parametrize(
    ("name", "kind"), [("a.jpg", "png"), ("a.png", "jpeg"), ("a.obj", "jpeg"), ("a.pdf", "png")]
)
def test_mislabelled(tmp_path, name, kind):
    picture().save(tmp_path / name, kind)
    assert said(tmp_path / name) == ("problems", ["wrong-extension"])


def test_a_web_page_called_an_image(tmp_path):
    (tmp_path / "a.jpg").write_text("<!DOCTYPE html><html><body>404</body></html>")
    assert said(tmp_path / "a.jpg") == ("problems", ["wrong-extension"])


def test_raw_is_checked_by_its_directories(tmp_path):
    data = io.BytesIO()
    picture().save(data, "TIFF")
    (tmp_path / "a.nef").write_bytes(data.getvalue())
    assert said(tmp_path / "a.nef") == ("valid", ["raw-not-decoded"])
    # The directory stands at the beginning, the strips behind it.
    (tmp_path / "a.nef").write_bytes(data.getvalue()[:-500])
    assert said(tmp_path / "a.nef") == ("invalid", ["truncated"])
    (tmp_path / "b.dng").write_bytes(b"II*\0\xff\xff\xff\x7f")
    assert said(tmp_path / "b.dng") == ("invalid", ["raw"])


def test_svg(tmp_path):
    (tmp_path / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>')
    assert said(tmp_path / "a.svg") == ("valid", [])
    (tmp_path / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><g></svg>')
    assert said(tmp_path / "a.svg") == ("invalid", ["xml"])


def test_headers_of_renderers_textures(tmp_path):
    dds = b"DDS \x7c\0\0\0" + struct.pack("<III", 0, 4, 4) + b"\0" * 108
    (tmp_path / "a.dds").write_bytes(dds)
    (tmp_path / "a.hdr").write_bytes(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n\1\1\1\1")
    (tmp_path / "a.exr").write_bytes(b"\x76\x2f\x31\x01\2\0\0\0channels\0chlist\0" + b"\0" * 40)
    level = struct.pack("<QQQ", 104, 4, 4)
    ktx = b"\xabKTX 20\xbb\r\n\x1a\n" + b"\0" * 28 + struct.pack("<I", 1) + b"\0" * 36
    (tmp_path / "a.ktx2").write_bytes(ktx + level + b"1234")
    for name in ("a.dds", "a.hdr", "a.exr", "a.ktx2"):
        assert said(tmp_path / name) == ("valid", []), name
    (tmp_path / "a.ktx2").write_bytes(ktx + level)
    assert said(tmp_path / "a.ktx2") == ("invalid", ["truncated"])


def codes(path):
    return {one.code: one for one in check_file(path).findings}


def test_exif_tells_place_serial_rights_and_address(tmp_path):
    exif = Image.Exif()
    exif[0x8298] = "(c) 2020 Museum of Things"
    exif[0x013B] = "Ann Example <ann@example.org>"
    exif.get_ifd(0x8769)[0xA431] = "123456"
    exif.get_ifd(0x8825).update({1: "S", 2: (33.0, 51.0, 30.0), 3: "E", 4: (151.0, 12.0, 0.0)})
    path = saved(tmp_path / "a.jpg", exif=exif)
    found = codes(path)
    assert set(found) == {"gps", "serial-number", "rights-statement", "contact-data"}
    assert check_file(path).status == "valid"
    assert "-33.8583, 151.2000" in found["gps"].message
    assert "ann@example.org" in found["contact-data"].message
    assert {one.severity for one in found.values()} <= {"info", "warning"}


PACKET = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" aux:LensSerialNumber="L-77" exif:GPSLatitude="50,1N"
 xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/">
 <dc:rights><rdf:Alt><rdf:li xml:lang="x-default">All rights reserved</rdf:li></rdf:Alt></dc:rights>
 <Iptc4xmpCore:CreatorContactInfo Iptc4xmpCore:CiTelWork="+49 30 1234"/>
</rdf:Description></rdf:RDF></x:xmpmeta>"""
ALL = {"gps", "serial-number", "rights-statement", "contact-data"}


@pytest.mark.parametrize("kind", ["jpg", "png", "tif", "webp"])
def test_xmp_tells_the_same(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    if kind == "png":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", PACKET)
        picture().save(path, pnginfo=info)
    elif kind == "tif":
        picture().save(path, tiffinfo={700: PACKET.encode()})
    else:
        picture().save(path, xmp=PACKET.encode())
    assert set(codes(path)) == ALL
    assert "+49 30 1234" in codes(path)["contact-data"].message


def test_an_xmp_sidecar_tells_it_too(tmp_path):
    (tmp_path / "a.xmp").write_text(PACKET)
    assert set(codes(tmp_path / "a.xmp")) == ALL


def test_hostile_xmp_is_not_expanded(tmp_path):
    bomb = '<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><a>&d;</a>'
    picture().save(tmp_path / "a.jpg", xmp=bomb.encode())
    assert (check_file(tmp_path / "a.jpg").status, set(codes(tmp_path / "a.jpg"))) == (
        "valid", {"metadata-unreadable"},
    )  # fmt: skip


@pytest.mark.skipif(not shutil.which("exiftool"), reason="on purpose: needs exiftool to write them")
def test_iptc_and_exif_as_another_program_writes_them(tmp_path):
    path = saved(tmp_path / "a.jpg")
    subprocess.run(
        ["exiftool", "-q", "-overwrite_original", "-IPTC:Contact=Street 1, Town", "-GPSLatitude=1",
         "-IPTC:CopyrightNotice=Museum", "-GPSLatitudeRef=N", "-GPSLongitude=2",
         "-GPSLongitudeRef=W", "-ExifIFD:SerialNumber=987", path], check=True,
    )  # fmt: skip
    found = codes(path)
    assert set(found) == ALL
    assert "Street 1, Town" in found["contact-data"].message
    assert "1.0000, -2.0000" in found["gps"].message


def test_a_plain_image_tells_nothing(tmp_path):
    image = picture()
    ImageDraw.Draw(image).text((1, 1), "a")
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({0: b"\2\3\0\0"})  # a GPS part without a place
    exif.get_ifd(0x8769)[0xA431] = "0000000"
    image.save(tmp_path / "a.jpg", exif=exif)
    assert said(tmp_path / "a.jpg") == ("valid", [])
