"""New versions: asked only on wish, once a day, and no answer does any harm."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hdp.application import releases
from hdp.application.config import Config
from hdp.sdk import Unreachable


class Site:
    """A real server on this computer that answers as it is told to."""

    def __init__(self):
        self.asked, self.status, self.headers, self.end = [], 200, {}, threading.Event()
        self.body: bytes | None = b""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.append((self.path, dict(self.headers)))
                self.send_response(site.status)
                for name, value in site.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if site.body is None:  # drips, and never ends
                    while not site.end.wait(0.05):
                        self.wfile.write(b" ")
                        self.wfile.flush()
                else:
                    self.wfile.write(site.body)

            def log_message(self, *_args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def tells(self, *entries):
        """Lists releases: (tag, further values)."""
        told = [
            {"tag_name": tag, "html_url": f"{self.url}/r/{tag}"} | more for tag, more in entries
        ]
        self.body = json.dumps(told[0] if len(told) == 1 else told).encode()

    def stop(self):
        self.end.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def site(home, monkeypatch):
    monkeypatch.setattr(releases, "__version__", "1.2.0")
    found = Site()
    Config(home).set("updates-url", f"{found.url}/latest")
    yield found
    found.stop()


def test_a_newer_version_is_told_with_its_page(home, site, monkeypatch):
    monkeypatch.setenv(
        "http_proxy", "http://127.0.0.1:9"
    )  # this computer is never asked by a proxy
    site.tells(("v1.10.0", {}), ("v2.0.0-rc1", {}), ("3.0", {"draft": True}),
               ("4.0", {"prerelease": True}), ("nightly", {}), ("v1.9", {}))  # fmt: skip
    found = releases.look(home)
    assert (found.version, found.url, found.newer) == ("1.10.0", f"{site.url}/r/v1.10.0", True)
    assert releases.known(home) == found
    ((path, sent),) = site.asked
    assert path == "/latest" and "Cookie" not in sent and "Authorization" not in sent


def test_nobody_is_asked_unasked_and_at_most_once_a_day(home, site):
    site.tells(("1.2.0", {}))
    assert releases.look_if_due(home) is None and site.asked == []
    Config(home).set("updates", "on")
    assert releases.look_if_due(home).newer is False
    assert releases.look_if_due(home) is None and len(site.asked) == 1
    now = datetime.now(UTC)
    assert releases.is_due(home, now + timedelta(hours=25))
    assert releases.is_due(home, now - timedelta(hours=1))  # the clock was set back
    (home / "releases.json").write_text("[")
    site.status = 500
    assert releases.look_if_due(home) is None and len(site.asked) == 2
    assert releases.look_if_due(home) is None and len(site.asked) == 2  # failing counts as well


_BAD = [
    (200, b"", {}), (200, b"<html>", {}), (200, b"[]", {}), (200, b"7", {}), (200, b"[null]", {}),
    (200, b"[" * 100_000, {}), (200, b'{"tag_name": 7}', {}), (200, b'{"tag_name": "soon"}', {}),
    (200, b'{"tag_name": "v1.3", "html_url"', {}), (404, b"{}", {}), (503, b"", {}),
    (302, b"", {"Location": "https://example.org/x"}), (302, b"", {"Location": "/latest"}),
    (200, b" " * (releases.LARGEST + 1), {}), (200, b"{}", {"Content-Length": "99"}),
    (200, b"junk", {"Content-Encoding": "gzip"}), (200, b'{"tag_name": "9.9"}', {"X": "y" * 70000}),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "headers"), _BAD)
def test_a_bad_answer_is_one_sentence(home, site, status, body, headers):
    site.status, site.body, site.headers = status, body, headers
    with pytest.raises(Unreachable) as caught:
        releases.look(home)
    assert caught.value.message.endswith(".") and "127.0.0.1" in caught.value.message
    assert len(site.asked) <= 6 and releases.known(home) is None


def test_a_slow_answer_is_given_up(home, site, monkeypatch):
    monkeypatch.setattr(releases, "PATIENCE_S", 0.3)
    site.body = None
    with pytest.raises(Unreachable, match=r"no whole answer within 0\.3 seconds"):
        releases.look(home)


_PAGES = ["https://evil.example/x", "javascript:alert(1)", "https://127.0.0.1@evil.example/", 7,
          "file:///etc/passwd", "https://[", f"https://127.0.0.1/{'a' * 600}"]  # fmt: skip


@pytest.mark.parametrize("page", _PAGES)
def test_a_page_elsewhere_is_not_offered(home, site, page):
    site.tells(("1.3", {"html_url": page}))
    assert (releases.look(home).newer, releases.look(home).url) == (True, "")


@pytest.mark.parametrize(("one", "other", "newer"), [
    ("1.2.1", "1.2.0", True), ("1.2", "1.2.0", False), ("1.2", "1.2.0rc1", True),
    ("1.10", "1.9.9", True), ("1.3rc1", "1.2", False), ("1.2.0.post1", "1.2.0", False),
    ("v2", "1.2", True), ("1.1", "1.2", False), ("latest", "1.2", False),
    ("1.3", "0+unknown", True),
])  # fmt: skip
def test_versions_are_compared_by_their_numbers(one, other, newer):
    assert releases.is_newer(one, other) is newer


def test_the_page_and_the_command_line_look(home, site, capsys, monkeypatch):
    from hdp.application import Application
    from hdp.application.page import Page
    from hdp.cli.main import run

    site.tells(("v1.3.0", {}))
    app = Application(home)
    try:
        page = Page(app)
        assert page.look_for_release(asked=False) == {"on": False, "release": None, "told": False}
        assert site.asked == []
        told = page.look_for_release(asked=True)
        assert told["told"] and told["release"] == page.release()["release"]
    finally:
        app.close()
    monkeypatch.setattr("hdp.application.doctor._environments", lambda app: [])
    assert run(["doctor", "--updates", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["release"]["version"] == "1.3.0"
    site.status = 500
    assert run(["doctor", "--updates"]) == 0
    assert "not known: 127.0.0.1 answered 500." in capsys.readouterr().out
