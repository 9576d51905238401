"""document.metadata: what a PDF says about itself, as record metadata with its evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hdp.sdk import Component, Finding, LocalFile, Output, Params, Port, Result, Step
from hdp_plugins.document.about import About, read_about
from hdp_plugins.document.opening import PDF


@dataclass(frozen=True)
class AboutParams(Params):
    """What is proposed for the record."""

    created: bool = field(
        default=False,
        metadata={"help": "Also propose the day the PDF was made; it is rarely the work's day."},
    )


class ReadMetadata(Component[AboutParams]):
    """Title, creators, keywords, language and dates that stand in PDFs (Info and XMP)."""

    id = "document.metadata"
    version = 1
    title = "Read PDF metadata"
    inputs = (Port("documents", (PDF,), many=True),)
    outputs = (Port("report", ("application/json",)),)
    params = AboutParams
    isolation = "process"

    def run(self, step: Step[AboutParams]) -> Result:
        """A patch with the evidence of each value, and a report of all that was found."""
        files, found = step.inputs["documents"], []
        for number, file in enumerate(files, 1):
            step.check_cancelled()
            found.append((file, read_about(file)))
            step.progress(number, len(files), file.name)
        path = step.workdir / "document-metadata.json"
        told = [{"file": file.name, **one.report()} for file, one in found]
        text = json.dumps({"documents": told}, ensure_ascii=False, indent=2)
        path.write_text(text + "\n", encoding="utf-8")
        output = Output(path, role="metadata", derived_from=tuple(one.name for one in files))
        patch, evidence = _combine(found, created=step.params.created)
        return Result(
            {"report": [output]},
            metadata=patch,
            evidence=evidence,
            findings=[one for file, about in found for one in _findings(file, about)],
            values={"pages": sum(one.pages for _, one in found)},
        )


def _combine(
    found: list[tuple[LocalFile, About]], *, created: bool
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    patch: dict[str, Any] = {}
    evidence: dict[str, dict[str, Any]] = {}
    for file, about in found:
        for name, (value, source) in about.described.items():
            if name == "dates" and not created:
                continue
            if isinstance(value, list):
                there = patch.setdefault(name, [])
                there += [one for one in value if one not in there]
            elif name in patch:
                continue
            else:
                patch[name] = value
            told = {"text": _told(value), "file": file.name, "source": source}
            evidence.setdefault(name, told)
    return patch, evidence


def _told(value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    texts = [
        one.get("name") or one.get("start") if isinstance(one, dict) else one for one in values
    ]
    return "; ".join(str(one) for one in texts)


def _findings(file: LocalFile, about: About) -> Iterator[Finding]:
    for problem in about.problems:
        yield Finding(
            "warning", "document-tags", f"{file.name}: {problem}", where={"file": file.name}
        )
