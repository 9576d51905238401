"""Rules that ask for what is written in files, and keys that differ, in a whole project."""

from pathlib import Path

import pytest
from PIL import Image

from hdp.application import describing, scanning
from hdp.application.mapping_checking import check_mapping

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:subject><rdf:Bag><rdf:li>Dach</rdf:li><rdf:li>Haus</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta>"""
MAPPING = """\
table: sammlung.csv
key: {column: inv}
fields:
  title: {column: title}
  upload_type: {choose: image}
  publication_date: {default: today}
  access_right: {choose: open}
  license: {literal: cc-by-4.0}
  creators: [{name: {file: EXIF:Artist, person: family-first}}]
  keywords: {file: XMP-dc:subject}
  dates: [{type: {literal: collected}, start: {file: EXIF:DateTimeOriginal}}]
"""


@pytest.fixture
def folder(app, tmp_path) -> Path:
    made = tmp_path / "input"
    made.mkdir()
    exif = Image.Exif()
    exif[0x013B] = "Johann Wolfgang von Goethe"
    exif.get_ifd(0x8769)[0x9003] = "2019:05:04 00:00:00"
    Image.new("RGB", (8, 8)).save(made / "1972_034_01.jpg", exif=exif)
    (made / "1972_034_01.xmp").write_text(XMP, encoding="utf-8")
    (made / "sammlung.csv").write_text("inv,title\n1972/034,Haus\n", encoding="utf-8")
    spec = scanning.NewProject(
        tmp_path / "t.hdpc", "T", "TST", made, tmp_path / "output",
        {"extensions": [".jpg"], "bundle": "stem"},
    )  # fmt: skip
    scanning.create_project(app, spec)
    scanning.scan_project(app)
    return made


def set_mapping(app, folder: Path, text: str) -> None:
    (folder / "m.yaml").write_text(text, encoding="utf-8")
    describing.set_mapping(app, folder / "m.yaml")


def test_a_key_is_accepted_and_the_file_read(app, folder):
    set_mapping(app, folder, MAPPING)
    report = check_mapping(app, "practice")
    (differs,) = [one for one in report.findings if one.code == "key-differs"]
    assert len(report.unmatched_items) == 1 and report.unmatched_rows == [2]
    accepted = f"key: {{column: inv, loosely: [{', '.join(differs.args['accept']['loosely'])}]}}"
    set_mapping(app, folder, MAPPING.replace("key: {column: inv}", accepted))
    (item,) = report.unmatched_items
    preview = describing.preview(app, "practice", item)
    metadata = preview["metadata"]
    assert metadata["title"] == "Haus"
    assert metadata["creators"] == [{"name": "von Goethe, Johann Wolfgang"}]
    assert metadata["keywords"] == ["Dach", "Haus"]
    assert metadata["dates"] == [{"type": "collected", "start": "2019-05-04"}]
    assert preview["origins"]["keywords"]["rule"] == "file"
    assert [one for one in preview["findings"] if one["severity"] == "error"] == []


def test_a_column_whose_dates_have_two_meanings_is_asked_once(app, folder):
    (folder / "sammlung.csv").write_text(
        "inv,title,d\n1972_034_01,Haus,03/12/1987\n", encoding="utf-8"
    )
    dates = "dates: [{type: {literal: created}, start: {column: d}}]\n"
    set_mapping(app, folder, MAPPING.partition("  dates:")[0] + f"  {dates}")
    report = check_mapping(app, "practice")
    asked = [one for one in report.findings if one.code == "date-order"]
    assert sorted(one.severity for one in asked) == ["error", "warning"]
    said = dates.replace("column: d", "column: d, date: dmy")
    set_mapping(app, folder, MAPPING.partition("  dates:")[0] + f"  {said}")
    findings = check_mapping(app, "practice").findings
    assert "date-order" not in [one.code for one in findings]


def test_a_wrong_value_in_a_file_is_told_with_its_name(app, folder):
    for picture in folder.glob("*.jpg"):
        with Image.open(picture) as opened:
            exif = opened.getexif()
            exif.get_ifd(0x8769)[36867] = "garbage"
            opened.save(picture, exif=exif)
    set_mapping(app, folder, MAPPING)
    told = [one for one in check_mapping(app).findings if one.where.get("field") == "dates.start"]
    assert told and {one.where["column"] for one in told} == {"EXIF:DateTimeOriginal"}
