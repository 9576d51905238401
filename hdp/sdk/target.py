"""Repository targets: plain verbs that the host manages (retries, journal, checksums)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Flag, auto
from logging import Logger
from typing import Any, ClassVar, Literal

from hdp.sdk.component import Params
from hdp.sdk.errors import Conflict, HdpError
from hdp.sdk.http import Http
from hdp.sdk.model import Finding, LocalFile, Record


class Can(Flag):
    """What a target is able to do beyond the verbs that all have."""

    NOTHING = 0
    DISCARD = auto()
    NEW_VERSION = auto()
    RESERVE_DOI = auto()
    FIND_BY_KEY = auto()
    EDIT = auto()
    PULL = auto()
    LIST_DRAFTS = auto()
    REVIEW = auto()


EnvironmentKind = Literal["practice", "sandbox", "production"]


@dataclass(frozen=True)
class Environment:
    """A place of a target; `kind` says how much care publishing there needs."""

    name: str
    kind: EnvironmentKind = "production"
    base_url: str = ""
    title: str = ""


@dataclass(frozen=True)
class Connection:
    """What a target needs to talk to one environment as one account."""

    environment: str
    base_url: str
    token: str = field(repr=False)
    settings: Params
    http: Http
    log: Logger


@dataclass(frozen=True)
class RemoteFile:
    """A file as the repository holds it; `checksum` is `md5:<hex>`."""

    id: str
    name: str = ""
    size: int = 0
    checksum: str = ""


ReviewState = Literal[
    "created", "submitted", "commented", "accepted", "declined", "cancelled", "expired"
]


@dataclass(frozen=True)
class Review:
    """What a community's curators did with a draft; `comment` is their last words, as text."""

    state: ReviewState
    community: str = ""
    comment: str = ""
    url: str = ""


@dataclass(frozen=True)
class Draft:
    """A draft as the repository holds it; `url` is the page to show, `created` UTC.

    `review` is there where a community's curators are to see it before it is public.
    """

    id: str
    concept_id: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[RemoteFile] = ()
    created: datetime | None = None
    url: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)
    review: Review | None = None


@dataclass(frozen=True)
class Publication:
    """A published version of a record; `metadata` in a record's words where they can be told."""

    id: str
    concept_id: str = ""
    doi: str = ""
    concept_doi: str = ""
    version: str = ""
    url: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    created: datetime | None = None


@dataclass(frozen=True)
class Term:
    """A word of a vocabulary: `titles` by language beside English, `aliases` mean the same.

    `words` do not mean it, but a person who looks for them wants it: "photo" for an image.
    """

    id: str
    title: str
    titles: Mapping[str, str] = field(default_factory=dict)
    aliases: Sequence[str] = ()
    url: str = ""
    words: Sequence[str] = ()


class Target(ABC):
    """A repository. Verbs send once and raise TargetErrors; the host does the rest.

    Raise Unreachable when it is open whether the work was done (no answer, 5xx),
    RateLimited, Unauthorised, Rejected or Missing when it surely was not.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    environments: ClassVar[tuple[Environment, ...]] = ()
    can: ClassVar[Can] = Can.NOTHING
    settings: ClassVar[type[Params]] = Params
    max_files: int | None = None  # or of one installation
    max_bytes: ClassVar[int | None] = None

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @classmethod
    @abstractmethod
    def schema(cls) -> dict[str, Any]:
        """The fields a record may have here, as a JSON Schema with `x-` hints."""

    @classmethod
    def vocabulary(cls, name: str) -> Sequence[Term]:
        """The terms of a vocabulary that the schema names as `x-vocabulary`; none if unknown."""
        return ()

    @abstractmethod
    def validate(self, record: Record) -> Iterable[Finding]:
        """Everything the repository would refuse, drop or change; sends nothing."""

    @abstractmethod
    def whoami(self) -> str:
        """The account that the token belongs to, as a person would name it."""

    @abstractmethod
    def create_draft(self, record: Record, key: str) -> Draft:
        """A new draft with the record's metadata, without files."""

    @abstractmethod
    def update_draft(self, draft_id: str, record: Record) -> Draft:
        """Replace the draft's metadata."""

    @abstractmethod
    def get_draft(self, draft_id: str) -> Draft:
        """The draft as it is now; Missing when there is none."""

    @abstractmethod
    def list_files(self, draft_id: str) -> Sequence[RemoteFile]:
        """The files the draft holds."""

    @abstractmethod
    def upload_file(
        self, draft_id: str, file: LocalFile, progress: Callable[[int, int], None]
    ) -> RemoteFile:
        """Send one file, replacing one of the same name."""

    @abstractmethod
    def delete_file(self, draft_id: str, name: str) -> None:
        """Take one file out of the draft."""

    @abstractmethod
    def publish(self, draft_id: str) -> Publication:
        """Make it public, for ever."""

    def _cannot(self, verb: str) -> HdpError:
        return Conflict(
            f"{self.title} cannot do this: {verb.replace('_', ' ')}.", code="not-supported"
        )

    def page_url(self, remote_id: str) -> str:
        """Where a person looks at the draft or record."""
        return ""

    def to_native(self, record: Record) -> Mapping[str, Any]:
        """The metadata as the repository's own JSON, for people to read; sends nothing."""
        return dict(record.fields)

    def same_metadata(self, record: Record, draft: Draft) -> bool:
        """Whether `draft` is what the repository makes of `record`'s metadata."""
        return dict(draft.metadata) == dict(record.fields)

    def compare_metadata(self, record: Record, draft: Draft) -> Sequence[Finding]:
        """What of the record's metadata the draft does not hold, or holds otherwise."""
        if self.same_metadata(record, draft):
            return ()
        told = f"{self.title} holds other metadata than was sent."
        return (Finding("warning", "value-altered", told, "Look at the draft's page."),)

    def reserve_doi(self, draft_id: str) -> str:
        """The DOI that the draft will have, the same one when asked again (Can.RESERVE_DOI)."""
        raise self._cannot("reserve_doi")

    def discard(self, draft_id: str) -> None:
        """Delete the draft (Can.DISCARD)."""
        raise self._cannot("discard")

    def new_version(self, record_id: str, *, keep_files: bool, key: str) -> Draft:
        """A draft of the record's next version; the same one when asked again (Can.NEW_VERSION)."""
        raise self._cannot("new_version")

    def edit_record(self, record_id: str, key: str) -> Draft:
        """Open a published record's metadata for change (Can.EDIT)."""
        raise self._cannot("edit_record")

    def find_draft(self, key: str) -> Draft | None:
        """The draft made under `key` (Can.FIND_BY_KEY)."""
        raise self._cannot("find_draft")

    def list_drafts(self, since: datetime | None = None) -> Sequence[Draft]:
        """This account's unpublished drafts created at or after `since` (Can.LIST_DRAFTS)."""
        raise self._cannot("list_drafts")

    def get_record(self, id_or_doi: str) -> Publication:
        """A published record; Missing when it is not published (Can.PULL)."""
        raise self._cannot("get_record")

    def list_record_files(self, record_id: str) -> Sequence[RemoteFile]:
        """The files of a published record (Can.PULL)."""
        raise self._cannot("list_record_files")

    def list_versions(self, concept_id: str) -> Sequence[Publication]:
        """All published versions of a concept, newest first (Can.PULL)."""
        raise self._cannot("list_versions")

    def owns_record(self, record_id: str) -> bool | None:
        """Whether a published record is this account's; None where it cannot be told."""
        return None

    def submit_for_review(self, draft_id: str) -> Draft:
        """Hand the draft to its community's curators (Can.REVIEW)."""
        raise self._cannot("submit_for_review")

    def cancel_review(self, draft_id: str) -> Draft:
        """Take the draft back from its community's curators (Can.REVIEW)."""
        raise self._cannot("cancel_review")

    def ask_communities(self, record_id: str, record: Record) -> Sequence[Finding]:
        """Ask the communities of a public record that it is not in; twice is the same as once."""
        return ()
