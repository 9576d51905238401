"""Changes of a project's own settings: name, folders, environment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.events import Changed
from hdp.project import files, settings
from hdp.project.project import relative
from hdp.sdk import InvalidInput, Refused

if TYPE_CHECKING:
    from hdp.application.app import Application


def change_project(
    app: Application,
    *,
    name: str | None = None,
    input_dir: Path | None = None,
    output_dir: Path | None = None,
    env: str | None = None,
) -> None:
    """Change what is given, all or nothing, and open the project anew.

    Production is refused as a project's environment: it is named each time.
    """
    if env is not None and app.environment(env).kind == "production":
        raise Refused(
            f"{env} publishes for ever; it is named each time and never remembered.",
            code="production-not-remembered",
            hint=f"Add --env {env} to the commands that need it.",
        )
    for folder in (input_dir, output_dir):
        if folder is not None and not folder.is_dir():
            raise InvalidInput(
                f"The folder {folder} is not there.",
                code="input-missing",
                hint="Name a folder that is there.",
                where={"file": str(folder)},
            )
    project = app.project

    def change(connection: Any) -> None:
        if env is not None:
            settings.set_setting(connection, "environment", env)
        if name:
            settings.rename_project(connection, name.strip())
        for kind, folder in (("input", input_dir), ("output", output_dir)):
            if folder is not None:
                files.move_root(connection, kind, relative(folder, project.folder))

    project.write(change)
    app.bus.emit(Changed(("settings",)))
    if name or input_dir or output_dir:
        app.open_project(project.path, anew=True)


def set_publishing(app: Application, env: str, on: bool) -> None:
    """Let this project publish in an environment, or make drafts only; the server obeys it."""
    app.environment(env)

    def change(connection: Any) -> None:
        off = set(settings.get_setting(connection, settings.DRAFTS_ONLY)) - {env}
        settings.set_setting(connection, settings.DRAFTS_ONLY, sorted(off if on else off | {env}))

    app.project.write(change)
    app.bus.emit(Changed(("settings",)))
