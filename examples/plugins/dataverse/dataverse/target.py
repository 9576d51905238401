"""Dataverse's native API as a target. Each verb sends once and says what became of it."""

from __future__ import annotations

import contextlib
import json
import tempfile
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hdp.sdk import (
    Can,
    Draft,
    Environment,
    Finding,
    InvalidInput,
    LocalFile,
    Missing,
    Params,
    Publication,
    RateLimited,
    Record,
    Rejected,
    RemoteFile,
    Response,
    Target,
    Unauthorised,
    Unreachable,
)

from . import translate


@dataclass(frozen=True)
class Settings(Params):
    """What Dataverse wants to know beside the record."""

    collection: str = field(default="root", metadata={"help": "Alias of the collection."})
    subject: str = field(
        default="Arts and Humanities", metadata={"help": "Subject of all records."}
    )
    contact: str = field(default="", metadata={"help": "Name of the contact person."})
    email: str = field(default="", metadata={"help": "E-mail address of the contact person."})


class Dataverse(Target):
    """Datasets of one collection of a Dataverse installation."""

    id = "dataverse"
    title = "Dataverse"
    environments = (Environment("demo", "sandbox", "https://demo.dataverse.org", "Demo Dataverse"),)
    can = Can.DISCARD
    settings = Settings

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """The fields of the mapping screen."""
        text, people = {"type": "string"}, {"type": "object", "properties": {}}
        people["properties"] = dict.fromkeys(("name", "affiliation", "orcid"), text)
        return {
            "type": "object",
            "required": ["title", "creators"],
            "properties": {
                "title": {**text, "title": "Title"},
                "creators": {"type": "array", "items": people, "title": "Authors"},
                "description": {**text, "title": "Description"},
                "keywords": {"type": "array", "items": text, "title": "Keywords"},
                "publication_date": {**text, "title": "Distribution date"},
                "notes": {**text, "title": "Notes"},
            },
        }

    def validate(self, record: Record) -> Iterable[Finding]:
        """What Dataverse would refuse or has no place for; sends nothing."""
        return translate.check(record, self.connection.settings)

    def same_metadata(self, record: Record, draft: Draft) -> bool:
        """Whether the draft holds what Dataverse can hold of the record."""
        return translate.to_words(record) == dict(draft.metadata)

    def whoami(self) -> str:
        """The account of the token."""
        found = self._ask("GET", "/api/users/:me")
        return str(found.get("displayName") or found.get("identifier"))

    def page_url(self, remote_id: str) -> str:
        """The dataset's page."""
        return f"{self.connection.base_url}/dataset.xhtml?persistentId={remote_id}"

    def create_draft(self, record: Record, key: str) -> Draft:
        """A new dataset; what follows in here must not fail any more."""
        words = translate.to_words(record)
        body = {"datasetVersion": {"metadataBlocks": self._blocks(words)}}
        alias = getattr(self.connection.settings, "collection", "root")
        made = self._ask("POST", f"/api/dataverses/{alias}/datasets", body)
        name = str(made["persistentId"])
        return Draft(name, name, words, url=self.page_url(name), raw=made)

    def update_draft(self, draft_id: str, record: Record) -> Draft:
        """Replace the metadata of a draft, never open one of a published dataset."""
        self._version(draft_id)
        body = {"metadataBlocks": self._blocks(translate.to_words(record))}
        self._ask("PUT", "/api/datasets/:persistentId/versions/:draft", body, of=draft_id)
        return self.get_draft(draft_id)

    def get_draft(self, draft_id: str) -> Draft:
        """The dataset's draft version."""
        data = self._version(draft_id)
        words = translate.from_citation(data["metadataBlocks"])
        files = [_remote(one) for one in data.get("files", ())]
        return Draft(draft_id, draft_id, words, files, url=self.page_url(draft_id), raw=data)

    def list_files(self, draft_id: str) -> Sequence[RemoteFile]:
        """The draft's files."""
        return [_remote(one) for one in self._version(draft_id).get("files", ())]

    def upload_file(
        self, draft_id: str, file: LocalFile, progress: Callable[[int, int], None]
    ) -> RemoteFile:
        """Send one file as a form; Dataverse keeps tables as they are (no ingest)."""
        there = [one for one in self.list_files(draft_id) if one.name == file.name]
        with tempfile.TemporaryDirectory(prefix="dataverse-") as folder:
            form, kind, head = _form(Path(folder), file)

            def tell(sent: int, _total: int) -> None:
                progress(max(0, min(file.size, sent - head)), file.size)

            for one in there:
                self._ask("DELETE", f"/api/files/{one.id}")
            made = self._ask("POST", "/api/datasets/:persistentId/add", form, of=draft_id,
                             headers={"Content-Type": kind}, progress=tell)  # fmt: skip
        return _remote(made["files"][0])

    def delete_file(self, draft_id: str, name: str) -> None:
        """Take a file out of the draft."""
        for one in self.list_files(draft_id):
            if one.name == name:
                self._ask("DELETE", f"/api/files/{one.id}")
                return
        raise Missing(f"The draft has no file {name}.")

    def publish(self, draft_id: str) -> Publication:
        """Publish the draft as a major version."""
        if not self.list_files(draft_id):
            raise Rejected("A record needs at least one file.", code="no-files")
        path = "/api/datasets/:persistentId/actions/:publish"
        made = self._ask("POST", path, of=draft_id, type="major")
        doi = draft_id.removeprefix("doi:")
        return Publication(draft_id, draft_id, doi, doi, url=f"https://doi.org/{doi}", raw=made)

    def discard(self, draft_id: str) -> None:
        """Delete the draft."""
        self._version(draft_id)
        self._ask("DELETE", "/api/datasets/:persistentId/versions/:draft", of=draft_id)

    def _blocks(self, words: Mapping[str, Any]) -> dict[str, Any]:
        return translate.to_citation(words, self.connection.settings)

    def _version(self, draft_id: str) -> dict[str, Any]:
        """The draft version; Missing says whether it is published."""
        try:
            return self._ask("GET", "/api/datasets/:persistentId/versions/:draft", of=draft_id)
        except Missing:
            path = "/api/datasets/:persistentId/versions/:latest-published"
            self._ask("GET", path, of=draft_id)  # Missing where there is none
            raise Missing("It is published and has no draft.", code="already-published") from None

    def _ask(
        self, method: str, path: str, body: Any = None, *, of: str = "",
        headers: Mapping[str, str] | None = None,
        progress: Callable[[int, int], None] | None = None, **params: str,
    ) -> dict[str, Any]:  # fmt: skip
        is_form = isinstance(body, Path)
        answer = self.connection.http.request(
            method, self.connection.base_url + path,
            params=params | ({"persistentId": of} if of else {}),
            json=None if is_form else body, body=body if is_form else None,
            headers={"X-Dataverse-key": self.connection.token, **(headers or {})},
            progress=progress,
        )  # fmt: skip
        _judge(answer)
        data = answer.json().get("data")
        return data if isinstance(data, dict) else {}


def _judge(answer: Response) -> None:
    """What a status means; the words are Dataverse's own."""
    if answer.status < 300:
        return
    told = answer.text[:300]
    with contextlib.suppress(ValueError, AttributeError):
        told = str(json.loads(answer.text).get("message") or told)
    if answer.status >= 500:
        raise Unreachable(f"Dataverse failed ({answer.status}): {told}")
    if answer.status == 429:
        raise RateLimited("Dataverse was asked too often.")
    if answer.status in (401, 403):
        raise Unauthorised(f"Dataverse does not allow it: {told}", hint="Look at the token.")
    if answer.status == 404:
        raise Missing(f"Dataverse has nothing there: {told}")
    raise Rejected(f"Dataverse refused it: {told}")


def _form(folder: Path, file: LocalFile) -> tuple[Path, str, int]:
    """A multipart form on disk, its content type, and the bytes before the file."""
    mark, label = uuid.uuid4().hex, translate.to_label(file.name)
    data = json.dumps({"label": label, "tabIngest": "false", "restrict": "false"})
    head = (
        f'--{mark}\r\nContent-Disposition: form-data; name="jsonData"\r\n\r\n{data}\r\n'
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{label}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    place = folder / "form"
    try:
        with place.open("wb") as form, file.path.open("rb") as source:
            form.write(head)
            while block := source.read(1 << 20):
                form.write(block)
            form.write(f"\r\n--{mark}--\r\n".encode())
    except FileNotFoundError:
        raise InvalidInput(f"{file.name} is not there any more.") from None
    return place, f"multipart/form-data; boundary={mark}", len(head)


def _remote(one: Mapping[str, Any]) -> RemoteFile:
    data = one["dataFile"]
    name = translate.from_label(str(one.get("label") or data.get("filename")))
    return RemoteFile(str(data["id"]), name, int(data["filesize"]), f"md5:{data['md5']}")
