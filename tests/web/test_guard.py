import json
import socket

import pytest
import requests

from hdp.application.page import serve
from hdp.sdk import UsageError
from hdp.web.server import build

JSON = {"Content-Type": "application/json"}


def _routes():
    class Anything:
        def __getattr__(self, name):
            return Anything()

    for route in build(Anything(), None).routes:
        path = route.rule
        for name in ("<item:int>", "<job:int>"):
            path = path.replace(name, "1")
        yield route.method, path.replace("<name>", "x").replace("<path:path>", "index.html")


ROUTES = sorted(set(_routes()))


def _raw(web, path, method="GET", headers=""):
    host = f"Host: 127.0.0.1:{web.port}\r\n" if "Host:" not in headers else ""
    with socket.create_connection(("127.0.0.1", web.port), timeout=10) as connection:
        connection.sendall(f"{method} {path} HTTP/1.1\r\n{host}{headers}\r\n".encode())
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_all_nouns_are_there():
    assert len(ROUTES) > 40


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_without_the_cookie(watched, method, path):
    answer = requests.request(method, watched.web.base + path, data="{}", headers=JSON)
    if path == "/api/ready":
        assert answer.json() == {"ready": True}
    else:
        assert answer.status_code == 403
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("method", "path"), [one for one in ROUTES if one[0] == "POST"])
def test_no_change_from_elsewhere(watched, method, path):
    url, ours = watched.web.base + path, {"Origin": watched.web.base}

    def status(headers):
        return watched.session.post(url, data="{}", headers=headers).status_code

    assert status(JSON) == 403
    assert status({**JSON, "Origin": "http://evil.example"}) == 403
    assert status({**JSON, "Origin": "null"}) == 403
    assert status({**JSON, "Origin": f"http://127.0.0.1:{watched.web.port + 1}"}) == 403
    assert status({**JSON, **ours, "Sec-Fetch-Site": "same-site"}) == 403
    assert status({**ours, "Content-Type": "text/plain"}) == 415
    assert status({**ours, "Content-Type": "application/x-www-form-urlencoded"}) == 415
    assert status({**JSON, **ours, "Host": "evil.example"}) == 403


def test_the_token_works_once_and_the_cookie_goes_on(web):
    first, second = requests.Session(), requests.Session()
    answer = first.get(web.url, allow_redirects=False)
    cookie = answer.headers["Set-Cookie"]
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and f"hdp_{web.port}=" in cookie
    assert first.get(web.base + "/").status_code == 200
    assert first.get(web.url).status_code == 200, "a reload of the same address"
    assert second.get(web.url).status_code == 403
    assert "known" in second.get(web.url).text


@pytest.mark.parametrize("token", ["", "x", "%ff%fe", "a" * 5000])
def test_a_wrong_token_opens_nothing_and_uses_nothing_up(web, token):
    assert requests.get(f"{web.base}/?token={token}").status_code == 403
    assert requests.get(web.url).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "", "[::1]:80"])
def test_other_hosts_are_refused(web, host):
    for path in ("/", "/api/ready", web.url.partition("/?")[2] and "/?" + web.url.split("?")[1]):
        status = _raw(web, path, headers=f"Host: {host}\r\n").split(b" ", 2)[1]
        assert status in (b"403", b"400")


def test_localhost_is_ours_too(web):
    assert b"200 OK" in _raw(web, "/api/ready", headers=f"Host: localhost:{web.port}\r\n")


@pytest.mark.parametrize("cookie", ["hdp_{}=", "hdp_{}=x", "=;;==", "hdp_{}=\xff", "a=b; " * 500])
def test_wrong_cookies(watched, cookie):
    web = watched.web
    answer = _raw(web, "/api/app", headers=f"Cookie: {cookie.format(web.port)}\r\n")
    assert answer.split(b" ", 2)[1] == b"403"


def test_methods_that_are_none_of_ours(visitor):
    for method in ("TRACE", "PATCH", "OPTIONS", "CONNECT-X"):
        answer = visitor.session.request(method, visitor.web.base + "/api/app")
        assert answer.status_code == 405


def test_pages_of_other_ports_cannot_read(visitor):
    headers = {"Sec-Fetch-Site": "same-site"}
    url = visitor.web.base + "/api/app"
    assert visitor.session.get(url, headers=headers).status_code == 403
    assert visitor.session.get(url, headers={"Sec-Fetch-Site": "none"}).status_code == 200


def test_policy_of_the_page(visitor):
    headers = visitor.session.get(visitor.web.base + "/").headers
    policy = headers["Content-Security-Policy"]
    for part in (
        "default-src 'self'", "script-src 'self'", "connect-src 'self'", "base-uri 'none'",
        "frame-ancestors 'none'", "form-action 'none'", "img-src 'self' data: blob:",
    ):  # fmt: skip
        assert part in policy
    assert "'unsafe-eval'" not in policy and policy.count("unsafe-inline") == 1
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Type"].startswith("text/html")


TRAVERSAL = [
    "/../../pyproject.toml", "/..%2f..%2fpyproject.toml", "/%2e%2e/%2e%2e/pyproject.toml",
    "/assets/../../__init__.py", "/assets/..%5c..%5c__init__.py", "//etc/passwd", "/etc/passwd",
    "/assets/%00.js", "/..;/x.txt", "/index.html/../../../LICENSE.txt",
    "/assets/../../../../a.json",
]  # fmt: skip


@pytest.mark.parametrize("path", TRAVERSAL)
def test_nothing_outside_the_page_is_served(watched, path):
    cookie = "; ".join(f"{one.name}={one.value}" for one in watched.session.cookies)
    answer = _raw(watched.web, path, headers=f"Cookie: {cookie}\r\n")
    assert answer.split(b" ", 2)[1] in (b"404", b"400", b"301"), answer[:300]
    assert b"root:" not in answer and b"[project]" not in answer


def test_an_unknown_address_is_told_in_json(visitor):
    assert visitor.get("/nothing", status=404)["error"]["code"] == "not-found"
    assert visitor.post("/app", status=405)["error"]["message"]


def test_page_not_built(visitor, monkeypatch, tmp_path):
    monkeypatch.setattr("hdp.paths.frontend_dir", lambda: tmp_path / "nothing")
    answer = visitor.session.get(visitor.web.base + "/")
    assert answer.status_code == 200 and "not built" in answer.text


def test_mime_types_are_ours(visitor, monkeypatch, tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a.js").write_text("1")
    (tmp_path / "index.html").write_text("<p>")
    (tmp_path / "secret.py").write_text("x")
    monkeypatch.setattr("hdp.paths.frontend_dir", lambda: tmp_path)
    answer = visitor.session.get(visitor.web.base + "/assets/a.js")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    assert visitor.session.get(visitor.web.base + "/").headers["Cache-Control"] == "no-cache"
    assert visitor.session.get(visitor.web.base + "/secret.py").status_code == 404


@pytest.mark.parametrize("body", ["", "[]", "{", "null", "1", "[" * 5000, "\xff"])
def test_bad_bodies(visitor, body):
    headers = {**JSON, "Origin": visitor.web.base}
    url = visitor.web.base + "/api/project/open"
    answer = visitor.session.post(url, data=body.encode("latin-1"), headers=headers)
    assert answer.status_code == 400 and answer.json()["error"]["code"] == "bad-request"


def test_a_bug_is_told_with_a_report_and_logged(visitor, app, caplog, monkeypatch):
    monkeypatch.setattr(type(app.environments), "list", lambda self: 1 / 0)
    error = visitor.get("/app", status=500)["error"]
    assert error["code"] == "bug" and error["report"] in error["hint"]
    assert error["report"] in caplog.text and "ZeroDivisionError" in caplog.text
    assert "Traceback" not in json.dumps(error)


@pytest.mark.parametrize("port", ["taken", 70000])
def test_a_port_that_cannot_be_had(app, web, port):
    with pytest.raises(UsageError) as caught:
        serve(app, port=web.port if port == "taken" else port)
    assert caught.value.name == "port-taken"
