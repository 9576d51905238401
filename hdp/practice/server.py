"""The practice repository as a real HTTP server on this computer.

`start(folder)` serves Zenodo's deposit API and InvenioRDM's records API from a folder. Nothing
leaves the computer and nothing is public. `hdp.practice.faults` describes what can be made to go
wrong; docs/reference/practice.md lists where it differs from Zenodo on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from bottle import Bottle, HTTPResponse

from hdp.practice import api, desk, native, native_files, pages, reviews
from hdp.practice.exchange import Call, Handler, guarded, on_error
from hdp.practice.faults import Faults
from hdp.practice.repository import Repository
from hdp.serving import App, Environ, Served, serve

_DEPOSITIONS = "/api/deposit/depositions"
_RECORDS = "/api/records"
_DRAFT = f"{_RECORDS}/<record>/draft"
_REQUESTS = "/api/requests/<request>"

# method, path, kind (see faults), needs a token, handler
_ROUTES: tuple[tuple[str, str, str, bool, Handler], ...] = (
    ("GET", "/api/me", "me", True, api.me),
    ("GET", _DEPOSITIONS, "list", True, api.list_depositions),
    ("POST", _DEPOSITIONS, "create", True, api.create),
    ("GET", f"{_DEPOSITIONS}/<record>", "get", True, api.get),
    ("PUT", f"{_DEPOSITIONS}/<record>", "metadata", True, api.update),
    ("DELETE", f"{_DEPOSITIONS}/<record>", "discard", True, api.discard),
    ("GET", f"{_DEPOSITIONS}/<record>/files", "files", True, api.list_files),
    ("GET", f"{_DEPOSITIONS}/<record>/files/<file>", "files", True, api.get_file),
    ("DELETE", f"{_DEPOSITIONS}/<record>/files/<file>", "delete-file", True, api.delete_file),
    ("POST", f"{_DEPOSITIONS}/<record>/actions/publish", "publish", True, api.publish),
    ("POST", f"{_DEPOSITIONS}/<record>/actions/edit", "edit", True, api.edit),
    ("POST", f"{_DEPOSITIONS}/<record>/actions/discard", "discard", True, api.discard),
    ("POST", f"{_DEPOSITIONS}/<record>/actions/newversion", "newversion", True, api.newversion),
    ("PUT", "/api/files/<bucket>/<key>", "upload", True, api.put_file),
    ("GET", "/api/files/<bucket>/<key>", "files", False, api.download_from_bucket),
    ("DELETE", "/api/files/<bucket>/<key>", "delete-file", True, api.delete_from_bucket),
    ("GET", "/api/files/<bucket>", "files", True, api.list_bucket),
    ("GET", _RECORDS, "list", False, native.search),
    ("POST", _RECORDS, "create", True, native.create),
    ("GET", "/api/user/records", "list", True, native.search_own),
    ("GET", f"{_RECORDS}/<record>", "get", False, native.get),
    ("GET", f"{_RECORDS}/<record>/files", "files", False, native_files.list_published),
    ("GET", f"{_RECORDS}/<record>/files/<key:path>/content", "files", False, native_files.download),
    ("GET", f"{_RECORDS}/<record>/files/<key:path>", "files", False, native_files.get_published),
    ("GET", f"{_RECORDS}/<record>/versions", "list", False, native.versions),
    ("GET", f"{_RECORDS}/<record>/versions/latest", "get", False, native.latest),
    ("POST", f"{_RECORDS}/<record>/versions", "newversion", True, native.new_version),
    ("POST", f"{_RECORDS}/<record>/file-modification", "edit", True, reviews.modify_files),
    ("GET", _DRAFT, "get", True, native.get_draft),
    ("PUT", _DRAFT, "metadata", True, native.update),
    ("POST", _DRAFT, "edit", True, native.edit),
    ("DELETE", _DRAFT, "discard", True, native.delete),
    ("POST", f"{_DRAFT}/actions/publish", "publish", True, native.publish),
    ("POST", f"{_DRAFT}/actions/files-import", "import", True, native_files.import_files),
    ("POST", f"{_DRAFT}/pids/doi", "reserve", True, native.reserve_doi),
    ("DELETE", f"{_DRAFT}/pids/doi", "reserve", True, native.unreserve_doi),
    ("GET", f"{_DRAFT}/files", "files", True, native_files.list_draft),
    ("POST", f"{_DRAFT}/files", "begin", True, native_files.begin),
    ("PUT", f"{_DRAFT}/files/<key:path>/content", "upload", True, native_files.fill),
    ("GET", f"{_DRAFT}/files/<key:path>/content", "files", True, native_files.download_draft),
    ("POST", f"{_DRAFT}/files/<key:path>/commit", "commit", True, native_files.commit),
    ("GET", f"{_DRAFT}/files/<key:path>", "files", True, native_files.get_of_draft),
    ("DELETE", f"{_DRAFT}/files/<key:path>", "delete-file", True, native_files.delete),
    ("GET", f"{_DRAFT}/review", "review", True, reviews.get_review),
    ("PUT", f"{_DRAFT}/review", "review", True, reviews.put_review),
    ("DELETE", f"{_DRAFT}/review", "review", True, reviews.delete_review),
    ("POST", f"{_DRAFT}/actions/submit-review", "submit", True, reviews.submit_review),
    ("GET", f"{_RECORDS}/<record>/communities", "list", False, reviews.record_communities),
    ("POST", f"{_RECORDS}/<record>/communities", "submit", True, reviews.add_to_communities),
    ("GET", f"{_RECORDS}/<record>/requests", "list", True, reviews.record_requests),
    ("GET", "/api/communities", "list", False, reviews.list_communities),
    ("POST", "/api/communities", "community", True, reviews.create_community),
    ("GET", "/api/communities/<community>", "get", False, reviews.get_community),
    ("GET", "/api/user/communities", "list", True, reviews.list_communities),
    ("GET", "/api/requests", "list", True, reviews.list_requests),
    ("GET", "/api/user/requests", "list", True, reviews.list_requests),
    ("GET", f"{_REQUESTS}", "request", True, reviews.get_request),
    ("GET", f"{_REQUESTS}/timeline", "request", True, reviews.timeline),
    ("POST", f"{_REQUESTS}/comments", "request", True, reviews.comment),
    ("POST", f"{_REQUESTS}/actions/<verb>", "request", True, reviews.act),
)  # fmt: skip
_PAGES: tuple[tuple[str, Callable[[Call], HTTPResponse]], ...] = (
    ("/", pages.index),
    ("/records/<record>", pages.landing),
    ("/records/<record>/latest", pages.latest),
    ("/records/<record>/files/<key>", pages.file),
    ("/record/<record>", pages.moved),
    ("/reviews", desk.show),
    ("/deposit/<record>", pages.draft),
    ("/uploads/<record>", pages.draft),
    ("/doi/10.5072/zenodo.<record>", pages.resolved),
)


class Practice:
    """A running practice repository."""

    def __init__(self, repository: Repository, served: Served) -> None:
        self.repository = repository
        self.url, self.port = served.url, served.port
        self.token = repository.token
        self.curator_token = repository.curator_token
        self._served = served

    @property
    def faults(self) -> Faults:
        """The faults still to come; more may be added while it runs."""
        return self.repository.faults

    def stop(self) -> None:
        """Stop serving; the folder keeps everything."""
        self._served.stop()
        self.repository.catalogue.close()


def start(
    folder: Path, *, faults: str = "", rate: str | float | None = None, port: int = 0
) -> Practice:
    """Serve the folder, which is made when it is not there; `rate` is N/S (requests, seconds)."""
    repository = Repository(folder, faults, rate)
    return Practice(repository, serve(_whole_paths(build(repository)), port=port))


def build(repository: Repository) -> Bottle:
    """The routes over a repository."""
    app = Bottle()
    app.default_error_handler = on_error
    for method, path, kind, token, handler in _ROUTES:
        app.route(path, method, guarded(repository, handler, kind=kind, needs_token=token))
    for path, page in _PAGES:
        app.route(path, "GET", guarded(repository, page, kind="", needs_token=False))
    decide = guarded(repository, desk.decide, kind="", needs_token=False)
    app.route("/reviews/<request>", "POST", decide)
    return app


def _whole_paths(app: Bottle) -> App:
    """Decode the whole path: a slash in a file name is a slash, which no route takes."""

    def inner(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        raw = str(environ.get("REQUEST_URI") or environ["PATH_INFO"]).split("?", 1)[0]
        if raw.startswith("/"):
            environ["PATH_INFO"] = unquote_to_bytes(raw).decode("latin-1")
        result: Iterable[bytes] = app(environ, start_response)
        return result

    return inner
