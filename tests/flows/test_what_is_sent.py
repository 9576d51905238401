"""Only the bytes that were prepared are ever stored in the repository."""

from __future__ import annotations

import os

import pytest

from hdp.net import Client
from hdp.sdk import InvalidInput


@pytest.fixture
def drafted(project, do):
    assert do("prepare")["state"] == "done"
    assert do("create")["state"] == "done"
    return project


def held(app) -> int:
    return sum(
        len(app.remotes.open(app.environment("practice")).list_files(one.id))
        for one in app.remotes.open(app.environment("practice")).list_drafts()
    )


def test_same_size_and_time_but_other_bytes_are_not_stored(app, drafted, do):
    path = sorted(drafted.root_dir("input").glob("*.jpg"))[0]
    was, body = path.stat(), bytearray(path.read_bytes())
    body[-1] ^= 0xFF
    path.write_bytes(body)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    job = do("upload")
    errors = [one["error"]["code"] for one in job["tasks"] if one["error"]]
    assert errors == ["file-changed"]
    assert held(app) == 2


def test_a_changed_file_of_many_blocks_never_arrives_whole(tmp_path, practice):
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(5 << 20))
    client = Client(token=practice.token, allowed_host=practice.url)
    made = client.request("POST", f"{practice.url}/api/deposit/depositions", json={}).json()
    bucket = f"{practice.url}/api/files/{made['links']['bucket'].rpartition('/')[2]}/large.bin"
    with pytest.raises(InvalidInput, match="was changed"), client.expecting(path, "0" * 64):
        client.request("PUT", bucket, body=path)
    files = f"{practice.url}/api/deposit/depositions/{made['id']}/files"
    assert client.request("GET", files).json() == []
    assert client.request("PUT", bucket, body=path).status == 201


def test_the_same_file_may_be_sent_for_two_records(tmp_path):
    client, path = Client(), tmp_path / "one.txt"
    with client.expecting(path, "a"):
        with client.expecting(path, "a"):
            pass
        assert client._expected == {path: ["a"]}
    assert client._expected == {}
