"""Sends recorded requests to the practice repository, and compares its answers with those recorded.

Both sides have their own ids, times, hosts and file ids; everything else is compared.
"""

import gzip
import hashlib
import json
import re
from pathlib import Path

import requests

from hdp.practice.limits import limiters

HERE = Path(__file__).parent
ORIGINALS = HERE.parents[2] / "shared" / "zenodo" / "recordings"
COPY = HERE / "practice_recordings.jsonl.gz"
HEADERS = ("Accept", "Content-Type", "If-Match", "Authorization")

MINIMAL = {
    "title": "A title",
    "upload_type": "dataset",
    "description": "<p>Some text</p>",
    "creators": [{"name": "Doe, Jane", "affiliation": "Atlantis", "orcid": "0000-0002-1825-0097"}],
}
# what stood there before the recorded requests: id, metadata, files, published?
SETUPS = {
    "versions": [
        (3195, {**MINIMAL, "title": "Version one", "version": "1",
                "publication_date": "2013-09-12"}, "a.txt b.txt", True),
        (3201, {**MINIMAL, "title": "Drop all files"}, "a.txt", True),
        (3204, MINIMAL, "", False),
    ],
    "publish": [
        (3174, None, "", False),
        (3176, MINIMAL, "", False),
        (3178, None, "data.txt", False),
        (3180, {"title": "only a title"}, "data.txt", False),
        (3182, MINIMAL, "data.txt", False),
        (3185, {**MINIMAL, "doi": "10.1234/ext.a4e2fb"}, "data.txt", False),
        (3187, {**MINIMAL, "doi": "10.1234/ext.a4e2fb"}, "data.txt", False),
        (3189, MINIMAL, "", False),
        (3191, MINIMAL, "", False),
        (3193, MINIMAL, "data.txt", False),
    ],
    "errors": [
        (3206, MINIMAL, "", False),
        (3208, MINIMAL, "", False),
        (3210, {**MINIMAL, "title": "To be deleted"}, "data.txt", True),
    ],
    "files": [(3167, MINIMAL, "", False), (3169, MINIMAL, "", False)],
    "manyfiles": [(3171, MINIMAL, "", False)],
    "communities": [(2691, {**MINIMAL, "title": "community later"}, "data.txt", True)],
    "owndelete": [
        (3213, {**MINIMAL, "title": "Own deletion"}, "data.txt", True),
        (3216, MINIMAL, "data.txt", True),
        (3218, MINIMAL, "data.txt", True),
        (3220, {**MINIMAL, "title": "File modification"}, "data.txt", True),
    ],
    "listing": [
        (number, {**MINIMAL, "title": f"taga4e2fb {title}", "keywords": ["taga4e2fb"]},
         "data.txt" if "published" in title else "", "published" in title)
        for number, title in (
            (3222, "draft 0"), (3224, "draft 1"), (3226, "draft 2"), (3228, "published 0"),
            (3230, "published 1"),
        )
    ],
    "quota": [(3297, MINIMAL, "", False)],
    "parallel": [(3299, MINIMAL, "", False)],
    "interrupted": [(3316, MINIMAL, "half.bin", False), (3314, MINIMAL, "", False)],
    "native_rdm": [(3292, MINIMAL, "", False)],
    "ratelimit": [(3318, MINIMAL, "", False), (3316, MINIMAL, "", False)],
}  # fmt: skip
BODIES = {
    hashlib.md5(body).hexdigest(): body
    for body in (b"hello", b"aaa", b"a", b"b", b"secret", b"data", b"bbb", b"uuu", b"late", b"x")
}


def compact(recorded, number):
    """What is needed to send it again and to compare."""
    request, response = recorded["request"], recorded["response"]
    headers = {n: v for n, v in request["headers"].items() if n in HEADERS}
    told = response["headers"]
    return {
        "number": number, "name": recorded["name"], "flow": recorded["flow"],
        "method": request["method"], "url": request["url"], "as": request.get("as"),
        "headers": headers, "body": request["body"], "status": response["status"],
        "location": told.get("Location"), "json": without(response["json"]),
        "text": response["text"],
    }  # fmt: skip


def without(value):
    """Without the texts that are made for web pages only, and without counts of search results."""
    if isinstance(value, dict):
        return {n: without(v) for n, v in value.items() if n not in ("ui", "aggregations")}
    return [without(one) for one in value] if isinstance(value, list) else value


def originals():
    found = []
    for path in ORIGINALS.glob("*.json"):
        recorded = json.loads(path.read_text("utf-8"))
        if "headers" in recorded["request"]:
            found.append(compact(recorded, int(path.name.split("-")[0])))
    return sorted(found, key=lambda one: one["number"])


def copied():
    with gzip.open(COPY, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def recordings():
    """The originals where they lie beside the repository, else our copy."""
    return originals() if ORIGINALS.is_dir() else copied()


UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?")
HOST = re.compile(r"https?://(127\.0\.0\.1|localhost):\d+")
TODAY = re.compile(r"^2026-(1[12])-\d\d$|^202[6-9]-\d\d-\d\d$")
# their values are each server's own; they are compared by type
OWN = {
    "revision", "revision_id", "owner", "user", "number", "total", "filesize_total", "recid",
    "last_login_at", "confirmed_at", "email",
}  # fmt: skip


COMMUNITIES = {
    "eu": "", "alice-open": "53970caf-938e-4f85-b6df-2be7f92c59f0",
    "bob-review": "caeab573-7ed4-4e79-88ac-e1a3f03da642",
    "bob-closed": "34f7fb9b-ec37-44a4-9c4f-a10cefc249c1",
}  # fmt: skip
TITLES = {"alice-open": "Alice open"}
# bodies that were sent in chunks
CHUNKS = {
    "bucket-put-empty-no-content-length": b"", "bucket-put-chunked": b"abcdef",
    "over-quota-put-chunked": b"1234567890",
}  # fmt: skip
CONTENTS = {"a.txt": b"aaa", "b.txt": b"bbb", "half.bin": b"first contents"}
DRAFTS = {  # flows whose drafts were made without being recorded, from what another flow sent
    "validate_publish": "validate",
}


class Replay:
    """One flow: its setup, and the ids of both sides."""

    def __init__(self, practice, flow, everything):
        self.practice, self.flow = practice, flow
        names = ("alice", "alice_write_only", "alice_no_scope", "alice_actions_only", "bob", None)
        self.sessions = {name: requests.Session() for name in names}
        for name in names[:4]:  # what a token may do is not looked at
            self.sessions[name].headers["Authorization"] = f"Bearer {practice.token}"
        self.sessions["bob"].headers["Authorization"] = f"Bearer {practice.curator_token}"
        self.ids, self.buckets, self.names, self.uuids = {}, {}, {}, {}
        self.last_buckets = {}
        for recorded in everything:
            self._note(recorded["json"])
        for slug, uuid in COMMUNITIES.items():
            self._found(slug, uuid)
        for setup in SETUPS.get(flow, ()):
            self._prepare(*setup)
        if flow == "listing":
            self.call("POST", f"/api/deposit/depositions/{self.ids['3230']}/actions/edit")

    def _found(self, slug, uuid):
        policy = "open" if slug == "alice-open" else "closed"
        body = {
            "slug": slug,
            "access": {"review_policy": policy},
            "metadata": {"title": TITLES.get(slug, "Bob reviews"), "type": {"id": "project"}},
        }
        who = "alice" if slug == "alice-open" else "bob"
        made = self.call("POST", "/api/communities", who, json=body)
        if uuid:
            self.uuids[uuid] = made.json()["id"]

    def before(self, recorded, everything):
        """What was done before this request without being recorded."""
        if recorded["flow"] in DRAFTS:
            self._draft_of(recorded, everything)
        step = {
            "put-101": self._fill_up,
            "review-publish-directly": self._give_a_file,
            "newversion-while-one-is-open-without-files": self._take_files,
            "over-quota-put": lambda: self._allow(10, 10**9),
            "over-max-file-size-put": lambda: self._allow(1000, 8),
            "too-many": self._use_up,
        }.get(recorded["name"])
        if step:
            step()

    def _fill_up(self):
        bucket = self._bucket("3171")
        for number in range(2, 99):
            body = str(number).encode()
            self.call("PUT", f"/api/files/{bucket}/f{number:03}.txt", data=body)

    def _give_a_file(self):
        self.call("PUT", f"/api/files/{self._bucket('3295')}/a.txt", data=b"aaa")

    def _take_files(self):
        draft = f"/api/records/{self.ids['3198']}/draft/files"
        for one in self.call("GET", draft).json()["entries"]:
            self.call("DELETE", one["links"]["self"])

    def _allow(self, quota, largest):
        self.practice.repository.quota = quota
        self.practice.repository.largest_file = largest

    def _use_up(self):
        repository = self.practice.repository
        repository.limiter, repository.search_limiter = limiters("zenodo")
        for limiter in (repository.limiter, repository.search_limiter):
            while limiter.take()[0]:
                pass

    def _draft_of(self, recorded, everything):
        """The draft of another flow of the same name, with a file."""
        name, flow = recorded["name"], DRAFTS[recorded["flow"]]
        sent = next(r for r in everything if r["flow"] == flow and r["name"] == name)
        draft = self.send(sent, sent["url"]).json()
        self.call("PUT", f"{draft['links']['bucket']}/data.txt", data=b"hello")
        number = re.search(r"/(\d{4})/actions", recorded["url"])[1]
        self.ids[number] = str(draft["id"])
        self.ids[str(int(number) - 1)] = draft["conceptrecid"]

    def close(self):
        for session in self.sessions.values():
            session.close()

    def _note(self, body):
        """Which record a bucket and a file belong to, by what was recorded of them."""
        for one in body if isinstance(body, list) else [body]:
            if not isinstance(one, dict):
                continue
            links = one.get("links")
            bucket = links.get("bucket", "") if isinstance(links, dict) else ""
            if bucket and isinstance(one.get("id"), int):
                self.buckets[bucket.rsplit("/", 1)[1]] = one["id"]
            files = one.get("files") or ([one] if "filename" in one else [])
            for file in files if isinstance(files, list) else []:
                if "filename" in file:
                    self.names[file["id"]] = file["filename"]

    def call(self, method, path, who="alice", **kwargs):
        kwargs.setdefault("timeout", 20)
        url = path if path.startswith("http") else self.practice.url + path
        return self.sessions[who].request(method, url, allow_redirects=False, **kwargs)

    def _prepare(self, record, metadata, files, published):
        body = {} if metadata is None else {"metadata": metadata}
        draft = self.call("POST", "/api/deposit/depositions", json=body).json()
        for name in files.split():
            content = CONTENTS.get(
                name if self.flow in ("versions", "interrupted") else "", b"hello"
            )
            self.call("PUT", f"{draft['links']['bucket']}/{name}", data=content)
        if published:
            assert self.call("POST", draft["links"]["publish"]).status_code == 202
        self.last_buckets[str(record)] = draft["links"]["bucket"].rsplit("/", 1)[-1]
        self.ids[str(record)] = str(draft["id"])
        self.ids[str(record - 1)] = draft["conceptrecid"]

    def fill(self, recorded, url):
        """Files that were uploaded without being recorded: they are in the recorded answer."""
        theirs = recorded["json"]
        files = theirs.get("files") if isinstance(theirs, dict) else None
        if isinstance(theirs, list) and url.endswith("/files"):
            files = theirs
        number = re.search(r"/(?:depositions|records)/(\d+)", url)
        if not files or not number or recorded["status"] >= 300:
            return
        if isinstance(files, dict):
            files = list(files.get("entries", {}).values())
        answer = self.call("GET", f"/api/deposit/depositions/{number[1]}")
        draft = answer.json() if answer.status_code == 200 else {}
        there = {one["filename"] for one in draft.get("files", ())}
        if draft.get("state") != "unsubmitted":
            return
        for one in files:
            name = one.get("filename") or one.get("key")
            if name not in there and "bucket" in draft["links"]:
                md5 = str(one["checksum"]).removeprefix("md5:")
                size = int(one.get("filesize") or one.get("size"))
                body = BODIES.get(md5) or b"z" * size
                target = f"{draft['links']['bucket']}/{requests.utils.quote(name, safe='')}"
                self.call("PUT", target, data=body)

    def url(self, url):
        """The recorded URL with our ids; None where it names something we do not have."""
        for uuid in UUID.findall(url):
            ours = self._uuid(uuid, url)
            if ours is None:
                return None
            url = url.replace(uuid, ours)
        for number in set(re.findall(r"(?<![\w.-])(?:2[6-9]|3[0-9])\d\d(?![\w.-])", url)):
            if number not in self.ids:
                return None
            url = re.sub(rf"(?<![\w.-]){number}(?![\w.-])", self.ids[number], url)
        return self.in_our_words(url).replace("<token of alice>", self.practice.token)

    def _uuid(self, uuid, url):
        if uuid in self.uuids:
            return self.uuids[uuid]
        if "/api/files/" in url:
            if uuid.startswith("1876ccd5"):
                return uuid  # a bucket that was made up
            record = str(self.buckets.get(uuid, self._current()))
            return self._bucket(record) if record in self.ids else None
        record = re.search(r"/(\d{4})/files/", url)
        if uuid not in self.names or not record or record[1] not in self.ids:
            return uuid
        answer = self.call("GET", f"/api/deposit/depositions/{self.ids[record[1]]}")
        files = answer.json().get("files", [])
        wanted = self.names[uuid]
        return next((one["id"] for one in files if one["filename"] == wanted), uuid)

    def _current(self):
        setups = SETUPS.get(self.flow, ())
        return setups[0][0] if setups else next(iter(self.ids), "")

    def _bucket(self, record):
        answer = self.call("GET", f"/api/deposit/depositions/{self.ids[record]}")
        bucket = answer.json().get("links", {}).get("bucket", "/").rsplit("/", 1)[-1]
        return bucket or self.last_buckets.get(record, "")

    def send(self, recorded, url):
        headers = {n: v for n, v in recorded["headers"].items() if n != "Authorization"}
        who = recorded["as"] if recorded["as"] in self.sessions else None
        authorization = recorded["headers"].get("Authorization", "")
        if who is None and authorization:
            headers["Authorization"] = authorization
        body = recorded["body"]
        if isinstance(body, dict | list) or (body and recorded["name"] == "json-string"):
            body = json.dumps(body)
        if recorded["name"] in CHUNKS:
            body = iter([CHUNKS[recorded["name"]]] if CHUNKS[recorded["name"]] else [])
            headers.pop("Transfer-Encoding", None)
        elif body is not None:
            body = b"hello" if body == "<bytes>" else self.in_our_words(body, body=True).encode()
        return self.call(recorded["method"], url, who, data=body, headers=headers)

    def learn(self, recorded, ours):
        theirs = recorded["json"]
        if not isinstance(theirs, dict) or not isinstance(ours, dict):
            return
        if "conceptrecid" in theirs and "conceptrecid" in ours:
            self.ids[str(theirs["id"])] = str(ours["id"])
            self.ids[theirs["conceptrecid"]] = ours["conceptrecid"]
        elif isinstance(theirs.get("parent"), dict) and isinstance(ours.get("parent"), dict):
            self.ids[str(theirs["id"])] = str(ours["id"])
            self.ids[theirs["parent"]["id"]] = ours["parent"]["id"]

    def in_our_words(self, text, *, body=False):
        for theirs, ours in self.ids.items():
            text = text.replace(f"10.5281/zenodo.{theirs}", f"10.5072/zenodo.{ours}")
            text = text.replace(f"10.5281%2Fzenodo.{theirs}", f"10.5072%2Fzenodo.{ours}")
            text = text.replace(f'zenodo.org:{theirs}"', f'zenodo.org:{ours}"')
        for theirs, ours in self.uuids.items() if body else ():
            text = text.replace(theirs, ours)
        return text.replace("10.5281/zenodo", "10.5072/zenodo")

    def plain(self, text, *, ours):
        """A text without what is each server's own."""
        text = HOST.sub("", text)
        text = text.replace("handle.test.datacite.org", "doi.org").replace("10.5072", "10.5281")
        text = text.replace("oai:localhost:", "oai:zenodo.org:")
        text = TIME.sub("TIME", UUID.sub("UUID", text))
        if TODAY.match(text):
            return "TODAY"
        if ours:
            back = {mine: theirs for theirs, mine in self.ids.items()}
            text = re.sub(r"(?<![\w])(\d{4})(?!\w)", lambda m: back.get(m[1], m[1]), text)
        return text

    def differences(self, ours, theirs, path=""):
        """(path, ours, theirs) of everything that is not the same."""
        if isinstance(ours, dict) and isinstance(theirs, dict):
            yield from self._in_objects(ours, theirs, path)
        elif isinstance(ours, list) and isinstance(theirs, list):
            yield from self._in_lists(ours, theirs, path)
        elif not self._same(ours, theirs, path):
            yield path, ours, theirs

    def _in_objects(self, ours, theirs, path):
        for key in sorted(set(ours) | set(theirs)):
            where = f"{path}.{key}" if path else key
            if key in ours and key in theirs:
                yield from self.differences(ours[key], theirs[key], where)
            else:
                yield where, ours.get(key, "nothing"), theirs.get(key, "nothing")

    def _in_lists(self, ours, theirs, path):
        if path in ("", "hits.hits"):
            ours, theirs = self._same_records(ours, theirs)
        ours, theirs = self._ordered(ours), self._ordered(theirs)
        if len(ours) != len(theirs):
            yield path, f"{len(ours)} entries", f"{len(theirs)}"
        for one, other in zip(ours, theirs, strict=False):
            yield from self.differences(one, other, f"{path}[]")

    def _same(self, ours, theirs, path):
        name = path.rsplit(".", 1)[-1]
        if type(ours) is not type(theirs):
            return False
        if name in OWN or path.endswith("owners[].id") or (path, self.flow) == ("id", "auth"):
            return True
        if name == "checksum" and theirs.removeprefix("md5:") not in BODIES:
            return bool(re.fullmatch(r"(md5:)?[0-9a-f]{32}", ours))
        if isinstance(ours, str):
            return self.plain(ours, ours=True) == self.plain(theirs, ours=False)
        if name in ("id", "record_id"):
            return self.plain(str(ours), ours=True) == str(theirs)
        return ours == theirs

    def _same_records(self, ours, theirs):
        """Of a page of results the records that both have; else the first of each."""
        if not all(isinstance(one, dict) and "links" in one for one in [*ours, *theirs]):
            return ours, theirs
        mine = {self.plain(str(one.get("id")), ours=True): one for one in ours}
        both = [(mine[str(one.get("id"))], one) for one in theirs if str(one.get("id")) in mine]
        if not both and "filename" in (theirs or [{}])[0]:
            return ours, theirs
        pairs = both or list(zip(ours[:1], theirs[:1], strict=False))
        return [one for one, _ in pairs], [one for _, one in pairs]

    def _ordered(self, values):
        """Lists of files and of errors have no order on Zenodo."""
        names = ("filename", "field", "key")

        def key(one):
            found = [one[name] for name in names if name in one] if isinstance(one, dict) else []
            return str(found[0]) if found else ""

        return sorted(values, key=key)
