"""The JSON shapes of answers: depositions, files, records."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from hdp.practice.catalogue import Deposition, File, Side
from hdp.practice.vocabularies import vocabularies

PREFIX = "10.5072"  # registered for tests: such a DOI never resolves


def doi_of(record: int) -> str:
    """The DOI that a record or concept has here."""
    return f"{PREFIX}/zenodo.{record}"


def deposition(
    one: Deposition, base: str, *, just_published: bool = False, listed: bool = False
) -> dict[str, Any]:
    """A deposition as the deposit API shows it.

    Its communities are not yet told at publishing; a list tells no bucket, and no files of drafts.
    """
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
        "metadata": _deposit_metadata(one, just_published),
        "title": side.metadata.get("title", ""),
        "links": _links(one, base, listed=listed),
        "record_id": one.id,
        "owner": one.owner,
        "files": []
        if listed and one.draft
        else [_inner_file(one, file, base) for file in one.finished],
        "state": state,
        "submitted": bool(one.public),
    }


def _deposit_metadata(one: Deposition, just_published: bool) -> dict[str, Any]:
    metadata = dict(one.shown.metadata)
    if just_published:
        metadata.pop("communities", None)
    if one.communities:
        metadata.setdefault("communities", [{"identifier": slug} for slug in one.communities])
    return {**metadata, "prereserve_doi": {"doi": doi_of(one.id), "recid": one.id}}


def _links(one: Deposition, base: str, *, listed: bool) -> dict[str, str]:
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
        **({} if listed else {"bucket": f"{base}/api/files/{one.shown.bucket}"}),
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
    name = quote(file.key, safe="=&+")
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


def file_url(root: str, key: str) -> str:
    """The address of a file; a slash in its name stays one."""
    return f"{root}/files/{quote(key, safe='/')}"


def record_files(one: Deposition, files: list[File], base: str, draft: bool) -> dict[str, Any]:
    """The files of a record or draft, as the records API lists them."""
    root = f"{base}/api/records/{one.id}{'/draft' if draft else ''}"
    side = one.draft if draft and one.draft else one.public or one.shown
    return {
        "enabled": True,
        "links": {"self": f"{root}/files", "archive": f"{root}/files-archive"},
        "entries": [file_entry(one, file, base, draft=draft) for file in files],
        "default_preview": side.data["files"].get("default_preview"),
        "order": [],
    }


def file_entry(
    one: Deposition, file: File, base: str, *, draft: bool, told: bool = True
) -> dict[str, Any]:
    """One file in the records API; an answer to a change does not tell its metadata."""
    root = f"{base}/api/records/{one.id}{'/draft' if draft else ''}"
    url = file_url(root, file.key)
    links = {"self": url, "content": f"{url}/content"}
    links |= {"commit": f"{url}/commit"} if draft else {}
    if file.mimetype in _PICTURES:
        links |= _picture_links(one, file, base, "draft" if draft else "record")
    side = one.draft if draft and one.draft else one.public or one.shown
    entry: dict[str, Any] = {"created": file.created, "updated": file.updated}
    if not file.pending:
        entry |= {"mimetype": file.mimetype, "version_id": file.version, "file_id": file.id}
        entry["bucket_id"] = side.bucket
    entry["metadata"] = {} if told and not file.pending else None
    entry |= {"access": {"hidden": False}, "links": links, "key": file.key}
    if file.pending:
        return {
            **entry,
            **json.loads(file.announced),
            "transfer": {"type": "L"},
            "status": "pending",
        }
    entry |= {"transfer": {"type": "L"}, "status": "completed"}
    return {**entry, "checksum": f"md5:{file.md5}", "size": file.size, "storage_class": "L"}


_PICTURES = ("image/jpeg", "image/png", "image/tiff", "image/gif", "image/webp", "image/jp2")


def _picture_links(one: Deposition, file: File, base: str, kind: str) -> dict[str, str]:
    root, name = f"{base}/api/iiif/{kind}:{one.id}", quote(file.key, safe="")
    return {
        "iiif_canvas": f"{root}/canvas/{name}",
        "iiif_base": f"{root}:{name}",
        "iiif_info": f"{root}:{name}/info.json",
        "iiif_api": f"{root}:{name}/full/full/0/default.png",
    }


def record(
    one: Deposition, side: Side, files: list[File], index: int, is_last: bool, base: str,
    draft: bool, in_review: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """A published record, or a draft, as the records API shows it to Zenodo's own clients."""
    doi = side.metadata.get("doi")
    names: dict[str, Any] = {"doi": doi} if doi else {}
    if one.concept_published:
        names["conceptdoi"] = doi_of(one.concept)
    if doi:
        names["doi_url"] = f"https://doi.org/{doi}"
    state = "unsubmitted" if not one.public else "inprogress" if draft else "done"
    body = {
        "created": side.created,
        "modified": side.modified,
        "id": one.id,
        "conceptrecid": str(one.concept),
        **names,
        "metadata": _record_metadata(one, side, index, is_last),
        "title": side.metadata.get("title", ""),
        "links": record_links(one, side, base, draft=draft, in_review=in_review),
        "updated": side.modified,
        "recid": str(one.id),
        "revision": side.revision,
        "files": [_record_file(one, file, base, draft) for file in files if not file.pending],
        "owners": [{"id": str(one.owner)}],
        "status": "in_review" if in_review else "draft" if draft else "published",
        "state": state,
        "submitted": one.public is not None,
    }
    return body if draft else {**body, "swh": {}, "stats": stats_of(nested=False)}


def _record_file(one: Deposition, file: File, base: str, draft: bool) -> dict[str, Any]:
    root = f"{base}/api/records/{one.id}{'/draft' if draft else ''}"
    return {
        "id": file.id,
        "key": file.key,
        "size": file.size,
        "checksum": f"md5:{file.md5}",
        "links": {"self": f"{file_url(root, file.key)}/content"},
    }


def stats_of(*, nested: bool) -> dict[str, Any]:
    """Nobody counts visits here."""
    words = ("views", "unique_views", "downloads", "unique_downloads")
    if not nested:
        return {f"{scope}{word}": 0 for scope in ("", "version_") for word in words}
    counts = {**dict.fromkeys(words, 0), "data_volume": 0.0}
    return {"this_version": counts, "all_versions": counts}


_ELSEWHERE = {
    "upload_type", "publication_type", "image_type", "software_type", "license", "communities",
    "related_identifiers", "grants",
}  # fmt: skip
_GROUPS = {
    "journal": "journal_", "meeting": "conference_", "imprint": "imprint_", "part_of": "partof_",
    "thesis": "thesis_",
}  # fmt: skip


def _record_metadata(one: Deposition, side: Side, index: int, is_last: bool) -> dict[str, Any]:
    metadata = side.metadata
    kept: dict[str, Any] = {n: v for n, v in metadata.items() if n not in _ELSEWHERE}
    kept.pop("imprint_publisher", None)  # it is told only as the publisher
    for name, prefix in _GROUPS.items():
        group = {
            part.removeprefix(prefix): kept.pop(part)
            for part in list(kept)
            if part.startswith(prefix)
        }
        if group and name != "part_of":
            kept[name] = group
    kept |= _record_relations(metadata)
    if "upload_type" in metadata:
        kept["resource_type"] = _resource_type(metadata)
    if "license" in metadata:
        kept["license"] = {"id": metadata["license"]}
    if one.communities:
        kept["communities"] = [{"id": slug} for slug in one.communities]
    parent = {"pid_type": "recid", "pid_value": str(one.concept)}
    kept["relations"] = {"version": [{"index": index, "is_last": is_last, "parent": parent}]}
    return kept


def _record_relations(metadata: dict[str, Any]) -> dict[str, Any]:
    related = metadata.get("related_identifiers", [])
    alternate = [r for r in related if r["relation"] == "isAlternateIdentifier"]
    others = [r for r in related if r not in alternate]
    result: dict[str, Any] = {"related_identifiers": others} if others else {}
    if alternate:
        result["alternate_identifiers"] = [{"identifier": r["identifier"]} for r in alternate]
    if grants := metadata.get("grants"):
        result["grants"] = [
            {"code": g["id"].partition("::")[2], "internal_id": g["id"]} for g in grants
        ]
    return result


def _resource_type(metadata: dict[str, Any]) -> dict[str, str]:
    kind = metadata.get("upload_type", "")
    subtype = metadata.get(f"{kind}_type", "")
    whole = f"{kind}-{subtype}" if subtype else kind
    result = {"title": vocabularies().type_titles.get(whole, ""), "type": kind}
    return {**result, "subtype": subtype} if subtype else result


def record_links(
    one: Deposition, side: Side, base: str, *, draft: bool, in_review: bool = False
) -> dict[str, Any]:
    """The addresses of a record or draft in the records API."""
    api, doi = f"{base}/api/records/{one.id}", side.data["pids"].get("doi", {}).get("identifier")
    root, page = (f"{api}/draft", "uploads") if draft else (api, "records")
    links = {
        "self": root,
        "self_html": f"{base}/{page}/{one.id}",
        "preview_html": f"{base}/records/{one.id}?preview=1",
    }
    if doi:
        links |= {"doi": f"https://doi.org/{doi}", "self_doi": f"https://doi.org/{doi}"}
        links |= {} if draft else {"self_doi_html": f"{base}/doi/{doi}"}
    links["reserve_doi"] = f"{api}/draft/pids/doi"
    if not draft:
        links["parent"] = f"{base}/api/records/{one.concept}"
        links["parent_html"] = f"{base}/records/{one.concept}"
    if one.concept_published:
        links["parent_doi"] = f"https://doi.org/{doi_of(one.concept)}"
        links["parent_doi_html"] = f"{base}/doi/{doi_of(one.concept)}"
    kind = "draft" if draft else "record"
    links["self_iiif_manifest"] = f"{base}/api/iiif/{kind}:{one.id}/manifest"
    links["self_iiif_sequence"] = f"{base}/api/iiif/{kind}:{one.id}/sequence/default"
    for name, word in _FILE_LINKS.items():
        links[name] = f"{root}/{word}"
    return links | _more_links(one, api, base, draft=draft, in_review=in_review)


_FILE_LINKS = {
    "files": "files", "media_files": "media-files", "archive": "files-archive",
    "archive_media": "media-files-archive",
}  # fmt: skip


def _more_links(
    one: Deposition, api: str, base: str, *, draft: bool, in_review: bool
) -> dict[str, str]:
    links = {"versions": f"{api}/versions"}
    if draft:
        links["record"] = api
        links["record_html"] = f"{base}/records/{one.id}"
        links["publish"] = f"{api}/draft/actions/publish"
        links["review"] = f"{api}/draft/review"
        if in_review:
            links["submit-review"] = f"{api}/draft/actions/submit-review"
    else:
        links["latest"] = f"{api}/versions/latest"
        links["latest_html"] = f"{base}/records/{one.id}/latest"
        links["draft"] = f"{api}/draft"
    links |= {f"access_{word}": f"{api}/access/{word}" for word in _ACCESS}
    links["access"] = f"{api}/access"
    links["communities"] = f"{api}/communities"
    links["communities-suggestions"] = f"{api}/communities-suggestions"
    if one.public:
        links["request_deletion"] = f"{api}/request-deletion"
        links["file_modification"] = f"{api}/file-modification"
    links["quota_increase"] = f"{api}/quota-increase"
    return {**links, "requests": f"{api}/requests"}


_ACCESS = ("links", "grants", "users", "request")
