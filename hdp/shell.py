"""The window: the page of our own server in the system's web view, with native dialogs.

No data goes through the window's own bridge; everything is a request to the server, so the same
page runs in a browser.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp import one_window, paths
from hdp.application.config import Config
from hdp.application.page import serve
from hdp.application.system_libraries import closed_memory, install_command, missing_packages
from hdp.events import Asked, Dropped
from hdp.opening import open_folder, open_page
from hdp.sdk import HdpError, UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application
    from hdp.events import Bus
    from hdp.web.server import WebServer

log = logging.getLogger(__name__)
TITLE = "Heritage Data Processor"
_SIZE, _SMALLEST = (1280, 860), (900, 600)
_PAGE_S = 60.0
_MOST_PAGES = 3
_GOING_S, _ASKING = 5.0, "generate_js_object"
_ENGLISH: dict[str, Any] = {
    "running": lambda n: (
        f"{'A job is' if n == 1 else f'{n} jobs are'} running. Close anyway?\n\n"
        "What is done stays done. The rest is cancelled, and can be started again later."
    ),
    "close": "Close", "cancel": "Cancel", "save": "Save file",
}  # fmt: skip
_GERMAN: dict[str, Any] = {
    "running": lambda n: (
        f"{'Ein Auftrag läuft' if n == 1 else f'{n} Aufträge laufen'} noch. Trotzdem schließen?\n\n"
        "Was erledigt ist, bleibt erledigt. Der Rest wird abgebrochen und kann später wieder"
        " begonnen werden."
    ),
    "close": "Schließen", "cancel": "Abbrechen", "save": "Datei speichern",
}  # fmt: skip
_ELSEWHERE = "Without a window: hdp serve --open shows the same page in your browser."


def run(app: Application) -> int:
    """Show the window until it is closed; the exit status. UsageError where there can be none.

    The caller closes the application, which waits for what is being sent.
    """
    webview = load_webview()
    dialogs = WindowDialogs(webview)
    server = serve(app, dialogs=dialogs)
    try:
        dialogs.window = _make_window(webview, app, server)
        # no debugger, no storage on disk, and the one toolkit that is tested
        webview.start(gui="qt", private_mode=True, debug=False, icon=_icon())
        let_go(dialogs.window)
    finally:
        server.stop()
    return 0


def try_window(app: Application) -> str:
    """The page's first words in a window that goes again; UsageError where there can be none."""
    webview = load_webview()
    server = serve(app, dialogs=WindowDialogs(webview))
    shown: list[str] = []
    try:
        window = _make_window(webview, app, server)
        window.events.before_show += lambda: _look_until_shown(window, shown)
        webview.start(gui="qt", private_mode=True, debug=False, icon=_icon())
        let_go(window)
    finally:
        server.stop()
    if not shown:
        raise UsageError("The window opened, but the page did not come.", code="window-empty")
    return shown[0]


def let_go(window: Any) -> None:
    """Answer what the library's threads still ask of a page that is gone.

    Who closes the window while the page loads would else leave a process that waits for ever.
    """
    end = time.monotonic() + _GOING_S
    while (waiting := [one for one in threading.enumerate() if _ASKING in one.name]) and (
        time.monotonic() < end
    ):
        for asked in list(getattr(getattr(window, "native", None), "_js_results", {}).values()):
            asked["semaphore"].release()
        waiting[0].join(0.02)


def _look_until_shown(window: Any, shown: list[str]) -> None:
    """Ask the view for its text now and then; the window goes with the answer, or without."""
    from PySide6.QtCore import QCoreApplication, QTimer

    end = time.monotonic() + _PAGE_S

    def hear(text: str) -> None:
        words = " ".join(text.split())
        if words and not shown:
            shown.append(words[:60])
        if shown or time.monotonic() > end:
            QCoreApplication.quit()

    timer = QTimer(window.native)
    timer.timeout.connect(lambda: window.native.webview.page().toPlainText(hear))
    timer.start(200)


def _icon() -> str | None:
    file = paths.frontend_dir() / "icon.png"
    return str(file) if file.is_file() else None


def load_webview() -> Any:
    """The window library; UsageError with a plain sentence where a window cannot be."""
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    offscreen = os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal")
    if sys.platform.startswith("linux") and not display and not offscreen:
        raise UsageError(
            "There is no display to show a window on.", code="no-display", hint=_ELSEWHERE
        )
    _check_root()
    os.environ.setdefault("QT_API", "pyside6")
    if display and not (offscreen or os.environ.get("WAYLAND_DISPLAY")):
        _check_libraries("libraries of the system")  # without them Qt ends the whole program
    try:
        import PySide6.QtWebEngineWidgets  # noqa: F401 - pywebview needs it and says less
        import webview
    except ImportError as error:
        _check_libraries(str(error))
        raise UsageError(
            f"The window needs parts that are not installed or not usable ({error}).",
            code="no-window",
            hint=f'Install them with: pip install "heritage-data-processor[app]". {_ELSEWHERE}',
        ) from error
    return webview


def _check_libraries(what: str) -> None:
    """UsageError that names the system's packages that the window lacks, if it lacks some."""
    if closed := closed_memory():
        raise UsageError(
            "The window cannot share memory with its page.", code="no-window",
            hint=f"{closed[0].upper()}{closed[1:]}. {_ELSEWHERE}",
        )  # fmt: skip
    if packages := missing_packages(fonts=False):
        raise UsageError(
            f"The window needs parts that are not installed or not usable ({what}).",
            code="no-window",
            hint=f"Install them with: {install_command(packages)}. {_ELSEWHERE}",
        )


def _check_root() -> None:
    """Chromium ends the whole program where root starts it with its sandbox."""
    flags = os.environ.get("QTWEBENGINE_CHROMIUM_FLAGS", "")
    off = os.environ.get("QTWEBENGINE_DISABLE_SANDBOX") == "1" or "--no-sandbox" in flags
    if sys.platform.startswith("linux") and os.geteuid() == 0 and not off:
        raise UsageError(
            "The window does not run for the user root.",
            code="no-window-for-root",
            hint="Start HDP as an ordinary user, or set QTWEBENGINE_DISABLE_SANDBOX=1 in a"
            f" container. {_ELSEWHERE}",
        )


def _make_window(webview: Any, app: Application, server: WebServer) -> Any:
    state = WindowState(app.home / "window.json")
    width, height = state.read()
    webview.settings["OPEN_EXTERNAL_LINKS_IN_BROWSER"] = True
    webview.settings["ALLOW_DOWNLOADS"] = False  # the library's own way does not work with Qt 6
    window = webview.create_window(
        TITLE, server.url, width=width, height=height, min_size=_SMALLEST, text_select=True
    )
    window.events.before_show += lambda: _set_up(app, window, server.base)
    window.events.closing += lambda: _on_closing(app, window, state)
    return window


def _on_closing(app: Application, window: Any, state: WindowState) -> bool:
    if not may_close(app, lambda text: _ask_to_close(app, window, text)):
        return False
    state.write(window.native.width(), window.native.height())
    return True


def _heed_signals(window: Any) -> None:
    """End on Ctrl-C and SIGTERM like any program; jobs are cancelled and waited for."""
    from PySide6.QtCore import QCoreApplication, QTimer

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: QCoreApplication.quit())
    # Python hears a signal only when it runs, which Qt's loop rarely lets it.
    timer = QTimer(window.native)
    timer.timeout.connect(lambda: None)
    timer.start(250)


def _set_up(app: Application, window: Any, base: str) -> None:
    _heed_signals(window)
    one_window.listen(app.home, window.native, lambda path: _come_forward(app, window, path))
    tell_drops(window.native.webview, app.bus)
    page = window.native.webview.page()
    _let_copy(page)
    keep_inside(page, base)
    page.renderProcessTerminated.connect(lambda how, code: _page_ended(app, page, how.name, code))
    page.profile().downloadRequested.connect(lambda one: _save_download(app, window, base, one))


def _page_ended(app: Application, page: Any, how: str, code: int) -> None:
    """Show the page again after its own process fell; the server and its jobs went on."""
    if how == "NormalTerminationStatus":
        return
    log.error("The page's process ended: %s (%d)", how, code)
    if app.watch is not None:
        app.watch.note_words(f"The page's process ended: {how} ({code})")
    ended = int(page.property("hdpEnded") or 0) + 1
    page.setProperty("hdpEnded", ended)
    if ended <= _MOST_PAGES:  # what falls again and again would do so without an end
        from PySide6.QtCore import QTimer

        QTimer.singleShot(0, page.action(page.WebAction.Reload).trigger)


def _let_copy(page: Any) -> None:
    """Let the page's Copy buttons write to the clipboard; it never reads it."""
    from PySide6.QtWebEngineCore import QWebEngineSettings

    attributes = QWebEngineSettings.WebAttribute
    page.settings().setAttribute(attributes.JavascriptCanAccessClipboard, True)
    page.settings().setAttribute(attributes.JavascriptCanPaste, False)


def _come_forward(app: Application, window: Any, path: str | None) -> None:
    native = window.native
    if native.isMinimized():
        native.showNormal()
    native.raise_()
    native.activateWindow()
    if path is not None:
        app.bus.emit(Asked(path))


def tell_drops(view: Any, bus: Bus) -> None:
    """Tell where files lie that are dropped on the view; a page is told their names only."""
    from PySide6.QtCore import QEvent, QObject

    class Drops(QObject):
        def eventFilter(self, _: Any, event: Any) -> bool:
            if event.type() == QEvent.Type.Drop:
                urls = event.mimeData().urls()
                if paths := [one.toLocalFile() for one in urls if one.isLocalFile()]:
                    bus.emit(Dropped(paths))
            return False  # the page hears of it as well

    view.installEventFilter(Drops(view))


def _save_download(app: Application, window: Any, base: str, download: Any) -> None:
    from PySide6.QtWidgets import QFileDialog

    chosen = ""
    if download.url().toString().startswith(f"{base}/"):
        chosen, _ = QFileDialog.getSaveFileName(
            window.native, words_of(app)["save"], str(Path.home() / download.downloadFileName())
        )
    if not chosen:
        download.cancel()
        return
    download.setDownloadDirectory(str(Path(chosen).parent))
    download.setDownloadFileName(Path(chosen).name)
    download.accept()


def keep_inside(page: Any, base: str) -> None:
    """Let the window show nothing but our own page; other addresses open in the browser."""

    def decide(request: Any) -> None:
        url = request.url().toString()
        if url.startswith((f"{base}/", "about:", "data:", "blob:")):
            request.accept()
            return
        request.reject()
        open_page(url)

    page.navigationRequested.connect(decide)


def may_close(app: Application, ask: Callable[[str], bool]) -> bool:
    """Whether the window may go: asks while jobs run, and cancels them after a yes.

    Closing the application then waits for what is being sent.
    """
    if not app.has_project or not (running := app.jobs.running()):
        return True
    if not ask(words_of(app)["running"](len(running))):
        return False
    for job in running:
        app.jobs.cancel(job)
    return True


def _ask_to_close(app: Application, window: Any, text: str) -> bool:
    # the library's own question has no No
    from PySide6.QtWidgets import QMessageBox

    words, roles = words_of(app), QMessageBox.ButtonRole
    box = QMessageBox(QMessageBox.Icon.Question, TITLE, text, parent=window.native)
    close = box.addButton(words["close"], roles.DestructiveRole)
    cancel = box.addButton(words["cancel"], roles.RejectRole)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    box.exec()
    return bool(box.clickedButton() is close)


def words_of(app: Application) -> dict[str, Any]:
    """What the window itself says, in the language of the page."""
    try:
        chosen = Config(app.home).get("language")
    except HdpError:
        chosen = "system"
    if chosen == "system":
        with suppress(ImportError):
            from PySide6.QtCore import QLocale

            chosen = QLocale.system().name()[:2]
    return _GERMAN if chosen == "de" else _ENGLISH


class WindowState:
    """How large the window was, for the next time; an unreadable file counts as none."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> tuple[int, int]:
        """Width and height, never smaller than what the page needs nor larger than screens are."""
        with suppress(OSError, ValueError, KeyError, TypeError, OverflowError):
            found = json.loads(self._path.read_text(encoding="utf-8"))
            sizes = (int(found["width"]), int(found["height"]))
            width, height = (
                min(max(size, least), 8000) for size, least in zip(sizes, _SMALLEST, strict=True)
            )
            return width, height
        return _SIZE

    def write(self, width: int, height: int) -> None:
        """Keep a size."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps({"width": width, "height": height})
            self._path.write_text(text, encoding="utf-8")
        except OSError as error:
            log.warning("The size of the window could not be kept: %s", error)


class WindowDialogs:
    """The window's own dialogs, and the person's browser."""

    def __init__(self, webview: Any) -> None:
        self._webview = webview
        self.window: Any = None
        self._one_at_a_time = threading.Lock()

    def open_folder(self, title: str) -> str | None:
        """Let the person choose a folder."""
        return _first(self._ask(self._webview.FileDialog.FOLDER))

    def open_file(self, title: str, kinds: Sequence[str]) -> str | None:
        """Let the person choose a file."""
        names = ";".join(f"*.{one}" for one in kinds)
        types = (f"Files ({names})", "All files (*.*)") if kinds else ("All files (*.*)",)
        return _first(self._ask(self._webview.FileDialog.OPEN, file_types=types))

    def open_files(self, title: str) -> list[str]:
        """Let the person choose several files."""
        return self._ask(self._webview.FileDialog.OPEN, allow_multiple=True)

    def save_file(self, title: str, name: str) -> str | None:
        """Let the person choose where a new file goes."""
        start, _, bare = name.replace("\\", "/").rpartition("/")
        options = {"directory": start, "save_filename": bare}
        return _first(self._ask(self._webview.FileDialog.SAVE, **options))

    def _ask(self, kind: Any, **options: Any) -> list[str]:
        if self.window is None:
            return []
        with self._one_at_a_time:
            found = self.window.create_file_dialog(kind, **options) or ()
        return [found] if isinstance(found, str) else [str(one) for one in found]

    def show_page(self, url: str) -> bool:
        """Show a web address in the person's own browser."""
        return open_page(url)

    def show_folder(self, path: str) -> bool:
        """Show a folder in the system's file manager."""
        return open_folder(Path(path))


def _first(paths: Sequence[str]) -> str | None:
    return paths[0] if paths else None
