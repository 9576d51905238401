"""A folder of BagIt bags as a target: no server, no token, nothing ever overwritten."""

from __future__ import annotations

import getpass
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

from hdp.sdk import (
    Can,
    Connection,
    Draft,
    Environment,
    Finding,
    InvalidInput,
    LocalFile,
    Missing,
    Params,
    Publication,
    Record,
    Rejected,
    RemoteFile,
    Target,
    Term,
    Unreachable,
)
from hdp_plugins.archive import bags, checks, disk, drafts, names
from hdp_plugins.archive.disk import Sums, told
from hdp_plugins.zenodo import vocabulary

BAGS = "records"


@dataclass(frozen=True)
class Settings(Params):
    """Where the archive is."""

    folder: str = field(default="", metadata={"help": "The archive's folder, with its whole path."})


class Archive(Target):
    """A folder with a bag for each version of each record, and a working folder for drafts."""

    id: ClassVar[str] = "archive"
    title: ClassVar[str] = "Archive folder"
    environments: ClassVar[tuple[Environment, ...]] = (
        Environment("folder", "production", "", "Archive folder"),
    )
    can: ClassVar[Can] = (
        Can.DISCARD | Can.NEW_VERSION | Can.FIND_BY_KEY | Can.PULL | Can.LIST_DRAFTS
    )
    settings: ClassVar[type[Params]] = Settings

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._root = _folder(connection)
        self._drafts = drafts.Drafts(self._root)

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """The fields that Zenodo has; only a title is required."""
        found = vocabulary.schema() | {"title": "Archived record", "required": ["title"]}
        for name, one in found["properties"].items():
            if name != "title":
                one.pop("x-required", None)
            one.pop("x-filled-in", None)
        return found

    @classmethod
    def vocabulary(cls, name: str) -> Sequence[Term]:
        """The terms of a vocabulary such as licences or languages."""
        return vocabulary.vocabulary(name)

    def validate(self, record: Record) -> Iterable[Finding]:
        """What a bag cannot hold; writes nothing."""
        return checks.check_record(record)

    def same_metadata(self, record: Record, draft: Draft) -> bool:
        """Whether the draft holds the record's metadata."""
        return _fields(record) == dict(draft.metadata)

    def whoami(self) -> str:
        """The person at this computer; Unreachable where the folder is not there."""
        with told():
            self._check_root()
            if not os.access(self._root, os.W_OK):
                raise PermissionError(13, "it is read-only", str(self._root))
        try:
            return getpass.getuser()
        except (OSError, KeyError):
            return "this computer"

    def page_url(self, remote_id: str) -> str:
        """Where the version lies."""
        place = self._bag(remote_id)
        draft = self._root / drafts.FOLDER / remote_id
        found = place if place and place.is_dir() else draft if names.is_id(remote_id) else None
        return found.as_uri() if found else ""

    def create_draft(self, record: Record, key: str) -> Draft:
        """A draft of a new record's first version."""
        concept = names.new_concept(str(record.fields.get("title") or ""))
        with told():
            self._check_root()
            return self._create(names.version_id(concept, 1), _fields(record), key, {})

    def _create(
        self, draft_id: str, fields: dict[str, Any], key: str, files: dict[str, Path]
    ) -> Draft:
        data = {"id": draft_id, "key": key, "created": drafts.now(), "metadata": fields}
        self._drafts.create(draft_id, data, files)
        return self._draft(draft_id)

    def update_draft(self, draft_id: str, record: Record) -> Draft:
        """Replace the metadata."""
        with told():
            data = self._open(draft_id)
            self._drafts.write(draft_id, {**data, "metadata": _fields(record)})
            return self._draft(draft_id)

    def get_draft(self, draft_id: str) -> Draft:
        """The draft; Missing (`already-published`) where its version is a bag."""
        with told():
            return self._draft(draft_id)

    def _open(self, draft_id: str) -> dict[str, Any]:
        self._check_root()
        place = self._bag(draft_id)
        if place and place.is_dir():
            raise Missing(
                f"{draft_id} is published and has no open draft.", code="already-published"
            )
        return self._drafts.read(draft_id)

    def _draft(self, draft_id: str, data: dict[str, Any] | None = None) -> Draft:
        data = data or self._open(draft_id)
        created = str(data.get("created") or "")
        return Draft(
            id=draft_id,
            concept_id=names.split(draft_id)[0],
            metadata=data["metadata"],
            files=_remote(self._drafts.files(draft_id)),
            created=datetime.fromisoformat(created) if created else None,
            url=self.page_url(draft_id),
            raw=data,
        )

    def list_files(self, draft_id: str) -> Sequence[RemoteFile]:
        """The draft's files in the order of their names."""
        with told():
            self._open(draft_id)
            return _remote(self._drafts.files(draft_id))

    def upload_file(
        self, draft_id: str, file: LocalFile, progress: Callable[[int, int], None]
    ) -> RemoteFile:
        """Copy one file in, replacing one of the same name."""
        with told():
            self._open(draft_id)
            sums = self._drafts.add(draft_id, file, progress)
        name = file.name or file.path.name
        return RemoteFile(name, name, sums.size, f"md5:{sums.md5}")

    def delete_file(self, draft_id: str, name: str) -> None:
        """Take one file out of the draft."""
        with told():
            self._open(draft_id)
            self._drafts.remove(draft_id, name)

    def publish(self, draft_id: str) -> Publication:
        """Make a bag of the draft, judge it, and give it its name at once."""
        with told():
            data = self._open(draft_id)
            files = self._drafts.files(draft_id)
            if not files:
                raise Rejected("A record needs at least one file.", code="no-files")
            concept, number = names.split(draft_id)
            tags = {**data, "concept": concept, "version": number, "published": drafts.now()}
            self._store(draft_id, files, {name: tags[name] for name in TAGS if name in tags})
            self._drafts.discard(draft_id)
        return self.get_record(draft_id)

    def _store(
        self, draft_id: str, files: dict[str, tuple[Path, Sums]], tags: dict[str, Any]
    ) -> None:
        place = self._root / BAGS / names.split(draft_id)[0]
        place.mkdir(parents=True, exist_ok=True)
        made, bag = disk.scratch(place), place / f"v{names.split(draft_id)[1]}"
        try:
            bags.build(made, files, tags)
            # Onto a folder that holds anything this fails: nothing is ever overwritten.
            made.rename(bag)
        finally:
            shutil.rmtree(made, ignore_errors=True)
        disk.sync(place)

    def discard(self, draft_id: str) -> None:
        """Delete the draft; a bag stays."""
        with told():
            self._open(draft_id)
            self._drafts.discard(draft_id)

    def new_version(self, record_id: str, *, keep_files: bool, key: str) -> Draft:
        """The next version's draft, the same one when asked again.

        With `keep_files` an empty draft gets copies of the files of the version before.
        """
        with told():
            newest = self._newest(record_id)
            draft_id = names.version_id(newest[0], newest[1] + 1)
            bag = self._root / BAGS / newest[0] / f"v{newest[1]}"
            kept = bags.read_sums(bag) if keep_files else {}
            files = {name: bag / bags.PAYLOAD / name for name in kept}
            if draft_id in self._drafts.ids():
                return self._filled(draft_id, files)
            fields = dict(bags.read_record(bag)["metadata"])
            fields.pop("version", None)
            return self._create(draft_id, fields, key, files)

    def _filled(self, draft_id: str, files: Mapping[str, Path]) -> Draft:
        if not self._drafts.files(draft_id):
            for name, path in files.items():
                self._drafts.add(draft_id, LocalFile(path, name), lambda *_: None)
        return self._draft(draft_id)

    def find_draft(self, key: str) -> Draft | None:
        """The newest draft made under the key."""
        with told():
            found = [(one["created"], name, one) for name, one in self._unpublished(key)]
            return self._draft(max(found)[1]) if found else None

    def list_drafts(self, since: datetime | None = None) -> Sequence[Draft]:
        """All drafts, newest first."""
        with told():
            found = [self._draft(name, one) for name, one in self._unpublished()]
        fresh = [one for one in found if not (since and one.created) or one.created >= since]
        return sorted(fresh, key=lambda one: str(one.created), reverse=True)

    def _unpublished(self, key: str = "") -> Iterable[tuple[str, dict[str, Any]]]:
        self._check_root()
        for name, one in self._drafts.each():
            place = self._bag(name)
            if not (place and place.is_dir()) and key in ("", one.get("key")):
                yield name, one

    def get_record(self, id_or_doi: str) -> Publication:
        """A published version; a record's id alone gives its newest version."""
        with told():
            concept, number = self._newest(id_or_doi.strip(), exactly=True)
            self._clear_left(names.version_id(concept, number))
            return self._publication(concept, number)

    def _clear_left(self, version: str) -> None:
        """Delete the draft of a version that is a bag: a crash came between the two."""
        if version in self._drafts.ids():
            self._drafts.discard(version)

    def list_record_files(self, record_id: str) -> Sequence[RemoteFile]:
        """The files of a published version by its manifests."""
        with told():
            concept, number = self._newest(record_id.strip(), exactly=True)
            place = self._root / BAGS / concept / f"v{number}"
            return _remote({name: (place, one) for name, one in bags.read_sums(place).items()})

    def list_versions(self, concept_id: str) -> Sequence[Publication]:
        """All published versions, newest first."""
        with told():
            concept = self._newest(concept_id)[0]
            return [self._publication(concept, one) for one in reversed(self._numbers(concept))]

    def _newest(self, text: str, *, exactly: bool = False) -> tuple[str, int]:
        """Concept and number of the newest version; `exactly` that of a version's own id."""
        self._check_root()
        concept, number = names.split(text)
        known = self._numbers(concept or text)
        if not known or (number and number not in known):
            raise Missing(f"The archive has no record “{text}”.")
        return concept or text, number if exactly and number else known[-1]

    def _numbers(self, concept: str) -> list[int]:
        if not names.is_id(names.version_id(concept, 1)):
            return []
        place = self._root / BAGS / concept
        found = [one.name[1:] for one in place.glob("v*")] if place.is_dir() else []
        return sorted(int(one) for one in found if one.isascii() and one.isdigit())

    def _publication(self, concept: str, number: int) -> Publication:
        place = self._root / BAGS / concept / f"v{number}"
        data = bags.read_record(place)
        return Publication(
            id=names.version_id(concept, number),
            concept_id=concept,
            version=str(data["metadata"].get("version") or ""),
            url=place.as_uri(),
            raw=data,
            metadata=data["metadata"],
            created=_moment(data.get("published")),
        )

    def _bag(self, version: str) -> Path | None:
        concept, number = names.split(version)
        return self._root / BAGS / concept / f"v{number}" if number else None

    def _check_root(self) -> None:
        # Asked by every verb: a disk that is not connected must not look like an empty archive.
        if not self._root.is_dir():
            raise Unreachable(
                f"The archive folder {self._root} is not there.",
                hint="Connect its disk, or make the folder.",
            )


TAGS = ("id", "concept", "version", "created", "published", "metadata")


def _folder(connection: Connection) -> Path:
    text = str(getattr(connection.settings, "folder", "") or "")
    parts = urlsplit(connection.base_url)
    if not text and parts.scheme == "file":
        text = url2pathname(parts.path)
    if text and Path(text).expanduser().is_absolute():
        return Path(text).expanduser()
    raise InvalidInput(
        f"The environment {connection.environment} names no archive folder.",
        code="no-folder",
        hint="Add it with --set folder=/path/of/the/archive.",
    )


def _fields(record: Record) -> dict[str, Any]:
    merged = {**record.fields, **record.extra.get("archive", {})}
    found: dict[str, Any] = json.loads(json.dumps(merged))
    return found


def _moment(told: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(told)
    except (TypeError, ValueError):
        return None


def _remote(files: dict[str, tuple[Path, Sums]]) -> tuple[RemoteFile, ...]:
    return tuple(
        RemoteFile(name, name, one.size, f"md5:{one.md5}")
        for name, (_, one) in sorted(files.items())
    )
