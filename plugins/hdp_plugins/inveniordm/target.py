"""Any InvenioRDM repository as a target, through its records API."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar

from hdp.sdk import (
    Can,
    Connection,
    Draft,
    Environment,
    Finding,
    LocalFile,
    Missing,
    Params,
    Publication,
    Record,
    RemoteFile,
    Target,
    Term,
    Unauthorised,
)
from hdp_plugins.inveniordm import comparing, including, review
from hdp_plugins.inveniordm.api import RecordsApi, segment
from hdp_plugins.inveniordm.native import Flavour, to_native
from hdp_plugins.zenodo import answers, checks, vocabulary

NAME = "The repository"


@dataclass(frozen=True)
class Settings(Params):
    """What an installation needs beside its address."""

    publisher: str = field(
        default="", metadata={"help": "Publisher of records that name none; a DOI needs one."}
    )
    ca_file: str = field(
        default="",
        metadata={"help": "File with the certificates (PEM) that the server's is checked by."},
    )
    max_files: int = field(
        default=100, metadata={"help": "Most files in a record.", "min": 1, "max": 100_000}
    )


class InvenioRDM(Target):
    """A repository that runs InvenioRDM."""

    id: ClassVar[str] = "inveniordm"
    title: ClassVar[str] = "InvenioRDM"
    environments: ClassVar[tuple[Environment, ...]] = (
        Environment("demo", "sandbox", "https://inveniordm.web.cern.ch", "InvenioRDM demo"),
    )
    can: ClassVar[Can] = (
        Can.DISCARD | Can.NEW_VERSION | Can.EDIT | Can.PULL | Can.LIST_DRAFTS
        | Can.RESERVE_DOI | Can.REVIEW
    )  # fmt: skip
    settings: ClassVar[type[Params]] = Settings
    max_files = 100

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        publisher = getattr(connection.settings, "publisher", "")
        self._flavour = Flavour("inveniordm", publisher)
        self.max_files = getattr(connection.settings, "max_files", 100)
        self._api = RecordsApi(connection, self._flavour, NAME)

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """The fields that Zenodo has, and who may see the description."""
        found = vocabulary.schema()
        found["title"] = "InvenioRDM record"
        found["properties"]["record_access"] = copy.deepcopy(RECORD_ACCESS)
        return found

    @classmethod
    def vocabulary(cls, name: str) -> Sequence[Term]:
        """The terms of a vocabulary such as licences or languages."""
        return vocabulary.vocabulary(name)

    def validate(self, record: Record) -> Iterable[Finding]:
        """Everything the repository would refuse, drop or change; sends nothing."""
        own = {**record.extra.get("inveniordm", {})}
        fields = {**record.fields, **own}
        access = fields.pop("record_access", "public")
        if access not in ("public", "restricted", None, ""):
            yield Finding(
                "error", "unknown-term", f"“{access}” is no known value of “record_access”.",
                "Write public or restricted.", {"field": "record_access"},
                {"field": "record_access", "value": str(access)},
            )  # fmt: skip
        checked = replace(record, fields=fields, extra={})
        for one in checks.check_record(checked, most_files=self.max_files):
            yield replace(one, message=_renamed(one.message), hint=_renamed(one.hint))

    def to_native(self, record: Record) -> dict[str, Any]:
        """The body of a draft, as the records API takes it."""
        return to_native(record, self._flavour)

    def same_metadata(self, record: Record, draft: Draft) -> bool:
        """Whether the draft holds the record's metadata."""
        return not tuple(comparing.about_metadata(self.compare_metadata(record, draft)))

    def compare_metadata(self, record: Record, draft: Draft) -> Sequence[Finding]:
        """What was dropped, altered or refused, field by field."""
        sent = to_native(record, self._flavour)
        return (
            *comparing.refused(draft.raw),
            *review.missing(record, "inveniordm", draft),
            *comparing.differences(sent, draft.raw, self._flavour),
        )

    def page_url(self, remote_id: str) -> str:
        """The draft's page; it leads to the record's once that is published."""
        return f"{self._api.base}/uploads/{segment(remote_id)}"

    def whoami(self) -> str:
        """The account's e-mail address; Unauthorised with a wrong token."""
        try:
            data = answers.read_object(self._api.call("GET", "/api/me", headers=PLAIN))
        except Missing:
            # Older installations do not say who it is; they list only to those they know.
            self._api.call("GET", "/api/user/records", params={"size": 1})
            return "this token's account"
        if not (data.get("email") or data.get("id")):
            raise Unauthorised("The repository did not say whose token this is.")
        return str(data.get("email") or f"account {data['id']}")

    def create_draft(self, record: Record, key: str) -> Draft:
        """A new draft with metadata; `key` is not sent, there is no place for it."""
        return self._api.create_draft(record)

    def update_draft(self, draft_id: str, record: Record) -> Draft:
        """Replace the metadata; what the record does not have is taken away."""
        return self._api.update_draft(draft_id, record)

    def get_draft(self, draft_id: str) -> Draft:
        """The draft; Missing (`already-published`) where the record is public and not edited."""
        try:
            return self._api.get_draft(draft_id)
        except Missing as error:
            gone = error
        self._api.get_record(draft_id)
        raise Missing(
            f"Record {draft_id} is published and has no open draft.", code="already-published"
        ) from gone

    def list_files(self, draft_id: str) -> Sequence[RemoteFile]:
        """The draft's files in the order of their names."""
        return self._api.list_files(draft_id)

    def upload_file(
        self, draft_id: str, file: LocalFile, progress: Callable[[int, int], None]
    ) -> RemoteFile:
        """Send one file, replacing one of the same name."""
        return self._api.upload_file(draft_id, file, progress)

    def delete_file(self, draft_id: str, name: str) -> None:
        """Take one file out of the draft; Missing when it is not there."""
        self._api.delete_file(draft_id, name)

    def publish(self, draft_id: str) -> Publication:
        """Make it public, for ever; Missing when it is already."""
        return self._api.publish(draft_id)

    def discard(self, draft_id: str) -> None:
        """Delete a draft, or drop the changes to a published record."""
        self._api.discard(draft_id)

    def edit_record(self, record_id: str, key: str) -> Draft:
        """Open the metadata of a published record; the files stay locked."""
        return self._api.edit_record(record_id)

    def new_version(self, record_id: str, *, keep_files: bool, key: str) -> Draft:
        """The next version's draft, the same one when asked again."""
        return self._api.new_version(record_id, keep_files=keep_files)

    def list_drafts(self, since: datetime | None = None) -> Sequence[Draft]:
        """This account's drafts of records never published, newest first."""
        return tuple({one.id: one for one in self._api.list_drafts(since)}.values())

    def get_record(self, id_or_doi: str) -> Publication:
        """A published record by id or DOI; a concept gives its newest version."""
        return self._api.get_record(id_or_doi)

    def list_record_files(self, record_id: str) -> Sequence[RemoteFile]:
        """The files of a published record in the order of their names."""
        return self._api.list_record_files(record_id)

    def list_versions(self, concept_id: str) -> Sequence[Publication]:
        """All published versions, newest first."""
        return self._api.list_versions(concept_id)

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
        names = review.communities(record, "inveniordm")
        return tuple(including.ask_communities(self._api, record_id, names)) if names else ()


def _renamed(text: str) -> str:
    """A sentence of the shared checks, about this repository."""
    text = text.replace("Zenodo's", "the repository's").replace("Zenodo", "the repository")
    return text[:1].upper() + text[1:]


PLAIN = {"Accept": "application/json"}
RECORD_ACCESS = {
    "title": "Who may see the description",
    "description": "Public, or restricted to those who are let in; not every repository allows it.",
    "type": "string",
    "enum": ["public", "restricted"],
    "x-group": "access",
    "x-order": 60,
}
