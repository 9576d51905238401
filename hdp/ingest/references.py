"""The files that a file names: which reader for which format, and where it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from hdp.ingest.formats import fbx, gltf, ply, scenes, usd, vrml, wavefront
from hdp.ingest.formats.gltf import MAX_GLTF
from hdp.ingest.formats.reference import MAX_LINE, MAX_REFERENCES, Check, Reference, decode
from hdp.ingest.names import extension_of
from hdp.limited import LimitedWorker
from hdp.sdk import Cancelled, HdpError

__all__ = [
    "MAX_GLTF", "MAX_LINE", "MAX_REFERENCES", "MAX_TEXT", "NoReader", "Reference", "Unreadable",
    "decode", "references_of", "refers",
]  # fmt: skip

MAX_TEXT = 16 * 1024 * 1024
_SECONDS = 60.0
_BYTES_PER_SECOND = 5 * 1024**2  # of the slowest file and disk that is waited for


class Unreadable(ValueError):
    """A file that could not be understood to its end; `found` is what it named before."""

    def __init__(self, message: str, found: list[Reference]) -> None:
        super().__init__(message)
        self.found = found


class NoReader(HdpError):
    """The library that reads this format is not installed."""

    code = "references-not-read"


def references_of(
    path: Path,
    *,
    worker: LimitedWorker | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Reference]:
    """Every file that `path` names, in its order, each once; [] for kinds that name none.

    Formats read by native libraries are read in `worker`, or in one of their own. Raises
    OSError where it cannot be read, Unreadable where it cannot be understood, NoReader, and
    WorkerDied where its reader crashed or took too long.
    """
    kind = extension_of(path.name)
    if kind in _NATIVE:
        return _limited(_NATIVE[kind], path, worker, cancelled)
    found: dict[Reference, None] = {}
    try:
        for one in _READERS[kind](path, _checker(cancelled)) if kind in _READERS else ():
            found.setdefault(one)
            if len(found) >= MAX_REFERENCES:
                break
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error), list(found)) from None
    return list(found)


def refers(name: str) -> bool:
    """Whether files of this name's kind can name others."""
    kind = extension_of(name)
    return kind in _READERS or kind in _NATIVE


def _checker(cancelled: Callable[[], bool] | None) -> Check:
    def check() -> None:
        if cancelled and cancelled():
            raise Cancelled("The scan was stopped.")

    return check


def _limited(
    read: Callable[[str], list[Reference]],
    path: Path,
    worker: LimitedWorker | None,
    cancelled: Callable[[], bool] | None,
) -> list[Reference]:
    if worker is None:
        with LimitedWorker() as own:
            return _limited(read, path, own, cancelled)
    with path.open("rb"):
        seconds = _SECONDS + path.stat().st_size / _BYTES_PER_SECOND
    try:
        found = worker.call(read, str(path), seconds=seconds, cancelled=cancelled)
    except ImportError:
        raise NoReader(
            f"This installation cannot read {extension_of(path.name)} files, so what"
            f" {path.name} names is not known.",
            hint="Put the files it needs into its item by hand, or install the library.",
        ) from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error), []) from None
    return found[:MAX_REFERENCES]


_READERS: dict[str, Callable[[Path, Check], Iterator[Reference]]] = {
    ".obj": wavefront.obj, ".mtl": wavefront.mtl, ".gltf": gltf.gltf, ".glb": gltf.glb,
    ".vrm": gltf.glb, ".ply": ply.ply, ".dae": scenes.dae, ".x3d": scenes.x3d,
    ".x3dv": vrml.vrml, ".wrl": vrml.vrml, ".vrml": vrml.vrml, ".wrz": vrml.vrml,
}  # fmt: skip
# A USDZ holds everything it needs.
_NATIVE: dict[str, Callable[[str], list[Reference]]] = {
    ".fbx": fbx.fbx,
    ".usd": usd.usd,
    ".usda": usd.usd,
    ".usdc": usd.usd,
}
