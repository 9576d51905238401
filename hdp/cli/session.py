"""One run of the command line: its options, the application, and where text goes."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from hdp.application import Application


class Session:
    """Opens the application and the project when they are first needed; `close` ends them."""

    def __init__(self) -> None:
        self.project: str | None = None
        self.env: str | None = None
        self.json = False
        self.verbose = False
        self.quiet = False
        self.safe = False
        self.plugins: list[Path] = []
        self.practice_faults = ""
        self.practice_rate = ""
        self.printed = False
        self._app: Application | None = None

    @property
    def app(self) -> Application:
        """The application, with nothing open."""
        if self._app is None:
            from hdp import paths
            from hdp.application import Application

            _make_home(paths.home_dir())
            _log_to_file(paths.log_dir(), self.verbose)
            self._app = Application(
                safe=self.safe,
                plugin_dirs=self.plugins,
                practice_faults=self.practice_faults,
                practice_rate=self.practice_rate,
            )
            self._app.say = self.tell
        return self._app

    def open(self, path: str | Path | None = None) -> Application:
        """The application with the project open that was named or stands in the folder."""
        app = self.app
        if not app.has_project:
            project = app.open_project(Path(path) if path else self.project_file())
            for warning in project.warnings:
                self.tell(f"{warning.message} {warning.hint}".strip())
        return app

    def open_if_named(self) -> Application:
        """The application; its project is open where one is named or stands in the folder."""
        if self.project or os.environ.get("HDP_PROJECT") or len(_here()) == 1:
            return self.open()
        return self.app

    def project_file(self) -> Path:
        """The project file: -p, $HDP_PROJECT, else the only one in the working folder."""
        from hdp.sdk import UsageError

        named = self.project or os.environ.get("HDP_PROJECT")
        if named:
            return Path(named)
        found = _here()
        if len(found) == 1:
            return found[0]
        raise UsageError(
            f"There are {len(found)} project files in this folder."
            if found
            else "No project is named, and there is none in this folder.",
            code="no-project",
            hint="Name one with -p FILE or $HDP_PROJECT, or make one with: hdp project new",
        )

    @property
    def env_name(self) -> str:
        """The environment that is meant: --env, else the project's own."""
        return self.app.environment(self.env).name

    def close(self) -> None:
        """Close the project and end what this run began."""
        if self._app is not None:
            self._app.close()
            self._app = None

    def tell(self, message: str) -> None:
        """A sentence for people, on stderr."""
        if not self.quiet:
            sys.stderr.write(f"{printable(message, sys.stderr)}\n")
            sys.stderr.flush()

    def write(self, text: str) -> None:
        """A line of the result, on stdout; nothing there with --json."""
        if not self.json:
            sys.stdout.write(f"{printable(text, sys.stdout)}\n")
            sys.stdout.flush()

    def emit(self, document: Any, text: str | None = None) -> None:
        """The result: the document with --json, else the text."""
        if self.json:
            self.printed = True
            write_json(document)
        elif text:
            self.write(text)

    def emit_parts(self, parts: Iterable[str]) -> None:
        """A long document with --json, in parts, so that it is never in memory as a whole."""
        if not self.json:
            return
        self.printed = True
        for part in parts:
            sys.stdout.write(_sayable(part))
        sys.stdout.write("\n")
        sys.stdout.flush()

    def table(self, head: Sequence[str], rows: Sequence[Sequence[Any]], none: str = "") -> None:
        """Rows in columns on stdout, or a sentence where there are none; nothing with --json."""
        if not rows:
            self.write(none or "None.")
            return
        cells = [list(head), *([_cell(one) for one in row] for row in rows)]
        widths = [max(len(row[at]) for row in cells) for at in range(len(head))]
        for row in cells:
            self.write(
                "  ".join(one.ljust(width) for one, width in zip(row, widths, strict=True)).rstrip()
            )


def printable(text: str, stream: TextIO) -> str:
    """Text that a terminal shows and does not obey; what its encoding cannot say is escaped.

    Names of files may hold anything: colours, cursor moves, writing that runs the other way.
    """
    if not _ODD.search(text):
        safe = text
    else:
        safe = _ODD.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
    encoding = stream.encoding or "utf-8"
    return safe.encode(encoding, "backslashreplace").decode(encoding, "replace")


_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """Text of a file's name or about it, where a line break would look like another line."""
    return text.replace("\n", "\\n").replace("\r", "\\r")


def _sayable(text: str) -> str:
    """JSON text, with escapes where the stream's encoding cannot say it."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        # All that is beyond ASCII stands in strings, where \u says the same.
        return "".join(one if one.isascii() else json.dumps(one)[1:-1] for one in text)
    return text


_LONG = 200


def write_json(document: Any) -> None:
    """The document on stdout; escaped where the stream's encoding cannot say it.

    It is indented for people; long lists have a line for each entry.
    """
    text = _sayable(_json_text(document))
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _json_text(document: Any) -> str:
    """The library indents slowly: a hundred thousand findings would take longer than the check."""
    long = document.items() if isinstance(document, dict) else ()
    kept = {key: one for key, one in long if isinstance(one, list | tuple) and len(one) > _LONG}
    if not kept:
        return json.dumps(document, ensure_ascii=False, indent=1)
    write = json.JSONEncoder(ensure_ascii=False).encode
    parts = []
    for key, one in document.items():
        if key in kept:
            text = "[\n  " + ",\n  ".join([write(entry) for entry in one]) + "\n ]"
        else:
            text = json.dumps(one, ensure_ascii=False, indent=1).replace("\n", "\n ")
        parts.append(f" {write(str(key))}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}"


def _make_home(home: Path) -> None:
    from hdp.sdk import InvalidInput

    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(
            f"HDP cannot make its own folder {home}: {error.strerror}.",
            code="home-not-writable",
            hint="Set $HDP_HOME to a folder that you may write to.",
            where={"file": str(home)},
        ) from error


def _here() -> list[Path]:
    return sorted(Path().glob("*.hdpc"))


def _cell(value: Any) -> str:
    text = "" if value is None else " ".join(one_line(str(value)).split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def _log_to_file(folder: Path, verbose: bool) -> None:
    import logging.handlers  # takes a while

    logging.raiseExceptions = False  # a log that cannot be written is no reason for a traceback
    root = logging.getLogger()
    for old in [one for one in root.handlers if getattr(one, "of_hdp", False)]:
        root.removeHandler(old)
        old.close()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handlers: list[logging.Handler] = [
            logging.handlers.RotatingFileHandler(
                folder / "hdp.log", maxBytes=5_000_000, backupCount=3, encoding="utf-8", delay=True
            )
        ]
    except OSError:
        handlers = [logging.NullHandler()]
    if verbose:
        handlers.append(logging.StreamHandler())
    for handler in handlers:
        handler.of_hdp = True  # type: ignore[attr-defined]
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        root.addHandler(handler)
    logging.getLogger("hdp").setLevel(logging.INFO)


def finding_lines(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Findings as lines for people: severity, place, sentence, hint."""
    lines = []
    for one in findings:
        where = one.get("where", {})
        place = ", ".join(f"{key} {where[key]}" for key in _PLACES if where.get(key) is not None)
        line = f"{one['severity']}: {f'[{place}] ' if place else ''}{one['message']}"
        lines.append(one_line(f"{line} {one['hint']}".rstrip() if one.get("hint") else line))
    return lines


_PLACES = ("item", "file", "table", "row", "line", "column", "field")
