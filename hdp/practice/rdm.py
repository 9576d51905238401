"""InvenioRDM's own JSON of a record (`application/vnd.inveniordm.v1+json`)."""

from __future__ import annotations

import re
from typing import Any

from hdp.practice.answers import doi_of, file_url, record_links, stats_of
from hdp.practice.catalogue import Deposition, File, Side
from hdp.practice.communities import Community, Request
from hdp.practice.refusals import Problem
from hdp.practice.vocabularies import vocabularies

_NO_FILES = {"enabled": False, "order": [], "count": 0, "total_bytes": 0, "entries": {}}
_SETTINGS = {
    "allow_user_requests": False, "allow_guest_requests": False, "accept_conditions_text": None,
    "secret_link_expiration": 0,
}  # fmt: skip


class View:
    """What a record's JSON is made from: one side, its files and its place among the versions."""

    def __init__(self, one: Deposition, side: Side, files: list[File], *, draft: bool) -> None:
        self.one, self.side, self.files, self.draft = one, side, files, draft
        self.index, self.is_last, self.newest_draft = 0, False, False
        self.communities: list[Community] = []
        self.review: Request | None = None
        self.account = 1
        self.fresh = False  # a draft just made: it does not know yet that it may have files
        self.just_published = self.listed = False  # then its files are told without addresses


def record(view: View, base: str, problems: list[Problem] | None = None) -> dict[str, Any]:
    """The record or draft; `problems` are told after a change only."""
    one, side, data = view.one, view.side, view.side.data
    pids = data["pids"]
    body: dict[str, Any] = {
        "id": str(one.id),
        "created": side.created,
        "updated": side.modified,
        "links": record_links(one, side, base, draft=view.draft, in_review=_in_review(view)),
        "revision_id": side.revision,
        "parent": _parent(view),
        "versions": {
            "is_latest": view.is_last and one.public is not None,
            "is_latest_draft": view.newest_draft,
            "index": view.index + 1,
        },
        "is_published": one.public is not None,
        "is_draft": view.draft,
    }
    if view.draft:
        body["expires_at"] = side.created.replace("T", " ")
    body |= {
        "pids": pids,
        "metadata": told(data["metadata"]),
        "custom_fields": data["custom_fields"],
        "access": {**data["access"], "status": _access_status(view)},
        "files": _files(view, base),
        "media_files": _NO_FILES,
        "status": _status(view),
    }
    if not view.draft:
        body["deletion_status"] = {"is_deleted": False, "status": "P"}
        body |= {"stats": stats_of(nested=True), "swh": {}}
    if problems:
        body["errors"] = [{"field": field, "messages": [message]} for field, message in problems]
    return body


def _in_review(view: View) -> bool:
    return bool(view.review and view.review.status in ("created", "submitted"))


def _status(view: View) -> str:
    if view.one.public:
        return "published"
    if view.review and view.review.status in ("submitted", "declined", "expired"):
        return "in_review" if view.review.is_open else view.review.status
    if _in_review(view):
        return "draft_with_review"
    return "new_version_draft" if view.one.concept_published else "draft"


def _access_status(view: View) -> str:
    access = view.side.data["access"]
    if view.fresh and access["files"] == "public":
        return "metadata-only"
    if access["files"] == "public":
        return "open"
    return "embargoed" if access["embargo"]["active"] else "restricted"


def _parent(view: View) -> dict[str, Any]:
    one = view.one
    parent: dict[str, Any] = {
        "id": str(one.concept),
        "access": {
            "grants": [],
            "owned_by": {"user": str(one.owner)},
            "links": [],
            "settings": _SETTINGS,
        },
    }
    if view.draft and not one.public and view.review:
        parent["review"] = _review(view.review)
    parent["communities"] = _communities(view.communities)
    doi = {"identifier": doi_of(one.concept), "provider": "datacite", "client": "datacite"}
    parent["pids"] = {"doi": doi} if one.concept_published else {}
    return parent


def _review(review: Request) -> dict[str, Any]:
    return {
        "id": review.id,
        "links": {},
        "type": review.type,
        "title": "" if review.status in ("created", "submitted") else review.title,
        "status": review.status,
        "receiver": {"community": review.community},
    }


def _communities(found: list[Community]) -> dict[str, Any]:
    if not found:
        return {}
    entries = [community(one, {}) for one in found]
    return {"ids": [one.id for one in found], "default": found[0].id, "entries": entries}


def community(one: Community, links: dict[str, str]) -> dict[str, Any]:
    """A community as the API shows it."""
    return {
        "id": one.id,
        "created": one.created,
        "updated": one.updated,
        "links": links,
        "revision_id": 2,
        "slug": one.slug,
        **one.data,
        "custom_fields": {},
        "deletion_status": {"is_deleted": False, "status": "P"},
        "children": {"allow": False},
    }


def _files(view: View, base: str) -> dict[str, Any]:
    done = [file for file in view.files if not file.pending]
    body: dict[str, Any] = {
        "enabled": True,
        "order": [],
        "count": len(done),
        "total_bytes": sum(file.size for file in done),
        "entries": {file.key: _entry(view, file, base) for file in done},
    }
    if preview := view.side.data["files"].get("default_preview"):
        body["default_preview"] = preview
    return body


def _entry(view: View, file: File, base: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": file.id,
        "checksum": f"md5:{file.md5}",
        "ext": file.key.rsplit(".", 1)[-1].lower() if "." in file.key else "",
        "size": file.size,
        "mimetype": file.mimetype,
        "storage_class": "L",
        "key": file.key,
        "metadata": {},
        "access": {"hidden": False},
    }
    if view.listed:
        del entry["storage_class"]
    elif not view.draft and not view.just_published:
        url = file_url(f"{base}/api/records/{view.one.id}", file.key)
        entry["links"] = {"self": url, "content": f"{url}/content"}
    return entry


_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _title(name: str, entry: str) -> str:
    words = vocabularies()
    if name == "resource_type":
        return words.type_titles.get(entry, entry)
    if name == "relation_type":
        entry = words.relations.get(entry, entry)
    if name == "role":
        entry = words.contributor_types.get(entry, entry)
    return _WORD.sub(" ", entry).replace("-", " ").lower().capitalize()


_ENTRIES = ("resource_type", "role", "relation_type", "type", "lang", "languages", "rights")


def told(value: Any, name: str = "") -> Any:
    """Metadata with the titles of vocabulary entries."""
    if isinstance(value, list):
        return [told(one, name) for one in value]
    if not isinstance(value, dict):
        return value
    if name in _ENTRIES and set(value) == {"id"}:
        return {"id": value["id"], "title": {"en": _title(name, value["id"])}}
    return {key: told(one, key) for key, one in value.items()}
