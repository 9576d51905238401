"""Forks an HDP for each line on stdin: `{home, project, kinds, env}`; answers with its number.

Python and HDP are loaded once, so that fifty processes can be killed in a minute.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from hdp_plugins.zenodo import target  # noqa: F401 - the same

from hdp.application import Application, Selection, actions
from hdp.practice import server  # noqa: F401 - loaded here, so that no child has to


def live(home: str, project: str, kinds: list[str], env: str) -> None:
    app = Application(Path(home))
    app.open_project(Path(project))
    for kind in kinds:
        action = actions.Action(kind, env, Selection(all=True))
        count = len(actions.plan(app, action).chosen)
        started = actions.start(app, actions.Action(kind, env, action.selection, confirm=count))
        if started.job is not None:
            app.jobs.wait(started.job)
    app.close()


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not kept
    for line in sys.stdin:
        order = json.loads(line)
        if (pid := os.fork()) == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.environ["HDP_TOKEN_LIVE"] = order.pop("token")
            try:
                live(**order)
            finally:
                os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
