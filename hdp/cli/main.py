"""Runs a command: parses, catches what is expected, and gives the exit status."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import click

from hdp.cli.base import LazyGroup
from hdp.cli.session import Session, finding_lines, printable, write_json

if TYPE_CHECKING:
    from hdp.sdk import HdpError

OK, FAILED, WRONG_USE, REFUSED, CANCELLED = 0, 1, 2, 3, 130
_COMMANDS = {
    "demo": ("demo", "Sample data from files to published records, on this computer."),
    "app": ("window", "Open the window."),
    "serve": ("window", "Serve the window's page for a browser."),
    "practice": ("practice", "The repository that is built in for practice."),
    "doctor": ("doctor", "What works on this machine."),
    "selftest": ("selftest", "Whether this installation of HDP is whole."),
    "project": ("project", "Make, scan and look at projects."),
    "item": ("item", "Items: what becomes one record each."),
    "mapping": ("mapping", "Mappings: how a table fills the metadata."),
    "metadata": ("metadata", "The metadata of single items."),
    "prepare": ("prepare", "Mapping to checked metadata; nothing is sent."),
    "draft": ("draft", "Drafts: create, upload, publish, discard."),
    "record": ("record", "Published records."),
    "pipeline": ("pipeline", "Pipelines: derived files and metadata."),
    "component": ("component", "The steps that pipelines are made of."),
    "plugin": ("plugin", "Plugins: components and repositories."),
    "job": ("job", "Batches that ran or run."),
    "activity": ("activity", "What was asked of the repositories."),
    "env": ("env", "Environments and their tokens."),
    "config": ("config", "Your own settings on this computer."),
    "completion": ("completion", "Completion for your shell."),
}


@click.group(
    cls=LazyGroup,
    lazy=_COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExample:\n  hdp demo",
)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True,
              callback=lambda ctx, _option, value: _version(ctx) if value else None,
              help="Print the version.")  # fmt: skip
@click.pass_context
def root(context: click.Context) -> int | None:
    """From a folder and a table to described, citable, versioned records.

    Without a command the window opens.
    """
    if context.invoked_subcommand is not None:
        return None
    from hdp.cli.window import open_window

    return open_window(context.obj)


def _version(context: click.Context) -> NoReturn:
    from hdp import __version__

    click.echo(f"hdp {__version__}")
    context.exit()


def run(args: Sequence[str]) -> int:
    """Run one command and return its exit status; nothing is raised."""
    _never_fail_to_print()
    if args and args[0].lower().endswith(".hdpc"):
        args = ["app", *args]  # a project file was opened from a folder
    session = Session()
    session.json = "--json" in args  # known even where the arguments are wrong
    before = _heed_terminate()
    try:
        return _run(session, list(args))
    except KeyboardInterrupt:
        return CANCELLED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:  # noqa: BLE001 - people get a sentence, the log the traceback
        return _tell_bug(session, error)
    finally:
        _close(session)
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _never_fail_to_print() -> None:
    """Print what a stream's encoding cannot say, and names that are no text, as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _heed_terminate() -> Any:
    """Let SIGTERM end a run as Ctrl-C does; returns what was set before."""

    def stop(_number: int, _frame: object) -> NoReturn:
        raise KeyboardInterrupt

    try:
        return signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread: whoever runs us there ends us
        return None


def _run(session: Session, args: list[str]) -> int:
    try:
        code = root.main(args, prog_name="hdp", standalone_mode=False, obj=session)
        return code if isinstance(code, int) else OK
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return WRONG_USE
    except click.Abort:
        return CANCELLED
    except click.ClickException as error:
        return _tell_usage(session, error)
    except Exception as error:
        from hdp.sdk import HdpError  # not needed for --help

        if isinstance(error, HdpError):
            return tell_error(session, error)
        raise


def _close(session: Session) -> None:
    try:
        session.close()
    except KeyboardInterrupt:
        logging.getLogger(__name__).warning("Interrupted while closing")


def exit_code(error: HdpError) -> int:
    """The exit status that an error stands for."""
    from hdp import sdk

    if isinstance(error, sdk.Cancelled):
        return CANCELLED
    if isinstance(error, sdk.Refused):
        return REFUSED
    wrong_use = (sdk.UsageError, sdk.NotFound, sdk.ProjectError)
    if isinstance(error, wrong_use) or error.name in _UNREADABLE:
        return WRONG_USE
    return FAILED


_UNREADABLE = ("input-missing", "mapping-unreadable", "output-not-folder", "file-unreadable")


def tell_error(session: Session, error: HdpError) -> int:
    """Print an error for people and, with --json, for programs; returns the exit status."""
    _say(error.message)
    if place := _place_of(error):
        _say(f"  {place}")
    if any(one.message not in error.message for one in error.findings):
        for line in finding_lines([one.to_json() for one in error.findings[:20]]):
            _say(f"  {line}")
    if error.hint:
        _say(f"  {error.hint}")
    _error_document(session, error.to_json())
    return exit_code(error)


def _place_of(error: HdpError) -> str:
    """Where in a file of the person's it is, if the message does not tell."""
    line = error.where.get("line")
    if not line or error.findings or f"line {line}" in error.message:
        return ""
    column = (
        f", column {error.where['column']}" if isinstance(error.where.get("column"), int) else ""
    )
    return f"{error.where.get('file', 'file')}, line {line}{column}."


def _say(text: str) -> None:
    sys.stderr.write(f"{printable(text, sys.stderr)}\n")


def _tell_usage(session: Session, error: click.ClickException) -> int:
    context = getattr(error, "ctx", None)
    hint = f"See: {context.command_path} --help" if context else "See: hdp --help"
    message = error.format_message()
    _say(f"{message}\n  {hint}")
    _error_document(session, {"code": "usage", "message": message, "hint": hint})
    return WRONG_USE


def _tell_bug(session: Session, error: Exception) -> int:
    from hdp import paths

    logging.getLogger(__name__).error("A command failed in an unexpected way", exc_info=error)
    file = paths.log_dir() / "hdp.log"
    message = f"HDP made a mistake here ({type(error).__name__}: {error})."
    hint = f"The details are in {file}; please report it."
    _say(f"{message}\n  {hint}")
    _error_document(session, {"code": "bug", "message": message, "hint": hint})
    return FAILED


def _error_document(session: Session, error: dict[str, Any]) -> None:
    if session.json and not session.printed:
        full = {"where": {}, "args": {}, "findings": []} | error
        write_json({"error": full})
        session.printed = True
