"""The JSON shapes of answers: depositions, files, records."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from hdp.practice.catalogue import Deposition, File
from hdp.practice.metadata import shown
from hdp.practice.vocabularies import vocabularies

PREFIX = "10.5072"  # registered for tests: such a DOI never resolves
OWNER = 1


def doi_of(record: int) -> str:
    """The DOI that a record or concept has here."""
    return f"{PREFIX}/zenodo.{record}"


def deposition(one: Deposition, base: str) -> dict[str, Any]:
    """A deposition as the deposit API shows it."""
    side, doi = one.shown, one.shown.metadata.get("doi")
    names: dict[str, Any] = {}
    if doi:
        names["doi"] = doi
    if one.concept_published:
        names["conceptdoi"] = doi_of(one.concept)
    if doi:
        names["doi_url"] = f"https://doi.org/{doi}"
    state = "unsubmitted" if not one.public else "inprogress" if one.draft else "done"
    return {
        "created": side.created,
        "modified": side.modified,
        "id": one.id,
        "conceptrecid": str(one.concept),
        **names,
        "metadata": shown(side.metadata, {"doi": doi_of(one.id), "recid": one.id}),
        "title": side.metadata.get("title", ""),
        "links": _links(one, base),
        "record_id": one.id,
        "owner": OWNER,
        "files": [_inner_file(one, file, base) for file in one.files],
        "state": state,
        "submitted": bool(one.public),
    }


def _links(one: Deposition, base: str) -> dict[str, str]:
    api, doi = f"{base}/api/deposit/depositions/{one.id}", one.shown.metadata.get("doi")
    published = one.public is not None and one.draft is None
    links = {
        "self": f"{base}/api/records/{one.id}" if published else api,
        "html": f"{base}/records/{one.id}" if published else f"{base}/deposit/{one.id}",
    }
    if doi:
        links["doi"] = f"https://doi.org/{doi}"
    if published and one.concept_published:
        links["parent_doi"] = f"https://doi.org/{doi_of(one.concept)}"
    links["badge"] = f"{base}/badge/doi/{quote(doi or '', safe='')}.svg"
    if published and one.concept_published:
        links["conceptbadge"] = f"{base}/badge/doi/{quote(doi_of(one.concept), safe='')}.svg"
    links |= {
        "files": f"{base}/api/records/{one.id}/files" if published else f"{api}/files",
        "bucket": f"{base}/api/files/{one.shown.bucket}",
        "latest_draft": api,
        "latest_draft_html": f"{base}/deposit/{one.id}",
        **{verb: f"{api}/actions/{verb}" for verb in ("publish", "edit", "discard", "newversion")},
    }
    if one.public:
        links |= {
            "record": f"{base}/api/records/{one.id}",
            "record_html": f"{base}/record/{one.id}",
            "latest": f"{base}/api/records/{one.id}/versions/latest",
            "latest_html": f"{base}/records/{one.id}/latest",
        }
    return links


def _inner_file(one: Deposition, file: File, base: str) -> dict[str, Any]:
    """A file inside a deposition; of a published one both links are dead, as on Zenodo."""
    published = one.public is not None and one.draft is None
    root = f"{base}/api/records" if published else f"{base}/api/deposit/depositions"
    name = quote(file.key, safe="")
    return {
        "id": file.id,
        "filename": file.key,
        "filesize": file.size,
        "checksum": file.md5,
        "links": {
            "self": f"{root}/{one.id}/files/{file.id}",
            "download": f"{base}/api/records/{one.id}/draft/files/{name}/content",
        },
    }


def listed_file(one: Deposition, file: File, base: str) -> dict[str, Any]:
    """A file in the deposit API's list of files: its size is a float there."""
    draft = "/draft" if one.draft else ""
    name = quote(file.key, safe="")
    return {
        "id": file.id,
        "filename": file.key,
        "filesize": float(file.size),
        "checksum": file.md5,
        "links": {
            "self": f"{base}/api/deposit/depositions/{one.id}/files/{file.id}",
            "download": f"{base}/api/records/{one.id}{draft}/files/{name}/content",
        },
    }


def bucket_file(bucket: str, file: File, base: str) -> dict[str, Any]:
    """A file as the bucket answers an upload."""
    url = f"{base}/api/files/{bucket}/{quote(file.key, safe='=&+')}"
    return {
        "created": file.created,
        "updated": file.updated,
        "version_id": file.version,
        "key": file.key,
        "size": file.size,
        "mimetype": file.mimetype,
        "checksum": f"md5:{file.md5}",
        "is_head": True,
        "delete_marker": False,
        "links": {
            "self": url,
            "version": f"{url}?version_id={file.version}",
            "uploads": f"{url}?uploads=1",
        },
    }


def record_files(one: Deposition, files: list[File], base: str, draft: bool) -> dict[str, Any]:
    """The files of a record or draft, as the records API lists them."""
    root = f"{base}/api/records/{one.id}{'/draft' if draft else ''}"
    bucket = one.shown.bucket
    return {
        "enabled": True,
        "links": {"self": f"{root}/files", "archive": f"{root}/files-archive"},
        "entries": [_entry(file, bucket, root) for file in files],
        "default_preview": None,
        "order": [],
    }


def _entry(file: File, bucket: str, root: str) -> dict[str, Any]:
    url = f"{root}/files/{quote(file.key, safe='')}"
    return {
        "created": file.created,
        "updated": file.updated,
        "mimetype": file.mimetype,
        "version_id": file.version,
        "file_id": file.id,
        "bucket_id": bucket,
        "metadata": {},
        "access": {"hidden": False},
        "links": {"self": url, "content": f"{url}/content"},
        "key": file.key,
        "transfer": {"type": "L"},
        "status": "completed",
        "checksum": f"md5:{file.md5}",
        "size": file.size,
        "storage_class": "L",
    }


def record(
    one: Deposition, files: list[File], index: int, is_last: bool, base: str
) -> dict[str, Any]:
    """A published record (or a draft of a version) as the records API shows it."""
    side = one.public or one.shown
    draft = one.public is None
    doi = side.metadata.get("doi")
    names: dict[str, Any] = {"doi": doi} if doi else {}
    if one.concept_published:
        names["conceptdoi"] = doi_of(one.concept)
    if doi:
        names["doi_url"] = f"https://doi.org/{doi}"
    return {
        "created": side.created,
        "modified": side.modified,
        "id": one.id,
        "conceptrecid": str(one.concept),
        **names,
        "metadata": _record_metadata(side.metadata, one.concept, index, is_last),
        "title": side.metadata.get("title", ""),
        "links": _record_links(one, base, draft),
        "updated": side.modified,
        "recid": str(one.id),
        "revision": side.revision,
        "files": [_record_file(one, file, base) for file in files],
        "swh": {},
        "owners": [{"id": str(OWNER)}],
        "status": "draft" if draft else "published",
        "stats": _NO_STATS,
        "state": "unsubmitted" if draft else "done",
        "submitted": not draft,
    }


def _record_file(one: Deposition, file: File, base: str) -> dict[str, Any]:
    url = f"{base}/api/records/{one.id}/files/{quote(file.key, safe='')}/content"
    return {
        "id": file.id,
        "key": file.key,
        "size": file.size,
        "checksum": f"md5:{file.md5}",
        "links": {"self": url},
    }


_NO_STATS = {
    f"{scope}{word}": 0
    for scope in ("", "version_")
    for word in ("downloads", "unique_downloads", "unique_views", "views")
}
_ELSEWHERE = {
    "upload_type", "publication_type", "image_type", "software_type", "license",
    "imprint_publisher", "communities",
}  # fmt: skip


def _record_metadata(
    metadata: dict[str, Any], concept: int, index: int, is_last: bool
) -> dict[str, Any]:
    result = shown(metadata, {})
    kept = {
        name: value
        for name, value in result.items()
        if name not in _ELSEWHERE and name != "prereserve_doi"
    }
    kept["resource_type"] = _resource_type(metadata)
    if "license" in metadata:
        kept["license"] = {"id": metadata["license"]}
    parent = {"pid_type": "recid", "pid_value": str(concept)}
    kept["relations"] = {"version": [{"index": index, "is_last": is_last, "parent": parent}]}
    return kept


def _resource_type(metadata: dict[str, Any]) -> dict[str, str]:
    kind = metadata.get("upload_type", "")
    subtype = metadata.get(f"{kind}_type", "")
    whole = f"{kind}-{subtype}" if subtype else kind
    result = {"title": vocabularies().type_titles.get(whole, ""), "type": kind}
    return {**result, "subtype": subtype} if subtype else result


def _record_links(one: Deposition, base: str, draft: bool) -> dict[str, str]:
    root = f"{base}/api/records/{one.id}"
    if draft:
        return {
            "self": f"{root}/draft",
            "self_html": f"{base}/uploads/{one.id}",
            "files": f"{root}/draft/files",
            "versions": f"{root}/versions",
            "record": root,
            "record_html": f"{base}/records/{one.id}",
            "publish": f"{root}/draft/actions/publish",
        }
    return {
        "self": root,
        "self_html": f"{base}/records/{one.id}",
        "doi": f"https://doi.org/{one.shown.metadata.get('doi', '')}",
        "parent": f"{base}/api/records/{one.concept}",
        "parent_html": f"{base}/records/{one.concept}",
        "parent_doi": f"https://doi.org/{doi_of(one.concept)}",
        "files": f"{root}/files",
        "latest": f"{root}/versions/latest",
        "latest_html": f"{base}/records/{one.id}/latest",
        "versions": f"{root}/versions",
        "draft": f"{root}/draft",
    }
