"""What kind of identifier a text is, and where it leads."""

from __future__ import annotations

import idutils

from hdp.exports.facts import web_address

# idutils' schemes -> DataCite's relatedIdentifierType, in the order of preference.
_TYPES = {
    "doi": "DOI", "ark": "ARK", "arxiv": "arXiv", "ads": "bibcode", "isbn": "ISBN",
    "issn": "ISSN", "igsn": "IGSN", "istc": "ISTC", "lsid": "LSID", "pmid": "PMID",
    "handle": "Handle", "w3id": "w3id", "purl": "PURL", "ean13": "EAN13", "urn": "URN",
    "url": "URL",
}  # fmt: skip


def kind_of(text: str) -> tuple[str, str]:
    """DataCite's type of an identifier and its normal form; ("", text) for an unknown kind."""
    found = _schemes(text)
    for scheme, kind in _TYPES.items():
        if scheme in found:
            return kind, _normal(text, scheme)
    for scheme in found:
        if address := _address(text, scheme):
            return "URL", address
    return "", text


def address_of(text: str) -> str:
    """The address that an identifier leads to; "" where it leads nowhere."""
    for scheme in _schemes(text):
        if address := _address(text, scheme):
            return address
    return web_address(text)


def _schemes(text: str) -> list[str]:
    if not text.isprintable() or len(text) > 2_000:
        return []
    try:
        return list(idutils.detect_identifier_schemes(text))
    except ValueError:  # an address such as http://[ that cannot be taken apart
        return []


def _normal(text: str, scheme: str) -> str:
    try:
        return str(idutils.normalize_pid(text, scheme) or text)
    except (ValueError, AttributeError, TypeError):
        return text


def _address(text: str, scheme: str) -> str:
    try:
        return web_address(str(idutils.to_url(text, scheme, url_scheme="https") or ""))
    except (ValueError, AttributeError, TypeError):
        return ""
