import hashlib
import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest

from hdp.remote import Remote, is_same_file, settle_create, settle_publish
from hdp.sdk import (
    Can,
    Cancelled,
    Connection,
    Draft,
    Finding,
    LocalFile,
    Missing,
    Params,
    Publication,
    RateLimited,
    Record,
    Rejected,
    RemoteFile,
    Target,
    Unauthorised,
    Unreachable,
)

TOKEN = "s3cret-t0ken"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Shelf(Target):
    """A repository in memory whose next answers can be made errors."""

    id, title, can = "shelf", "Shelf", Can.DISCARD | Can.PULL | Can.LIST_DRAFTS | Can.NEW_VERSION

    def __init__(self, connection):
        super().__init__(connection)
        self.errors, self.calls, self.drafts, self.listed = [], [], {}, None
        self.files, self.published = {}, {}

    def _note(self, verb):
        self.calls.append(verb)
        if self.errors:
            error = self.errors.pop(0)
            if error is not None:
                raise error

    @classmethod
    def schema(cls):
        return {}

    def validate(self, record):
        return ()

    def whoami(self):
        self._note("whoami")
        return "me"

    def create_draft(self, record, key):
        self._note("create")
        return Draft("1")

    def update_draft(self, draft_id, record):
        self._note("update")
        return Draft(draft_id)

    def get_draft(self, draft_id):
        self._note("get")
        if draft_id not in self.drafts:
            raise Missing("no draft")
        return self.drafts[draft_id]

    def list_files(self, draft_id):
        self._note("files")
        return tuple(self.files.values())

    def upload_file(self, draft_id, file, progress):
        self._note("upload")
        progress(1, file.size)
        checksum = "md5:" + hashlib.md5(file.path.read_bytes()).hexdigest()
        return RemoteFile("f", file.name, file.size, checksum)

    def delete_file(self, draft_id, name):
        self._note("delete")
        raise Missing("no file")

    def publish(self, draft_id):
        self._note("publish")
        return Publication(draft_id)

    def discard(self, draft_id):
        self._note("discard")
        raise Missing("no draft")

    def new_version(self, record_id, *, keep_files, key):
        self._note("version")
        return Draft("2")

    def list_drafts(self, since=None):
        self._note("list")
        return tuple(self.drafts.values())

    def get_record(self, id_or_doi):
        self._note("record")
        if id_or_doi not in self.published:
            raise Missing("no record")
        return self.published[id_or_doi]


class NoHttp:
    server_time = 5.0


@pytest.fixture
def short_waits():
    """Here waits are counted, and none is waited for."""


@pytest.fixture
def slept():
    return []


@pytest.fixture
def remote(slept):
    connection = Connection("sandbox", "https://a.org", TOKEN, Params(), NoHttp(),
                            logging.getLogger("test"))  # fmt: skip
    return Remote(Shelf(connection), sleep=slept.append, jitter=lambda: 1.0)


def lost(count):
    return [Unreachable("no answer") for _ in range(count)]


@pytest.mark.parametrize("call", [
    lambda r: r.whoami(), lambda r: r.list_files("1"), lambda r: r.list_drafts(),
    lambda r: r.update_draft("1", Record({})),
])  # fmt: skip
def test_what_may_be_repeated_is_tried_five_times(remote, slept, call):
    remote.target.errors = lost(4)
    call(remote)
    assert len(remote.target.calls) == 5
    assert sum(slept) == pytest.approx(1 + 2 + 4 + 8)
    remote.target.errors = lost(9)
    with pytest.raises(Unreachable):
        call(remote)
    assert len(remote.target.calls) == 10


@pytest.mark.parametrize("call,verb", [
    (lambda r: r.create_draft(Record({}), "k"), "create"), (lambda r: r.publish("1"), "publish"),
    (lambda r: r.new_version("1", keep_files=True, key="k"), "version"),
])  # fmt: skip
def test_what_cannot_be_undone_is_sent_once(remote, call, verb):
    remote.target.errors = lost(1)
    with pytest.raises(Unreachable):
        call(remote)
    assert remote.target.calls == [verb]
    remote.target.errors = [RateLimited("slow down", retry_after=0.0)]
    remote.limiter.hold = lambda seconds: None
    call(remote)  # a 429 was surely not done
    assert remote.target.calls == [verb] * 3


def test_a_repository_that_is_always_full(remote):
    remote.limiter.hold = lambda seconds: None
    remote.target.errors = [RateLimited("slow down") for _ in range(99)]
    with pytest.raises(RateLimited):
        remote.whoami()
    assert len(remote.target.calls) == 21


@pytest.mark.parametrize("error", [Rejected("bad"), Unauthorised("no"), Missing("none")])
def test_what_was_surely_not_done_is_not_repeated(remote, error):
    remote.target.errors = [error]
    with pytest.raises(type(error)):
        remote.update_draft("1", Record({}))
    assert remote.target.calls == ["update"]


def test_errors_say_what_was_done_where_and_keep_the_token(remote):
    remote.target.errors = [
        Rejected(f"bad {TOKEN}", hint=TOKEN, findings=[Finding("error", "x", f"a {TOKEN}")])
    ]
    with pytest.raises(Rejected) as caught:
        remote.using(about="Amphora").update_draft("7", Record({}))
    error = caught.value
    assert error.message == str(error) == "Changing the metadata “Amphora” (7) in sandbox: bad ***"
    assert TOKEN not in str(error.to_json()) + repr(remote)
    assert error.where["environment"] == "sandbox"


def test_stopping_while_waiting(remote, slept):
    remote.target.errors = lost(5)

    def check():
        if slept:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        remote.using(check_cancelled=check).whoami()
    assert remote.target.calls == ["whoami"]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello")
    return LocalFile(path, name="a.txt", size=5, md5=hashlib.md5(b"hello").hexdigest())


def test_the_same_file_is_not_sent_again(remote, file):
    there = RemoteFile("f", "a.txt", 5, f"MD5:{file.md5.upper()}")
    assert remote.upload_file("1", file, known=[there]) == there
    assert remote.target.calls == []
    other = [RemoteFile("f", "b.txt", 5, f"md5:{file.md5}"), RemoteFile("f", "a.txt", 5, "")]
    remote.target.files = dict(enumerate(other))
    assert is_same_file(file, remote.upload_file("1", file))
    assert remote.target.calls == ["files", "upload"]


def test_a_file_without_a_hash_gets_one(remote, file):
    bare = LocalFile(file.path, name="a.txt")
    assert remote.upload_file("1", bare, known=()).checksum == f"md5:{file.md5}"


def test_what_arrived_is_compared(remote, file):
    wrong = LocalFile(file.path, name="a.txt", size=5, md5="0" * 32)
    with pytest.raises(Rejected) as caught:
        remote.upload_file("1", wrong, known=())
    assert caught.value.name == "checksum-differs" and caught.value.where["file"] == "a.txt"
    assert remote.target.calls == ["upload"] * 5


def test_already_gone_is_done(remote):
    remote.delete_file("1", "a.txt")
    remote.discard("1")
    remote.target.files = {"a": RemoteFile("f", "a.txt")}
    remote.target.drafts["1"] = Draft("1")
    with pytest.raises(Missing):
        remote.delete_file("1", "a.txt")
    with pytest.raises(Missing):
        remote.discard("1")


def test_one_change_of_a_draft_at_a_time(remote):
    inside, most = [], []

    def update(draft_id, record):
        inside.append(draft_id)
        most.append(len([one for one in inside if one == draft_id]))
        threading.Event().wait(0.005)
        inside.remove(draft_id)
        return Draft(draft_id)

    remote.target.update_draft = update
    calls = [threading.Thread(target=remote.update_draft, args=(str(n % 2), Record({})))
             for n in range(8)]  # fmt: skip
    for one in calls:
        one.start()
    for one in calls:
        one.join()
    assert most == [1] * 8


def settle(remote, known=(), waits=(0,)):
    until = NOW + timedelta(seconds=60)
    record = Record({"title": "A"})
    found = settle_create(remote, record, NOW, known, until=until, waits=waits)
    return [one.id for one in found]


def test_settling_a_create(remote, slept):
    metadata = {"title": "A"}
    later = NOW + timedelta(seconds=10)
    drafts = [
        Draft("old", metadata=metadata, created=NOW - timedelta(seconds=3)),
        Draft("late", metadata=metadata, created=NOW + timedelta(seconds=63)),
        Draft("known", metadata=metadata, created=later),
        Draft("other", metadata={"title": "B"}, created=later),
        Draft("filled", metadata=metadata, created=later, files=(RemoteFile("f"),)),
        Draft("b", metadata=metadata, created=later),
        Draft("a", metadata=metadata, created=NOW - timedelta(seconds=1)),
    ]
    remote.target.drafts = {one.id: one for one in drafts}
    assert settle(remote, {"known"}) == ["a", "b"]
    remote.target.drafts = {}
    assert settle(remote, waits=(0, 2, 5)) == []
    assert sum(slept) == 7
    remote.target.errors = lost(9)
    with pytest.raises(Unreachable):
        settle(remote)


def test_settling_a_publish(remote):
    assert settle_publish(remote, "1") is None
    remote.target.published["1"] = Publication("1", doi="10.5072/zenodo.1")
    assert settle_publish(remote, "1").doi
    remote.target.errors = lost(9)
    with pytest.raises(Unreachable):
        settle_publish(remote, "1")
    assert remote.server_time == 5.0
