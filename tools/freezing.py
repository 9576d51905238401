"""What goes into the packaged app and what stays out; used by build.spec."""

from __future__ import annotations

import pkgutil
import re
import sys
import warnings
from collections.abc import Iterator
from typing import Any

LEFT_OUT = {
    "antigravity", "this", "idlelib", "lib2to3", "turtledemo", "test", "ensurepip", "venv",
    "tkinter", "turtle", "_tkinter", "distutils",
    "readline", "_gdbm",  # their libraries are GPL, and no window has a prompt
}  # fmt: skip
# Qt's own parts that the window needs; WebEngine itself asks for most of them.
KEPT_QT = {
    "Core", "DBus", "EglFSDeviceIntegration", "Gui", "Network", "OpenGL", "OpenGLWidgets",
    "Positioning", "PrintSupport", "Qml", "QmlMeta", "QmlModels", "QmlWorkerScript", "Quick",
    "QuickWidgets", "Svg", "WaylandClient", "WebChannel", "WebEngineCore", "WebEngineWidgets",
    "Widgets", "WlShellIntegration", "XcbQpa",
}  # fmt: skip
LANGUAGES = ("en", "de", "fr", "it", "es")
_PLUGINS_OUT = re.compile(
    r"/plugins/(qmltooling|sqldrivers|multimedia|position|sensors|geoservices|assetimporters"
    r"|canbus|designer|platformthemes|renderers|sceneparsers|scxmldatamodel|texttospeech"
    r"|geometryloaders|renderplugins|qmllint|webview|printsupport|virtualkeyboard"
    r"|platforminputcontexts/libqtvirtual)"
)
# Debuggers of the page; libraries of desktops that a machine with them has itself (GTK, printing,
# sound), and what only those need.
_OUT = re.compile(
    r"/Qt6?/qml/|qtwebengine_devtools_resources|\.debug\.(pak|bin)$"
    r"|/lib(gtk-3|gdk-3|gnutls|cups|avahi|readline|gdbm)"
    # Only those of the system: libraries for pictures bring some of the same names themselves.
    r"|^/lib(gdk_pixbuf-2|atk-|atspi|cairo|pango|pixman-1|epoxy|thai|datrie|fribidi|graphite2)"
    r"|^/lib(nettle|hogweed|p11-kit|tasn1|idn2|unistring|gmp)\."
    r"|^/lib(pulse|sndfile|FLAC|ogg|opus|vorbis|mp3lame|mpg123|asyncns)"
)


def standard_library() -> Iterator[str]:
    """Every module of the standard library that this system can import."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield from list(_importable())


def _importable() -> Iterator[str]:
    for name in sorted(sys.stdlib_module_names - LEFT_OUT):
        if name.startswith("__"):
            continue
        try:
            module = __import__(name)
        except Exception:  # noqa: BLE001 - a module of another system
            continue
        yield name
        for found in pkgutil.walk_packages(getattr(module, "__path__", []), f"{name}."):
            if ".test" not in found.name and not found.name.endswith("__main__"):
                yield found.name


def is_kept(path: str) -> bool:
    """Whether a file, by its path inside the app, belongs there."""
    path = "/" + path.replace("\\", "/")
    if _OUT.search(path) or ("/Qt" in path and _PLUGINS_OUT.search(path)):
        return False
    if found := re.search(r"qtwebengine_locales/([^/]+)\.pak$", path):
        return found[1].split("-")[0] in LANGUAGES
    if found := re.search(r"/translations/[^/]+_([a-z]{2})(_[A-Z]{2})?\.qm$", path):
        return found[1] in LANGUAGES
    found = re.search(r"(?:^|/)(?:lib)?Qt6([A-Z]\w+?)(?:\.so\.6|\.dll|\.framework)", path)
    return not found or found[1] in KEPT_QT


def kept(entries: list[Any]) -> list[Any]:
    """Those of PyInstaller's entries that belong into the app."""
    return [one for one in entries if is_kept(one[0])]
