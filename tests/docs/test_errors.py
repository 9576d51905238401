"""Every code that a person may meet is explained in docs/errors.md."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.list_codes import described_codes, problems, source_codes  # noqa: E402


def test_each_code_has_a_paragraph():
    found = problems()
    assert not found, "docs/errors.md and the source differ:\n" + "\n".join(found)


def test_the_ways_to_give_a_code_are_found(tmp_path):
    (tmp_path / "hdp").mkdir()
    (tmp_path / "hdp" / "some.py").write_text(
        "class Bad(Exception):\n    code: ClassVar[str] = 'in-class'\n"
        "_CODE = {1: 'in-table'}\n"
        "def note(message, code, hint=''): ...\n"
        "note('words', 'by-place')\n"
        "Finding('error', 'in-finding', 'Some words.')\n"
        "raise Bad('words', code='left' if x else 'right')\n"
        "new(code='FIND')\n"
    )
    wanted = {"in-class", "in-table", "by-place", "in-finding", "left", "right"}
    assert set(source_codes(tmp_path)) == wanted


def test_paragraphs_are_read():
    text = "# Errors\n\n### one\nWhat it is.\n### two\n\n"
    assert described_codes(text) == {"one": "What it is.", "two": ""}
