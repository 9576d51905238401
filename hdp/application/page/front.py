"""The page's side of the application: one part for each section of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdp import __version__, paths
from hdp.application import recents, releases
from hdp.application.config import SETTINGS, Config
from hdp.application.page.constructing import ConstructorPages
from hdp.application.page.contents import Contents
from hdp.application.page.crashes import CrashPages
from hdp.application.page.designing import DesignPages
from hdp.application.page.editing import EditPages
from hdp.application.page.exporting import ExportPages
from hdp.application.page.items import ItemPages
from hdp.application.page.jobs import JobPages
from hdp.application.page.mapping import MappingPages
from hdp.application.page.pipelines import PipelinePages
from hdp.application.page.plugin_settings import PluginSettingPages
from hdp.application.page.plugins import PluginPages
from hdp.application.page.previews import PreviewPages
from hdp.application.page.projects import ProjectPages, project_json
from hdp.application.page.publishing import PublishPages
from hdp.application.page.reusing import ReusePages
from hdp.application.page.settings import SettingsPages, environment_json
from hdp.application.page.settling import SettlePages
from hdp.application.page.uploads import UploadPages
from hdp.application.page.versions import VersionPages
from hdp.sdk import HdpError

if TYPE_CHECKING:
    from hdp.application.app import Application


class Page:
    """Everything that the routes may ask for; answers are JSON values."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.bus = app.bus
        self.projects = ProjectPages(app)
        self.previews = PreviewPages(app)
        self.mapping = MappingPages(app)
        self.designing = DesignPages(app)
        self.items = ItemPages(app)
        self.contents = Contents(app)
        self.editing = EditPages(app)
        self.exporting = ExportPages(app)
        self.uploads = UploadPages(app)
        self.publishing = PublishPages(app, self.uploads.action)
        self.settling = SettlePages(app)
        self.reusing = ReusePages(app)
        self.pipelines = PipelinePages(app)
        self.constructing = ConstructorPages(app)
        self.versions = VersionPages(app)
        self.jobs = JobPages(app)
        self.settings = SettingsPages(app)
        self.crashes = CrashPages(app)
        self.plugins = PluginPages(app)
        self.plugin_settings = PluginSettingPages(app)
        self.pictures = app.pictures

    def calls(self, *, search: str, env: str, failed: bool, limit: int) -> dict[str, Any]:
        """The calls to repositories for the open project, the newest first."""
        project = self.app.project.about.uuid if self.app.has_project else ""
        found, more = self.app.activity.read(
            project=project, env=env, search=search, failed=failed, limit=limit
        )
        return {"calls": found, "more": more}

    def end(self) -> None:
        """Let go of those who listen, and of what is looked at for a new project."""
        self.bus.wake()
        self.previews.end()
        self.constructing.end()
        self.versions.end()

    def release(self) -> dict[str, Any]:
        """What is known of new versions, and whether HDP looks for them by itself."""
        found = releases.known(self.app.home)
        on = Config(self.app.home).get("updates") == "on"
        return {"on": on, "release": found.to_json() if found else None}

    def look_for_release(self, *, asked: bool) -> dict[str, Any]:
        """Look now where the person asked; else where they want it and it is time.

        `told` is whether this look found something newer.
        """
        home = self.app.home
        found = releases.look(home) if asked else releases.look_if_due(home)
        return self.release() | {"told": bool(found and found.newer)}

    def about(self, *, dialogs: bool) -> dict[str, Any]:
        """What the page needs to know before it shows anything."""
        app = self.app
        project = app.project if app.has_project else None
        return {
            "version": __version__,
            "project": project_json(project) if project else None,
            "environments": [environment_json(app, one) for one in app.environments.list()],
            "recents": recents.list_recents(app.home),
            "preferences": _preferences(app),
            "demo": paths.sample_dir().is_dir(),
            "dialogs": dialogs,
            "read_only": bool(project and project.db.read_only),
            "warnings": [one.to_json() for one in project.warnings] if project else [],
        }


def _preferences(app: Application) -> dict[str, Any]:
    """How the person wants the window; the defaults where the settings cannot be read."""
    try:
        values = Config(app.home).all()
    except HdpError:
        values = {}
    return {
        name: values.get(name, SETTINGS[name].default) for name in ("language", "theme", "rows")
    }
