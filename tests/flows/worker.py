"""Another HDP on the same project, for tests of crashes and of two at once.

HOME PROJECT ACTION [FAULTS [ARGS]]
"""

import json
import sys
from pathlib import Path

from hdp.application import Application, Selection, actions


def main() -> None:
    home, project, action = sys.argv[1:4]
    faults = sys.argv[4] if len(sys.argv) > 4 else ""
    args = json.loads(sys.argv[5]) if len(sys.argv) > 5 else {}
    app = Application(Path(home), practice_faults=faults)
    app.open_project(Path(project))
    started = actions.start(app, actions.Action(action, "practice", Selection(all=True), args=args))
    print("started", flush=True)
    if started.job is not None:
        app.jobs.wait(started.job)
    app.close()


if __name__ == "__main__":
    main()
