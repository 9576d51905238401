"""One window for each person: whoever starts HDP again is shown the one that is open."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)
_PATIENCE_MS = 3000
_LONGEST = 64 * 1024


def name_of(home: Path) -> str:
    """The name under which the window of a home folder listens."""
    return f"hdp-{hashlib.sha256(str(home).encode()).hexdigest()[:24]}"


def hand_over(home: Path, file: Path | None) -> bool:
    """Ask the window that is open already to come forward, with a project; False: there is none."""
    try:
        from PySide6.QtNetwork import QLocalSocket
    except ImportError:
        return False  # no window here at all, which is told elsewhere
    socket = QLocalSocket()
    socket.connectToServer(name_of(home))
    if not socket.waitForConnected(_PATIENCE_MS):
        return False
    asked = json.dumps({"open": None if file is None else str(file.resolve())})
    socket.write(f"{asked}\n".encode())
    socket.waitForBytesWritten(_PATIENCE_MS)
    heard = bool(socket.waitForReadyRead(_PATIENCE_MS))
    socket.disconnectFromServer()
    return heard


def listen(home: Path, owner: Any, hear: Callable[[str | None], None]) -> None:
    """Hear of later starts, in the window's own thread, as long as `owner` lives.

    `hear` gets the path of the project file that is to be opened, or None.
    """
    from PySide6.QtNetwork import QLocalServer

    server = QLocalServer(owner)
    server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
    name = name_of(home)
    # hand_over found nobody there, so what has the name is what a crash left.
    if not server.listen(name) and not (QLocalServer.removeServer(name) and server.listen(name)):
        log.warning("A second start will not find this window: %s", server.errorString())
        return
    server.newConnection.connect(lambda: _greet(server, hear))


def _greet(server: Any, hear: Callable[[str | None], None]) -> None:
    socket = server.nextPendingConnection()
    if socket is None:
        return
    socket.readyRead.connect(lambda: _read(socket, hear))
    socket.disconnected.connect(socket.deleteLater)


def _read(socket: Any, hear: Callable[[str | None], None]) -> None:
    if not socket.canReadLine():
        if socket.bytesAvailable() > _LONGEST:
            socket.abort()
        return
    with suppress(ValueError, TypeError, KeyError):  # not from us: nothing is asked
        asked = json.loads(bytes(socket.readLine().data()))["open"]
        if asked is None or isinstance(asked, str):
            socket.write(b"ok\n")
            socket.flush()
            hear(asked)
