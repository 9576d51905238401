"""The records API of InvenioRDM: each method sends what its name says, and reads the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from hdp.sdk import (
    Connection,
    Draft,
    InvalidInput,
    LocalFile,
    Missing,
    Publication,
    Record,
    Rejected,
    RemoteFile,
    Response,
    TargetError,
)
from hdp_plugins.inveniordm import review
from hdp_plugins.inveniordm.native import Flavour, to_native
from hdp_plugins.inveniordm.reading import from_native, part
from hdp_plugins.inveniordm.refusing import named
from hdp_plugins.zenodo import answers

RECORDS = "/api/records"
NATIVE = "application/vnd.inveniordm.v1+json"
PAGE_SIZE = 100
MOST_PAGES = 100
Progress = Callable[[int, int], None]


class RecordsApi:
    """One account at one repository; `name` is what messages call it."""

    def __init__(self, connection: Connection, flavour: Flavour, name: str) -> None:
        self.connection, self.flavour, self.name = connection, flavour, name
        self.base = connection.base_url.rstrip("/")
        self.known_communities: dict[str, str] = {}

    def call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Response:
        """Send it once and raise what its status means."""
        http = self.connection.http
        sent = {"Authorization": f"Bearer {self.connection.token}", "Accept": NATIVE}
        answer = http.request(
            method, self.base + path, headers=sent | dict(headers or {}), **options
        )
        answers.check(answer, http.server_time, self.name)
        return answer

    def _object(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        return answers.read_object(self.call(method, path, **options))

    # Drafts.

    def create_draft(self, record: Record) -> Draft:
        """A new draft, to be reviewed by the first community that is named."""
        names = review.communities(record, self.flavour.target)
        self._look_up(names)
        made = self._write("POST", RECORDS, record)
        try:
            return self._with_review(made, names)
        except TargetError:
            # An error would say that there is no draft, and it would be made again. This says
            # what was asked for: the next look differs, so nothing passes by the curators.
            asked = [{"identifier": one} for one in names]
            return replace(made, metadata={**made.metadata, "communities": asked})

    def update_draft(self, draft_id: str, record: Record) -> Draft:
        """Replace the metadata; a reserved DOI stays."""
        names = review.communities(record, self.flavour.target)
        self._look_up(names)
        return self._with_review(self._write("PUT", draft_path(draft_id), record), names)

    def _look_up(self, names: Sequence[str]) -> None:
        """Refuse a community that is not there, before anything is sent."""
        for name in names:
            try:
                self.community(name)
            except Missing:
                raise Rejected(
                    f"{self.name} has no community “{name}”. Nothing was sent.",
                    code="community-unknown",
                    hint="Write the short name that stands in the address of its page.",
                    where={"field": "communities"},
                ) from None

    def _write(self, method: str, path: str, record: Record) -> Draft:
        body = to_native(record, self.flavour)
        try:
            return self._draft(self._object(method, path, json=body))
        except Rejected as error:
            raise named(error, body) from None

    def get_draft(self, draft_id: str) -> Draft:
        """The draft, and what its curators said where it was submitted to them."""
        data = self._object("GET", draft_path(draft_id))
        known = part(part(data, "parent"), "review")
        if known.get("status") in (None, "created"):
            return self._draft(data)
        return self._draft(data, self._request(f"{draft_path(draft_id)}/review"))

    def _request(self, path: str) -> dict[str, Any]:
        """A request for review; its last reply with its words, which only the timeline has."""
        found = self._object("GET", path)
        if found.get("last_reply") and found.get("id"):
            place = f"/api/requests/{segment(str(found['id']))}/timeline"
            said = self.hits(place, {"size": 100})
            found["last_reply"] = review.last_comment(said) or found["last_reply"]
        return found

    def list_drafts(self, since: datetime | None) -> Iterator[Draft]:
        """This account's drafts of records never published, newest first."""
        for page in range(1, MOST_PAGES + 1):
            params = {"is_published": "false", "sort": "newest", "size": PAGE_SIZE, "page": page}
            hits = self.hits("/api/user/records", params)
            drafts = [self._draft(one) for one in hits if one.get("is_published") is False]
            fresh = [one for one in drafts if is_fresh(one, since)]
            yield from fresh
            if len(hits) < PAGE_SIZE or (drafts and not fresh):
                return

    def discard(self, draft_id: str) -> None:
        """Delete a draft, or drop the changes to a published record."""
        self.call("DELETE", draft_path(draft_id))

    def edit_record(self, record_id: str) -> Draft:
        """The open draft of a published record's metadata."""
        return self._draft(self._object("POST", draft_path(record_id)))

    def new_version(self, record_id: str, *, keep_files: bool) -> Draft:
        """The next version's draft; with `keep_files` an empty one gets the files before it."""
        draft_id = answers.read_id(self._object("POST", f"{record_path(record_id)}/versions"))
        if keep_files and not self.list_files(draft_id):
            self.call("POST", f"{draft_path(draft_id)}/actions/files-import")
        return self.get_draft(draft_id)

    def reserve_doi(self, draft_id: str) -> str:
        """The DOI that the draft will have."""
        draft = self._object("GET", draft_path(draft_id))
        if not (found := _doi(draft)):
            found = _doi(self._object("POST", f"{draft_path(draft_id)}/pids/doi"))
        return found

    def publish(self, draft_id: str) -> Publication:
        """Make it public; Missing when it is already."""
        return self.publication(self._object("POST", f"{draft_path(draft_id)}/actions/publish"))

    def _draft(self, data: Mapping[str, Any], request: Mapping[str, Any] | None = None) -> Draft:
        draft_id = answers.read_id(data)
        entries = part(part(data, "files"), "entries")
        files = [_file(one, key) for key, one in entries.items() if isinstance(one, Mapping)]
        return Draft(
            id=draft_id,
            concept_id=str(part(data, "parent").get("id") or ""),
            metadata=from_native(data, self.flavour),
            files=tuple(sorted(files, key=lambda one: one.name)),
            created=answers.to_time(data.get("created")),
            url=f"{self.base}/uploads/{segment(draft_id)}",
            raw=dict(data),
            review=review.read(data, request or {}),
        )

    # Review.

    def submit_for_review(self, draft_id: str) -> Draft:
        """Hand it to the curators of the community that was chosen for it."""
        before = self.get_draft(draft_id)
        if before.review is None:
            raise Rejected(
                f"Draft {draft_id} names no community that could review it.",
                code="no-community",
                hint="Name a community in its metadata and update the draft.",
            )
        self.call("POST", f"{draft_path(draft_id)}/actions/submit-review")
        try:
            return self.get_draft(draft_id)
        except Missing:
            # Who may include records in the community needs nobody else: it is public now.
            return replace(before, review=replace(before.review, state="accepted"))

    def community(self, name: str) -> str:
        """The id of a community by its short name; Missing when there is none."""
        if name not in self.known_communities:
            found = self._object("GET", f"/api/communities/{segment(name)}")
            self.known_communities[name] = answers.read_id(found)
        return self.known_communities[name]

    def _with_review(self, draft: Draft, names: Sequence[str]) -> Draft:
        """The draft with its review by the first of the communities; a later version has none."""
        if not review.may_ask(draft.raw):
            return draft
        open_one = draft.review if draft.review and draft.review.state in review.OPEN else None
        path = f"{draft_path(draft.id)}/review"
        if names and (open_one is None or open_one.community != self.community(names[0])):
            receiver = {"community": self.community(names[0])}
            body = {"receiver": receiver, "type": review.SUBMISSION}
            self.call("PUT", path, json=body)
        elif not names and open_one is not None and open_one.state == "created":
            self.call("DELETE", path)
        else:
            return draft
        return self.get_draft(draft.id)

    # Files.

    def list_files(self, draft_id: str) -> Sequence[RemoteFile]:
        """The draft's files by name; one whose transfer did not end has no checksum."""
        return self._files(f"{draft_path(draft_id)}/files")

    def _files(self, path: str) -> Sequence[RemoteFile]:
        found = self._object("GET", path).get("entries")
        if not isinstance(found, list):
            raise answers.bad_answer("a list of files was expected")
        files = [_file(one) for one in found if isinstance(one, Mapping)]
        return sorted(files, key=lambda one: one.name)

    def upload_file(self, draft_id: str, file: LocalFile, progress: Progress) -> RemoteFile:
        """Announce the file, send it, and end its transfer; one of the same name goes first."""
        name = file.name or file.path.name
        path = self._file_path(draft_id, name)
        self._announce(draft_id, name)
        try:
            sent = self.call(
                "PUT", f"{path}/content", body=file.path, progress=progress,
                headers={"Content-Type": "application/octet-stream"},
            )  # fmt: skip
            if answers.read_object(sent).get("errors"):
                raise Rejected(f"{self.name} did not take {name}.", code="upload-refused")
            return _file(self._object("POST", f"{path}/commit"))
        except (Rejected, InvalidInput):
            # What was announced and did not come would keep the draft from being published.
            self._forget(path)
            raise

    def _announce(self, draft_id: str, name: str) -> None:
        try:
            self.call("POST", f"{draft_path(draft_id)}/files", json=[{"key": name}])
        except Rejected as error:
            if "already exists" not in error.message:
                raise
            self.delete_file(draft_id, name)
            self.call("POST", f"{draft_path(draft_id)}/files", json=[{"key": name}])

    def _forget(self, path: str) -> None:
        try:
            self.call("DELETE", path)
        except TargetError:
            # Why the file was refused is the error to tell; the list shows what is left.
            self.connection.log.warning("An announced file could not be taken back.")

    def delete_file(self, draft_id: str, name: str) -> None:
        """Take it out of the draft; Missing when it is not there."""
        self.call("DELETE", self._file_path(draft_id, name))

    def _file_path(self, draft_id: str, name: str) -> str:
        if name in ("", ".", ".."):
            raise InvalidInput(
                f"{self.name} cannot hold a file with this name: “{name}”.",
                code="file-name",
                where={"file": name},
            )
        return f"{draft_path(draft_id)}/files/{quote(name, safe='')}"

    # Published records.

    def get_record(self, id_or_doi: str) -> Publication:
        """A published record by id or DOI; a concept gives its newest version."""
        text = id_or_doi.strip()
        doi = text.lower().removeprefix("https://doi.org/")
        if not doi.startswith("10."):
            return self.publication(self._object("GET", record_path(text)))
        params = {"q": f'pids.doi.identifier:"{_quoted(doi)}"', "allversions": "true", "size": 2}
        hits = self.hits(RECORDS, params)
        if not hits:
            raise Missing(f"{self.name} has no record with the DOI {doi}.")
        return self.publication(hits[0])

    def list_record_files(self, record_id: str) -> Sequence[RemoteFile]:
        """The files of a published record by name."""
        return self._files(f"{record_path(record_id)}/files")

    def list_versions(self, concept_id: str) -> Sequence[Publication]:
        """All published versions, newest first."""
        newest = self.get_record(concept_id)
        found: list[dict[str, Any]] = []
        for page in range(1, MOST_PAGES + 1):
            params = {"size": 25, "page": page}
            hits = self.hits(f"{record_path(newest.id)}/versions", params)
            found += hits
            if len(hits) < 25:
                break
        found.sort(key=lambda one: int(part(one, "versions").get("index") or 0), reverse=True)
        return tuple(self.publication(one) for one in found)

    def owns_record(self, record_id: str) -> bool:
        """Whether a published record is among this account's own."""
        # Installations differ in how they are asked for all versions.
        every = {"allversions": "true", "all_versions": "true"}
        params = {"q": f'id:"{_quoted(record_id)}"', "size": 2, **every}
        return any(
            answers.read_id(one) == record_id for one in self.hits("/api/user/records", params)
        )

    def hits(self, path: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What a search found, one page of it."""
        outer = self._object("GET", path, params=params).get("hits")
        hits = outer.get("hits") if isinstance(outer, dict) else None
        if not isinstance(hits, list):
            raise answers.bad_answer("a list of records was expected")
        return [one for one in hits if isinstance(one, dict)]

    def publication(self, data: Mapping[str, Any]) -> Publication:
        """A published record of the records API."""
        found = answers.read_id(data)
        return Publication(
            id=found,
            concept_id=str(part(data, "parent").get("id") or ""),
            doi=_doi(data),
            concept_doi=_doi(part(data, "parent")),
            version=str(part(data, "metadata").get("version") or ""),
            url=f"{self.base}/records/{segment(found)}",
            raw=dict(data),
            metadata=from_native(data, self.flavour),
            created=answers.to_time(data.get("created")),
        )


def segment(text: str) -> str:
    """A text as one part of an address."""
    return quote(text.strip(), safe="")


def record_path(record_id: str) -> str:
    """Where a published record is asked for."""
    return f"{RECORDS}/{segment(record_id)}"


def draft_path(draft_id: str) -> str:
    """Where a draft is asked for."""
    return f"{record_path(draft_id)}/draft"


def is_fresh(draft: Draft, since: datetime | None) -> bool:
    """Whether a draft was created at or after a time; one without a time counts."""
    return since is None or draft.created is None or draft.created >= since


def _doi(data: Mapping[str, Any]) -> str:
    return str(part(part(data, "pids"), "doi").get("identifier") or "")


def _quoted(text: str) -> str:
    return text.replace("\\", "").replace('"', "")


def _file(data: Mapping[str, Any], key: str = "") -> RemoteFile:
    return answers.to_file({"key": key, **data, "id": data.get("file_id") or data.get("id")})
