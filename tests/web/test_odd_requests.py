"""Whatever a broken page asks, the answer is a sentence and never a bug."""

import itertools
import threading

import pytest
import requests

from hdp.web.server import build

ODD = [None, True, -1, 1.5, 10**30, "", "\0", "../..", "/", "ü" * 3000, [], [1, "a"], {}, {"a": {}}]
FIELDS = (
    "path", "file", "name", "code", "input", "output", "modality", "mode", "extensions", "bundle",
    "primary", "materials", "textures", "exclude", "env", "action", "ids", "filter", "stage",
    "confirm", "pipeline", "params", "token", "title", "kinds", "item", "all",
)  # fmt: skip


class _Anything:
    def __getattr__(self, name):
        return _Anything()


def _paths(method):
    routes = [route for route in build(_Anything(), None).routes if route.method == method]
    found = [route.rule.removeprefix("/api") for route in routes if route.rule.startswith("/api/")]
    skipped = ("/project/demo", "/events")
    return sorted(one for one in found if one not in skipped)


def _filled(path):
    return path.replace("<item:int>", "7").replace("<job:int>", "7").replace("<name>", "%25x")


@pytest.fixture(params=["no project", "project"])
def odd_visitor(request, visitor, samples, listen):
    if request.param == "project":
        body = {
            "file": str(samples / "p.hdpc"), "name": "P", "code": "P",
            "input": str(samples / "files"), "output": str(samples / "out"),
        }  # fmt: skip
        listen().finished(visitor.post("/project/new", body, status=202)["job"])
    return visitor


def _told(answer):
    assert answer.status_code != 500, (answer.request.url, answer.request.body, answer.text)
    if answer.status_code >= 400:
        error = answer.json()["error"]
        assert error["code"] and error["message"]


def test_odd_bodies(odd_visitor):
    headers = {"Origin": odd_visitor.web.base, "Content-Type": "application/json"}
    for path, odd in itertools.product(_paths("POST"), ODD):
        url = odd_visitor.web.base + "/api" + _filled(path)
        body = dict.fromkeys(FIELDS, odd)
        _told(odd_visitor.session.post(url, json=body, headers=headers))
        if "action" in path:
            right = {"action": "prepare", "env": "practice", "ids": [1]}
            for name in FIELDS:
                body = {**right, name: odd}
                _told(odd_visitor.session.post(f"{url}", json=body, headers=headers))


def test_odd_queries(odd_visitor):
    names = ("env", "stage", "search", "state", "title", "since", "until", "sort", "offset",
             "limit", "item", "path", "after")  # fmt: skip
    odd = ("", "-1", "1e9", "99999999999999999999", "\0", "%", "ü", "[", "../", "2026-13-01")
    for path, value in itertools.product(_paths("GET"), odd):
        url = odd_visitor.web.base + "/api" + _filled(path)
        for stage in ("prepare", value) if path.startswith("/uploads") else (value,):
            query = dict.fromkeys(names, value) | {"stage": stage}
            _told(odd_visitor.session.get(url, params=query))
        for name in names:
            query = {"stage": "prepare", "env": "practice", name: value}
            if path.startswith("/uploads"):
                _told(odd_visitor.session.get(url, params=query))


def test_opening_the_same_project_at_once(visitor, samples, listen):
    body = {
        "file": str(samples / "p.hdpc"), "name": "P", "code": "P",
        "input": str(samples / "files"), "output": str(samples / "out"),
    }  # fmt: skip
    listen().finished(visitor.post("/project/new", body, status=202)["job"])
    headers = {"Origin": visitor.web.base, "Content-Type": "application/json"}
    url, answers = visitor.web.base + "/api/project/open", []

    def again():
        cookies = visitor.session.cookies
        path = {"path": body["file"]}
        answers.append(requests.post(url, json=path, headers=headers, cookies=cookies))

    threads = [threading.Thread(target=again) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert [one.status_code for one in answers] == [200] * 4, [one.text for one in answers]
    assert visitor.get("/app")["project"]["items"] > 6
