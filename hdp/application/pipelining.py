"""Pipelines of a project: where they are found, and running them on items."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp import paths
from hdp.application import describing
from hdp.application.config import Config
from hdp.events import Changed
from hdp.jobs import Skipped, Task, Work
from hdp.net import Client
from hdp.pipelines import model
from hdp.pipelines.cluster import Cluster
from hdp.pipelines.definition import Pipeline
from hdp.pipelines.executors import Pool
from hdp.pipelines.places import LOCAL, Place, read_place
from hdp.pipelines.values import fill_parameters
from hdp.project.deposits import Deposit
from hdp.sdk import Finding, NotFound, UsageError
from hdp.uploads import doi_first, drafts
from hdp.uploads.collecting import run_collection
from hdp.uploads.desk import Desk
from hdp.uploads.piping import PipelineWork
from hdp.uploads.version_making import finish_waiting
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application.app import Application


def find_pipelines(app: Application) -> dict[str, Path]:
    """name -> file: the project's own first, then those of plugins, then the shipped ones."""
    folders = [app.project.folder / "pipelines"] if app.has_project else []
    files = [one for folder in folders for one in _yaml_files(folder)]
    files += [*app.catalogue.pipelines, *_yaml_files(paths.pipelines_dir())]
    found: dict[str, Path] = {}
    for file in files:
        found.setdefault(file.stem, file)
    return dict(sorted(found.items()))


def _yaml_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(one for one in folder.iterdir() if one.suffix in (".yaml", ".yml"))


def find_pipeline(app: Application, name: str) -> Path:
    """The file of a pipeline, by a path or by a name of the project, a plugin or our own."""
    path = Path(name)
    if path.suffix in (".yaml", ".yml") and path.is_file():
        return path
    found = find_pipelines(app)
    if name in found:
        return found[name]
    raise NotFound(
        f"There is no pipeline {name}.",
        code="no-such-pipeline",
        hint=f"Known: {', '.join(found)}. A file's path works too.",
    )


def read_pipeline(app: Application, name: str) -> Pipeline:
    """A checked pipeline by path or name; InvalidInput with all findings where it is wrong."""
    return model.read_file(find_pipeline(app, name), catalogue=app.catalogue)


def check_pipeline(app: Application, path: Path) -> tuple[Pipeline | None, list[Finding]]:
    """The pipeline and every problem of its file."""
    text = path.read_text(encoding="utf-8-sig")
    return model.check(text, source=str(path), catalogue=app.catalogue)


def find_place(app: Application, args: Mapping[str, Any]) -> Place:
    """Where a pipeline is to run: what was asked for, else what the person's settings say."""
    return read_place(str(args.get("on") or Config(app.home).get("run-on")))


def pipeline_work(
    app: Application, desk: Desk, pipeline: Pipeline, params: Mapping[str, Any],
    place: Place | None = None, *, again: bool = False,
) -> PipelineWork:  # fmt: skip
    """A pipeline ready to run on items of a desk; the answers are checked at once."""
    fill_parameters(pipeline, params)
    return PipelineWork(
        preparer=describing.preparer(app, desk),
        pipeline=pipeline,
        catalogue=app.catalogue,
        http=Client(),
        workroot=app.home / "work",
        params=params,
        secret=app.plugin_settings.secret,
        settings=app.plugin_settings.values,
        cluster=Cluster(place) if place and place.kind != LOCAL else None,
        pool=Pool(place.width if place else None),
        again=again,
    )


def skip_published(desk: Desk, task: Task) -> None:
    """End a task whose item is published here: preparing it anew would make a second record."""
    current = desk.current(task.subject)
    if current is not None and current.state == "published":
        task.skip(f"It is published already: {current.known_as}.")


def _with_made(message: str, files: int, draft: Deposit | None, pipeline: Pipeline) -> str:
    """What the task says of its draft, with what the pipeline gave to it."""
    origins = draft.origins if draft is not None else {}
    written = [name for name, one in origins.items() if one.get("pipeline") == pipeline.name]
    fields = f"; written: {', '.join(written)}" if written else ""
    return f"{message}; {counted(files, 'file')} made{fields}"


def _prepare(prepared: PipelineWork, task: Task) -> None:
    """Write the snapshot with what the pipeline made, unless it is written already."""
    try:
        prepared.preparer.prepare(task, prepared.pipeline.name)
    except Skipped:
        # HDP was ended between this and the draft: only the draft is missing.
        live = prepared.desk.live(task.subject)
        if live is None or live.state != "prepared":
            raise


Subjects = Sequence[tuple[int, str]]


def gather(
    app: Application, args: Mapping[str, Any], subjects: Subjects
) -> tuple[Subjects, dict[str, Any]]:
    """The tasks of a run, and what its job remembers: one task for a whole collection."""
    if read_pipeline(app, str(args["pipeline"])).scope != "collection":
        return subjects, dict(args)
    ids = list(args.get("items") or [one for one, _ in subjects])
    return [(ids[0], counted(len(ids), "item"))], {**args, "items": ids}


def work(
    app: Application, desk: Desk, kind: str, args: Mapping[str, Any]
) -> tuple[Work, Callable[[], None]]:
    """The work function of the batch actions `pipeline` and `pipeline-draft`, and its end."""
    pipeline = read_pipeline(app, str(args["pipeline"]))
    if pipeline.scope == "collection" and kind == "pipeline-draft":
        raise UsageError(
            f"{pipeline.name} is for a whole collection and belongs to no record: no draft is made"
            " with it.", code="pipeline-collection", hint="Run it by itself: hdp pipeline run.",
        )  # fmt: skip
    place = find_place(app, args)
    prepared = pipeline_work(app, desk, pipeline, dict(args.get("params") or {}), place,
                             again=bool(args.get("again")))  # fmt: skip

    def run(task: Task) -> None:
        if pipeline.scope == "collection":
            run_collection(prepared, task, args["items"])
            return
        prepared.run(task)
        app.bus.emit(Changed(("items", "deposits"), [task.subject], desk.by))

    def run_and_draft(task: Task) -> None:
        skip_published(desk, task)
        # The draft is made last, so that a failing pipeline leaves none behind; first only where
        # its DOI is needed.
        current = desk.live(task.subject)
        is_draft = current is not None and current.state != "prepared"
        waits = is_draft and current is not None and current.pending is not None
        if is_draft and not waits:
            task.skip("There is a draft of it already.")
        if current is not None and current.change is not None:
            if waits:
                finish_waiting(desk, task, prepared)
                app.bus.emit(Changed(("items", "deposits", "files"), [task.subject], desk.by))
                return
            task.skip("A new version of its record is prepared: create its draft, or take it back.")
        if waits or doi_first.needs_draft(prepared, task.subject):
            result = doi_first.draft_with_doi(prepared, task, str(args["pipeline"]))
        else:
            result = prepared.run(task)
            _prepare(prepared, task)
            drafts.create_draft(desk, task)
        task.say(_with_made(task.message, len(result.outputs), desk.live(task.subject), pipeline))

    chosen = run_and_draft if kind == "pipeline-draft" else run
    return chosen, prepared.close
