"""A small PDF with real text, written without a library: two pages of an excavation report."""

from __future__ import annotations

from collections.abc import Sequence

PAGES = (
    (
        "Ausgrabung Flur Am Stein, Kurzbericht 2011",
        "Sammlung Holzhausen, Museum am Fluss. Frei erfunden, CC0 1.0.",
        "",
        "Die Grabung erfasste einen Keller mit Ziegelboden und einer Verfüllung des",
        "zweiten Jahrhunderts. Geborgen wurden Tafelgeschirr, eine Öllampe, Glas",
        "sowie ein gestempelter Ziegel mit dem Pfotenabdruck eines Hundes.",
        "",
        "Fundnummern",
        "SH-2011-031  Schüssel mit rotem Überzug, zu zwei Dritteln erhalten",
        "SH-2011-032  Topf aus grauer Ware, vollständig",
        "SH-2011-040  Ziegel mit Stempel LEG XXX",
        "SH-2011-044  Perlenkette, 34 Perlen",
    ),
    (
        "Excavation at Am Stein, short report 2011",
        "Holzhausen Collection, Museum am Fluss. Entirely invented, CC0 1.0.",
        "",
        "The trench cut a cellar with a brick floor and a fill of the second century.",
        "Table ware, an oil lamp, glass and a stamped brick with the print of a dog's",
        "paw were found. All finds were photographed in the studio of the museum;",
        "two vessels were recorded in three dimensions.",
    ),
)


def report_pdf() -> bytes:
    """The report; the same bytes each time."""
    count = len(PAGES)
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (de) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        _text("<< /Title ({}) /Author (Sommer, Jonas) /Subject (Kurzbericht) "
              "/CreationDate (D:20111104120000+01'00') >>", PAGES[0][0]),
    ]  # fmt: skip
    for number, lines in enumerate(PAGES):
        content = _content(lines)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources "
            b"<< /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (6 + 2 * number)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return _assemble(objects)


def _content(lines: Sequence[str]) -> bytes:
    parts = [b"BT /F1 18 Tf 62 762 Td", _text("({}) Tj", lines[0]), b"/F1 11 Tf 0 -30 Td 16 TL"]
    parts += [_text("({}) Tj T*", line) for line in lines[1:]]
    return b"\n".join([*parts, b"ET"])


def _text(frame: str, text: str) -> bytes:
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return frame.format(escaped).encode("cp1252")


def _assemble(objects: Sequence[bytes]) -> bytes:
    out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return out + b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        size, start,
    )  # fmt: skip
