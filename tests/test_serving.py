"""The loopback server: ready at once, chunked bodies, cut connections, clean end."""

import socket
import subprocess
import sys
import threading

import pytest
import requests

from hdp.serving import serve


def echo(environ, start_response):
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length)
    start_response("200 OK", [("Content-Type", "application/octet-stream")])
    return [body]


@pytest.fixture
def served():
    server = serve(echo)
    yield server
    server.stop()


def test_answers_as_soon_as_it_returns_and_only_on_loopback(served):
    assert served.url == f"http://127.0.0.1:{served.port}"
    assert requests.post(served.url, data=b"hello", timeout=5).content == b"hello"


def test_chunked_bodies_arrive_whole(served):
    blocks = [b"a" * 700_000, b"b" * 700_000, b"c"]
    answer = requests.post(served.url, data=iter(blocks), timeout=5)
    assert answer.content == b"".join(blocks)


def test_a_connection_is_used_again_after_a_chunked_body(served):
    with requests.Session() as session:
        for body in (iter([b"one", b"two"]), b"three"):
            assert session.post(served.url, data=body, timeout=5).status_code == 200
        served.stop()
        assert not any("CP Server" in thread.name for thread in threading.enumerate())


def test_a_chunked_body_that_breaks_off_is_never_given_to_the_application(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as raw:
        head = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        raw.sendall(head + b"10\r\nonly half")
        raw.shutdown(socket.SHUT_WR)
        assert b"HTTP/1.1 400" in raw.recv(4096)


def test_abort_cuts_the_connection_without_an_answer():
    def app(environ, start_response):
        environ["hdp.abort"]()
        start_response("200 OK", [])
        return [b"never seen"]

    server = serve(app)
    try:
        with pytest.raises(requests.ConnectionError):
            requests.get(server.url, timeout=5)
    finally:
        server.stop()


def test_long_answers_end_when_it_closes():
    begun = threading.Event()

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        begun.set()
        yield b"first\n"
        environ["hdp.closing"].wait(30)
        yield b"last\n"

    server = serve(app)
    lines = []

    def read():
        with requests.get(server.url, stream=True, timeout=30) as answer:
            lines.extend(answer.iter_lines())

    reader = threading.Thread(target=read)
    reader.start()
    assert begun.wait(5)
    server.stop()
    reader.join(10)
    assert not reader.is_alive()
    assert lines[0] == b"first"


def test_stopping_twice_is_fine_and_frees_the_port():
    server = serve(echo)
    server.stop()
    server.stop()
    assert server.closing.is_set()
    again = serve(echo, port=server.port)
    again.stop()


def test_a_forgotten_stop_does_not_keep_the_process_alive():
    program = (
        "from hdp.serving import serve\nserve(lambda environ, start: [])\nraise SystemExit(3)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], timeout=30, check=False)
    assert done.returncode == 3


def test_a_port_in_use_is_told_at_once(served):
    with pytest.raises(OSError, match=str(served.port)):
        serve(echo, port=served.port)
