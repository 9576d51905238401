"""Pipeline files: YAML in, a checked pipeline and every problem out."""

from __future__ import annotations

from pathlib import Path

from hdp.pipelines.definition import Pipeline
from hdp.pipelines.problems import Problems
from hdp.pipelines.reading import read_pipeline
from hdp.pipelines.wiring import check_wiring
from hdp.plugins import Catalogue
from hdp.sdk import Finding, HdpError, InvalidInput
from hdp.yaml_source import load

__all__ = ["Pipeline", "check", "read", "read_file"]


def check(text: str, *, source: str, catalogue: Catalogue) -> tuple[Pipeline | None, list[Finding]]:
    """The pipeline, or None where there are errors; all problems at once, in file order."""
    problems = Problems(source)
    slips: list[InvalidInput] = []
    try:
        root = load(text, source=source, slips=slips)
    except HdpError as error:
        return None, [_finding(error)]
    problems.findings += [_finding(one) for one in slips]
    pipeline = read_pipeline(root, problems)
    if isinstance(root.value, dict):
        check_wiring(pipeline, root, catalogue, problems)
    findings = sorted(
        problems.findings, key=lambda one: (one.where.get("line", 0), one.where.get("column", 0))
    )
    return (None if findings else pipeline), findings


def _finding(error: HdpError) -> Finding:
    return Finding("error", error.name, error.message, error.hint, error.where)


def read(text: str, *, source: str, catalogue: Catalogue) -> Pipeline:
    """The pipeline; InvalidInput carries all findings and tells the first."""
    pipeline, findings = check(text, source=source, catalogue=catalogue)
    if pipeline is not None:
        return pipeline
    first = findings[0]
    more = f" ({len(findings) - 1} more)" if len(findings) > 1 else ""
    place = f"line {first.where['line']}: " if "line" in first.where else ""
    raise InvalidInput(
        f"The pipeline {source} cannot be used: {place}{first.message}{more}",
        code="pipeline-invalid",
        hint=first.hint,
        where=first.where,
        findings=findings,
    )


def read_file(path: Path, *, catalogue: Catalogue) -> Pipeline:
    """The pipeline in `path`, as `read` gives it."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"The pipeline {path} cannot be read: {error}.",
            code="pipeline-invalid",
            where={"file": str(path)},
        ) from None
    return read(text, source=str(path), catalogue=catalogue)
