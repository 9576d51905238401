"""What any kind of file needs: checksums, names, archives, rules, and programs of your own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hdp.sdk import Component, hookimpl


@hookimpl
def hdp_components() -> Iterable[type[Component[Any]]]:
    """The components of this plugin."""
    from hdp_plugins.general.archive import Zip
    from hdp_plugins.general.checksums import Checksums
    from hdp_plugins.general.cite import Cite
    from hdp_plugins.general.program import Program
    from hdp_plugins.general.rename import Rename
    from hdp_plugins.general.validate import Validate

    return (Checksums, Rename, Zip, Validate, Cite, Program)
