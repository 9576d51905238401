"""Makes what a packing plans, and proves that whoever downloads it finds everything."""

from __future__ import annotations

import tempfile
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hdp.ingest.archives import (
    Made,
    Member,
    file_missing,
    make_archive,
    not_written,
    put_in_place,
)
from hdp.ingest.downloaded import Downloaded, compare, link, unpack_referrers
from hdp.ingest.flattening import write_flattened
from hdp.ingest.glb import make_glb
from hdp.ingest.hashing import hash_file
from hdp.ingest.names import basename, stem_of
from hdp.ingest.packing_model import PackFile, Packing, RecordFile
from hdp.ingest.references import references_of
from hdp.jobs import Task
from hdp.limited import LimitedWorker
from hdp.project.project import Project
from hdp.sdk import InvalidInput

_GLB_SECONDS = 1800.0
_AT_ONCE = threading.BoundedSemaphore(2)


def make_files(task: Task, project: Project, folder: Path, packing: Packing) -> dict[str, Made]:
    """Everything of a packing that is yet to be made, by its name in the record.

    What is there already with the same content is taken; nothing is overwritten. Raises
    InvalidInput where a file changed, or where a reference would not be found again.
    """
    with _turn(task), tempfile.TemporaryDirectory(prefix="hdp-packing-") as temporary:
        making = _Making(task, project, folder, packing, Path(temporary))
        making.lay_out()
        for one in packing.derived:
            task.check_cancelled()
            task.progress(making.done, making.total, f"Making {one.name}")
            making.make(one)
        making.prove()
        return making.made


@contextmanager
def _turn(task: Task) -> Iterator[None]:
    """Wait for a turn: many items are prepared at once, and disks and memory are few."""
    while not _AT_ONCE.acquire(timeout=0.2):
        task.check_cancelled()
    try:
        yield
    finally:
        _AT_ONCE.release()


@dataclass
class _Making:
    """One item's packing at work; `before` holds its files as they lie in the project."""

    task: Task
    project: Project
    folder: Path
    packing: Packing
    temporary: Path
    made: dict[str, Made] = field(default_factory=dict)
    done: int = 0

    @property
    def before(self) -> Path:
        return self.temporary / "before"

    @property
    def total(self) -> int:
        """Bytes to be read: an archive is written, read back and hashed."""
        return sum(3 * one.size for one in self.packing.derived)

    @property
    def sources(self) -> dict[str, PackFile]:
        """All files of the item by their place in it."""
        return {
            file.relpath: file
            for one in self.packing.files if one.kind != "glb" for _, file in one.members
        }  # fmt: skip

    def lay_out(self) -> None:
        """The item's files in their places, as links."""
        for relpath, one in self.sources.items():
            link(self._original(one), self.before / relpath)
        contents = {relpath: _content(one) for relpath, one in self.sources.items()}
        self.found_before = Downloaded(self.before, contents)

    def _original(self, one: PackFile) -> Path:
        return self.project.file_path(one.root, one.path)

    def _tell(self, count: int) -> None:
        self.done += count
        self.task.progress(self.done, self.total)

    def make(self, one: RecordFile) -> None:
        if one.kind == "zip":
            members = [self._member(name, file) for name, file in one.members]
            self.made[one.name] = make_archive(
                self.folder, one.name, members,
                progress=self._tell, cancelled=self.task.is_cancelled,
            )  # fmt: skip
        elif one.kind == "glb":
            self._make_glb(one)
        else:
            self._flatten(one)

    def _member(self, name: str, one: PackFile) -> Member:
        return Member(name, self._original(one), one.size, one.sha256)

    def _flatten(self, one: RecordFile) -> None:
        self._check_unchanged(one.source)
        names = {file.relpath: record.name for record in self.packing.files
                 if record.kind not in ("zip", "glb") for _, file in record.members}  # fmt: skip
        referrer = one.source.relpath

        def name_of(text: str) -> str | None:
            return names.get(self.found_before.find(text, referrer))

        with self._part(one) as part, part.open("xb") as goal:
            write_flattened(self.before / referrer, goal, name_of)
        self._tell(3 * one.size)

    def _make_glb(self, one: RecordFile) -> None:
        model = one.source.relpath
        needed = self.found_before.tree(model)
        for relpath in (model, *needed):
            self._check_unchanged(self.sources[relpath])
        textures = [str(self.before / relpath) for relpath in needed
                    if self.sources[relpath].role == "texture"]  # fmt: skip
        places = self._texts(model, needed)
        worker = LimitedWorker()
        try:
            with self._part(one) as part:
                worker.call(
                    make_glb, str(self.before / model), str(part), textures, places,
                    seconds=_GLB_SECONDS, cancelled=self.task.is_cancelled,
                )  # fmt: skip
        finally:
            worker.close()
        self._tell(3 * one.size)

    def _texts(self, model: str, needed: list[str]) -> dict[str, str]:
        """What the texts in a model and its materials mean; refused where one means two things."""
        places: dict[str, str] = {}
        for referrer in (model, *needed):
            for reference in references_of(self.before / referrer):
                found = self.found_before.find(reference.text, referrer)
                place = str(self.before / found)
                if found and places.setdefault(reference.text, place) != place:
                    raise InvalidInput(
                        f"{basename(model)} names {reference.text} twice and means two files.",
                        code="glb-not-possible",
                        hint="Choose the ZIP alone: hdp item pack ID --model zip",
                        where={"file": model},
                    )
        return places

    @contextmanager
    def _part(self, one: RecordFile) -> Iterator[Path]:
        """A file to write; it gets its name when the body is through, else it is gone."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f".{uuid.uuid4().hex}.part"
        try:
            yield part
            self.made[one.name] = self._place(part, one.name)
        except OSError as error:
            raise not_written(self.folder / one.name, error) from error
        finally:
            part.unlink(missing_ok=True)

    def _place(self, part: Path, name: str) -> Made:
        hashes = hash_file(part)
        stem, number = stem_of(name), 1
        while True:
            tail = "" if number == 1 else f"-{number}"
            place = self.folder / f"{stem}{tail}{name[len(stem) :]}"
            if not place.exists():
                put_in_place(part, place)
            if hash_file(place).sha256 == hashes.sha256:
                return Made(place, place.stat().st_size, hashes.sha256, hashes.md5)
            number += 1

    def _check_unchanged(self, one: PackFile) -> None:
        """InvalidInput where an original is not what it was when it was scanned."""
        path = self._original(one)
        member = self._member(one.path, one)
        try:
            if hash_file(path, cancelled=self.task.is_cancelled).sha256 == one.sha256:
                return
        except OSError as error:
            raise file_missing(member) from error
        raise InvalidInput(
            f"{one.path} was changed since it was scanned; nothing was made of it.",
            code="file-changed",
            hint="Scan the project again, then prepare the item anew.",
            where={"file": one.path},
        )

    def prove(self) -> None:
        """Parse the record again as somebody who downloads and unpacks it would."""
        after, contents, moved = self.temporary / "after", dict[str, str](), dict[str, str]()
        for one in self.packing.files:
            if one.kind == "zip":
                names = dict(one.members)
                unpack_referrers(self.made[one.name].path, {name: name for name in names}, after)
                contents |= {name: _content(file) for name, file in names.items()}
                moved |= {file.relpath: name for name, file in names.items()}
            elif one.kind != "glb":
                made = self.made.get(one.name)
                link(made.path if made else self._original(one.source), after / one.name)
                contents[one.name] = made.sha256 if made else _content(one.source)
                moved[one.source.relpath] = one.name
        self._compare(Downloaded(after, contents), moved, contents)

    def _compare(
        self, after: Downloaded, moved: Mapping[str, str], contents: Mapping[str, str]
    ) -> None:
        renamed = {_content(self.sources[old]): contents[new] for old, new in moved.items()}
        broken = compare(self.found_before, after, moved, lambda one: renamed[one])
        chosen = self.packing.choices.model in ("as-is", "glb")
        if broken and not chosen:
            file, text = broken[0]
            raise InvalidInput(
                f"Whoever downloads the record would not find {text}, which {basename(file)} names"
                + (f" ({len(broken) - 1} more)." if len(broken) > 1 else "."),
                code="references-broken",
                hint="Choose another way of packing: hdp item pack ID --archive all",
                where={"file": file},
            )


def _content(one: PackFile) -> str:
    return one.sha256 or one.relpath
