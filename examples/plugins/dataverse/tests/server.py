"""A small server that answers like Dataverse's native API, as far as the target asks."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "a-token"
_FORBIDDEN = re.compile(r'[:*?"<>|;#/\\]')


class Repository(ThreadingHTTPServer):
    """`datasets` by persistent id: draft and published version."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.datasets: dict[str, dict[str, Any]] = {}
        self.count = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hangs up in the middle is no error here."""


class _Handler(BaseHTTPRequestHandler):
    server: Repository
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body in one packet, or each answer waits for the other side

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        query = {key: one[0] for key, one in parse_qs(parts.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("X-Dataverse-key") != TOKEN:
            self._send(401, "Bad API key")
            return
        try:
            self._send(*self._route(f"{self.command} {parts.path}", query, body))
        except KeyError as error:
            self._send(404, f"{error} not found")

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def _send(self, status: int, data: Any) -> None:
        told = {"message": data} if isinstance(data, str) else {"data": data}
        text = json.dumps({"status": "OK" if status < 300 else "ERROR", **told}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _route(self, route: str, query: dict[str, str], body: bytes) -> tuple[int, Any]:
        sets, of = self.server.datasets, query.get("persistentId", "")
        draft = "/api/datasets/:persistentId/versions/:draft"
        if route == "GET /api/users/:me":
            return 200, {"displayName": "Jane Doe"}
        if route == "POST /api/dataverses/root/datasets":
            return self._create(json.loads(body)["datasetVersion"]["metadataBlocks"])
        if route == f"GET {draft}":
            return 200, sets[of]["draft"]
        if route == f"PUT {draft}":
            sets[of].setdefault("draft", {"files": []}).update(json.loads(body))
            return 200, sets[of]["draft"]
        if route == f"DELETE {draft}":
            del sets[of]["draft"]
            return 200, {}
        if route.endswith("/versions/:latest-published"):
            return 200, sets[of]["published"]
        if route.endswith("/actions/:publish"):
            sets[of]["published"] = sets[of].pop("draft")
            return 200, {"persistentId": of}
        if route.endswith("/:persistentId/add"):
            return self._add(sets[of]["draft"], body)
        if route.startswith("DELETE /api/files/"):
            return self._remove(int(route.rpartition("/")[2]))
        return 404, "no such route"

    def _create(self, blocks: dict[str, Any]) -> tuple[int, Any]:
        self.server.count += 1
        name = f"doi:10.5072/FK2/{self.server.count:06}"
        self.server.datasets[name] = {"draft": {"metadataBlocks": blocks, "files": []}}
        return 201, {"id": self.server.count, "persistentId": name}

    def _add(self, draft: dict[str, Any], body: bytes) -> tuple[int, Any]:
        mark = self.headers["Content-Type"].partition("boundary=")[2].encode()
        _, about, sent, _ = body.split(b"--" + mark)
        label = json.loads(about.partition(b"\r\n\r\n")[2])["label"]
        content = sent.partition(b"\r\n\r\n")[2][:-2]
        if _FORBIDDEN.search(label) or len(label) > 255:
            return 400, "The file's name is not allowed"
        if label in [one["label"] for one in draft["files"]]:
            return 400, "There is a file of this name"
        self.server.count += 1
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        data = {"id": self.server.count, "filename": label, "filesize": len(content), "md5": md5}
        draft["files"].append({"label": label, "dataFile": data})
        return 200, {"files": [draft["files"][-1]]}

    def _remove(self, number: int) -> tuple[int, Any]:
        for one in self.server.datasets.values():
            files = one.get("draft", {}).get("files", [])
            files[:] = [each for each in files if each["dataFile"]["id"] != number]
        return 200, {}
