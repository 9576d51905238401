"""Keep what is needed of recorded answers: `python -m tools.compact_recordings FOLDER`.

FOLDER holds one JSON file for each request; those that create or change metadata are kept
with the metadata sent, the status, the metadata answered and the errors said.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PLACE = Path(__file__).resolve().parent.parent / "tests/recordings/zenodo_metadata.jsonl"
DEPOSITIONS = "/api/deposit/depositions"
FLOWS = ("validate", "allfields", "heritage")


def main(arguments: list[str]) -> int:
    """Write the file; 2 without a folder."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write("Name the folder of recordings.\n")
        return 2
    files = sorted(Path(arguments[0]).glob("*.json"), key=lambda one: int(one.name.split("-")[0]))
    recorded = [(path.stem, json.loads(path.read_text("utf-8"))) for path in files]
    lines = [json.dumps(one, ensure_ascii=False) for one in _cases(recorded)]
    PLACE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def _cases(recorded: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    published = {_subject(name): _publish(data) for name, data in recorded if "/publish" in
                 data["request"]["url"]}  # fmt: skip
    cases = []
    for stem, data in recorded:
        body = data["request"].get("body")
        url = data["request"]["url"]
        sent = body.get("metadata") if isinstance(body, dict) else None
        if data["flow"] not in FLOWS or not url.startswith(DEPOSITIONS) or not sent:
            continue
        if set(body) != {"metadata"} or stem.endswith("-put"):
            continue
        case = {"name": stem, "sent": sent, **_answer(data)}
        cases.append(case | {"publish": published.get(_subject(stem))})
    return cases


def _subject(stem: str) -> str:
    """What a recording is of: 214-validate_publish-missing-title -> missing-title."""
    name = stem.split("-", 2)[2]
    for end in ("-create", "-publish"):
        name = name.removesuffix(end)
    return name


def _answer(data: dict[str, Any]) -> dict[str, Any]:
    answer = data["response"].get("json")
    answer = answer if isinstance(answer, dict) else {}
    date = data["response"]["headers"]["Date"]
    return {"date": date, "status": data["response"]["status"], "errors": answer.get("errors"),
            "message": answer.get("message"), "got": answer.get("metadata")}  # fmt: skip


def _publish(data: dict[str, Any]) -> dict[str, Any]:
    answer = data["response"].get("json") or {}
    return {"status": data["response"]["status"], "errors": answer.get("errors")}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
