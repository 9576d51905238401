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
