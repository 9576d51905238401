"""Another HDP on the same project, for tests of crashes and of two at once: HOME PROJECT ACTION."""

import sys
from pathlib import Path

from hdp.application import Application, Selection, actions


def main() -> None:
    home, project, action, faults = (*sys.argv[1:4], sys.argv[4] if len(sys.argv) > 4 else "")
    app = Application(Path(home), practice_faults=faults)
    app.open_project(Path(project))
    started = actions.start(app, actions.Action(action, "practice", Selection(all=True)))
    print("started", flush=True)
    if started.job is not None:
        app.jobs.wait(started.job)
    app.close()


if __name__ == "__main__":
    main()
