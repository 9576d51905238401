"""Documents, archives, sound and moving images: whole, cut, hostile, and mislabelled."""

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import wave
import zipfile
from pathlib import Path

import openpyxl
import pypdf
import pytest

from hdp.ingest import document_checks
from hdp.ingest.checks import check_file


def said(path):
    checked = check_file(path)
    assert all(one.message.endswith(".") and one.hint for one in checked.findings), checked
    return checked.status, [one.code for one in checked.findings]


def put(path, content):
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return said(path)


def pdf(path, password=""):
    writer = pypdf.PdfWriter()
    for _ in range(3):
        writer.add_blank_page(100, 100)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(path)
    return path


def test_pdf(tmp_path):
    path = pdf(tmp_path / "a.pdf")
    assert said(path) == ("valid", [])
    data = path.read_bytes()
    assert put(path, data[: len(data) // 2]) == ("invalid", ["truncated"])
    assert put(path, data[:20] + b"\0" * 500 + b"%%EOF\n") == ("invalid", ["pdf"])
    assert said(pdf(tmp_path / "b.pdf", "secret")) == ("problems", ["encrypted"])


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("a.json", b"\xef\xbb\xbf{}", "valid", ""),
        ("a.json", '{"a": "ä"}'.encode("latin-1"), "invalid", "json"),
        ("a.json", b'{"a": NaN, "b": "NaN"}', "problems", "json"),
        ("a.xml", "<a>" * 50_000, "invalid", "xml"),
        ("a.xml", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "valid", ""),
        ("a.xml", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "invalid",
         "xml-unsafe"),
        ("a.xml", '<?xml version="1.0" encoding="nonsense"?><a/>', "invalid", "xml"),
        ("a.txt", "Käse", "valid", ""),
        ("a.txt", "BMW, and other cars", "valid", ""),
        ("a.csv", "Käse;1".encode("cp1252"), "problems", "not-utf8"),
        ("a.csv", "Käse;1".encode("utf-16"), "problems", "not-utf8"),
        ("a.txt", b"\x00\x01\x02text", "problems", "text-binary"),
        ("a.md", "ä" * 2_000_000, "valid", ""),
    ],
)  # fmt: skip
def test_data_and_text(tmp_path, name, content, status, code):
    assert put(tmp_path / name, content) == (status, [code] if code else [])


def sheet(path):
    openpyxl.Workbook().save(path)
    return path


def test_office(tmp_path):
    path = sheet(tmp_path / "a.xlsx")
    assert said(path) == ("valid", [])
    data = path.read_bytes()
    assert put(path, data[: len(data) // 2]) == ("invalid", ["damaged"])
    assert put(tmp_path / "a.jpg", data) == ("problems", ["wrong-extension"])
    assert put(tmp_path / "a.docx", data)[1] == ["wrong-extension"]
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("xl/vbaProject.bin", "x")
    assert said(path) == ("valid", ["macros"])
    with zipfile.ZipFile(tmp_path / "b.odt", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    assert said(tmp_path / "b.odt") == ("invalid", ["office"])
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    encrypted = ole + "EncryptedPackage".encode("utf-16-le")
    assert "encrypted" in put(tmp_path / "c.docx", encrypted)[1]
    assert "wrong-extension" in put(tmp_path / "d.docx", ole)[1]


def zipped(path, *names, data=b"y", method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name in names:
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "C:\\x", "..\\x"])
def test_zip_entries_that_lead_out(tmp_path, name):
    assert said(zipped(tmp_path / "a.zip", name)) == ("invalid", ["zip-path"])


def test_zip(tmp_path):
    path = zipped(tmp_path / "a.zip", "a..b/c", "..d")
    assert said(path) == ("valid", [])
    data = path.read_bytes()
    assert put(path, data[:-30]) == ("invalid", ["damaged"])
    assert put(path, data.replace(b"y", b"z", 1)) == ("invalid", ["damaged"])
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert said(path) == ("problems", ["archive-link"])


def test_bombs(tmp_path):
    zeros = bytes(60 * 1024**2)
    bomb = zipped(tmp_path / "a.zip", "x", data=zeros, method=zipfile.ZIP_DEFLATED)
    assert said(bomb) == ("invalid", ["zip-bomb"])
    inner = bomb.read_bytes()
    nested = zipped(tmp_path / "b.zip", "1.zip", data=inner, method=zipfile.ZIP_DEFLATED)
    assert said(nested) == ("invalid", ["zip-bomb"])
    assert put(tmp_path / "c.gz", gzip.compress(zeros, 1)) == ("invalid", ["zip-bomb"])
    with tarfile.open(tmp_path / "d.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("x")
        info.size = len(zeros)
        archive.addfile(info, io.BytesIO(zeros))
    assert said(tmp_path / "d.tar.gz") == ("invalid", ["zip-bomb"])


def test_a_zip_in_itself_ends(tmp_path):
    data = b"x"
    for _ in range(8):
        path = zipped(tmp_path / "a.zip", "b.zip", data=data)
        data = path.read_bytes()
    assert said(tmp_path / "a.zip") == ("invalid", ["zip-bomb"])


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_one_packed_file(tmp_path, pack):
    name = {"gzip": "a.gz", "bz2": "a.tar.bz2", "lzma": "a.tar.xz"}[pack.__module__]
    data = Path(__file__).read_bytes()
    if ".tar" in name:
        data = tarred("a").getvalue()
    assert put(tmp_path / name, pack(data)) == ("valid", [])
    assert put(tmp_path / name, pack(data)[:-12]) == ("invalid", ["damaged"])


def tarred(*names, kind=tarfile.REGTYPE, target=""):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            info.size = 3000 if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(b"a" * 3000))
    return data


def test_tar(tmp_path):
    whole = tarred("a", "b/c").getvalue()
    assert put(tmp_path / "a.tar", whole) == ("valid", [])
    assert put(tmp_path / "a.tar", whole[:4000]) == ("invalid", ["damaged"])
    assert put(tmp_path / "a.tar", tarred("../a").getvalue()) == ("invalid", ["zip-path"])
    links = tarred("a", kind=tarfile.SYMTYPE, target="/etc/passwd").getvalue()
    assert put(tmp_path / "a.tar", links) == ("problems", ["archive-link"])
    assert put(tmp_path / "a.tar", tarred("a", kind=tarfile.CHRTYPE).getvalue()) == (
        "invalid", ["zip-path"],
    )  # fmt: skip
    assert put(tmp_path / "a.tar", tarred("a", "a").getvalue()) == ("problems", ["zip-twice"])


def sound(path, seconds=1):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\1\2" * 8000 * seconds)
    return path


def test_wav(tmp_path):
    path = sound(tmp_path / "a.wav")
    assert said(path) == ("valid", [])
    data = path.read_bytes()
    assert put(path, data[:-100]) == ("invalid", ["truncated"])
    assert put(tmp_path / "a.mp3", data) == ("problems", ["wrong-extension"])
    assert said(sound(path, 0)) == ("problems", ["media-empty"])
    assert put(tmp_path / "b.wav", b"RIFF")[0] == "invalid"


def box(name, content):
    return struct.pack(">I", len(content) + 8) + name + content


def test_mp4(tmp_path):
    start = box(b"ftyp", b"isom\0\0\2\0isommp41")
    index, data = box(b"moov", box(b"mvhd", b"\0" * 100)), box(b"mdat", b"\1" * 5000)
    assert put(tmp_path / "a.mp4", start + index + data) == ("valid", [])
    assert put(tmp_path / "a.mp4", start + data) == ("invalid", ["truncated"])
    assert put(tmp_path / "a.mp4", start + index + data[:-10]) == ("invalid", ["truncated"])
    place = box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7+48.8584+002.2945/"))
    with_place = start + box(b"moov", box(b"mvhd", b"\0" * 100) + place) + data
    assert put(tmp_path / "a.mov", with_place) == ("valid", ["gps"])
    assert "48.8584, 2.2945" in check_file(tmp_path / "a.mov").findings[0].message
    large = struct.pack(">I4sQ", 1, b"mdat", 2**62)
    assert put(tmp_path / "a.mp4", start + index + large) == ("invalid", ["truncated"])


def test_other_media(tmp_path):
    matroska = b"\x1a\x45\xdf\xa3\x84webm\x18\x53\x80\x67"
    assert put(tmp_path / "a.mkv", matroska + b"\x85hello") == ("valid", [])
    assert put(tmp_path / "a.mkv", matroska + b"\x89hello") == ("invalid", ["truncated"])
    assert put(tmp_path / "a.mkv", matroska + b"\x01" + b"\xff" * 7 + b"x") == ("valid", [])
    for name in ("a.mp3", "a.flac", "a.ogg", "a.aiff", "a.avi", "a.mkv", "a.mpg", "a.mxf", "a.m4a"):
        assert put(tmp_path / name, b"\xfe\xdc nothing like it" * 9)[0] == "invalid", name


def test_every_kind_that_is_checked_says_that_a_file_is_empty(tmp_path):
    from hdp.ingest.types import _BY_EXTENSION

    for extension in _BY_EXTENSION:
        assert put(tmp_path / f"a{extension}", b"") == ("invalid", ["empty"])


def test_noise_in_any_kind_is_told_and_never_raised(tmp_path):
    from hdp.ingest.types import _BY_EXTENSION

    noise = bytes(range(1, 256)) * 9
    for extension in _BY_EXTENSION:
        assert put(tmp_path / f"a{extension}", noise)[0] != "valid", extension


@pytest.mark.parametrize(
    ("head", "status"), [(b"", "invalid"), (b" \n{", "valid"), (b"\xef\xbb\xbf[", "valid")]
)
def test_the_beginning_of_a_very_large_json_is_looked_at(tmp_path, monkeypatch, head, status):
    monkeypatch.setattr(document_checks, "MAX_JSON", 1000)
    with (tmp_path / "a.json").open("wb") as file:
        file.write(head)
        file.truncate(2000)
    assert check_file(tmp_path / "a.json").status == status
