"""`hdp pipeline`: derived files and metadata."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hdp.cli import running
from hdp.cli.base import Group, Several, example, pass_session, read_params
from hdp.cli.main import FAILED, OK
from hdp.cli.pipeline_files import new_command, remove_command
from hdp.cli.selecting import selection
from hdp.cli.session import finding_lines
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application import Selection
    from hdp.cli.session import Session

_PATH = click.Path(path_type=Path)
_PARAM = click.option("--param", "params", multiple=True, metavar="NAME=VALUE",
                      help="An answer to what the pipeline asks.")  # fmt: skip
_ON = click.option("--on", metavar="PLACE", help="local, local:N, dask:ADDRESS or slurm[:N];"
                   " else what `hdp config set run-on` says.")  # fmt: skip


_AGAIN = click.option("--again", is_flag=True,
                      help="Do all anew, also what was done and has not changed.")  # fmt: skip


@click.group(cls=Group, epilog=example("hdp pipeline list"))
def pipeline_command() -> None:
    """Pipelines: derived files and metadata."""


pipeline_command.add_command(new_command)
pipeline_command.add_command(remove_command)


@pipeline_command.command("list", epilog=example("hdp pipeline list --json"))
@pass_session
def list_pipelines(session: Session) -> int:
    """List the pipelines of the project, of plugins and our own."""
    from hdp.application import pipelining

    app = session.open_if_named()
    found = []
    for name, path in pipelining.find_pipelines(app).items():
        pipeline, findings = pipelining.check_pipeline(app, path)
        found.append(
            {"id": name, "name": name, "title": pipeline.name if pipeline else name,
             "help": pipeline.help if pipeline else "", "where": str(path),
             "valid": pipeline is not None, "findings": [one.to_json() for one in findings]}
        )  # fmt: skip
    session.table(
        ("name", "title", "what it does"),
        [(one["name"], one["title"], one["help"] if one["valid"] else "has errors: see check")
         for one in found],
    )  # fmt: skip
    session.emit({"pipelines": found, "total": len(found)})
    return OK


@pipeline_command.command(epilog=example("hdp pipeline show web-copies"))
@click.argument("pipeline", metavar="P")
@pass_session
def show(session: Session, pipeline: str) -> int:
    """Show a pipeline's file."""
    from hdp.application import pipelining

    app = session.open_if_named()
    path = pipelining.find_pipeline(app, pipeline)
    read, findings = pipelining.check_pipeline(app, path)
    text = path.read_text(encoding="utf-8-sig")
    session.emit(
        {"name": path.stem, "title": read.name if read else path.stem, "where": str(path),
         "help": read.help if read else "", "yaml": text,
         "params": {one.name: {"default": one.default, "help": one.help}
                    for one in (read.params.values() if read else ())},
         "findings": [one.to_json() for one in findings]},
        text.rstrip("\n"),
    )  # fmt: skip
    return OK


@pipeline_command.command(epilog=example("hdp pipeline check my-pipeline.yaml"))
@click.argument("file", type=_PATH)
@pass_session
def check(session: Session, file: Path) -> int:
    """Tell every problem of a pipeline file with its line and column."""
    from hdp.application import pipelining
    from hdp.sdk import InvalidInput

    app = session.open_if_named()
    try:
        _read, found = pipelining.check_pipeline(app, file)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise InvalidInput(
            f"{file} cannot be read: {reason}.", code="file-unreadable",
            hint="Name a YAML file in UTF-8.", where={"file": str(file)},
        ) from error  # fmt: skip
    findings = [one.to_json() for one in found]
    for line in finding_lines(findings):
        session.write(line)
    errors = [one for one in findings if one["severity"] == "error"]
    session.write(f"{counted(len(errors), 'error')}." if errors else "It can be used.")
    session.emit({"findings": findings, "total": len(findings)})
    return FAILED if errors else OK


@pipeline_command.command(epilog=example("hdp pipeline schema > pipeline.schema.json"))
@pass_session
def schema(session: Session) -> int:
    """Print the JSON Schema of pipeline files, for editors."""
    from hdp.pipelines.schema import make_schema

    found = make_schema(session.app.catalogue)
    session.emit(found, json.dumps(found, ensure_ascii=False, indent=1))
    return OK


@pipeline_command.command(
    epilog=example("hdp pipeline run web-copies --files a.jpg b.jpg --to copies")
)
@click.argument("pipeline", metavar="P")
@selection
@click.option("--items", is_flag=True, help="Run on the selected items (may be left out).")
@click.option("--files", cls=Several, type=_PATH, metavar="PATH...",
              help="Run on these files instead; no project is needed.")  # fmt: skip
@click.option("--to", type=_PATH, metavar="DIR", help="With --files: where the results go.")
@click.option("--up-to", metavar="STEP", default="", help="With --files: the last step to do.")
@_PARAM
@_ON
@_AGAIN
@pass_session
def run(session: Session, pipeline: str, selection: Selection, items: bool,
        files: tuple[Path, ...], to: Path | None, up_to: str, params: tuple[str, ...],
        on: str | None, again: bool) -> int:  # fmt: skip
    """Run a pipeline on items, or on files without a project."""
    from hdp.sdk import UsageError

    if not files and to is None and not up_to:
        args = _args(pipeline, params, on, again)
        return running.act(session, "pipeline", selection, args=args)
    if not files or to is None or items or on or not selection.is_empty:
        raise UsageError(
            "--files and --to belong together, without items, and run on this computer.",
            hint="hdp pipeline run P --files PATH... --to DIR",
        )
    return _run_on_files(session, pipeline, files, to, read_params(params), up_to)


def _args(pipeline: str, params: tuple[str, ...], on: str | None, again: bool) -> dict[str, Any]:
    from hdp.pipelines.places import read_place

    place = {"on": str(read_place(on))} if on else {}
    more = {"again": True} if again else {}
    return {"pipeline": pipeline, "params": read_params(params), **place, **more}


def _run_on_files(
    session: Session, pipeline: str, files: tuple[Path, ...], to: Path, params: dict[str, str],
    until: str = "",
) -> int:  # fmt: skip
    from hdp.application.loose import run_on_files

    found, failures = run_on_files(
        session.open_if_named(), pipeline, files, to, params=params, until=until,
        progress=lambda _done, _total, _message: None, cancelled=lambda: False,
    )  # fmt: skip
    outputs: list[dict[str, Any]] = [
        {"path": str(one.path), "name": one.name, "role": one.role, "step": one.step,
         "media_type": one.media_type, "size": one.size, "sha256": one.sha256, "md5": one.md5,
         "derived_from": list(one.derived_from)}
        for one in found.outputs
    ]  # fmt: skip
    findings = [one.to_json() for one in found.findings]
    session.table(
        ("file", "bytes", "step"),
        [(one["path"], one["size"], one["step"]) for one in outputs],
        "No files were made.",
    )
    for patch in found.metadata:
        session.write(f"{patch.field}: {patch.value}")
    for line in finding_lines(findings):
        session.tell(line)
    for error in failures:
        sys.stderr.write(f"{error.message}\n" + (f"  {error.hint}\n" if error.hint else ""))
    session.emit(
        {"pipeline": pipeline, "to": str(to), "state": "failed" if failures else "done",
         "failures": [one.to_json() for one in failures], "outputs": outputs,
         "metadata": [vars(one) for one in found.metadata], "findings": findings,
         "steps": [{"id": one.id, "component": one.component, "version": one.version,
                    "state": one.state} for one in found.steps]}
    )  # fmt: skip
    return FAILED if failures else OK


@pipeline_command.command(epilog=example("hdp pipeline draft web-copies --all"))
@click.argument("pipeline", metavar="P")
@selection
@_PARAM
@_ON
@_AGAIN
@pass_session
def draft(session: Session, pipeline: str, selection: Selection, params: tuple[str, ...],
          on: str | None, again: bool) -> int:  # fmt: skip
    """Run a pipeline on prepared items, then make drafts with sources and derived files.

    Where the pipeline needs the DOI, the draft is made first, and discarded again if it fails;
    one that could not be discarded is carried on with.
    """
    args = _args(pipeline, params, on, again)
    return running.act(session, "pipeline-draft", selection, args=args)
