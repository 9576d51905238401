"""A world to drill deposits in: a project, a repository, sessions that crash, and the truth.

`World` builds everything once and is put back between runs. `Session` is one HDP on the
project's file; at each point between two writes or calls it can be made to crash, after which
it writes and sends nothing more, as if its process were gone.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bottle import HTTPResponse
from PIL import Image

from hdp.application import Application, Selection, actions, describing, scanning
from hdp.practice import catalogue, communities, depositions, reviews, server
from hdp.project import deposits, items
from hdp.sdk import HdpError

ENV = "live"  # a production environment: it lags, and publishing needs the number of records
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
    - {name: {column: creator}}
  publication_date: {literal: "2026-11-22"}
  access_right: {choose: open}
  license: {literal: cc-by-4.0}
"""
COMMUNITY = "  communities: [{identifier: {literal: practice-review}}]\n"
HOPELESS = (  # discard and go on
    "changed-on-site", "deleted-on-site", "file-changed", "file-vanished", "missing",
)  # fmt: skip
PATIENCE_S = 60  # a job that takes longer is stuck


class Crash(BaseException):
    """The process ends here."""


class Switch:
    """Passes points by name, and crashes at the one that was chosen and at all after it."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.dead = False
        self._left: int | None = None
        self._lock = threading.Lock()

    def crash_after(self, points: int) -> None:
        """Crash when so many further points were passed."""
        self._left = points

    def point(self, name: str) -> None:
        with self._lock:
            self.passed.append(name)
            if self._left is not None:
                self.dead = self.dead or self._left == 0
                self._left -= 1
            if self.dead:
                raise Crash(name)


class Clock:
    """Time that passes by sleeping only."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class Session:
    """One HDP on the world's project."""

    def __init__(self, world: World) -> None:
        self.world, self.switch, self.clock = world, Switch(), Clock()
        self.app = Application(world.home)
        self.app.open_project(world.path)
        self._watch_writes()
        self._watch_calls()

    def _watch_writes(self) -> None:
        database = self.app.project.db
        real = database.write

        def write(function):
            self.switch.point("before a write")
            result = real(function)
            self.switch.point("after a write")
            return result

        database.write = write

    def _watch_calls(self) -> None:
        real = self.app.remotes.open

        def open_remote(entry):
            remote = real(entry)
            remote.limiter._clock, remote._sleep = self.clock.now, self.clock.sleep
            self._watch_client(remote.target.connection.http)
            self.world.watch_target(remote.target, self.switch)
            return remote

        self.app.remotes.open = open_remote

    def _watch_client(self, http) -> None:
        real = http.request

        def request(method, url, **options):
            name = f"{method} {urlsplit(url).path}"
            self.switch.point(f"before {name}")
            answer = real(method, url, **options)
            self.switch.point(f"after {name}")
            return answer

        http.request = request

    def act(self, kind: str, *ids: int, confirm: bool = True, **args) -> dict:
        """Run an action to its end (or to a crash); its job, with the error code by item."""
        return self.end(self.start(kind, *ids, confirm=confirm, **args))

    def start(self, kind: str, *ids: int, confirm: bool = True, **args) -> dict | int:
        """Start an action; a job's number, or how it ended at once."""
        action = actions.Action(kind, ENV, Selection(ids=ids, all=not ids), args=args)
        try:
            if kind in ("publish", "update", "submit") and confirm:
                chosen = actions.plan(self.app, action).chosen
                self.world.confirmed |= {row.id for row in chosen}
                action = actions.Action(
                    kind, ENV, action.selection, confirm=len(chosen), args=args
                )  # fmt: skip
            job = actions.start(self.app, action).job
        except Crash:
            return {"state": "crashed", "errors": {}}
        except HdpError as error:
            return {"state": "refused", "code": error.name, "errors": {}}
        return {"state": "nothing", "errors": {}} if job is None else job

    def end(self, job: dict | int) -> dict:
        """Wait for a job that was started."""
        if isinstance(job, dict):
            return job
        assert self.app.jobs.wait(job, timeout=PATIENCE_S), "a job is stuck"
        if self.switch.dead:
            return {"state": "crashed", "errors": {}}
        tasks, _ = self.app.jobs.tasks(job)
        errors = {one["item"]: one["error"]["code"] for one in tasks if one["error"]}
        assert "bug" not in errors.values(), [one["error"] for one in tasks]
        return {**self.app.jobs.get(job), "errors": errors, "tasks": tasks}

    def die(self) -> None:
        """Be gone without a word: nothing is written, and the system frees the lock."""
        self.switch.dead = True
        jobs, project = self.app.jobs, self.app.project
        for job_id in jobs.running():
            assert jobs.wait(job_id, timeout=PATIENCE_S), "a job is stuck"
        for pool in jobs._lanes.values():
            pool.shutdown()
        project.db.on_foreign_change = lambda: None
        project.db.close()
        project.session.lock.release()
        self.app.activity.close()


class Traffic:
    """Counts the requests that a repository began and ended."""

    def __init__(self, practice: server.Practice) -> None:
        self.begun = self.ended = 0
        self._lock = threading.Lock()
        served = practice._served._server
        self._app, served.wsgi_app = served.wsgi_app, self._serve

    def _serve(self, environ, start_response):
        with self._lock:
            self.begun += 1
        try:
            yield from self._app(environ, start_response)
        finally:
            with self._lock:
                self.ended += 1

    def wait_for(self, begun: int, alive) -> None:
        """Until so many requests were begun, or the other side is gone."""
        while self.begun < begun and alive():
            time.sleep(0.001)

    def wait_for_quiet(self) -> None:
        """Until nothing is being done any more for clients that are gone."""
        seen = -1
        while self.ended < self.begun or seen != self.begun:
            seen = self.begun
            time.sleep(0.05)


@dataclass
class Fate:
    """What was done to the repository by others than HDP: record ids."""

    foreign: set[str] = field(default_factory=set)
    published: set[str] = field(default_factory=set)
    refiled: set[str] = field(default_factory=set)


class World:
    """So many items, each of one file, in one project and one repository."""

    review = False  # a community's curators see each draft first

    def __init__(
        self, base: Path, count: int, *, alike: bool = False, target: str = "zenodo"
    ) -> None:
        self.base, self.count, self.alike, self.target = base, count, alike, target
        self.home, self.path, self.input = base / "home", base / "p.hdpc", base / "input"
        self.names = [f"photo_{number:02}.jpg" for number in range(count)]
        self.input.mkdir(parents=True)
        self._paint()
        self.practice = server.start(base / "practice")
        self.traffic = Traffic(self.practice)
        os.environ["HDP_TOKEN_LIVE"] = self.practice.token
        app = Application(self.home)
        self.add_environment(app)
        scanning.create_project(app, scanning.NewProject(
            self.path, "Drill", "DRL", self.input, base / "output",
            {"extensions": [".jpg"], "bundle": "stem"}))  # fmt: skip
        scanning.scan_project(app)
        describing.set_mapping(app, self.input / "mapping.yaml")
        app.close()
        self._fresh = self.path.read_bytes()
        self.begin()

    def add_environment(self, app: Application) -> None:
        settings = {"publisher": "Museum"} if self.target == "inveniordm" else {}
        app.environments.add(
            ENV, target=self.target, url=self.practice.url, kind="production", settings=settings
        )

    def watch_target(self, target, switch: Switch) -> None:
        """Pass points inside a target that has no server."""

    def _paint(self) -> None:
        for number, name in enumerate(self.names):
            Image.new("RGB", (32, 24), (number * 7, 80, number * 31)).save(self.input / name)
        community = COMMUNITY if self.review else ""
        (self.input / "mapping.yaml").write_text(MAPPING + community, encoding="utf-8")
        self.titles = {name: "Alike" if self.alike else f"Photo {name}" for name in self.names}
        self.write_table()

    def write_table(self) -> None:
        rows = ["filename,title,creator"]
        rows += [f'{name},{title},"Müller, Anna"' for name, title in self.titles.items()]
        (self.input / "objects.csv").write_text("\n".join(rows), encoding="utf-8")

    def begin(self) -> None:
        """Everything as at first: nothing prepared, an empty repository, one session."""
        self._paint()
        self.path.write_bytes(self._fresh)
        self.path.with_name(f"{self.path.name}-journal").unlink(missing_ok=True)
        self.practice.faults.clear()
        with self.practice.repository.catalogue.write() as db:
            for table in ("record", "side", "file", "inclusion", "request", "comment"):
                db.execute(f"DELETE FROM {table}")
        self.confirmed: set[int] = set()
        self.fate = Fate()
        self.bodies = {name: {_sha(self.input / name)} for name in self.names}
        self.said: dict[str, set[str]] = {name: {self.titles[name]} for name in self.names}
        self.sessions = [Session(self)]

    def finish(self) -> None:
        for session in self.sessions:
            session.die()
        self.sessions = []

    def close(self) -> None:
        self.finish()
        self.practice.stop()

    def session(self, number: int = 0) -> Session:
        """A session that lives; the second is another HDP on the same file."""
        while len(self.sessions) <= number:
            self.sessions.append(Session(self))
        if self.sessions[number].switch.dead:
            self.sessions[number].die()
            self.sessions[number] = Session(self)
        return self.sessions[number]

    # What the person and others do.

    def retitle(self, number: int, title: str) -> None:
        """Edit the table; with equal metadata all items stay alike."""
        chosen = self.names if self.alike else [self.names[number]]
        for name in chosen:
            self.titles[name] = title
            self.said[name].add(title)
        self.write_table()

    def repaint(self, number: int) -> None:
        """Change a file on this computer."""
        path = self.input / self.names[number]
        body = bytearray(path.read_bytes())
        body += b"%d" % len(body)
        path.write_bytes(body)
        self.bodies[path.name].add(_sha(path))

    def draft_ids(self) -> list[str]:
        """Drafts never published that are not foreign, oldest first."""
        found = [str(one.id) for one in self.records() if one.draft and not one.public]
        return sorted(set(found) - self.fate.foreign, key=int)

    def on_site(self, what: str, draft_id: str) -> None:
        """Somebody changes a draft in the browser."""
        repository = self.practice.repository
        match what:
            case "retitle":
                repository.change_on_site(draft_id, title="By the curator (changed on the site)")
            case "add":
                repository.add_on_site(draft_id, "more.txt", b"more\n")
                self.fate.refiled.add(draft_id)
            case "remove":
                for name in self.names:
                    repository.remove_on_site(draft_id, name)
            case "delete":
                with repository.catalogue.write() as db:
                    one = depositions.get(db, draft_id)
                    depositions.discard(db, one, repository.bodies)
            case "publish":
                with suppress(Exception), repository.catalogue.write() as db:
                    depositions.publish(db, depositions.get(db, draft_id))
                    self.fate.published.add(draft_id)

    def curate(self, verb: str) -> None:
        """A curator does this to every draft that waits for one."""
        with self.practice.repository.catalogue.write() as db:
            for one in communities.all_requests(db, communities.CURATOR):
                if not one.is_open or one.status == "created":
                    continue
                if verb == "comment":
                    communities.say(db, one, communities.CURATOR, "Which museum?")
                else:
                    with suppress(HTTPResponse):
                        reviews.decide(db, one, communities.CURATOR, verb)

    # The truth.

    def records(self) -> list[catalogue.Deposition]:
        with self.practice.repository.catalogue.read() as db:
            return catalogue.all_records(db)

    def deposits(self) -> list[deposits.Deposit]:
        return self.session().app.project.read(deposits.list_deposits)

    def files(self, deposit: deposits.Deposit) -> list[deposits.DepositFile]:
        return self.session().app.project.read(lambda c: deposits.list_files(c, deposit.id))

    def check(self) -> None:
        """What must hold at every moment."""
        known = {one.remote_id: one for one in self.deposits()
                 if one.remote_id and one.state != "discarded"}  # fmt: skip
        records = self.records()
        owners: dict[int, str] = {}
        for record in records:
            if record.public and str(record.id) not in self.fate.foreign:
                deposit = known.get(str(record.id))
                assert deposit is not None, f"record {record.id} is public and its id is lost"
                assert deposit.item_id not in owners, f"item {deposit.item_id} is published twice"
                owners[deposit.item_id] = str(record.id)
                self._check_record(record, deposit)
        lost = [one for one in self.draft_ids() if one not in known]
        opened = [one for one in self.deposits() if one.doing == "create"]
        assert len(lost) <= len(opened), f"drafts {lost} belong to nobody"

    def _check_record(self, record: catalogue.Deposition, deposit: deposits.Deposit) -> None:
        record_id = str(record.id)
        if record_id in self.fate.published:
            return
        assert deposit.item_id in self.confirmed, f"{record_id} was published unasked"
        with self.practice.repository.catalogue.read() as db:
            there = {one.key: one.md5 for one in catalogue.files_of(db, record.public.bucket)}
        ours = self.files(deposit)
        assert there == {one.name: one.md5 for one in ours}
        for one in ours:
            body = self.practice.repository.bodies.path(one.md5)
            assert _sha(body) == one.sha256
            assert one.sha256 in self.bodies[one.name]
            assert record.public.metadata["title"] in self.said[one.name]

    def settle_all(self) -> None:
        """Do what a patient person does, until every item is published; then check again."""
        self.finish()
        self.practice.faults.clear()
        session = self.session()
        for attempt in range(8):
            if self._all_done():
                break
            self._advance(session, attempt)
            self.check()
        left = [(one.item_id, one.state, one.doing, one.candidates) for one in self.deposits()
                if one.state not in ("published", "discarded") or one.doing]  # fmt: skip
        assert self._all_done(), f"stuck: {left}; {self.problems}"
        self.check()
        assert self.draft_ids() == []
        edits = [one.id for one in self.records() if one.draft and one.public]
        assert not edits, f"edits of {edits} are left open"
        told = set(session.act("verify")["errors"].values())
        assert told <= {"local-differs"} or self.fate.published, told

    def _all_done(self) -> bool:
        found = self.deposits()
        published = {one.item_id for one in found if one.state == "published"}
        return len(published) == self.count and not any(one.doing for one in found)

    def _advance(self, session: Session, attempt: int) -> None:
        app = session.app
        errors: dict[int, str] = {}
        settled = session.act("settle")
        errors |= settled["errors"]
        for item_id, code in errors.items():
            if code == "unsettled":
                self._decide(app, item_id, attempt)
        errors = session.act("refresh")["errors"]
        for kind in ("prepare", "create", "upload", "submit" if self.review else "publish"):
            for item_id, code in session.act(kind)["errors"].items():
                errors.setdefault(item_id, code)
        if self.review:
            self.curate("accept")
            session.act("refresh")
        if "file-changed" in errors.values() or "not-ready" in errors.values():
            scanning.scan_project(app)
            ids = list(errors)
            app.project.write(lambda c: items.accept_items(c, ids, "The new picture is right"))
        wrong = [item_id for item_id, code in errors.items() if code in HOPELESS]
        if wrong:
            session.act("discard", *wrong)
        self.problems = {**errors, "settle": settled.get("tasks", "")}

    def _decide(self, app: Application, item_id: int, attempt: int) -> None:
        """What is left to a person: one of the candidates."""
        open_one = next(one for one in self.deposits() if one.item_id == item_id and one.doing)
        for candidate in open_one.candidates or []:
            (told,) = actions.settle(app, ENV, (item_id,), adopt=candidate, create_again=False)
            if told["error"] is None:
                return
        # Where no number was given twice, nothing may ever be left to guessing.
        assert attempt < 2, f"item {item_id} cannot be settled: {open_one.candidates}"
        assert not open_one.candidates, f"item {item_id} was left with {open_one.candidates}"


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
