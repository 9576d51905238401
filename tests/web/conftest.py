"""A served page over a small project, and a visitor with its cookie."""

import json
import shutil
import socket
import threading
from contextlib import suppress
from http.client import HTTPConnection, HTTPException

import pytest
import requests

from hdp import paths
from hdp.application import Application
from hdp.application.page import serve


class Visitor:
    """Talks to the page's server as the page does."""

    def __init__(self, web):
        self.web = web
        self.session = requests.Session()
        self.session.trust_env = False
        assert self.session.get(web.url, allow_redirects=False).status_code == 303

    def get(self, route, status=200, **query):
        answer = self.session.get(f"{self.web.base}/api{route}", params=query)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, path, body=None, status=None, **headers):
        answer = self.session.post(
            f"{self.web.base}/api{path}",
            data=json.dumps(body or {}),
            headers={"Origin": self.web.base, "Content-Type": "application/json", **headers},
        )
        assert answer.status_code == (status or answer.status_code), answer.text
        assert status or answer.ok, answer.text
        return answer.json()


class Listener:
    """Reads the event stream in a thread."""

    def __init__(self, visitor, after=0):
        self.events, self.ended = [], threading.Event()
        self._more = threading.Condition()
        connection = HTTPConnection("127.0.0.1", visitor.web.port, timeout=30)
        connection.connect()
        self._socket = connection.sock
        cookie = "; ".join(f"{one.name}={one.value}" for one in visitor.session.cookies)
        connection.request("GET", f"/api/events?after={after}", headers={"Cookie": cookie})
        self._answer = connection.getresponse()
        assert self._answer.status == 200
        assert self._answer.headers["Content-Type"] == "text/event-stream"
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            while line := self._answer.readline():
                if line.startswith(b"data: "):
                    with self._more:
                        self.events.append(json.loads(line[6:]))
                        self._more.notify_all()
        except (OSError, HTTPException):
            pass
        self.ended.set()

    def wait(self, wanted, timeout=30):
        """The first event that `wanted` accepts."""
        with self._more:
            assert self._more.wait_for(lambda: any(map(wanted, self.events)), timeout)
            return next(filter(wanted, self.events))

    def finished(self, job):
        """The last word on a job."""
        ends = ("done", "failed", "cancelled")
        return self.wait(
            lambda e: e["type"] == "job" and e["job"]["id"] == job and e["job"]["state"] in ends
        )["job"]

    def close(self):
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._answer.close()
        self._socket.close()


@pytest.fixture
def app(tmp_path, monkeypatch):
    monkeypatch.setenv("HDP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HDP_PICTURES", "off")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    running = Application(tmp_path / "home")
    yield running
    running.close()


@pytest.fixture
def web(app):
    served = serve(app)
    yield served
    served.stop()


@pytest.fixture
def visitor(web):
    visitor = Visitor(web)
    yield visitor
    visitor.session.close()


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A visitor of a page with nothing open, shared by tests of what it refuses."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HDP_HOME", str(home))
        patch.setenv("HDP_PICTURES", "off")
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        app = Application(home)
        served = serve(app)
        visitor = Visitor(served)
        yield visitor
        visitor.session.close()
        served.stop()
        app.close()


@pytest.fixture
def listen(visitor):
    opened = []

    def listen(after=0):
        opened.append(Listener(visitor, after))
        return opened[-1]

    yield listen
    for one in opened:
        one.close()


@pytest.fixture
def samples(tmp_path):
    """The sample files in a folder of their own, with their mapping beside."""
    folder = tmp_path / "collection"
    (folder / "files").mkdir(parents=True)
    for one in paths.sample_dir().iterdir():
        beside = one.suffix in (".xlsx", ".yaml")
        shutil.copy(one, folder / one.name if beside else folder / "files" / one.name)
    return folder
