"""general.validate: rules that files have to keep before they go on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from hdp.sdk import Component, Finding, InvalidInput, LocalFile, Params, Port, Result, Step


@dataclass(frozen=True)
class ValidateParams(Params):
    """The rules; those that are left out hold for any file."""

    media: Sequence[str] = field(
        default=(), metadata={"help": "Media types by content, such as image/tiff or image/*."}
    )
    name: str = field(
        default="", metadata={"help": "A regular expression that whole names have to fit."}
    )
    min_bytes: int = field(default=1, metadata={"help": "The smallest file.", "min": 0})
    max_bytes: int = field(default=0, metadata={"help": "The largest file; 0: any.", "min": 0})
    min_side: int = field(
        default=0, metadata={"help": "Pixels on the longer side of images.", "min": 0, "unit": "px"}
    )
    min_files: int = field(default=0, metadata={"help": "The fewest files.", "min": 0})
    max_files: int = field(default=0, metadata={"help": "The most files; 0: any.", "min": 0})
    severity: Literal["error", "warning"] = field(
        default="error", metadata={"help": "error: the run stops; warning: it is told."}
    )


class Validate(Component[ValidateParams]):
    """Every breach of every rule at once, each with its file."""

    id = "general.validate"
    version = 1
    title = "Check files against rules"
    inputs = (Port("files", ("*/*",), many=True, optional=True),)
    outputs = ()
    params = ValidateParams

    def run(self, step: Step[ValidateParams]) -> Result:
        """Findings; no files."""
        files = list(step.inputs.get("files", ()))
        rules = step.params
        fits = _compiled(rules.name)
        found = list(_count(files, rules))
        for number, file in enumerate(files):
            step.check_cancelled()
            step.progress(number, len(files), file.name)
            found += _judge(file, rules, fits)
        return Result(findings=found, values={"files": len(files), "breaches": len(found)})


def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern) if pattern else None
    except re.error as error:
        raise InvalidInput(
            f"“{pattern}” is no regular expression: {error}.", code="rule-pattern",
            hint=r"Such as SH-\d{4}-\d{3}.*",
        ) from error  # fmt: skip


def _count(files: Sequence[LocalFile], rules: ValidateParams) -> Iterator[Finding]:
    if len(files) < rules.min_files:
        yield _breach(rules, f"There are {len(files)} files, and {rules.min_files} are wanted.")
    if rules.max_files and len(files) > rules.max_files:
        yield _breach(rules, f"There are {len(files)} files, and at most {rules.max_files} wanted.")


def _judge(
    file: LocalFile, rules: ValidateParams, fits: re.Pattern[str] | None
) -> Iterator[Finding]:
    size = file.size or file.path.stat().st_size
    if rules.media and not any(fnmatchcase(file.media_type, one) for one in rules.media):
        yield _breach(
            rules, f"{file.name} is {file.media_type}, not {', '.join(rules.media)}.", file
        )
    if fits is not None and not fits.fullmatch(file.name):
        yield _breach(rules, f"The name {file.name} does not fit {fits.pattern}.", file)
    if size < rules.min_bytes:
        yield _breach(
            rules, f"{file.name} has {size} bytes, at least {rules.min_bytes} wanted.", file
        )
    if rules.max_bytes and size > rules.max_bytes:
        yield _breach(
            rules, f"{file.name} has {size} bytes, at most {rules.max_bytes} wanted.", file
        )
    if rules.min_side and file.media_type.startswith("image/"):
        yield from _sides(file, rules)


def _sides(file: LocalFile, rules: ValidateParams) -> Iterator[Finding]:
    from PIL import Image

    try:
        with Image.open(file.path) as image:  # the header alone: no pixel is decoded
            width, height = image.size
    except Exception as error:  # noqa: BLE001 - a damaged picture breaks the rule, whatever it raises
        yield _breach(rules, f"{file.name} cannot be measured: {error}.", file)
        return
    if max(width, height) < rules.min_side:
        text = f"{file.name} has {width} x {height} pixels, {rules.min_side} on a side wanted."
        yield _breach(rules, text, file)


def _breach(rules: ValidateParams, text: str, file: LocalFile | None = None) -> Finding:
    where = {"file": file.name} if file else {}
    hint = "Mend the file, or the rule in the pipeline."
    return Finding(rules.severity, "rule-broken", text, hint=hint, where=where)
