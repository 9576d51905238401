"""Records drafted, uploaded and published, beside other clients on the same server.

The practice repository runs in a process of its own, with a delay before each answer as over a
network. Peers that are not installed are left out: `pip install zenodo-client openscm-zenodo`.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import requests

from hdp.application import Application, Selection, actions, describing, scanning

COUNT = int(os.environ.get("HDP_BENCH_RECORDS", "1000"))
LARGE = int(os.environ.get("HDP_BENCH_LARGE", str(4 << 30)))
DELAY_S = float(os.environ.get("HDP_BENCH_DELAY", "0.05"))
AT_ONCE = 6
RATE = (133, 3)
MAPPING = """\
hdp-mapping: 1
table: objects.csv
key: filename
fields:
  title: {column: title}
  upload_type: {literal: image}
  image_type: {literal: photo}
  description: {literal: "<p>A photograph</p>"}
  creators:
    - {name: {literal: "Müller, Anna"}}
  publication_date: {literal: "2026-11-22"}
  access_right: {choose: open}
  license: {literal: cc-by-4.0}
"""
METADATA = {
    "title": "A photograph", "upload_type": "image", "image_type": "photo",
    "description": "<p>A photograph</p>", "creators": [{"name": "Müller, Anna"}],
    "publication_date": "2026-11-22", "access_right": "open", "license": "cc-by-4.0",
}  # fmt: skip
Line = tuple[str, float, float, str]


class Server:
    """A practice repository in a process of its own."""

    def __init__(self, folder: Path, *, delay: float = 0, rate: str = "") -> None:
        faults = f"slow={delay}*" if delay else ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.uploading", "serve", str(folder), faults, rate],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.url, self.token = json.loads(self._process.stdout.readline())

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate("")


def serve(folder: str, faults: str, rate: str) -> None:
    """Serve until stdin ends."""
    from hdp.practice import server

    practice = server.start(Path(folder), faults=faults, rate=rate or None)
    print(json.dumps([practice.url, practice.token]), flush=True)
    sys.stdin.read()
    practice.stop()


class Ours:
    """A prepared project of files, and how long each step took."""

    def __init__(self, folder: Path, server: Server, files: Sequence[Path]) -> None:
        os.environ["HDP_TOKEN_BENCH"] = server.token
        self.app = Application(folder / "home")
        self.app.environments.add("bench", target="zenodo", url=server.url, kind="sandbox")
        suffix = files[0].suffix
        scanning.create_project(self.app, scanning.NewProject(
            folder / "p.hdpc", "P", "P", files[0].parent, folder / "out",
            {"extensions": [suffix], "bundle": "stem"}))  # fmt: skip
        scanning.scan_project(self.app)
        describing.set_mapping(self.app, files[0].parent / "mapping.yaml")
        self.statuses: list[int | None] = []
        real = self.app.activity.note

        def note(env, call, doing, **more):
            self.statuses.append(call.status)
            real(env, call, doing, **more)

        self.app.activity.note = note
        self.seconds("prepare")

    def seconds(self, *kinds: str) -> float:
        """Run actions on all items; every one of them must be done."""
        begin = time.perf_counter()
        for kind in kinds:
            action = actions.Action(kind, "bench", Selection(all=True))
            job = actions.start(self.app, action).job
            if job is not None:
                self.app.jobs.wait(job)
                told = self.app.jobs.get(job)
                assert told["state"] == "done", self.app.jobs.tasks(job)[0][0]
        return time.perf_counter() - begin


def make_files(folder: Path, count: int) -> list[Path]:
    """So many small files of different bytes, with a table and a mapping."""
    folder.mkdir(parents=True)
    rows = ["filename,title"]
    paths = []
    for number in range(count):
        path = folder / f"SH-{number:06}.txt"
        path.write_text(f"Object {number}\n" * 20, encoding="utf-8")
        rows.append(f"{path.name},A photograph {number}")
        paths.append(path)
    (folder / "objects.csv").write_text("\n".join(rows), encoding="utf-8")
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    return paths


def spread(
    work: Callable[[requests.Session, Path], None], files: Sequence[Path], token: str
) -> float:
    """Seconds for all files with as many threads as HDP has calls at once."""
    local = threading.local()

    def one(path: Path) -> None:
        if not hasattr(local, "session"):
            local.session = requests.Session()
            local.session.headers["Authorization"] = f"Bearer {token}"
        work(local.session, path)

    begin = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, files))
    return time.perf_counter() - begin


def bare(url: str, *, checked: bool) -> Callable[[requests.Session, Path], None]:
    """Create, upload, publish; `checked` looks at the files and the draft as HDP does."""

    def work(session: requests.Session, path: Path) -> None:
        def call(method: str, address: str, **options) -> requests.Response:
            answer = session.request(method, address, timeout=60, **options)
            answer.raise_for_status()
            return answer

        metadata = {**METADATA, "title": f"A photograph {path.stem}"}
        made = call("POST", f"{url}/api/deposit/depositions", json={"metadata": metadata}).json()
        draft = f"{url}/api/deposit/depositions/{made['id']}"
        if checked:
            call("GET", draft)
        with path.open("rb") as file:
            call("PUT", f"{url}{urlsplit(made['links']['bucket']).path}/{path.name}", data=file)
        if checked:
            assert len(call("GET", f"{draft}/files").json()) == 1
            call("GET", draft)
        call("POST", f"{draft}/actions/publish")

    return work


def zenodo_client(server: Server, files: Sequence[Path]) -> float:
    """Seconds with zenodo-client and its `sleep=False`."""
    from zenodo_client import Zenodo

    zenodo = Zenodo(access_token=server.token)
    zenodo.base, zenodo.api_base = server.url, f"{server.url}/api"
    zenodo.depositions_base = f"{zenodo.api_base}/deposit/depositions"
    begin = time.perf_counter()
    for path in files:
        data = {"metadata": {**METADATA, "title": f"A photograph {path.stem}"}}
        made = zenodo.create(data, path, publish=False).json()
        zenodo.publish(str(made["id"]), sleep=False)
    return time.perf_counter() - begin


def openscm_zenodo(server: Server, files: Sequence[Path]) -> float:
    """Seconds with openscm-zenodo; it has no create, so the draft is made as it would."""
    from openscm_zenodo.zenodo import ZenodoInteractor

    zenodo = ZenodoInteractor(token=server.token, zenodo_domain=server.url)
    quiet = {"disable": True}
    begin = time.perf_counter()
    for path in files:
        made = requests.post(
            f"{server.url}/api/deposit/depositions", json={}, timeout=60,
            params={"access_token": server.token},
        ).json()  # fmt: skip
        draft = str(made["id"])
        metadata = {"metadata": {**METADATA, "title": f"A photograph {path.stem}"}}
        zenodo.update_metadata(draft, metadata)
        bucket = zenodo.get_bucket_url(draft)
        zenodo.upload_file_to_bucket_url(path, bucket, tqdm_kwargs=quiet)
        zenodo.publish(draft)
    return time.perf_counter() - begin


def measure() -> Iterator[Line]:
    """A line for each promise: time of ours, time of the peer, what the peer is."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for delay in (DELAY_S, 0.0):
            yield from beside_others(folder / f"delay{delay}", delay)
        yield limited(folder / "limited")
        yield large(folder / "large")


def beside_others(folder: Path, delay: float) -> Iterator[Line]:
    """Whole lives of many records; serial peers are measured on a tenth of them."""
    files = make_files(folder / "input", COUNT)
    few = files[: max(1, COUNT // 10)]
    scale = COUNT / len(few)
    with Server(folder / "practice", delay=delay) as server:
        ours = Ours(folder, server, files)
        took = ours.seconds("create", "upload", "publish")
        calls = len(ours.statuses) / COUNT
        ours.app.close()
        name = f"{COUNT} records, {delay * 1000:.0f} ms, {calls:.2f} calls each"
        for checked, what in ((True, f"requests, {AT_ONCE} at once, same checks"),
                              (False, f"requests, {AT_ONCE} at once, no checks")):  # fmt: skip
            yield name, took, spread(bare(server.url, checked=checked), files, server.token), what
        for module, peer in (("zenodo_client", zenodo_client), ("openscm_zenodo", openscm_zenodo)):
            if importlib.util.find_spec(module):
                yield name, took, peer(server, few) * scale, module


def limited(folder: Path) -> Line:
    """A server that refuses what is more than its rate: time at the full rate, and the 429s."""
    count, (requests_allowed, seconds) = min(COUNT, 300), RATE
    files = make_files(folder / "input", count)
    with Server(folder / "practice", rate=f"{requests_allowed}/{seconds}") as server:
        ours = Ours(folder, server, files)
        took = ours.seconds("create", "upload", "publish")
        refused = ours.statuses.count(429)
        # The first window's requests are free; after it the rate decides.
        best = (len(ours.statuses) - refused - requests_allowed) * seconds / requests_allowed
        ours.app.close()
    return f"{count} records at {RATE}, {refused} refused", took, best, "the rate allowed"


_LARGE = """
import json, resource, sys
from pathlib import Path
from benchmarks import uploading
url, token, folder = sys.argv[1:]
server = type("Known", (), {"url": url, "token": token})()
ours = uploading.Ours(Path(folder), server, [Path(folder, "input", "large.bin")])
ours.seconds("create")
took = ours.seconds("upload")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
ours.app.close()
print(json.dumps([took, peak]))
"""


def large(folder: Path) -> Line:
    """One large file, and the peak memory of sending it, beside curl and then md5sum."""
    make_files(folder / "input", 0)
    path = folder / "input" / "large.bin"
    table = path.with_name("objects.csv")
    table.write_text("filename,title\nlarge.bin,Large\n", encoding="utf-8")
    with path.open("wb") as file:
        block = os.urandom(1 << 20)
        for number in range(LARGE >> 20):
            file.write(number.to_bytes(4, "big") + block[4:])
    with Server(folder / "practice") as server:
        done = subprocess.run(
            [sys.executable, "-c", _LARGE, server.url, server.token, str(folder)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        took, peak = json.loads(done.stdout.splitlines()[-1])
        theirs = curl_and_md5sum(server, path)
    shutil.rmtree(folder, ignore_errors=True)
    return f"a file of {LARGE >> 20} MiB, peak {peak:.0f} MiB", took, theirs, "curl, then md5sum"


def curl_and_md5sum(server: Server, path: Path) -> float:
    """Seconds to send a file into a draft of its own with curl, and to sum it up."""
    begin = time.perf_counter()
    headers = {"Authorization": f"Bearer {server.token}"}
    made = requests.post(
        f"{server.url}/api/deposit/depositions", json={}, headers=headers, timeout=60
    ).json()
    bucket = urlsplit(made["links"]["bucket"]).path
    subprocess.run(
        ["curl", "-sSf", "-o", "/dev/null", "-T", str(path), "-H",
         f"Authorization: Bearer {server.token}", f"{server.url}{bucket}/other.bin"],
        check=True,
    )  # fmt: skip
    subprocess.run(["md5sum", str(path)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def main() -> None:
    """Only these lines, or the server's side."""
    if sys.argv[1:2] == ["serve"]:
        serve(*sys.argv[2:5])
        return
    for name, ours, peer, what in measure():
        print(f"{name:44} {ours:8.2f} s {peer:8.2f} s {peer / ours:6.2f} times {what}", flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
