"""Drafts in the archive's working folder: a description and the files that were uploaded."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hdp.sdk import InvalidInput, LocalFile, Missing, Rejected
from hdp_plugins.archive import disk, names
from hdp_plugins.archive.disk import Sums

FOLDER = "drafts"
DESCRIPTION = "draft.json"
FILES = "files"
SUMS = "sums"


class Drafts:
    """The drafts of one archive folder."""

    def __init__(self, root: Path) -> None:
        self._place = root / FOLDER

    def create(self, draft_id: str, data: dict[str, Any], files: dict[str, Path]) -> bool:
        """Make a draft that has copies of the files; False where there is one of that id."""
        self._place.mkdir(parents=True, exist_ok=True)
        made = disk.scratch(self._place)
        try:
            for part in (FILES, SUMS):
                (made / part).mkdir(parents=True)
            for name, path in files.items():
                sums = disk.copy(path, made / FILES / name, _quiet)
                _note(made, name, sums)
            disk.write(made / DESCRIPTION, _text(data))
            return _rename(made, self._place / draft_id)
        finally:
            shutil.rmtree(made, ignore_errors=True)
            disk.sync(self._place)

    def ids(self) -> list[str]:
        """The ids of all drafts."""
        if not self._place.is_dir():
            return []
        found = [one.name for one in self._place.iterdir() if names.is_id(one.name)]
        return sorted(found)

    def read(self, draft_id: str) -> dict[str, Any]:
        """The description; Missing where there is no such draft."""
        path = self.folder(draft_id) / DESCRIPTION
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError):
            data = None
        except FileNotFoundError:
            raise _missing(draft_id) from None
        if isinstance(data, dict) and isinstance(data.get("metadata"), dict):
            return data
        raise Rejected(
            f"{path} is damaged.",
            code="archive-damaged",
            hint="Discard this draft and create it again.",
            where={"file": str(path)},
        )

    def write(self, draft_id: str, data: dict[str, Any]) -> None:
        """Replace the description of a draft that is there."""
        disk.write(self.folder(draft_id) / DESCRIPTION, _text(data))

    def folder(self, draft_id: str) -> Path:
        """A draft's folder; Missing where there is none."""
        if not names.is_id(draft_id) or not (self._place / draft_id).is_dir():
            raise _missing(draft_id)
        return self._place / draft_id

    def files(self, draft_id: str) -> dict[str, tuple[Path, Sums]]:
        """The files by name, measured anew where they are not as they were when they came."""
        place = self.folder(draft_id)
        found = {}
        for path in sorted((place / FILES).iterdir()):
            found[path.name] = (path, _known(place, path) or disk.measure(path))
        return found

    def add(self, draft_id: str, file: LocalFile, progress: Callable[[int, int], None]) -> Sums:
        """Copy a file in, replacing one of the same name when all of it has come."""
        place, name = self.folder(draft_id), file.name or file.path.name
        others = [one.name for one in (place / FILES).iterdir()]
        names.check_file(name, others)
        made = disk.scratch(place)
        try:
            sums = disk.copy(file.path, made, progress)
            if file.sha256 and sums.sha256 != file.sha256.lower():
                raise InvalidInput(
                    f"{name} was changed after its record was prepared; it was not stored.",
                    code="file-changed",
                    hint="Scan again, then prepare and send it anew.",
                    where={"file": name},
                )
            made.replace(place / FILES / name)
        finally:
            made.unlink(missing_ok=True)
        disk.sync(place / FILES)
        _note(place, name, sums)
        return sums

    def remove(self, draft_id: str, name: str) -> None:
        """Take a file out; Missing where it is not there."""
        place = self.folder(draft_id)
        if name not in [one.name for one in (place / FILES).iterdir()]:
            raise Missing(f"Draft {draft_id} has no file “{name}”.", where={"file": name})
        (place / FILES / name).unlink()
        _note_path(place, name).unlink(missing_ok=True)

    def discard(self, draft_id: str) -> None:
        """Delete a draft; at once for all who look."""
        place = self.folder(draft_id)
        gone = disk.scratch(self._place)
        place.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def each(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """All drafts with their descriptions; one that goes meanwhile is left out."""
        for one in self.ids():
            try:
                yield one, self.read(one)
            except Missing:
                continue


def now() -> str:
    """This moment as it is written down."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _quiet(_sent: int, _total: int) -> None:
    """Copies within the archive have no progress to show."""


def _text(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _rename(made: Path, to: Path) -> bool:
    try:
        made.rename(to)
        return True
    except OSError:
        if to.is_dir():
            return False
        raise


def _note_path(place: Path, name: str) -> Path:
    return place / SUMS / hashlib.sha256(name.encode()).hexdigest()


def _note(place: Path, name: str, sums: Sums) -> None:
    state = (place / FILES / name).stat()
    disk.write(_note_path(place, name), json.dumps({**asdict(sums), "mtime": state.st_mtime_ns}))


def _known(place: Path, path: Path) -> Sums | None:
    """What was noted when the file came, where it has not been touched since."""
    try:
        data = json.loads(_note_path(place, path.name).read_text(encoding="utf-8"))
        state = path.stat()
        if (data.pop("mtime"), data["size"]) == (state.st_mtime_ns, state.st_size):
            return Sums(**data)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return None


def _missing(draft_id: str) -> Missing:
    return Missing(f"The archive has no draft {draft_id}.")
