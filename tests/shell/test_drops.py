"""What is dropped on the window: the page is told where it lies."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

DROP = """
import sys
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from hdp.events import Bus
from hdp.shell import tell_drops

class View(QWidget):
    def dragEnterEvent(self, event):
        event.acceptProposedAction()

app, view, bus = QApplication([]), View(), Bus()
view.setAcceptDrops(True)
bus.listen(lambda event: print(*event.paths))
tell_drops(view, bus)

def drop(*urls):
    data = QMimeData()
    data.setUrls([QUrl(one) for one in urls])
    none = Qt.KeyboardModifier.NoModifier
    rest = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none)
    QApplication.sendEvent(view, QDragEnterEvent(QPoint(1, 1), *rest))
    QApplication.sendEvent(view, QDropEvent(QPointF(1, 1), *rest))

drop("https://example.org/x")
drop(QUrl.fromLocalFile(sys.argv[1]).toString())
"""


def test_only_local_paths_are_told(tmp_path):
    pytest.importorskip("PySide6.QtWidgets", reason="window tests: PySide6 is not installed")
    folder = tmp_path / "Scans für Ä #1"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", DROP, str(folder)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(folder)]
