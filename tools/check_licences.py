"""Refuse GPL and AGPL among what HDP needs to run: `python -m tools.check_licences`.

Walks the installed distributions from HDP's own requirements, all its extras but those for tests
included and the `dev` one not, and judges each by its declared licence.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = "heritage-data-processor"
EXTRAS = ("app", "mesh", "images", "pictures", "usd", "cluster", "ocr")

# Offered under several licences, of which HDP takes the one named here.
CHOSEN = {
    "pyside6": "LGPL-3.0, one of three to choose from",
    "pyside6-addons": "LGPL-3.0, one of three to choose from",
    "pyside6-essentials": "LGPL-3.0, one of three to choose from",
    "pyside6-webengine": "LGPL-3.0, one of three to choose from",
    "shiboken6": "LGPL-3.0, one of three to choose from",
    "text-unidecode": "Artistic Licence, one of two to choose from",
    "ufbx": "MIT, one of two of the ufbx library; its Python wheel, by the same author, names none",
}

_STRONG = re.compile(r"(?<!L)(?<!Lesser )\b(A?GPL|GNU (Affero )?General Public)", re.IGNORECASE)


def needed(name: str, extras: Iterable[str]) -> dict[str, Distribution]:
    """The installed distributions that `name` with these extras needs, itself included."""
    found: dict[str, Distribution] = {}
    waiting = [(name, frozenset(extras))]
    seen = set()
    while waiting:
        current, wanted = waiting.pop()
        key = (canonicalize_name(current), wanted)
        if key in seen:
            continue
        seen.add(key)
        try:
            dist = found.setdefault(key[0], distribution(current))
        except PackageNotFoundError:
            continue  # an extra that is not installed here
        waiting += list(_requirements(dist, wanted))
    return found


def _requirements(
    dist: Distribution, extras: frozenset[str]
) -> Iterable[tuple[str, frozenset[str]]]:
    for text in dist.requires or ():
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": e}) for e in {"", *extras}):
            yield requirement.name, frozenset(requirement.extras)


def licence_of(dist: Distribution) -> str:
    """The declared licence: the expression, the classifiers, or the first line of the text."""
    meta = dist.metadata
    expression = meta.get("License-Expression")
    if expression:
        return str(expression)
    kinds = [c.split(" :: ")[-1] for c in meta.get_all("Classifier") or () if "License ::" in c]
    if kinds:
        return "; ".join(kinds)
    text = str(meta.get("License") or "").strip()
    return text.splitlines()[0] if text else ""


def problem(name: str, licence: str) -> str | None:
    """Why this may not be shipped, or None."""
    if name in CHOSEN:
        return None
    if not licence:
        return f"{name}: no licence is declared; look it up and add it to CHOSEN with the reason."
    choices = re.split(r"\s+OR\s+", licence.strip("()"))
    if all(_STRONG.search(choice) for choice in choices):
        return f"{name}: {licence}. HDP ships nothing under GPL or AGPL; use another library."
    return None


def main() -> int:
    """1 with a line for each refused library, else 0."""
    found = needed(PROJECT, EXTRAS)
    if PROJECT not in found:
        sys.stderr.write("HDP is not installed in this environment: run `make check`.\n")
        return 1
    problems = [problem(name, licence_of(dist)) for name, dist in sorted(found.items())]
    refused = [text for text in problems if text]
    sys.stdout.write(
        "\n".join([*refused, f"{len(found)} libraries, {len(refused)} refused."]) + "\n"
    )
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
