"""The pages that a person sees in the browser: an index and one page for each record."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import quote

from bottle import HTTPResponse

from hdp.practice import catalogue, native, native_files
from hdp.practice.catalogue import Deposition, File
from hdp.practice.depositions import read_id
from hdp.practice.exchange import Call
from hdp.practice.texts import clean_html

NOTICE = "Practice: nothing here is public"

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:0 auto;padding:1rem;"
    "color:#1c2430;background:#fff}.notice{background:#fff3cd;border:1px solid #c9a227;"
    "padding:.5rem 1rem;font-weight:600}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #d5dae1}"
    "code{overflow-wrap:anywhere}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def index(call: Call) -> HTTPResponse:
    """All records and drafts, newest first."""
    with call.repository.catalogue.read() as db:
        found = catalogue.all_records(db)
    rows = "".join(_row(one) for one in found)
    table = f"<table><tr><th>Id<th>Title<th>State<th>DOI</tr>{rows}</table>"
    return page("Practice repository", table if found else "<p>There is no record yet.</p>")


def _row(one: Deposition) -> str:
    metadata = one.shown.metadata
    state = "draft" if not one.public else "being edited" if one.draft else "published"
    where = "records" if one.public else "deposit"
    title = escape(metadata.get("title", "(no title)"))
    doi = escape(str((one.public or one.shown).metadata.get("doi", "")))
    return (
        f'<tr><td>{one.id}<td><a href="/{where}/{one.id}">{title}</a><td>{state}'
        f"<td><code>{doi}</code></tr>"
    )


def landing(call: Call) -> HTTPResponse:
    """The page of a published record; a concept leads to its latest version."""
    number = call.words["record"]
    with call.repository.catalogue.read() as db:
        one = catalogue.find(db, read_id(number))
        latest = native.latest_of(db, read_id(number))
        if latest:
            return redirect(f"/records/{latest}")
        if not one or not one.public:
            return _missing()
        files = catalogue.files_of(db, one.public.bucket)
        versions = [v for v in catalogue.versions(db, one.concept) if v.public]
    one.draft = None
    return page(_title(one), _facts(one) + _files(one, files) + _versions(one, versions))


def latest(call: Call) -> HTTPResponse:
    """Leads to the newest version."""
    with call.repository.catalogue.read() as db:
        one = catalogue.find(db, read_id(call.words["record"]))
        number = native.latest_of(db, one.concept) if one else None
    return redirect(f"/records/{number}") if number else _missing()


def draft(call: Call) -> HTTPResponse:
    """The page of a draft; where there is none, that of the record."""
    number = call.words["record"]
    with call.repository.catalogue.read() as db:
        one = catalogue.find(db, read_id(number))
    if not one:
        return _missing()
    if not one.draft:
        return redirect(f"/records/{one.id}")
    note = "<p>This is a draft. Change and publish it in the program that made it.</p>"
    return page(f"Draft: {_title(one)}", note + _facts(one) + _files(one, one.files))


def moved(call: Call) -> HTTPResponse:
    """Older addresses."""
    where = f"/records/{quote(call.words['record'], safe='')}"
    return HTTPResponse(status=301, headers={"Location": where})


def resolved(call: Call) -> HTTPResponse:
    """Where a DOI leads to."""
    return redirect(f"/records/{quote(call.words['record'], safe='')}")


def file(call: Call) -> HTTPResponse:
    """Downloads a file of a published record."""
    return native_files.download(call)


def _title(one: Deposition) -> str:
    return str(one.shown.metadata.get("title") or f"Record {one.id}")


def _facts(one: Deposition) -> str:
    metadata = dict(one.shown.metadata)
    description = clean_html(metadata.pop("description", ""))
    metadata.pop("title", None)
    rows = "".join(
        f"<tr><th>{escape(name.replace('_', ' '))}<td>{escape(_words(value))}</tr>"
        for name, value in metadata.items()
    )
    return f"<div>{description}</div><table>{rows}</table>"


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_words(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(_words(one) for one in value.values() if one is not None)
    return str(value)


def _files(one: Deposition, files: list[File]) -> str:
    rows = "".join(
        f"<tr><td>{_link(one, file)}<td>{file.size:,} bytes<td><code>{file.md5}</code></tr>"
        for file in files
    )
    return f"<h2>Files</h2><table><tr><th>Name<th>Size<th>MD5</tr>{rows}</table>"


def _link(one: Deposition, file: File) -> str:
    if one.draft or one.shown.metadata.get("access_right") != "open":
        return escape(file.key)
    return f'<a href="/records/{one.id}/files/{quote(file.key, safe="")}">{escape(file.key)}</a>'


def _versions(one: Deposition, versions: list[Deposition]) -> str:
    rows = "".join(
        f'<li><a href="/records/{v.id}">{v.id}</a> '
        f"{escape(str((v.public or v.shown).metadata.get('version', '')))}</li>"
        for v in versions
    )
    return f"<h2>Versions</h2><ul>{rows}</ul>"


def redirect(where: str, status: int = 302) -> HTTPResponse:
    """Leads to another address."""
    return HTTPResponse(status=status, headers={"Location": where})


def _missing() -> HTTPResponse:
    return page("Not there", "<p>There is no such record here.</p>", 404)


def page(title: str, body: str, status: int = 200, *, forms: bool = False) -> HTTPResponse:
    """A page with our notice above it; forms may be sent only where they are meant to be."""
    policy = _POLICY.replace("form-action 'none'", "form-action 'self'") if forms else _POLICY
    text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><body><p class=notice>{NOTICE}</p>"
        f'<p><a href="/">All records</a> · <a href="/reviews">Reviews</a></p>'
        f"<h1>{escape(title)}</h1>{body}</body></html>"
    )
    return HTTPResponse(
        body=text.encode("utf-8", "replace"),
        status=status,
        headers={"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy},
    )
