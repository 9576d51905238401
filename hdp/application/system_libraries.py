"""Which of the system's libraries the window lacks, by the names of their packages."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from pathlib import Path

# What Qt's window and page load, of a bare Debian 12; Debian's package and Fedora's.
_NEEDED = (
    ("libGL.so.1", "libgl1", "mesa-libGL"),
    ("libEGL.so.1", "libegl1", "mesa-libEGL"),
    ("libglib-2.0.so.0", "libglib2.0-0", "glib2"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11"),
    ("libdbus-1.so.3", "libdbus-1-3", "dbus-libs"),
    ("libfontconfig.so.1", "libfontconfig1", "fontconfig"),
    ("libnss3.so", "libnss3", "nss"),
    ("libasound.so.2", "libasound2", "alsa-lib"),
    ("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
    ("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms"),
    ("libxcb-shape.so.0", "libxcb-shape0", "libxcb"),
    ("libXcomposite.so.1", "libxcomposite1", "libXcomposite"),
    ("libXdamage.so.1", "libxdamage1", "libXdamage"),
    ("libXrandr.so.2", "libxrandr2", "libXrandr"),
    ("libXtst.so.6", "libxtst6", "libXtst"),
    ("libxkbfile.so.1", "libxkbfile1", "libxkbfile"),
)
_FLAGS = "--ignore-gpu-blocklist --disable-gpu-compositing"


def missing_packages(*, fonts: bool = True) -> list[str]:
    """The packages to install for the window, by the names of this system; none elsewhere."""
    if not sys.platform.startswith("linux"):
        return []
    at = 2 if shutil.which("dnf") and not shutil.which("apt-get") else 1
    missing = [one[at] for one in _NEEDED if not _loads(one[0])]
    if fonts and not _fonts():
        missing.append(("fonts-dejavu-core", "dejavu-sans-fonts")[at - 1])
    return list(dict.fromkeys(missing))


def install_command(packages: list[str]) -> str:
    """What to type to get them."""
    tool = "dnf" if shutil.which("dnf") and not shutil.which("apt-get") else "apt-get"
    return f"sudo {tool} install {' '.join(packages)}"


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def closed_memory() -> str:
    """What is wrong with the memory that the page's processes share; "" if it is fine."""
    place = Path("/dev/shm")
    if not sys.platform.startswith("linux") or os.access(place, os.W_OK | os.X_OK):
        return ""
    return f"{place} cannot be written, which the page needs; put it right: sudo chmod 1777 {place}"


def _fonts() -> bool:
    places = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts",
              Path.home() / ".local/share/fonts")  # fmt: skip
    return any(one.is_file() for place in places for one in place.rglob("*.[to]tf"))


def graphics_advice() -> str:
    """What helps 3D views where no graphics card is at hand, as in virtual machines; "" else."""
    if not sys.platform.startswith("linux") or any(Path("/dev/dri").glob("renderD*")):
        return ""
    if "ignore-gpu-blocklist" in os.environ.get("QTWEBENGINE_CHROMIUM_FLAGS", ""):
        return ""
    return (
        "no graphics card here (a virtual machine?): 3D views in the window need"
        f' QTWEBENGINE_CHROMIUM_FLAGS="{_FLAGS}"; models are pictures without it'
    )
