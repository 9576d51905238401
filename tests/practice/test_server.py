"""The practice repository over real HTTP."""

import concurrent.futures
import hashlib
import multiprocessing
import os
import socket
import stat

import pytest
import requests

from hdp.practice.server import start
from hdp.sdk import ProjectError

METADATA = {
    "title": "A stone",
    "upload_type": "physicalobject",
    "description": "<p>Found <script>alert(1)</script></p>",
    "creators": [{"name": "Doe, Jane"}],
}


class Client:
    """A small client, so that tests read like a story."""

    def __init__(self, practice):
        self.practice = practice
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {practice.token}"

    def __call__(self, method, path, **kwargs):
        url = path if path.startswith("http") else self.practice.url + path
        kwargs.setdefault("allow_redirects", False)
        return self.session.request(method, url, timeout=20, **kwargs)

    def draft(self, **metadata):
        body = {"metadata": {**METADATA, **metadata}}
        answer = self("POST", "/api/deposit/depositions", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def put(self, draft, name="a.txt", body=b"hello"):
        return self("PUT", f"{draft['links']['bucket']}/{name}", data=body)

    def act(self, draft, verb):
        return self("POST", f"/api/deposit/depositions/{draft['id']}/actions/{verb}")

    def files(self, draft):
        return self("GET", f"/api/deposit/depositions/{draft['id']}/files").json()

    def published(self, **metadata):
        draft = self.draft(**metadata)
        assert self.put(draft).status_code == 201
        answer = self.act(draft, "publish")
        assert answer.status_code == 202, answer.text
        return answer.json()


@pytest.fixture
def practice(tmp_path):
    server = start(tmp_path / "practice")
    yield server
    server.stop()


@pytest.fixture
def client(practice):
    client = Client(practice)
    yield client
    client.session.close()


def test_create_upload_publish_and_look_up(client):
    done = client.published()
    assert done["doi"] == f"10.5072/zenodo.{done['id']}"
    assert done["conceptdoi"] == f"10.5072/zenodo.{done['conceptrecid']}"
    assert done["state"] == "done" and done["submitted"] is True
    record = client("GET", f"/api/records/{done['id']}").json()
    assert record["doi"] == done["doi"] and record["files"][0]["key"] == "a.txt"
    assert client("GET", record["files"][0]["links"]["self"]).content == b"hello"
    to_latest = client("GET", f"/api/records/{done['conceptrecid']}")
    assert to_latest.status_code == 302
    assert to_latest.headers["Location"] == f"/api/records/{done['id']}"


def test_ids_are_given_once_even_after_a_discard(client):
    first = client.draft()
    assert client.act(first, "discard").status_code == 204
    assert client("GET", first["links"]["self"]).status_code == 404
    assert client.draft()["id"] > first["id"]


def test_a_new_version_carries_files_and_drops_the_version(client):
    done = client.published(version="1.0", publication_date="2001")
    draft = client.act(done, "newversion").json()
    assert draft["id"] != done["id"] and draft["conceptrecid"] == done["conceptrecid"]
    assert "version" not in draft["metadata"]
    assert draft["metadata"]["publication_date"] != "2001"
    assert [file["id"] for file in client.files(draft)] == [f["id"] for f in done["files"]]
    again = client.act(done, "newversion")
    assert again.status_code == 400
    assert again.json()["errors"][0]["messages"] == ["Please remove all files first."]
    client("DELETE", client.files(draft)[0]["links"]["self"])
    same = client.act(done, "newversion").json()
    assert same["id"] == draft["id"] and len(same["files"]) == 1
    client.put(draft, "a.txt", b"changed")
    assert client.act(draft, "publish").status_code == 202
    listed = client("GET", f"/api/records/{done['id']}/versions").json()["hits"]["hits"]
    assert [one["id"] for one in listed] == [draft["id"], done["id"]]
    old = client("GET", f"/api/records/{done['id']}/files/a.txt/content")
    assert old.content == b"hello"


def test_the_native_new_version_is_the_same_however_often_it_is_asked(client):
    done = client.published()
    path = f"/api/records/{done['id']}/versions"
    first, second = client("POST", path).json(), client("POST", path).json()
    assert first["id"] == second["id"]
    assert client.files(first) == []
    imported = client("POST", f"/api/records/{first['id']}/draft/actions/files-import")
    assert imported.status_code == 201 and len(client.files(first)) == 1


def test_editing_locks_the_files_and_keeps_the_doi(client):
    done = client.published()
    edit = client.act(done, "edit").json()
    assert edit["state"] == "inprogress"
    assert client.put(edit).json()["message"] == "Bucket is locked for modifications."
    body = {"metadata": {**METADATA, "title": "Another title"}}
    client("PUT", f"/api/deposit/depositions/{done['id']}", json=body)
    again = client.act(done, "publish").json()
    assert again["title"] == "Another title" and again["doi"] == done["doi"]
    assert [file["filename"] for file in again["files"]] == ["a.txt"]


def test_a_token_is_made_for_the_folder_and_needed(practice, client, tmp_path):
    path = tmp_path / "practice" / "token"
    assert path.read_text() == practice.token
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": practice.token}):
        url = f"{practice.url}/api/deposit/depositions"
        assert requests.get(url, headers=headers, timeout=5).status_code == 403
        assert requests.get(f"{practice.url}/api/me", headers=headers, timeout=5).status_code == 401
    assert client("GET", "/api/me").json()["email"] == "practice@localhost"


def test_another_host_name_is_refused(client):
    answer = client("GET", "/api/deposit/depositions", headers={"Host": "evil.example"})
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_pages_say_that_nothing_is_public_and_escape(client):
    done = client.published(title="<b>Stone</b>", keywords=["<script>alert(2)</script>"])
    draft = client.draft()
    for path in ("/", f"/records/{done['id']}", f"/deposit/{draft['id']}", "/records/99"):
        text = client("GET", path).text
        assert "Practice: nothing here is public" in text
        assert "<b>Stone</b>" not in text and "<script>" not in text


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("a%20b%2541.txt", 201), ("%E6%96%87.txt", 201), ("n" * 255, 201), ("n" * 256, 400),
        ("dir/file", 404), ("dir%2Ffile", 404), ("%2e%2e", 404),
    ],
)  # fmt: skip
def test_file_names(client, name, status):
    prepared = requests.Request("PUT", f"{client.draft()['links']['bucket']}/x", data=b"1")
    request = client.session.prepare_request(prepared)
    request.url = request.url[:-1] + name
    assert client.session.send(request, timeout=5).status_code == status


def test_empty_files_other_types_and_the_101st_file_are_refused(client, practice):
    draft = client.draft()
    assert client.put(draft, body=b"").json()["message"] == "Empty files are not accepted."
    url = f"{draft['links']['bucket']}/x"
    assert client("PUT", url, json={"a": 1}).status_code == 415
    for number in range(100):
        assert client.put(draft, f"{number}.txt").status_code == 201
    assert client.put(draft, "one-too-many.txt").status_code == 400
    assert client.put(draft, "0.txt", b"replaced").status_code == 201


def test_a_chunked_upload_arrives_whole(client):
    draft = client.draft()
    answer = client.put(draft, body=iter([b"one ", b"two"]))
    assert answer.json()["checksum"] == f"md5:{hashlib.md5(b'one two').hexdigest()}"


def test_a_broken_off_upload_leaves_nothing_and_keeps_the_old_file(client, practice, tmp_path):
    draft = client.draft()
    client.put(draft, "a.txt", b"old")
    path = draft["links"]["bucket"].removeprefix(practice.url) + "/a.txt"
    head = (
        f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {practice.token}\r\n"
        "Content-Length: 1000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", practice.port), timeout=5) as raw:
        raw.sendall(head.encode() + b"only this")
        raw.shutdown(socket.SHUT_WR)
        raw.recv(4096)
    checksums = [file["checksum"] for file in client.files(draft)]
    assert checksums == [hashlib.md5(b"old").hexdigest()]
    assert [path.name for path in (tmp_path / "practice" / "files").iterdir()] == checksums


def test_bodies_nobody_points_to_are_removed(client, tmp_path):
    one, two = client.draft(), client.draft()
    client.put(one), client.put(two)
    folder = tmp_path / "practice" / "files"
    client.act(one, "discard")
    assert len(list(folder.iterdir())) == 1
    file = client.files(two)[0]
    assert client("DELETE", file["links"]["self"]).status_code == 204
    assert list(folder.iterdir()) == []


def test_a_real_rate_limit(tmp_path):
    server = start(tmp_path, rate="3/60")
    try:
        client = Client(server)
        answers = [client("GET", "/api/me") for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert answers[3].json() == {"message": "3 per 1 minute", "status": 429}
        assert answers[3].headers["X-RateLimit-Remaining"] == "0"
        assert 0 < int(answers[3].headers["Retry-After"]) <= 60
        client.session.close()
    finally:
        server.stop()


def test_uploads_to_several_drafts_at_once(client, practice):
    drafts = [client.draft() for _ in range(8)]

    def upload(draft):
        body = str(draft["id"]).encode() * 100_000
        headers = {"Authorization": f"Bearer {practice.token}"}
        url = f"{draft['links']['bucket']}/big.bin"
        answer = requests.put(url, data=body, headers=headers, timeout=20)
        return answer.json()["checksum"] == f"md5:{hashlib.md5(body).hexdigest()}"

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert all(pool.map(upload, drafts))


def test_a_damaged_catalogue_is_told_in_a_sentence(tmp_path):
    (tmp_path / "catalogue.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(ProjectError, match="cannot be used"):
        start(tmp_path)


def serve_elsewhere(folder, pipe):
    server = start(folder)
    pipe.send((server.url, server.token))
    pipe.recv()
    server.stop()


def test_two_processes_serve_the_same_folder(tmp_path):
    context = multiprocessing.get_context("spawn")
    ends = [context.Pipe() for _ in range(2)]
    processes = [
        context.Process(target=serve_elsewhere, args=(tmp_path / "shared", end[1])) for end in ends
    ]
    for process in processes:
        process.start()
    try:
        servers = [end[0].recv() for end in ends]
        assert servers[0][1] == servers[1][1]

        def create(number):
            url, token = servers[number % 2]
            answer = requests.post(
                f"{url}/api/deposit/depositions",
                json={"metadata": METADATA},
                headers={"Authorization": f"Bearer {token}"},
                timeout=20,
            )
            return answer.json()["id"]

        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            ids = list(pool.map(create, range(30)))
        assert len(set(ids)) == 30
        for url, token in servers:
            headers = {"Authorization": f"Bearer {token}"}
            listed = requests.get(
                f"{url}/api/deposit/depositions?size=100", headers=headers, timeout=20
            ).json()
            assert {one["id"] for one in listed} == set(ids)
    finally:
        for end in ends:
            end[0].send("stop")
        for process in processes:
            process.join(20)
    assert [process.exitcode for process in processes] == [0, 0]


def test_listing_pages_and_queries(client):
    drafts = [client.draft(title=f"Stone {number}") for number in range(3)]
    done = client.published(title="Vase")
    titles = [
        one["title"]
        for one in client("GET", "/api/deposit/depositions?q=is_published:false").json()
    ]
    assert titles == [draft["title"] for draft in reversed(drafts)]
    page = client("GET", "/api/deposit/depositions?size=2&page=2").json()
    assert [one["title"] for one in page] == ["Stone 1", "Stone 0"]
    found = client("GET", f'/api/records?q=doi:"{done["doi"]}"').json()
    assert [hit["id"] for hit in found["hits"]["hits"]] == [done["id"]]
    assert client("GET", "/api/deposit/depositions?size=0").status_code == 400


def test_half_characters_and_deep_nesting_are_no_json(client):
    headers = {"Content-Type": "application/json"}
    for body in ('{"metadata": {"title": "\\ud800"}}', "[" * 100_000, "\xff".encode("latin-1")):
        answer = client("POST", "/api/deposit/depositions", data=body, headers=headers)
        assert answer.status_code == 400, answer.text
        assert answer.json()["message"] == "Unable to decode JSON data in request body."
