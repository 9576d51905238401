"""Faults on demand: each does what its sentence says, as often as it was ordered."""

import hashlib

import pytest
import requests

from hdp.practice.faults import WORDS, Faults, parse
from hdp.practice.server import start
from hdp.sdk import UsageError


@pytest.fixture
def practice(tmp_path):
    server = start(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def ask(practice):
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {practice.token}"

        def ask(method, path, **kwargs):
            url = path if path.startswith("http") else practice.url + path
            return session.request(method, url, timeout=10, **kwargs)

        yield ask


def create(ask):
    body = {"metadata": {"title": "A stone", "upload_type": "dataset"}}
    return ask("POST", "/api/deposit/depositions", json=body)


def listed(ask):
    return ask("GET", "/api/deposit/depositions").json()


def test_429_and_503_are_refused_once_and_then_fine(practice, ask):
    practice.faults.add("429=7:create,503:create*2")
    refused = create(ask)
    assert refused.status_code == 429 and refused.headers["Retry-After"] == "7"
    assert create(ask).status_code == 503
    assert create(ask).status_code == 201
    assert len(listed(ask)) == 1


def test_a_lost_answer_is_work_done(practice, ask):
    practice.faults.add("lost-answer:create")
    with pytest.raises(requests.ConnectionError):
        create(ask)
    assert len(listed(ask)) == 1
    assert practice.faults.struck == [("lost-answer", "create")]


def test_a_cut_upload_leaves_nothing(practice, ask):
    draft = create(ask).json()
    practice.faults.add("cut-upload")
    with pytest.raises(requests.ConnectionError):
        ask("PUT", f"{draft['links']['bucket']}/a.bin", data=b"x" * 3_000_000)
    assert ask("GET", draft["links"]["files"]).json() == []
    assert ask("PUT", f"{draft['links']['bucket']}/a.bin", data=b"x").status_code == 201


def test_a_wrong_checksum_is_that_of_what_is_stored(practice, ask):
    draft = create(ask).json()
    practice.faults.add("wrong-checksum")
    answer = ask("PUT", f"{draft['links']['bucket']}/a.txt", data=b"hello").json()
    assert answer["checksum"] != f"md5:{hashlib.md5(b'hello').hexdigest()}"
    stored = ask("GET", f"{draft['links']['bucket']}/a.txt").content
    assert answer["checksum"] == f"md5:{hashlib.md5(stored).hexdigest()}"


def test_a_vanished_upload_is_answered_well(practice, ask):
    draft = create(ask).json()
    practice.faults.add("vanish")
    answer = ask("PUT", f"{draft['links']['bucket']}/a.txt", data=b"hello")
    assert answer.status_code == 201
    assert answer.json()["checksum"] == f"md5:{hashlib.md5(b'hello').hexdigest()}"
    assert ask("GET", draft["links"]["files"]).json() == []


def test_a_refused_token(practice, ask):
    practice.faults.add("token-refused*2")
    assert ask("GET", "/api/me").status_code == 401
    assert create(ask).status_code == 403
    assert create(ask).status_code == 201


def test_somebody_changes_the_draft_on_the_site(practice, ask):
    draft = create(ask).json()
    practice.faults.add("changed-on-site:get,files-changed-on-site:files")
    seen = ask("GET", draft["links"]["self"])
    assert seen.json()["title"] == "A stone (changed on the site)"
    names = [file["filename"] for file in ask("GET", draft["links"]["files"]).json()]
    assert names == ["added-on-the-site.txt"]
    practice.repository.remove_on_site(draft["id"], "added-on-the-site.txt")
    practice.repository.change_on_site(draft["id"], title="Back")
    again = ask("GET", draft["links"]["self"]).json()
    assert again["title"] == "Back" and again["files"] == []


def test_a_slow_answer_comes_all_the_same(practice, ask):
    practice.faults.add("slow=0.05:create")
    assert create(ask).status_code == 201
    assert practice.faults.struck == [("slow", "create")]


def test_a_star_means_always_until_cleared(practice, ask):
    practice.faults.add("503*")
    assert [create(ask).status_code for _ in range(3)] == [503, 503, 503]
    practice.faults.clear()
    assert create(ask).status_code == 201


@pytest.mark.parametrize("spec", ["nonsense", "429:nothing", "503:create*x", "vanish:create", "="])
def test_a_specification_that_is_none_names_what_there_is(spec):
    with pytest.raises(UsageError) as caught:
        parse(spec)
    assert spec in caught.value.message
    assert (
        "create" in caught.value.hint or "upload" in caught.value.hint or "429" in caught.value.hint
    )


def test_every_word_can_be_ordered():
    assert [fault.word for fault in parse(", ".join(WORDS))] == list(WORDS)


def test_faults_strike_their_own_kind_only():
    faults = Faults("429:upload*2")
    assert faults.take("create") == {}
    assert list(faults.take("upload")) == ["429"]
    assert list(faults.take("upload")) == ["429"]
    assert faults.take("upload") == {}


def published(ask, **metadata):
    body = {"title": "A stone", "upload_type": "dataset", "creators": [{"name": "Doe, Jane"}]}
    draft = ask("POST", "/api/deposit/depositions", json={"metadata": {**body, **metadata}}).json()
    assert ask("PUT", f"{draft['links']['bucket']}/a.txt", data=b"hello").status_code == 201
    return draft


def test_a_429_may_come_without_a_retry_after(practice, ask):
    practice.faults.add("429-bare:create")
    refused = create(ask)
    assert refused.status_code == 429 and "Retry-After" not in refused.headers
    assert "X-RateLimit-Reset" in refused.headers


@pytest.mark.parametrize(("word", "status"), [("500", 500), ("502", 502), ("504", 504)])
def test_a_failure_of_the_server_does_nothing(practice, ask, word, status):
    practice.faults.add(f"{word}:create")
    assert create(ask).status_code == status
    assert listed(ask) == []


def test_a_proxy_that_waited_too_long_for_what_was_done(practice, ask):
    draft = published(ask)
    practice.faults.add("504-done:publish")
    refused = ask("POST", draft["links"]["publish"])
    assert refused.status_code == 504 and refused.headers["Content-Type"] == "text/html"
    assert ask("GET", draft["links"]["self"]).json()["submitted"]


@pytest.mark.parametrize("kind", ["metadata", "publish", "discard", "delete-file", "upload"])
def test_an_answer_without_effect_changes_nothing(practice, ask, kind):
    draft = published(ask)
    own = draft["links"]["self"]
    before = ask("GET", own).json()
    file_id = before["files"][0]["id"]
    practice.faults.add(f"no-effect:{kind}")
    answer = {
        "metadata": lambda: ask("PUT", own, json={"metadata": {"title": "Another"}}),
        "publish": lambda: ask("POST", draft["links"]["publish"]),
        "discard": lambda: ask("DELETE", own),
        "delete-file": lambda: ask("DELETE", f"{draft['links']['files']}/{file_id}"),
        "upload": lambda: ask("PUT", f"{draft['links']['bucket']}/b.txt", data=b"b"),
    }[kind]()
    assert answer.ok
    assert ask("GET", own).json() == before
    assert ask("GET", f"{draft['links']['bucket']}/a.txt").content == b"hello"


def test_answers_come_bit_by_bit_or_are_cut(practice, ask):
    practice.faults.add("slow-body=0.02:create,cut-body:list")
    assert create(ask).json()["title"] == "A stone"
    with pytest.raises(requests.RequestException):
        ask("GET", "/api/deposit/depositions")
    assert len(listed(ask)) == 1


@pytest.mark.parametrize(
    ("word", "status"), [("disk-full", 500), ("quota-full", 400), ("too-many-files", 400)]
)
def test_an_upload_without_room_leaves_nothing(practice, ask, word, status):
    draft = create(ask).json()
    practice.faults.add(word)
    answer = ask("PUT", f"{draft['links']['bucket']}/a.txt", data=b"hello")
    assert answer.status_code == status
    assert ask("GET", draft["links"]["files"]).json() == []


def test_a_revoked_token_stays_so(practice, ask):
    assert create(ask).status_code == 201
    practice.faults.add("token-revoked:create")
    assert [create(ask).status_code for _ in range(3)] == [403, 403, 403]
    practice.faults.clear()
    assert create(ask).status_code == 201


def test_a_draft_is_deleted_or_published_behind_our_back(practice, ask):
    first, second = published(ask), published(ask, title="Another")
    practice.faults.add("deleted-on-site:get")
    assert ask("GET", first["links"]["self"]).status_code == 404
    practice.faults.add("published-on-site:publish")
    assert ask("POST", second["links"]["publish"]).status_code == 404
    assert ask("GET", second["links"]["self"]).json()["state"] == "done"


def test_a_cleaned_repository_has_nothing_and_gives_no_number_again(practice, ask):
    draft = published(ask)
    practice.faults.add("cleaned:get")
    assert ask("GET", draft["links"]["self"]).status_code == 404
    assert listed(ask) == []
    assert create(ask).json()["id"] > draft["id"]


@pytest.mark.parametrize("word", ["lost-answer", "wrong-checksum", "vanish"])
def test_uploads_of_the_records_api_can_fail_as_well(practice, ask, word):
    draft = f"/api/records/{create(ask).json()['id']}/draft/files"
    assert ask("POST", draft, json=[{"key": "a.txt"}]).status_code == 201
    practice.faults.add(f"{word}:upload")
    headers = {"Content-Type": "application/octet-stream"}
    if word == "lost-answer":
        with pytest.raises(requests.ConnectionError):
            ask("PUT", f"{draft}/a.txt/content", data=b"hello", headers=headers)
    else:
        ask("PUT", f"{draft}/a.txt/content", data=b"hello", headers=headers)
    done = ask("POST", f"{draft}/a.txt/commit")
    md5 = f"md5:{hashlib.md5(b'hello').hexdigest()}"
    if word == "vanish":
        assert done.status_code == 500  # as Zenodo answers a commit without content
    else:
        assert (done.json()["checksum"] == md5) == (word == "lost-answer")
