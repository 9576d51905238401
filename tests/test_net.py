import json
import logging
import socket
import threading

import pytest
from cheroot import wsgi

from hdp.net import USER_AGENT, Client, host_of, redact, without_query
from hdp.sdk import Cancelled, Http, InvalidInput, Refused, Unreachable

TOKEN = "s3cret-t0ken-with-entropy"


class App:
    """Answers by path; remembers what it was sent."""

    def __init__(self):
        self.seen = []

    def __call__(self, environ, start):
        chunked = environ.get("HTTP_TRANSFER_ENCODING")
        length = environ.get("CONTENT_LENGTH")
        body = environ["wsgi.input"].read(int(length)) if length else b""
        self.seen.append({**environ, "body": body, "chunked": chunked})
        path = environ["PATH_INFO"]
        date = [("Date", "Sun, 22 Nov 2026 14:00:00 +0200")] if path == "/date" else []
        if path == "/html":
            start("200 OK", [("Content-Type", "text/html")])
            return [b"<html>login?access_token=abc</html>"]
        if path == "/away":
            start("302 Found", [("Location", "http://localhost:9/elsewhere")])
            return [b""]
        if path == "/moved":
            start("301 Moved", [("Location", "/date")])
            return [b""]
        if path == "/loop":
            start("302 Found", [("Location", "/loop")])
            return [b""]
        start("201 Created" if body else "200 OK", [("Content-Type", "application/json"), *date])
        return [json.dumps({"length": len(body)}).encode()]


@pytest.fixture(scope="module")
def served():
    app = App()
    server = wsgi.Server(("127.0.0.1", 0), app)
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield app, f"http://127.0.0.1:{server.bind_addr[1]}"
    server.stop()
    thread.join()


@pytest.fixture
def app(served):
    served[0].seen.clear()
    return served[0]


@pytest.fixture
def url(served):
    return served[1]


def test_it_is_the_http_of_the_contract():
    client: Http = Client()
    assert client.server_time is None


def test_a_small_call(app, url):
    calls, answers = [], []
    client = Client(
        token=TOKEN,
        allowed_host=url,
        on_call=calls.append,
        on_answer=lambda _status, headers: answers.append(headers["Content-Type"]),
    )
    answer = client.request("post", f"{url}/a", json={"b": "ü"}, params={"access_token": "x1"})
    assert (answer.status, answer.json()) == (201, {"length": 15})
    seen = app.seen[0]
    assert seen["HTTP_AUTHORIZATION"] == f"Bearer {TOKEN}"
    assert seen["CONTENT_TYPE"] == "application/json"
    assert seen["HTTP_USER_AGENT"] == USER_AGENT
    assert (calls[0].method, calls[0].url, calls[0].status) == ("POST", f"{url}/a", 201)
    assert (calls[0].sent, calls[0].received) == (15, len(answer.text))
    assert answers == ["application/json"] and answer.url == f"{url}/a"


def test_the_token_goes_nowhere_else(app, url):
    client = Client(token=TOKEN, allowed_host="https://zenodo.org")
    client.request("GET", f"{url}/a")
    assert "HTTP_AUTHORIZATION" not in app.seen[0]
    with pytest.raises(Refused):
        client.request("GET", f"{url}/a", headers={"authorization": f"Bearer {TOKEN}"})
    answer = Client(token=TOKEN, allowed_host=url).request("GET", f"{url}/away")
    assert answer.status == 302
    assert TOKEN not in repr(client) + repr(answer)


def test_moved_on_the_same_host_and_the_servers_clock(url):
    client = Client()
    assert client.request("GET", f"{url}/moved").status == 200
    assert client.server_time == 1795348800.0  # 12:00 UTC
    assert 0 <= client.server_now() - client.server_time < 60
    assert client.request("POST", f"{url}/moved").status == 301
    with pytest.raises(Unreachable):
        client.request("GET", f"{url}/loop")


def test_netrc_does_not_replace_the_token(app, url, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    Client(token=TOKEN, allowed_host=url).request("GET", f"{url}/a")
    assert app.seen[0]["HTTP_AUTHORIZATION"] == f"Bearer {TOKEN}"


def test_files_are_streamed_with_their_length(app, url, tmp_path):
    big, empty = tmp_path / "big", tmp_path / "empty"
    big.write_bytes(b"x" * (3 << 20) + b"y")
    empty.touch()
    told = []
    client = Client()
    answer = client.request("PUT", f"{url}/f", body=big, progress=lambda *at: told.append(at))
    assert answer.json() == {"length": (3 << 20) + 1}
    assert [sent for sent, _ in told] == [1 << 20, 2 << 20, 3 << 20, (3 << 20) + 1]
    client.request("PUT", f"{url}/f", body=empty)
    assert [(one["CONTENT_LENGTH"], one["chunked"]) for one in app.seen] == [
        (str((3 << 20) + 1), None), ("0", None)]  # fmt: skip


def test_a_missing_file_and_a_stopped_upload(url, tmp_path):
    with pytest.raises(InvalidInput, match="cannot be read"):
        Client().request("PUT", f"{url}/f", body=tmp_path / "none")
    file = tmp_path / "f"
    file.write_bytes(b"x" * (4 << 20))
    stop = []
    client = Client(cancelled=lambda: bool(stop))
    with pytest.raises(Cancelled):
        client.request("PUT", f"{url}/f", body=file, progress=lambda *_: stop.append(1))


def test_a_file_that_shrinks_on_the_way(url, tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"x" * (4 << 20))

    def shrink(*_):
        with file.open("r+b") as opened:
            opened.truncate(1 << 20)

    with pytest.raises(InvalidInput) as caught:
        Client().request("PUT", f"{url}/f", body=file, progress=shrink)
    assert caught.value.name == "file-changed"


def test_an_answer_that_is_no_json(url):
    with pytest.raises(Unreachable) as caught:
        Client().request("GET", f"{url}/html").json()
    assert caught.value.name == "bad-answer" and "abc" not in caught.value.message


def _raw_server(answer):
    """Accepts once, reads a little, answers raw bytes and closes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with listener, listener.accept()[0] as talk:
            talk.recv(65536)
            talk.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread, f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("answer", [
    b"",
    b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
    b"garbage\r\n\r\n",
])  # fmt: skip
def test_no_whole_answer_is_unreachable_and_tells_no_secret(answer, caplog):
    thread, url = _raw_server(answer)
    calls = []
    client = Client(token=TOKEN, allowed_host=url, on_call=calls.append)
    with caplog.at_level(logging.DEBUG), pytest.raises(Unreachable) as caught:
        client.request("POST", f"{url}/p", params={"access_token": TOKEN}, json={})
    thread.join()
    error = caught.value
    assert error.values["sent"] is True and "127.0.0.1" in error.message
    chain = [error.__cause__, error.__context__]
    assert chain == [None, None]
    assert TOKEN not in f"{error!r}{error.to_json()}{calls}"
    assert calls[0].status is None


def test_nobody_there_was_surely_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unreachable) as caught:
        Client().request("GET", f"http://127.0.0.1:{port}/")
    assert caught.value.values == {"host": "127.0.0.1", "sent": False}
    assert "refused" in caught.value.message
    for bad in ("nonsense", "ftp://a/b", "http://", "http://[::1"):
        with pytest.raises(Unreachable):
            Client().request("GET", bad)
    with pytest.raises(Unreachable) as caught:
        Client().request("GET", "https://u:p@[::1/?access_token=abc")
    assert "abc" not in caught.value.message


def test_words_about_addresses():
    assert redact(f"a {TOKEN} Bearer xyz ?access_token=q&b=1", [TOKEN, ""]) == (
        "a *** Bearer *** ?access_token=***&b=1")  # fmt: skip
    assert without_query("https://u:p@h/x?y=1#z") == "https://h/x"
    assert host_of("https://Zenodo.org/a") == "zenodo.org:443"
