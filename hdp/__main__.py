"""The command `hdp`."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    multiprocessing.freeze_support()  # a worker of the packaged app starts here and never returns
    args = list(sys.argv[1:] if argv is None else argv)
    if args == ["--version"]:
        from hdp import __version__

        sys.stdout.write(f"hdp {__version__}\n")
        return 0
    from hdp.cli.main import run

    return run(args)


if __name__ == "__main__":
    sys.exit(main())
