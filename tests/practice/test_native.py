"""The records API of the practice repository: one store with the deposit API, reviews, access."""

import re
import sqlite3

import pytest
import requests

from hdp.practice.server import start

RDM = "application/vnd.inveniordm.v1+json"
RECORD = {
    "access": {"record": "public", "files": "public"},
    "files": {"enabled": True},
    "metadata": {
        "title": "Amphora",
        "resource_type": {"id": "image-photo"},
        "publication_date": "2026-01-02",
        "publisher": "Zenodo",
        "creators": [
            {"person_or_org": {"type": "organizational", "name": "Museum X",
                               "identifiers": [{"scheme": "ror", "identifier": "00g30e956"}]},
             "affiliations": [{"name": "City"}, {"name": "State"}]},
        ],
        "dates": [{"date": "1890", "type": {"id": "created"}}],
        "rights": [{"title": {"en": "In Copyright"}, "link": "http://example.org/InC"}],
    },
}  # fmt: skip


class Client:
    def __init__(self, practice):
        self.practice = practice
        self.session = requests.Session()

    def __call__(self, method, path, who="", **kwargs):
        token = self.practice.curator_token if who == "curator" else self.practice.token
        accept = "application/json" if "/api/deposit" in path else RDM
        headers = {
            "Accept": accept,
            "Authorization": f"Bearer {token}",
            **kwargs.pop("headers", {}),
        }
        url = path if path.startswith("http") else self.practice.url + path
        return self.session.request(method, url, headers=headers, timeout=20,
                                    allow_redirects=False, **kwargs)  # fmt: skip

    def draft(self, files=("a.txt",), **metadata):
        body = {**RECORD, "metadata": {**RECORD["metadata"], **metadata}}
        draft = self("POST", "/api/records", json=body).json()
        for name in files:
            self("POST", draft["links"]["files"], json=[{"key": name}])
            root = f"{draft['links']['files']}/{name}"
            kind = {"Content-Type": "application/octet-stream"}
            assert self("PUT", f"{root}/content", data=b"hello", headers=kind).ok
            assert self("POST", f"{root}/commit").ok
        return draft

    def submit(self, draft, slug="practice-review"):
        community = self("GET", f"/api/communities/{slug}").json()["id"]
        body = {"receiver": {"community": community}, "type": "community-submission"}
        assert self("PUT", draft["links"]["review"], json=body).status_code == 200
        submit = f"/api/records/{draft['id']}/draft/actions/submit-review"
        answer = self("POST", submit, json={"payload": {"content": "please", "format": "html"}})
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


def test_what_the_deposit_api_cannot_say_is_kept(client):
    draft = client.draft()
    assert "errors" not in draft
    creator = draft["metadata"]["creators"][0]
    assert creator["person_or_org"]["type"] == "organizational"
    assert [one["name"] for one in creator["affiliations"]] == ["City", "State"]
    assert draft["metadata"]["dates"][0]["date"] == "1890"
    seen = client("GET", f"/api/deposit/depositions/{draft['id']}").json()["metadata"]
    assert seen["creators"] == [{"name": "Museum X", "affiliation": "City"}]
    assert seen["dates"] == [{"type": "created"}]
    assert "license" not in seen


def test_a_draft_of_the_deposit_api_is_seen_by_the_records_api(client):
    body = {"metadata": {"title": "Stone", "dates": [{"type": "Created", "start": "0150"}]}}
    made = client("POST", "/api/deposit/depositions", json=body).json()
    draft = client("GET", f"/api/records/{made['id']}/draft").json()
    assert draft["metadata"]["title"] == "Stone"
    assert draft["metadata"]["dates"][0]["date"] == "0150"


def test_damaged_signs_are_mended_by_both(client):
    body = {"metadata": {"title": "MÃ¼nchen \u200b ﬁgure"}}
    made = client("POST", "/api/deposit/depositions", json=body).json()
    assert made["metadata"]["title"].startswith("München")
    assert client.draft((), title="MÃ¼nchen")["metadata"]["title"] == "München"


def test_problems_are_told_and_refuse_publishing(client):
    draft = client.draft(title="x", publication_date="soon", foo=1)
    told = {one["field"]: one["messages"] for one in draft["errors"]}
    assert set(told) == {"metadata.title", "metadata.publication_date", "metadata.foo"}
    refused = client("POST", draft["links"]["publish"])
    assert refused.status_code == 400
    assert {one["field"] for one in refused.json()["errors"]} == set(told)


def test_a_review_is_accepted_by_the_curator(client):
    draft = client.draft()
    request = client.submit(draft)
    assert client("POST", draft["links"]["publish"]).status_code == 400
    seen = client("GET", f"/api/records/{draft['id']}/draft").json()
    assert seen["status"] == "in_review" and seen["parent"]["review"]["status"] == "submitted"
    comment = {"payload": {"content": "one moment", "format": "html"}}
    assert client("POST", request["links"]["comments"], "curator", json=comment).ok
    talk = client("GET", request["links"]["timeline"]).json()["hits"]["hits"]
    assert [one["payload"]["content"] for one in talk] == ["please", "one moment"]
    accept = f"{request['links']['self']}/actions/accept"
    assert client("POST", accept).status_code == 403  # not by oneself
    assert client("POST", accept, "curator").json()["status"] == "accepted"
    record = client("GET", f"/api/records/{draft['id']}").json()
    assert record["is_published"]
    assert [one["slug"] for one in record["parent"]["communities"]["entries"]] == [
        "practice-review"
    ]


def test_a_declined_review_leaves_a_draft_that_can_be_sent_again(client):
    draft = client.draft()
    request = client.submit(draft)
    declined = client("POST", f"{request['links']['self']}/actions/decline", "curator",
                      json={"payload": {"content": "no", "format": "html"}})  # fmt: skip
    assert declined.json()["status"] == "declined"
    seen = client("GET", f"/api/records/{draft['id']}/draft").json()
    assert seen["status"] == "declined" and not seen["is_published"]
    again = client.submit(draft)
    cancelled = client("POST", again["links"]["actions"]["cancel"])
    assert cancelled.json()["status"] == "cancelled"
    assert client("POST", draft["links"]["publish"]).status_code == 202


def test_ones_own_community_publishes_at_once(client):
    draft = client.draft()
    assert client.submit(draft, "practice-open")["status"] == "accepted"
    assert client("GET", f"/api/records/{draft['id']}").status_code == 200


def test_the_curators_page_decides_only_with_its_own_form(client):
    draft = client.draft()
    request = client.submit(draft)
    page = client("GET", "/reviews").text
    secret = re.search(r'name="secret" value="([^"]+)"', page)[1]
    url = f"/reviews/{request['id']}"
    assert client("POST", url, data={"verb": "accept", "secret": "x"}).status_code == 403
    form = {"verb": "comment", "comment": "<b>ü</b>", "secret": secret}
    assert client("POST", url, data=form).status_code == 303
    assert "&lt;b&gt;ü&lt;/b&gt;" in client("GET", "/reviews").text
    assert client("POST", url, data={"verb": "accept", "secret": secret}).status_code == 303
    assert client("GET", f"/api/records/{draft['id']}").json()["is_published"]


def test_a_deposit_for_a_reviewing_community_is_public_before_the_review(client):
    body = {"title": "Stone", "upload_type": "dataset", "creators": [{"name": "Doe, Jane"}],
            "communities": [{"identifier": "practice-review"}]}  # fmt: skip
    made = client("POST", "/api/deposit/depositions", json={"metadata": body}).json()
    client("PUT", f"{made['links']['bucket']}/a.txt", data=b"hello")
    assert client("POST", made["links"]["publish"]).status_code == 202
    requests_of = f"/api/records/{made['id']}/requests"
    asked = client("GET", requests_of).json()["hits"]["hits"]
    assert [(one["type"], one["status"]) for one in asked] == [("community-inclusion", "submitted")]
    assert client("POST", f"{asked[0]['links']['self']}/actions/accept", "curator").ok
    got = client("GET", f"/api/deposit/depositions/{made['id']}").json()
    assert got["metadata"]["communities"] == [{"identifier": "practice-review"}]


def test_hostile_records_are_answered_in_words(client):
    for metadata in (
        {"creators": "me", "dates": 5, "subjects": {}, "rights": [1], "locations": [], "title": []},
        {"creators": [1, {}, {"person_or_org": {"type": "x"}}], "funding": [None]},
        {"references": [{}], "identifiers": [{"identifier": {}}], "languages": "deu"},
        {"additional_titles": [{}], "additional_descriptions": [7], "sizes": 3},
    ):
        answer = client("POST", "/api/records", json={"metadata": metadata})
        assert answer.status_code in (201, 400), answer.text
        if answer.status_code == 201:
            assert answer.json()["errors"]
    for body in ([], "x", {"metadata": 5}, {"access": 5, "pids": [], "files": 1}):
        assert client("POST", "/api/records", json=body).status_code in (201, 500)


def test_a_catalogue_of_an_earlier_version_is_read(tmp_path):
    folder = tmp_path / "practice"
    folder.mkdir()
    db = sqlite3.connect(folder / "catalogue.sqlite")
    db.executescript(
        """
        CREATE TABLE counter (next INTEGER NOT NULL);
        INSERT INTO counter VALUES (1002);
        CREATE TABLE record (id INTEGER PRIMARY KEY, concept INTEGER NOT NULL);
        INSERT INTO record VALUES (1002, 1001);
        CREATE TABLE side (record INTEGER, name TEXT, metadata TEXT, problems TEXT, bucket TEXT,
          created TEXT, modified TEXT, revision INTEGER, PRIMARY KEY (record, name)) WITHOUT ROWID;
        INSERT INTO side VALUES (1002, 'public', '{"title": "Old", "upload_type": "dataset",
          "doi": "10.5072/zenodo.1002", "access_right": "open"}', '[]', 'b', '2026', '2026', 4);
        CREATE TABLE file (bucket TEXT, key TEXT, id TEXT, version TEXT, size INTEGER, md5 TEXT,
          mimetype TEXT, created TEXT, updated TEXT, PRIMARY KEY (bucket, key)) WITHOUT ROWID;
        INSERT INTO file VALUES ('b', 'a.txt', 'f', 'v', 5, 'm', 'text/plain', '2026', '2026');
        """
    )
    db.close()
    server = start(folder)
    try:
        client = Client(server)
        old = client("GET", "/api/records/1002").json()
        assert old["metadata"]["title"] == "Old" and old["files"]["count"] == 1
        assert old["pids"]["doi"]["identifier"] == "10.5072/zenodo.1002"
        assert int(client("POST", "/api/records", json={}).json()["id"]) > 1002
        client.session.close()
    finally:
        server.stop()
