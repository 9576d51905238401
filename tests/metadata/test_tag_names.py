"""Names of what stands inside files: a mistyped one is told, an unusual one is taken."""

import pytest

from hdp.metadata.tag_names import mistyped


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("EXIF:Artst", "EXIF:Artist"),
        ("EXIF:DateTimeOrginal", "EXIF:DateTimeOriginal"),
        ("XMP:dc:titel", None),
        ("Foo:Bar", ""),
        ("exif:artist", None),
        ("XMP-dc:title", None),
        ("XMP-photoshop:Credit", None),
        ("EXIF:LensModel", None),
        ("File:FileSize", None),
    ],
)
def test_what_seems_mistyped(name, near):
    assert mistyped(name) == near
