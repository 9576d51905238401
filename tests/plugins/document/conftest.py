"""Documents made for the tests, and a step that hands them to a component."""

import logging
import zipfile
from types import SimpleNamespace

import pypdf
import pytest
from PIL import Image, ImageDraw, ImageFont
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from hdp.sdk import LocalFile, Record


@pytest.fixture
def run(tmp_path):
    def go(component, path, *, media="application/pdf", port="document", **params):
        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        before = path.read_bytes()
        step = SimpleNamespace(
            inputs={port: [LocalFile(path, path.name, media)]},
            params=component.params(**params), record=Record({}), workdir=work,
            log=logging.getLogger("t"), progress=lambda *one: None, check_cancelled=lambda: None,
        )  # fmt: skip
        result = component.run(step)
        assert path.read_bytes() == before
        return result

    return go


@pytest.fixture
def pdf(tmp_path):
    """Writes a PDF: a list of page texts, its Info, XMP, language, password."""

    def make(*texts, name="Grabung Ä.pdf", info=None, xmp=b"", lang="", password=None,
             size=(400, 400)):  # fmt: skip
        writer = pypdf.PdfWriter()
        font = DictionaryObject({
            NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        })  # fmt: skip
        for text in texts:
            page = writer.add_blank_page(*size)
            page[NameObject("/Resources")] = DictionaryObject(
                {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
            )
            stream = DecodedStreamObject()
            stream.set_data(b"BT /F1 12 Tf 20 300 Td (" + text.encode("cp1252") + b") Tj ET")
            page[NameObject("/Contents")] = writer._add_object(stream)
        if info:
            writer.add_metadata(info)
        if lang:
            writer.root_object[NameObject("/Lang")] = pypdf.generic.create_string_object(lang)
        if xmp:
            packet = DecodedStreamObject()
            packet.set_data(xmp)
            writer.root_object[NameObject("/Metadata")] = writer._add_object(packet)
        if password is not None:
            writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
        path = tmp_path / name
        writer.write(path)
        return path

    return make


@pytest.fixture
def scan(tmp_path):
    """Draws lines of text as a page of 1000 pixels."""

    def make(*lines, name="Seite.png", **more):
        page = Image.new("RGB", (1000, 100 + 80 * len(lines)), "white")
        font = ImageFont.load_default(36)
        for number, line in enumerate(lines):
            ImageDraw.Draw(page).text((50, 50 + 80 * number), line, fill="black", font=font)
        page.save(tmp_path / name, **more)
        return tmp_path / name

    return make


@pytest.fixture
def docx(tmp_path):
    def make(xml, name="Bericht.docx"):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/document.xml", xml)
        return tmp_path / name

    return make
