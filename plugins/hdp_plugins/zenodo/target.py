"""Zenodo as a target: metadata by its records API, files and publishing by its deposit API.

The records API says organisations, several affiliations, single dates and review by a community,
and tells all that it holds; the deposit API takes a file in one request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from hdp.sdk import (
    Can,
    Connection,
    Draft,
    Environment,
    Finding,
    InvalidInput,
    LocalFile,
    Missing,
    Publication,
    Record,
    Rejected,
    RemoteFile,
    Response,
    Target,
    Term,
    Unauthorised,
)
from hdp_plugins.inveniordm import comparing, including, review
from hdp_plugins.inveniordm.api import RecordsApi
from hdp_plugins.inveniordm.native import ZENODO, to_native
from hdp_plugins.zenodo import answers, checks, translate, vocabulary

DEPOSITIONS = "/api/deposit/depositions"
RECORDS = "/api/records"
MOST_PAGES = 100
OWN_DOI = re.compile(r"(?i)(?:^|/)10\.\d{4,9}/zenodo\.(\d+)$")


class Zenodo(Target):
    """Zenodo, its sandbox, and whatever answers like them."""

    id: ClassVar[str] = "zenodo"
    title: ClassVar[str] = "Zenodo"
    environments: ClassVar[tuple[Environment, ...]] = (
        Environment("sandbox", "sandbox", "https://sandbox.zenodo.org", "Zenodo Sandbox"),
        Environment("production", "production", "https://zenodo.org", "Zenodo"),
    )
    can: ClassVar[Can] = (
        Can.DISCARD | Can.NEW_VERSION | Can.EDIT | Can.PULL | Can.LIST_DRAFTS
        | Can.RESERVE_DOI | Can.REVIEW
    )  # fmt: skip
    max_files = 100
    max_bytes: ClassVar[int | None] = 50_000_000_000

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._buckets: dict[str, str] = {}
        self._api = RecordsApi(connection, ZENODO, "Zenodo")

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """The fields of the deposit API with titles, vocabularies and what is required."""
        return vocabulary.schema()

    @classmethod
    def vocabulary(cls, name: str) -> Sequence[Term]:
        """The terms of one of Zenodo's vocabularies, such as licences or languages."""
        return vocabulary.vocabulary(name)

    def validate(self, record: Record) -> Iterable[Finding]:
        """Everything Zenodo would refuse, drop or change; sends nothing."""
        return checks.check_record(record)

    def same_metadata(self, record: Record, draft: Draft) -> bool:
        """Whether the draft is what Zenodo makes of the record's metadata."""
        if comparing.is_native(draft.raw):
            return not tuple(comparing.about_metadata(self.compare_metadata(record, draft)))
        return translate.same(translate.to_deposit(record), draft.metadata)

    def compare_metadata(self, record: Record, draft: Draft) -> Sequence[Finding]:
        """What Zenodo dropped, altered or refused, field by field."""
        if not comparing.is_native(draft.raw):
            return super().compare_metadata(record, draft)
        sent = to_native(record, ZENODO)
        return (
            *comparing.refused(draft.raw),
            *review.missing(record, "zenodo", draft),
            *comparing.differences(sent, draft.raw, ZENODO),
        )

    def page_url(self, remote_id: str) -> str:
        """The draft's page; it leads to the record's once that is published."""
        return f"{self._base}/uploads/{_segment(remote_id)}"

    def whoami(self) -> str:
        """The account's e-mail address; Unauthorised with a wrong token."""
        data = answers.read_object(self._call("GET", "/api/me"))
        if not (data.get("email") or data.get("id")):
            raise Unauthorised("Zenodo did not say whose token this is.")
        return str(data.get("email") or f"account {data['id']}")

    def create_draft(self, record: Record, key: str) -> Draft:
        """A new draft with metadata; `key` is not sent, Zenodo has no place for it."""
        return self._api.create_draft(record)

    def update_draft(self, draft_id: str, record: Record) -> Draft:
        """Replace the metadata; what the record does not have is taken away."""
        return self._api.update_draft(draft_id, record)

    def get_draft(self, draft_id: str) -> Draft:
        """The draft; Missing when there is none or it is published and not being edited.

        The records API tells all that it holds; the deposit API hides some of it.
        """
        try:
            return self._api.get_draft(draft_id)
        except Missing as error:
            gone = error
        # Only a published record has no draft and is there.
        self._api.get_record(draft_id)
        raise Missing(
            f"Record {draft_id} is published and has no open draft.", code="already-published"
        ) from gone

    def list_files(self, draft_id: str) -> Sequence[RemoteFile]:
        """The draft's files in the order of their names."""
        # The whole draft, not only its list of files: it also says where the next one goes.
        found = answers.read_files(self._deposition(draft_id))
        return sorted(found, key=lambda one: one.name)

    def upload_file(
        self, draft_id: str, file: LocalFile, progress: Callable[[int, int], None]
    ) -> RemoteFile:
        """Send one file to the draft's bucket, replacing one of the same name."""
        name = file.name or file.path.name
        known = self._buckets.get(draft_id)
        try:
            return self._put_file(known or self._bucket(draft_id), name, file, progress)
        except (Missing, Unauthorised, Rejected):
            # A bucket changes at publish; a remembered one may be the old one.
            if known is None or self._bucket(draft_id) == known:
                raise
        return self._put_file(self._buckets[draft_id], name, file, progress)

    def _put_file(
        self, bucket: str, name: str, file: LocalFile, progress: Callable[[int, int], None]
    ) -> RemoteFile:
        if "/" in name or name in ("", ".", ".."):
            raise InvalidInput(
                f"Zenodo cannot hold a file with this name: “{name}”.",
                code="file-name",
                where={"file": name},
            )
        answer = self._call(
            "PUT",
            f"/api/files/{bucket}/{quote(name, safe='')}",
            body=file.path,
            progress=progress,
            headers={"Content-Type": "application/octet-stream"},
        )
        return answers.to_file(answers.read_object(answer))

    def _bucket(self, draft_id: str) -> str:
        self._deposition(draft_id)
        bucket = self._buckets.get(draft_id)
        if not bucket:
            raise Rejected(
                f"Draft {draft_id} has no place for files: it may be published.",
                code="files-locked",
            )
        return bucket

    def _deposition(self, draft_id: str) -> dict[str, Any]:
        """The draft as the deposit API tells it; the place for its files is remembered."""
        data = answers.read_object(self._call("GET", _deposition(draft_id)))
        links = data.get("links")
        link = str(links.get("bucket") or "") if isinstance(links, dict) else ""
        self._buckets[draft_id] = _segment(urlsplit(link).path.rstrip("/").rpartition("/")[2])
        return data

    def delete_file(self, draft_id: str, name: str) -> None:
        """Take one file out of the draft; Missing when it is not there."""
        for file in self.list_files(draft_id):
            if file.name == name:
                self._call("DELETE", f"{_deposition(draft_id)}/files/{_segment(file.id)}")
                return
        raise Missing(f"Draft {draft_id} has no file “{name}”.", where={"file": name})

    def publish(self, draft_id: str) -> Publication:
        """Make it public, for ever; Missing when it is published already."""
        answer = self._call("POST", f"{_deposition(draft_id)}/actions/publish")
        self._buckets.pop(draft_id, None)
        return self._publication(answers.read_object(answer))

    def discard(self, draft_id: str) -> None:
        """Delete a draft, or drop the changes to a published record."""
        self._call("POST", f"{_deposition(draft_id)}/actions/discard")
        self._buckets.pop(draft_id, None)

    def edit_record(self, record_id: str, key: str) -> Draft:
        """Open the metadata of a published record; the files stay locked."""
        return self._api.edit_record(record_id)

    def new_version(self, record_id: str, *, keep_files: bool, key: str) -> Draft:
        """The next version's draft, the same one when asked again.

        With `keep_files` an empty draft gets the files of the version before. A draft
        that already holds files keeps them: somebody may have put them there.
        """
        return self._api.new_version(record_id, keep_files=keep_files)

    def owns_record(self, record_id: str) -> bool | None:
        """Whether a published record is this account's."""
        return self._api.owns_record(record_id)

    def reserve_doi(self, draft_id: str) -> str:
        """The DOI that the draft will have."""
        return self._api.reserve_doi(draft_id)

    def submit_for_review(self, draft_id: str) -> Draft:
        """Hand the draft to its community's curators."""
        return self._api.submit_for_review(draft_id)

    def cancel_review(self, draft_id: str) -> Draft:
        """Take the draft back from the curators."""
        return including.cancel_review(self._api, draft_id)

    def ask_communities(self, record_id: str, record: Record) -> Sequence[Finding]:
        """Ask the communities of a public record that it is not in yet."""
        names = review.communities(record, "zenodo")
        return tuple(including.ask_communities(self._api, record_id, names)) if names else ()

    def list_drafts(self, since: datetime | None = None) -> Sequence[Draft]:
        """This account's drafts of records never published, newest first."""
        return tuple({one.id: one for one in self._api.list_drafts(since)}.values())

    def get_record(self, id_or_doi: str) -> Publication:
        """A published record by id or Zenodo DOI; a concept gives its newest version."""
        return self._publication(self._record_data(id_or_doi))

    def _record_data(self, id_or_doi: str) -> dict[str, Any]:
        text = id_or_doi.strip()
        own = OWN_DOI.search(text)
        if own or not text.lower().removeprefix("https://doi.org/").startswith("10."):
            path = _record(own.group(1) if own else text)
            return answers.read_object(self._call("GET", path))
        doi = text.lower().removeprefix("https://doi.org/").replace('"', "")
        params = {"q": f'doi:"{doi}"', "all_versions": "true", "size": 2}
        hits = _hits(self._call("GET", RECORDS, params=params))
        if not hits:
            raise Missing(f"Zenodo has no record with the DOI {doi}.")
        return hits[0]

    def list_record_files(self, record_id: str) -> Sequence[RemoteFile]:
        """The files of a published record in the order of their names."""
        files = self._record_data(record_id).get("files") or []
        found = [answers.to_file(one) for one in files if isinstance(one, dict)]
        return sorted(found, key=lambda one: one.name)

    def list_versions(self, concept_id: str) -> Sequence[Publication]:
        """All published versions, newest first."""
        return self._api.list_versions(self.get_record(concept_id).id)

    @property
    def _base(self) -> str:
        return self.connection.base_url.rstrip("/")

    def _call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Response:
        http = self.connection.http
        sent = {"Authorization": f"Bearer {self.connection.token}", **(headers or {})}
        answer = http.request(method, self._base + path, headers=sent, **options)
        answers.check(answer, http.server_time)
        return answer

    def _publication(self, data: Mapping[str, Any]) -> Publication:
        found = answers.to_publication(data, "")
        page = f"{self._base}/records/{_segment(found.id)}"
        return answers.to_publication(data, page)


def _segment(text: str) -> str:
    return quote(text.strip(), safe="")


def _deposition(draft_id: str) -> str:
    return f"{DEPOSITIONS}/{_segment(draft_id)}"


def _record(record_id: str) -> str:
    return f"{RECORDS}/{_segment(record_id)}"


def _hits(answer: Response) -> list[dict[str, Any]]:
    outer = answers.read_object(answer).get("hits")
    hits = outer.get("hits") if isinstance(outer, dict) else None
    if not isinstance(hits, list):
        raise answers.bad_answer("a list of records was expected")
    return [one for one in hits if isinstance(one, dict)]
