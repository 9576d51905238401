"""Whether an installation is whole: every part is used once, in a folder that is thrown away."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from hdp import paths

_PATIENCE_S = 300.0
# What a plugin of somebody else may use although HDP itself does not.
_FOR_PLUGINS = ("wave", "html.parser", "sqlite3", "zoneinfo", "xmlrpc.client", "curses.ascii")
_DROPPED = '''"""Dropped in by the self-test."""
import colorsys
import wave

from hdp.sdk import Component, Params, Port, Result, hookimpl


class Dropped(Component[Params]):
    """Makes nothing."""

    id, version, title = "selftest.dropped", 1, "Dropped in"
    inputs, outputs = (Port("files", ("*/*",), many=True),), (Port("files", ("*/*",)),)

    def run(self, step):
        """Nothing."""
        return Result({})


@hookimpl
def hdp_components():
    """The one component."""
    return (Dropped,)
'''
_MANIFEST = """id = "selftest"
name = "Dropped in by the self-test"
version = "1.0.0"
summary = "Nothing."
sdk = ["1"]
components = ["selftest.dropped"]
targets = []
"""


@dataclass(frozen=True)
class Checked:
    """What became of one part: "works", "failed" or "skipped", and a sentence on it."""

    part: str
    state: str
    message: str

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        return asdict(self)


class NotHere(Exception):
    """This part cannot be tried on this machine."""


def examine(*, window: bool | None = None) -> Iterator[Checked]:
    """Use each part of HDP once; `window` None means: where there can be one."""
    with tempfile.TemporaryDirectory(prefix="hdp-selftest-") as name:
        home = Path(name)
        parts: list[tuple[str, Callable[[], str]]] = [
            ("plugins", lambda: _check_plugins(home)),
            ("other people's plugins", lambda: _check_dropped(home)),
            ("page", lambda: _check_page(home)),
            ("files to published records", lambda: _check_demo(home)),
        ]
        if window is not False:
            parts.append(("window", lambda: _check_window(home, needed=bool(window))))
        for part, check in parts:
            yield _checked(part, check)


def _checked(part: str, check: Callable[[], str]) -> Checked:
    try:
        return Checked(part, "works", check())
    except NotHere as reason:
        return Checked(part, "skipped", str(reason))
    except Exception as error:  # noqa: BLE001 - a broken installation fails in any way it likes
        return Checked(part, "failed", f"{type(error).__name__}: {error}")


def _check_plugins(home: Path) -> str:
    told = _ask(home, "plugin", "list", "--json")["plugins"]
    broken = [f"{one['id']} ({one['status']}: {one['reason']})" for one in told
              if one["status"] != "ready"]  # fmt: skip
    if broken or not told:
        raise ValueError(f"not ready: {'; '.join(broken) or 'there are none'}")
    return ", ".join(one["id"] for one in told)


def _check_dropped(home: Path) -> str:
    """A plugin that is no part of HDP is found, and has the whole standard library."""
    for name in _FOR_PLUGINS:
        importlib.import_module(name)
    folder = home / "elsewhere" / "selftest"
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text(_MANIFEST, encoding="utf-8")
    (folder / "__init__.py").write_text(_DROPPED, encoding="utf-8")
    found = _ask(home, "component", "list", "--json", "--plugin", str(folder))["components"]
    if all(one["id"] != "selftest.dropped" for one in found):
        raise ValueError("a plugin's folder was given, and its component was not found")
    return f"loaded; {len(found)} components in all"


def _ask(home: Path, *words: str) -> dict[str, Any]:
    """The answer of a command of this very program, in a home of its own."""
    done = _run(home, *words)
    if done.returncode:
        raise ValueError(f"`hdp {words[0]}` ended with {done.returncode}: {done.stderr.strip()}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*paths.program(), *words], env=os.environ | {"HDP_HOME": str(home), "PYTHONUTF8": "1"},
        capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=_PATIENCE_S,
        check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _check_demo(home: Path) -> str:
    records = _ask(home, "demo", "--json")["records"]
    without = [one["title"] for one in records if not one["doi"]]
    if not records or without:
        raise ValueError(f"no DOI: {', '.join(without) or 'there are no records'}")
    return f"{len(records)} records, each with its DOI, in the practice repository"


def _check_page(home: Path) -> str:
    """Every file that the page names is there."""
    with _application(home) as app:
        from hdp.application.page import serve

        server = serve(app)
        try:
            opener = build_opener(HTTPCookieProcessor())  # the page's one-time token is a cookie
            page = _read(opener, server.url)
            files = re.findall(r'(?:src|href)="\./([^"]+)"', page)
            if not files:
                raise ValueError("it names no scripts")
            for name in files:
                _read(opener, f"{server.base}/{name}")
        finally:
            server.stop()
    return f"served with {len(files)} files at its first sight"


def _read(opener: OpenerDirector, url: str) -> str:
    with opener.open(url, timeout=20) as answer:
        text: str = answer.read().decode("utf-8", "replace")
    return text


@contextmanager
def _application(home: Path) -> Iterator[Any]:
    from hdp.application.app import Application

    app = Application(home)
    try:
        yield app
    finally:
        app.close()


def _check_window(home: Path, *, needed: bool) -> str:
    """The real window opens with the page in it, and goes again."""
    done = _run(home, "app", "--try", "--json")
    answer = json.loads(done.stdout) if done.stdout.strip() else {}
    error = answer.get("error") or {}
    if not needed and error.get("code") in ("no-display", "no-window"):
        raise NotHere(error["message"])
    if done.returncode:
        raise ValueError(error.get("message") or f"it ended with {done.returncode}")
    return f"opened; it shows “{answer['shows']}”"
