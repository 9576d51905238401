"""A record as people cite it, in the styles of the Citation Style Language."""

from __future__ import annotations

import re
import threading
import warnings
from pathlib import Path
from typing import Any

from hdp.exports import people
from hdp.exports.facts import Exported, filled
from hdp.exports.people import Agent

STYLES = {
    "apa": "APA",
    "chicago-author-date": "Chicago (author-date)",
    "modern-language-association": "MLA",
    "harvard-cite-them-right": "Harvard",
    "ieee": "IEEE",
}
_FOLDER = Path(__file__).with_name("csl")
_KINDS = {
    "publication-article": "article-journal", "publication-book": "book",
    "publication-section": "chapter", "publication-conferencepaper": "paper-conference",
    "publication-report": "report", "publication-dissertation": "thesis",
    "software": "software", "video": "motion_picture", "presentation": "speech",
    "poster": "speech", "dataset": "dataset", "model": "dataset",
}  # fmt: skip
_lock = threading.Lock()
_styles: dict[str, Any] = {}


def cite(record: Exported, style: str) -> str:
    """The record's citation as plain text, in one line; `style` is one of STYLES."""
    from citeproc import (  # type: ignore[import-untyped]
        Citation,
        CitationItem,
        CitationStylesBibliography,
        formatter,
    )
    from citeproc.source.json import CiteProcJSON  # type: ignore[import-untyped]

    # The library keeps what it is just writing in the style: one at a time.
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = CiteProcJSON([to_csl(record)])
        made = CitationStylesBibliography(_style(style), source, formatter.plain)
        made.register(Citation([CitationItem("record")]))
        text = "".join(str(one) for one in made.bibliography())
    return re.sub(r"^\[1\]\s*", "", " ".join(text.replace("&#10;", " ").split()))


def _style(name: str) -> Any:
    from citeproc import CitationStylesStyle

    if name not in _styles:
        own = _FOLDER / f"{name}.csl"
        _styles[name] = CitationStylesStyle(str(own) if own.is_file() else name, validate=False)
    return _styles[name]


def to_csl(record: Exported) -> dict[str, Any]:
    """The record in the JSON of the Citation Style Language."""
    return filled(
        id="record",
        type=_kind(record.kind),
        title=record.text("title"),
        author=[_agent(one) for one in people.creators(record)],
        issued=_date(record.text("publication_date") or record.published[:10]),
        publisher=record.issued_by,
        version=record.own_version,
        DOI=record.doi,
        URL=record.address,
    )


def _kind(kind: str) -> str:
    if kind.startswith("image"):
        return "graphic"
    return _KINDS.get(kind, "book" if kind.startswith("publication") else "document")


def _agent(one: Agent) -> dict[str, str]:
    if one.is_person and one.family:
        return filled(family=one.family, given=one.given)
    return {"literal": one.name}


def _date(text: str) -> dict[str, Any]:
    parts = [int(one) for one in re.findall(r"\d+", text.split("/")[0])[:3]]
    return {"date-parts": [parts]} if parts else {}
