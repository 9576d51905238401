"""hOCR: recognised text with the place of each line, in HTML."""

from __future__ import annotations

from html import escape

from hdp_plugins.document.reading import Line

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml"{lang}>
<head>
<title>{title}</title>
<meta charset="utf-8"/>
<meta name="ocr-system" content="RapidOCR"/>
<meta name="ocr-capabilities" content="ocr_page ocr_line"/>
</head>
<body>
"""


def hocr(title: str, pages: list[tuple[int, tuple[int, int], list[Line]]], language: str) -> str:
    """The whole document; `pages` are (number, (width, height) in pixels, lines)."""
    lang = f' lang="{escape(language)}"' if language else ""
    body = "".join(_page(number, size, lines) for number, size, lines in pages)
    return _HEAD.format(lang=lang, title=_safe(title)) + body + "</body>\n</html>\n"


def _page(number: int, size: tuple[int, int], lines: list[Line]) -> str:
    made = [f'<div class="ocr_page" id="page_{number}"'
            f' title="bbox 0 0 {size[0]} {size[1]}; ppageno {number - 1}">\n']  # fmt: skip
    for count, line in enumerate(lines, 1):
        place = " ".join(map(str, line.box))
        made.append(
            f'<span class="ocr_line" id="line_{number}_{count}"'
            f' title="bbox {place}; x_wconf {round(line.sure * 100)}">{_safe(line.text)}</span>\n'
        )
    return "".join([*made, "</div>\n"])


def _safe(text: str) -> str:
    return escape("".join(one for one in text if one.isprintable()))
