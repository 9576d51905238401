"""The application: open project, environments, plugins, jobs, and the practice repository."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from hdp import paths
from hdp.application import cancelling, recents
from hdp.application.activity import Activity
from hdp.application.lookout import Lookout
from hdp.application.orphans import close_orphans
from hdp.application.remotes import Remotes
from hdp.credentials import Credentials
from hdp.environments import EnvironmentEntry, Environments
from hdp.events import Bus, Changed, Reset, Said
from hdp.jobs import Jobs
from hdp.metadata.sources import forget_sources, use_sources
from hdp.plugins import Catalogue, load
from hdp.project.project import Project
from hdp.sdk import Target, UsageError
from hdp.uploads import Desk

if TYPE_CHECKING:
    from hdp.application.crashes import Watch
    from hdp.application.environment_making import EnvironmentMaking
    from hdp.application.file_values import FileValues
    from hdp.application.mapping_loading import MappingCache
    from hdp.application.pictures import Pictures
    from hdp.application.plugin_settings import PluginSettings
    from hdp.ingest.embedded import Embedded
    from hdp.metadata.source_rows import Sources

log = logging.getLogger(__name__)


class Application:
    """One running HDP. `close` must be called; it waits for what is being sent.

    `safe` loads built-in plugins only, `plugin_dirs` are a developer's own plugins;
    `practice_faults` and `practice_rate` are for the practice repository of this run.
    """

    def __init__(
        self,
        home: Path | None = None,
        *,
        safe: bool = False,
        plugin_dirs: Sequence[Path] = (),
        practice_faults: str = "",
        practice_rate: str = "",
    ) -> None:
        self.home = home or paths.home_dir()
        self.bus = Bus()
        self.environments = Environments(self.home)
        self.credentials = Credentials(self.home)
        self.activity = Activity(self.home)
        self._safe, self._plugin_dirs = safe, plugin_dirs
        self.remotes = Remotes(self, practice_faults, practice_rate)
        self._project: Project | None = None
        self._jobs: Jobs | None = None
        self._lookout: Lookout | None = None
        self._lock = threading.RLock()
        self.watch: Watch | None = None
        use_sources(self._open_sources)
        self.say: Callable[[str], None] = lambda message: self.bus.emit(Said("info", message))

    @cached_property
    def catalogue(self) -> Catalogue:
        """What the plugins offer; loaded when first needed."""
        with self._lock:
            catalogue = load(self.home, safe=self._safe, extra=self._plugin_dirs)
        self._stop_observing = self.bus.listen(catalogue.observe)
        return catalogue

    def reload_plugins(self) -> None:
        """Find and load the plugins anew; what runs goes on with those it began with."""
        with self._lock:
            old = self.__dict__.pop("catalogue", None)
            if old is not None:
                self._stop_observing()
                old.end()
        self.bus.emit(Changed(("plugins",)))

    @cached_property
    def environment_making(self) -> EnvironmentMaking:
        """Plugins' own environments in the making."""
        from hdp.application.environment_making import EnvironmentMaking

        return EnvironmentMaking(self)

    @property
    def plugin_settings(self) -> PluginSettings:
        """What the person chose for plugins."""
        from hdp.application.plugin_settings import PluginSettings

        return PluginSettings(self.home, self.catalogue, self.credentials)

    @cached_property
    def mappings(self) -> MappingCache:
        """The last mappings with their tables, kept for screens that ask again and again."""
        from hdp.application.mapping_loading import MappingCache

        return MappingCache()

    @cached_property
    def _sources(self) -> Sources:
        from hdp.metadata.source_rows import Sources

        return Sources(lambda: self.catalogue.sources)

    def _open_sources(self) -> Sources:
        return self._sources

    @cached_property
    def embedded(self) -> Embedded:
        """Reads what is written inside files, in a process of its own."""
        from hdp.ingest.embedded import Embedded

        return Embedded()

    @property
    def file_values(self) -> FileValues:
        """What is written inside the files of the open project's items."""
        from hdp.application.file_values import FileValues

        return FileValues(self.project, self.embedded)

    @cached_property
    def pictures(self) -> Pictures:
        """The pictures of the open project's items and files."""
        from hdp.application.pictures import Pictures

        return Pictures(self)

    @property
    def project(self) -> Project:
        """The open project; UsageError when there is none."""
        if self._project is None:
            raise UsageError(
                "No project is open.",
                code="no-project",
                hint="Name one with -p FILE, or make one with: hdp project new",
            )
        return self._project

    @property
    def has_project(self) -> bool:
        """Whether a project is open."""
        return self._project is not None

    @property
    def jobs(self) -> Jobs:
        """The jobs of the open project."""
        jobs = self._jobs
        if jobs is None:
            raise UsageError("No project is open.", code="no-project")
        return jobs

    def open_project(self, path: Path, *, anew: bool = False) -> Project:
        """Open a project file, closing another one; the one that is open stays, unless `anew`."""
        with self._lock:
            current = self._project
            if current is not None and not anew and _is_same_file(current.path, path):
                return current
            return self.take_project(Project.open(path, home=self.home))

    def take_project(self, project: Project) -> Project:
        """Make an opened project the one to work in."""
        with self._lock:
            self.close_project()
            self._project = project
            close_orphans(project)
            self._jobs = Jobs(project, self.bus)
            self._lookout = Lookout(project, self.bus)
            project.db.on_foreign_change = self._changed_elsewhere
            self._lookout.look()
            recents.note(self.home, project.path, project.about.name)
            self.bus.emit(Reset())
            return project

    def _changed_elsewhere(self) -> None:
        self.bus.emit(Changed(("files", "items", "deposits", "jobs", "settings")))
        cancelling.heed_wishes(self)
        if self._lookout is not None:
            self._lookout.look()

    def close_project(self) -> None:
        """Cancel and wait for what runs, then close the project; fine when none is open."""
        with self._lock:
            if self._project is None:
                return
            self._project.db.on_foreign_change = lambda: None
            if self._lookout is not None:
                self._lookout.stop()
            self.jobs.close()
            # only now: a scan that has just ended may have begun to make pictures
            if "pictures" in self.__dict__:
                self.pictures.stop()
            project, self._project, self._jobs = self._project, None, None
            project.close()
            self.bus.emit(Reset())

    def close(self) -> None:
        """End everything that this run began."""
        if "environment_making" in self.__dict__:
            self.environment_making.close()
        self.close_project()
        if "pictures" in self.__dict__:
            self.pictures.close()
        forget_sources(self._open_sources)
        if "_sources" in self.__dict__:
            self._sources.close()
        if "embedded" in self.__dict__:
            self.embedded.close()
        self.remotes.close()
        self.activity.close()

    def environment(self, name: str | None = None) -> EnvironmentEntry:
        """An environment by name; the project's own where none is named."""
        if name is None:
            name = str(self.project.setting("environment")) if self.has_project else "practice"
        return self.environments.get(name)

    def target(self, environment: EnvironmentEntry) -> type[Target]:
        """The target class that an environment belongs to."""
        found = self.catalogue.targets.get(environment.target)
        if found is None:
            known = ", ".join(sorted(self.catalogue.targets)) or "none"
            raise UsageError(
                f"{environment.name} needs the repository plugin {environment.target},"
                f" which is not ready. Ready: {known}.",
                code="target-unknown",
                hint="See: hdp plugin list",
            )
        return found

    def desk(self, env: str | None = None, by: str = "") -> Desk:
        """The open project at work in an environment."""
        entry = self.environment(env)
        return Desk(
            project=self.project,
            bus=self.bus,
            env=entry.name,
            env_title=entry.title or entry.name,
            kind=entry.kind,
            target=self.target(entry),
            offline=self.remotes.offline(entry),
            open_remote=lambda: self.remotes.open(entry),
            by=by,
            base_url=entry.url,
        )


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
