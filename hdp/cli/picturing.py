"""Makes pictures at the end of a scan on the command line, for as long as is sensible."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hdp.cli.running import Progress
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application import Application
    from hdp.cli.session import Session

_SECONDS = 60.0


def make_pictures(session: Session, app: Application) -> None:
    """Make the small pictures that are missing; Ctrl-C leaves the rest for the window."""
    from hdp.application.pictures.pictures import QUIET

    if os.environ.get(QUIET) == "off":
        return
    bar = Progress(session)
    try:
        made = app.pictures.make_all(
            seconds=_SECONDS, progress=lambda done, total: bar.tell("Pictures", done, total)
        )
    except KeyboardInterrupt:
        bar.end()
        session.tell("The other pictures are made when they are looked at.")
        return
    bar.end()
    if made.left:
        waiting = counted(made.left, "item waits", "items wait")
        session.tell(f"{waiting} for a picture; it is made when looked at.")
