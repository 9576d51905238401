"""An export becomes a table; what is none is told with its place."""

from __future__ import annotations

from pathlib import Path

import museum_json
import pytest
from hdp.sdk import InvalidInput
from hdp.testing import SourceContract
from museum_json.export import read

EXPORT = """\
{"exported": "2026-11-20", "objects": [
  {"file": "a.jpg", "title": "Amphora", "maker": {"name": "Doe, Jane"},
   "keywords": ["clay", "red"]},
  {"file": "b.jpg", "year": -480, "people": [{"name": "Ä"}, {"role": "donor", "name": "B"}]}
]}
"""


class TestContract(SourceContract):
    source = museum_json.hdp_sources()[0]
    sound = {
        "objects.json": (EXPORT.encode(), [
            ["file", "title", "maker.name", "keywords", "year", "people.name", "people.role"],
            ["a.jpg", "Amphora", "Doe, Jane", "clay; red", "", "", ""],
            ["b.jpg", "", "", "", "-480", "Ä; B", "; donor"],
        ]),
        "plain.json": (b'\xef\xbb\xbf[{"file": "a"}]', [["file"], ["a"]]),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"a": 1},\n {"a": 2]', "line 2, column 9"),
        ("{}", "no list"),
        ('{"a": [], "b": []}', r"2 lists \(a, b\)"),
        ("[]", "no list of objects"),
        ('[{"a": 1}, 7]', "Entry 2 of the list is no object"),
        ('[{"a": [[1]]}]', "object 1, a is a list of lists"),
        ("[" + '{"a":' * 8 + "1" + "}" * 8 + "]", "more than 6 deep"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_table_is_told_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "objects.json"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=words):
        list(read(path))
