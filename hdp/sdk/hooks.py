"""The hooks of a plugin. They yield declarations; none takes a callback."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pluggy

from hdp.sdk.component import Component
from hdp.sdk.formats import Checker, Source, Thumbnailer
from hdp.sdk.modality import Modality
from hdp.sdk.model import Finding, Record
from hdp.sdk.target import Target

hookspec = pluggy.HookspecMarker("hdp")
hookimpl = pluggy.HookimplMarker("hdp")


class HdpSpecs:
    """What HDP asks of every plugin; implement those you need."""

    @hookspec
    def hdp_components(self) -> Iterable[type[Component[Any]]]:
        """Pipeline components, used in YAML as `uses: <id>`."""
        return ()

    @hookspec
    def hdp_targets(self) -> Iterable[type[Target]]:
        """Repositories to publish in."""
        return ()

    @hookspec
    def hdp_pipelines(self) -> Iterable[Path]:
        """Pipeline YAML files that the plugin ships."""
        return ()

    @hookspec
    def hdp_modalities(self) -> Iterable[Modality]:
        """Kinds of collection that the New Project wizard offers."""
        return ()

    @hookspec
    def hdp_checkers(self) -> Iterable[Checker]:
        """Checks of files by their format, beside HDP's own."""
        return ()

    @hookspec
    def hdp_thumbnailers(self) -> Iterable[Thumbnailer]:
        """Pictures of files that HDP makes none of."""
        return ()

    @hookspec
    def hdp_sources(self) -> Iterable[Source]:
        """Exports of collections systems, read as a table."""
        return ()

    @hookspec
    def hdp_check_record(self, record: Record, target_id: str) -> Iterable[Finding]:
        """Further checks of a `record` that is to go to the target `target_id`."""
        return ()

    @hookspec
    def hdp_observe(self, event: object) -> None:
        """Hear an `event` after it happened; it cannot be changed or stopped."""
