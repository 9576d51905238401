"""What the packaged app leaves out, and what it must not."""

import pytest

from tools.freezing import is_kept, standard_library

QT = "PySide6/Qt"


@pytest.mark.parametrize(
    "path",
    [
        f"{QT}/lib/libQt6WebEngineCore.so.6", f"{QT}/lib/libQt6XcbQpa.so.6", "libQt6Core.so.6",
        "PySide6/Qt6Core.dll", f"{QT}/plugins/platforms/libqxcb.so",
        f"{QT}/resources/icudtl.dat", f"{QT}/translations/qtwebengine_locales/de.pak",
        f"{QT}/translations/qtwebengine_locales/en-US.pak", f"{QT}/translations/qtbase_de.qm",
        "hdp/_frontend/index.html", "vtkmodules/libvtkCommonCore.so", "libssl.so.3",
        "hdp_plugins/mesh/plugin.toml", "opencv_python_headless.libs/libopus-1.so.0",
        "libgcrypt.so.20",
    ],
)  # fmt: skip
def test_belongs_into_the_app(path):
    assert is_kept(path)
    assert is_kept(path.replace("/", "\\"))


@pytest.mark.parametrize(
    "path",
    [
        f"{QT}/lib/libQt6Quick3D.so.6", f"{QT}/lib/libQt6Pdf.so.6", "PySide6/Qt6Charts.dll",
        f"{QT}/qml/QtQuick/Controls/libx.so", f"{QT}/plugins/sqldrivers/libqsqlite.so",
        f"{QT}/resources/qtwebengine_devtools_resources.pak", f"{QT}/resources/x.debug.pak",
        f"{QT}/translations/qtwebengine_locales/pt-BR.pak", f"{QT}/translations/qtbase_ja.qm",
        "lib/libgtk-3.so.0", "libreadline.so.8", "libgmp.so.10", "libpulse.so.0", "libcairo.so.2",
    ],
)  # fmt: skip
def test_stays_out(path):
    assert not is_kept(path)
    assert not is_kept(path.replace("/", "\\"))


def test_the_whole_standard_library_is_for_plugins():
    found = set(standard_library())
    assert {"wave", "xml.dom.minidom", "sqlite3", "zoneinfo", "unittest.mock"} <= found
    out = ("tkinter", "test", "idlelib", "readline")
    assert not [one for one in found if one.split(".")[0] in out]
