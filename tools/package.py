"""Build the packaged app, use every part of it once, and wrap it up: `make package`."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import Distribution
from pathlib import Path

from hdp import __version__
from tools.check_licences import PROJECT, licence_of, needed

ROOT = Path(__file__).resolve().parent.parent
DIST, BUILD = ROOT / "dist", ROOT / "build"
APP = DIST / "hdp"
BUNDLE = DIST / "Heritage Data Processor.app"
LARGEST_SHELL = 463_000_000  # a tenth more than the trimmed shell that was measured
EXTRAS = ("app", "mesh", "images", "pictures", "usd", "ocr")
# What the window needs of a bare Debian 12; tried in one.
DEPENDS = (
    "libgl1", "libegl1", "libglib2.0-0 | libglib2.0-0t64", "libxkbcommon-x11-0", "libdbus-1-3",
    "libfontconfig1", "libnss3", "libasound2 | libasound2t64", "libxcb-cursor0", "libxcb-icccm4",
    "libxcb-keysyms1", "libxcb-shape0", "libxcomposite1", "libxdamage1", "libxrandr2", "libxtst6",
    "libxkbfile1", "fonts-dejavu-core",
)  # fmt: skip
_NAME = "heritage-data-processor"
_OPT = Path("opt") / _NAME


def main() -> int:
    """The packages stand in dist/; 1 where the app is not whole."""
    write_notices(BUILD / "third-party-licences.txt")
    freeze()
    slim()
    if code := selftest():
        return code
    write_sizes(DIST / "sizes.txt")
    for made in (pack(), make_deb()):
        if made is not None:
            _say(f"{made.relative_to(ROOT)}: {made.stat().st_size / 1e6:.0f} MB")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def write_notices(path: Path) -> None:
    """The licence of everything that is packed, with its text where the library brings it."""
    parts = [f"Heritage Data Processor {__version__} contains these libraries.\n"]
    for name, dist in sorted(needed(PROJECT, EXTRAS).items()):
        parts.append(f"\n{'=' * 78}\n{name} {dist.version}: {licence_of(dist) or 'see its site'}\n")
        parts += [f"\n{text}\n" for text in _licence_texts(dist)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(parts), encoding="utf-8")


def _licence_texts(dist: Distribution) -> list[str]:
    words = ("licen", "copying", "notice")
    found = [one for one in dist.files or ()
             if one.name.lower().startswith(words) and ".dist-info" in str(one)]  # fmt: skip
    return [Path(str(one.locate())).read_text("utf-8", "replace") for one in found]


def freeze() -> None:
    """Run PyInstaller; it replaces what an earlier run left in dist/hdp."""
    subprocess.run(
        [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "build.spec"],
        cwd=ROOT, check=True,
    )  # fmt: skip


def slim() -> None:
    """Take out what only a debugger of Python itself reads; a third of the interpreter's size."""
    if sys.platform != "linux" or shutil.which("strip") is None:
        return
    for one in (APP / "_internal").glob("libpython3*.so*"):
        subprocess.run(["strip", "--strip-debug", str(one)], check=False)


def selftest() -> int:
    """Let the built app use each of its parts; with its window where a display is at hand."""
    program = APP / ("hdp.exe" if os.name == "nt" else "hdp")
    command = [str(program), "selftest"]
    if sys.platform == "linux" and not os.environ.get("DISPLAY") and shutil.which("xvfb-run"):
        command = ["xvfb-run", "-a", *command, "--window"]
    return subprocess.run(command, check=False, env=_window_environment()).returncode


def _window_environment() -> dict[str, str]:
    as_root = {"QTWEBENGINE_DISABLE_SANDBOX": "1"}  # its sandbox refuses to run as root
    return {**os.environ, **(as_root if hasattr(os, "geteuid") and os.geteuid() == 0 else {})}


def write_sizes(path: Path) -> None:
    """How much of the app each library takes, the largest first; the shell is all but these."""
    sizes: Counter[str] = Counter()
    for one in APP.rglob("*"):
        if one.is_file() and not one.is_symlink():
            inside = one.relative_to(APP).parts
            inside = inside[1:] if inside[0] == "_internal" else inside
            sizes[inside[0] if len(inside) > 1 else "single files"] += one.stat().st_size
    shell = sum(size for name, size in sizes.items() if _is_shell(name))
    told = [(sizes.total(), "all"), (shell, "of it the shell: window, Python, HDP, system")]
    told += [(size, name) for name, size in sizes.most_common()]
    lines = [f"{size / 1e6:8.1f} MB  {name}" for size, name in told]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    _say("\n".join(lines[:14]))
    if sys.platform == "linux" and shell > LARGEST_SHELL:
        raise SystemExit(f"The shell has {shell / 1e6:.0f} MB: what has come into it?")


def _is_shell(name: str) -> bool:
    """Whether it is in every app with a window, whatever libraries it has for files."""
    return name.startswith(("PySide6", "shiboken6", "webview", "hdp", "python3", "single files"))


def pack() -> Path | None:
    """All in one file: .tar.zst on Linux, .zip on Windows, on macOS one with the bundle."""
    name = DIST / f"hdp-{__version__}-{sys.platform}-{platform.machine().lower()}"
    if sys.platform == "darwin" and BUNDLE.is_dir():
        made = name.with_name(f"{name.name}.zip")
        # Its own tool: others lose links and rights inside the bundle.
        _run("ditto", "-c", "-k", "--sequesterRsrc", "--keepParent", str(BUNDLE), str(made))
        return made
    if os.name == "nt":
        return Path(shutil.make_archive(str(name), "zip", DIST, "hdp"))
    if shutil.which("zstd") is None:
        return _tar(name.with_name(f"{name.name}.tar.gz"))
    made = name.with_name(f"{name.name}.tar.zst")
    _run("tar", "--use-compress-program=zstd -T0 -10", "-cf", str(made), "-C", str(DIST), "hdp")
    return made


def _tar(path: Path) -> Path:
    with tarfile.open(path, "w:gz", compresslevel=6) as archive:
        archive.add(APP, "hdp")
    return path


def make_deb() -> Path | None:
    """A Debian package with its X and GL packages as dependencies; None where none can be made."""
    if shutil.which("dpkg-deb") is None:
        return None
    tree = BUILD / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(APP, tree / _OPT, symlinks=True)
    _link(tree)
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(_control(tree), encoding="utf-8")
    made = DIST / f"{_NAME}_{__version__}_{_architecture()}.deb"
    _run("dpkg-deb", "--root-owner-group", "-Zzstd", "-z10", "--build", str(tree), str(made))
    return made


def _link(tree: Path) -> None:
    """The program by name, its entry among the programs, its icon, and its kind of file."""
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/hdp").symlink_to(f"/{_OPT}/hdp")
    for source, place in (
        ("tools/desktop/hdp.desktop", f"applications/{_NAME}.desktop"),
        ("frontend/public/icon.svg", f"icons/hicolor/scalable/apps/{_NAME}.svg"),
        ("tools/desktop/hdp-mime.xml", f"mime/packages/{_NAME}.xml"),
    ):
        place = f"usr/share/{place}"
        (tree / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / source, tree / place)


def _control(tree: Path) -> str:
    size = sum(one.stat().st_size for one in tree.rglob("*") if one.is_file()) // 1024
    return (
        f"Package: {_NAME}\n"
        f"Version: {__version__.replace('.dev', '~dev')}\n"
        f"Architecture: {_architecture()}\n"
        "Maintainer: The HDP contributors <hdp@localhost>\n"
        f"Installed-Size: {size}\n"
        f"Depends: {', '.join(DEPENDS)}\n"
        "Section: science\nPriority: optional\n"
        "Description: publish collections as described, citable, archived records\n"
        " From a folder and a spreadsheet to records in Zenodo and other repositories.\n"
    )


def _architecture() -> str:
    done = subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _run(*command: str) -> None:
    words: Sequence[str] = command
    subprocess.run(words, check=True)


if __name__ == "__main__":
    sys.exit(main())
