"""`hdp metadata export`, and `show` in the words of others than the repository."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hdp.cli.base import Command, example, pass_session
from hdp.cli.main import OK
from hdp.cli.selecting import selection
from hdp.cli.session import finding_lines
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application import Selection
    from hdp.cli.session import Session

SHOWN = ("zenodo", "inveniordm", "datacite", "schema.org", "dublin-core", "ro-crate")
WRITTEN = (*SHOWN, "csv", "xlsx")


def show_as(session: Session, item: int, form: str) -> int:
    """Print an item as a document of a format, ready to be piped into a file."""
    from hdp.application import exporting

    found = exporting.show(session.open(), session.env_name, item, form)
    text = found.pop("text")
    if form == "dublin-core":
        text = _printable(text, "xmlcharrefreplace")
        found["xml"] = text
    else:
        text = _json_told(text)
    session.write(text.rstrip("\n"))
    for line in finding_lines(found["findings"]):
        session.tell(line)
    session.emit(found)
    return OK


def _printable(text: str, errors: str) -> str:
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, errors).decode(encoding)


def _json_told(text: str) -> str:
    """JSON with escapes where the terminal's encoding cannot say it."""
    import json

    try:
        return _printable(text, "strict")
    except UnicodeEncodeError:
        return json.dumps(json.loads(text), indent=2)


@click.command(
    "export", cls=Command, epilog=example("hdp metadata export --all --as xlsx -o metadata.xlsx")
)
@selection
@click.option("--as", "form", type=click.Choice(WRITTEN), required=True, help="The format.")
@click.option("-o", "--output", "goal", type=click.Path(path_type=Path), required=True,
              metavar="FILE", help="A new file; for crates a folder, or one .zip.")  # fmt: skip
@click.option("--files", "with_files", is_flag=True, help="Copy the files too (ro-crate only).")
@pass_session
def export_command(
    session: Session, selection: Selection, form: str, goal: Path, with_files: bool
) -> int:
    """Write metadata of many items to a new file, in a format that others read.

    --all takes what is prepared, a draft or published in the environment.
    """
    from hdp.application import exporting

    found = exporting.export(
        session.open(), session.env_name, selection, form, goal, with_files=with_files
    )
    if found["left_out"]:
        session.tell(
            f"{counted(len(found['left_out']), 'item is', 'items are')} not prepared and left out."
        )
    session.emit(found, f"{counted(found['total'], 'item')} written: {goal}")
    return OK
