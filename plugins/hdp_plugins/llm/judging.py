"""Which of a model's values are kept: those in the asked form, sure enough, with evidence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import jsonschema

from hdp.sdk import ComponentError, Finding
from hdp_plugins.llm.fields import as_metadata


@dataclass
class Judged:
    """The values that are kept, their evidence, and a finding for each that is not."""

    metadata: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, dict[str, Any]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def check_form(content: Any, schema: Mapping[str, Any]) -> dict[str, dict[str, Any] | None]:
    """The answer as it is; ComponentError where it is not in the asked form."""
    problems = jsonschema.Draft202012Validator(schema).iter_errors(content)
    first = jsonschema.exceptions.best_match(problems)
    if first is not None:
        place = "/".join(str(one) for one in first.absolute_path) or "the whole answer"
        raise ComponentError(
            f"The answer is not in the form that was asked for, at {place}.", code="llm-malformed",
            hint="The server does not hold the model to the form; take a newer one, or `retries:`.",
        )  # fmt: skip
    answer: dict[str, dict[str, Any] | None] = content
    return answer


def judge(
    answer: Mapping[str, Mapping[str, Any] | None], texts: Mapping[str, str], *,
    least: float, quoted: bool,
) -> Judged:  # fmt: skip
    """Keep what is at least that sure and, where `quoted`, stands in one of the texts."""
    judged = Judged()
    plain = {name: _plain(text) for name, text in texts.items()}
    for name, one in answer.items():
        if one is None:
            continue
        sure, said = float(one["confidence"]), str(one["evidence"]).strip()
        file = next(_where(said, plain), "")
        reason = _why_not(sure, least, said, file, quoted and bool(plain))
        if reason:
            code = "llm-unsure" if sure < least else "llm-no-evidence"
            text = f"The value for {name} was left out: {reason}."
            judged.findings.append(Finding("warning", code, text, where={"field": name}))
            continue
        judged.metadata[name] = as_metadata(name, one["value"])
        judged.evidence[name] = {"text": said, "file": file, "confidence": sure}
    return judged


def _why_not(sure: float, least: float, said: str, file: str, quoted: bool) -> str:
    if sure < least:
        return f"the model is only {sure:.0%} sure"
    if quoted and not file:
        return f"what it quotes (“{said[:80]}”) stands in none of the texts"
    return ""


def _where(said: str, plain: Mapping[str, str]) -> Iterator[str]:
    wanted = _plain(said)
    if len(wanted) > 2:
        yield from (name for name, text in plain.items() if wanted in text)


def _plain(text: str) -> str:
    """Without differences that no reader sees: spaces, case, quotes, ligatures."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s\"'“”„‚‘’«»]+", " ", text).strip(" .…")
