"""The licence and rights of a record, with the names and addresses that programs know."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from hdp.exports.facts import Exported, as_text, at, web_address

ACCESS = {
    "open": ("Open Access", "info:eu-repo/semantics/openAccess"),
    "embargoed": ("Embargoed Access", "info:eu-repo/semantics/embargoedAccess"),
    "restricted": ("Restricted Access", "info:eu-repo/semantics/restrictedAccess"),
    "closed": ("Closed Access", "info:eu-repo/semantics/closedAccess"),
}


@dataclass(frozen=True)
class Licence:
    """A licence; `spdx` is its SPDX identifier, "" where SPDX does not know it."""

    id: str
    title: str
    spdx: str = ""
    url: str = ""

    @property
    def address(self) -> str:
        """Where its words stand."""
        return self.url or (f"https://spdx.org/licenses/{self.spdx}.html" if self.spdx else "")


def licence_of(record: Exported) -> Licence | None:
    """The record's licence; None where it names none."""
    value = record.fields.get("license")
    word = at(value, "id") if isinstance(value, dict) else as_text(value)
    if not word:
        return None
    term = record.term("licences", word)
    if term is None:
        return Licence(word, word, _spdx(word))
    return Licence(term.id, term.title, _spdx(term.id), web_address(term.url))


def _spdx(word: str) -> str:
    try:
        found = str(canonicalize_license_expression(word))
    except (InvalidLicenseExpression, ValueError):
        return ""
    return "" if " " in found or found.startswith("LicenseRef") else found


def access_of(record: Exported) -> tuple[str, str] | None:
    """The access right in words and as info:eu-repo term; None where none is said."""
    return ACCESS.get(record.text("access_right"))
