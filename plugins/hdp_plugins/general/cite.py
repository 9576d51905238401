"""general.cite: a file in the record that says how to cite it, with its DOI."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from hdp.sdk import Component, InvalidInput, LocalFile, Output, Params, Port, Record, Result, Step

_NAMES = {"cff": "CITATION.cff", "text": "README.txt"}


@dataclass(frozen=True)
class CiteParams(Params):
    """What kind of file is written."""

    kind: Literal["cff", "text"] = field(
        default="cff",
        metadata={"help": "CITATION.cff for programs, or a README for people with all files."},
    )


class Cite(Component[CiteParams]):
    """Title, people, date, licence and DOI of the record in a file that stays with its files."""

    id = "general.cite"
    version = 1
    title = "Write how to cite the record"
    inputs = (Port("files", ("*/*",), many=True),)
    outputs = (Port("citation", ("text/*", "application/*")),)
    params = CiteParams
    reads = ("doi", "title", "creators", "publication_date", "license", "keywords", "version")

    def run(self, step: Step[CiteParams]) -> Result:
        """One file; InvalidInput where the record has no DOI or no title."""
        fields = step.record.fields
        for name in ("doi", "title"):
            if not fields.get(name):
                raise InvalidInput(
                    f"The record has no {name} to be cited by.", code="nothing-to-cite",
                    hint="Write `needs: doi` into the pipeline: then the draft is made first."
                    if name == "doi" else "Give the record a title.",
                    where={"field": name},
                )  # fmt: skip
        as_cff = step.params.kind == "cff"
        lines = _cff(step.record) if as_cff else _text(step.record, step.inputs["files"])
        path = step.workdir / _NAMES[step.params.kind]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return Result({"citation": [Output(path, role="metadata")]})


def _cff(record: Record) -> Iterator[str]:
    """Citation File Format 1.2; every JSON string is a YAML string."""
    fields = record.fields
    yield 'cff-version: "1.2.0"'
    yield 'message: "Please cite this record as follows."'
    yield "type: dataset"
    yield f"title: {_quoted(fields['title'])}"
    yield f"doi: {_quoted(fields['doi'])}"
    if date := str(fields.get("publication_date") or "")[:10]:
        yield f"date-released: {_quoted(date)}"
    if version := fields.get("version"):
        yield f"version: {_quoted(version)}"
    yield "authors:"
    for person in _people(fields):
        yield from _author(person)
    if keywords := [one for one in fields.get("keywords") or () if str(one).strip()]:
        yield "keywords:"
        yield from (f"  - {_quoted(one)}" for one in keywords)


def _author(person: Mapping[str, Any]) -> Iterator[str]:
    family, comma, given = str(person["name"]).partition(",")
    if comma:
        yield f"  - family-names: {_quoted(family.strip())}"
        yield f"    given-names: {_quoted(given.strip())}"
    else:
        yield f"  - name: {_quoted(family.strip())}"
    if orcid := str(person.get("orcid") or ""):
        yield f"    orcid: {_quoted('https://orcid.org/' + orcid.rsplit('/', 1)[-1])}"


def _text(record: Record, files: Sequence[LocalFile]) -> Iterator[str]:
    fields = record.fields
    title = str(fields["title"])
    names = "; ".join(str(one["name"]) for one in _people(fields))
    year = str(fields.get("publication_date") or "")[:4]
    yield from (title, "=" * min(len(title), 72), "")
    yield f"{names} ({year}): {title}. https://doi.org/{fields['doi']}"
    if licence := fields.get("license"):
        yield f"Licence: {licence}"
    yield ""
    for one in sorted(files, key=lambda file: file.name):
        yield f"{one.name}  {one.size} bytes  sha256 {one.sha256}"


def _people(fields: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Those who made it; CFF wants at least one."""
    found: Iterable[Any] = fields.get("creators") or ()
    people = [one for one in found if isinstance(one, Mapping) and one.get("name")]
    return people or [{"name": "Unknown"}]


def _quoted(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)
