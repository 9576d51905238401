"""Deposits under random actions, faults, changes by others and crashes: every byte exactly once.

`HDP_SOAK=N` runs N of each kind instead of the few that each run of the tests has time for.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from flows.drill import World
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

SOAK = int(os.environ.get("HDP_SOAK", "0"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(36_000 if SOAK else 240),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]
KINDS = (
    "prepare", "create", "upload", "publish", "back", "discard", "refresh", "draft-update",
    "update", "verify", "settle", "create-upload",
)  # fmt: skip
_VERBS = (
    "create",
    "list",
    "get",
    "metadata",
    "upload",
    "files",
    "publish",
    "discard",
    "edit",
    "me",
)
FAULTS = (
    *(f"{word}:{verb}" for word in ("lost-answer", "503=0", "429=0") for verb in _VERBS),
    *(f"lost-answer:{verb}*3" for verb in _VERBS),
    *(f"503=0:{verb}*8" for verb in _VERBS),
    "lost-answer:create,503=0:list*8", "lost-answer:publish,503=0:get*8",
    "cut-upload:upload", "cut-upload:upload*8", "wrong-checksum:upload", "wrong-checksum:upload*8",
    "vanish:upload", "changed-on-site:get", "files-changed-on-site:get",
    *(f"token-refused:{verb}" for verb in _VERBS),
)  # fmt: skip
WORLDS: dict[str, World] = {}


def _in_memory() -> Path | None:
    """A folder that is synced in no time, where the system has one; a soak runs on the disk.

    Crashes and kills are the same there: what was written stays. Power cuts are not tried.
    """
    memory = Path("/dev/shm")
    if SOAK or not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < 1 << 30:
        return None
    return Path(tempfile.mkdtemp(prefix="hdp-drill-", dir=memory))


@pytest.fixture(scope="module", autouse=True)
def worlds(tmp_path_factory):
    """The worlds of this module, made when first needed."""
    patch = pytest.MonkeyPatch()
    base: Path = _in_memory() or tmp_path_factory.mktemp("worlds")
    patch.setenv("HDP_HOME", str(base / "home"))
    patch.setenv("HDP_PICTURES", "off")
    patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    patch.setenv("HDP_TOKEN_LIVE", "")
    made: dict[str, World] = {}

    def world(name: str, count: int, *, alike: bool = False) -> World:
        if name not in made:
            made[name] = World(base / name, count, alike=alike)
        os.environ["HDP_TOKEN_LIVE"] = made[name].practice.token
        return made[name]

    yield world
    for one in made.values():
        one.close()
    patch.undo()
    shutil.rmtree(base, ignore_errors=True)


class Deposits(RuleBasedStateMachine):
    """What people, networks, servers and crashes do to the items of a world."""

    world: World
    sessions = 1

    @initialize(steps=st.integers(0, 4))
    def begin(self, steps: int) -> None:
        self.world.begin()
        for kind in ("prepare", "create", "upload", "publish")[:steps]:
            self.world.session().act(kind)

    def _session(self, number: int):
        return self.world.session(number % self.sessions)

    def _ids(self, numbers: set[int]) -> list[int]:
        return sorted({1 + number % self.world.count for number in numbers})

    @rule(kind=st.sampled_from(KINDS), numbers=st.sets(st.integers(0, 9), max_size=4),
          who=st.integers(0, 1), overwrite=st.booleans())  # fmt: skip
    def act(self, kind: str, numbers: set[int], who: int, overwrite: bool) -> None:
        args = {"overwrite": overwrite} if kind in ("update", "draft-update") else {}
        self._session(who).act(kind, *self._ids(numbers), **args)

    @rule(kind=st.sampled_from(KINDS[:4]), who=st.integers(0, 1))
    def go_on(self, kind: str, who: int) -> None:
        self._session(who).act(kind)

    @rule(kinds=st.tuples(st.sampled_from(KINDS), st.sampled_from(KINDS)))
    def act_at_once(self, kinds: tuple[str, str]) -> None:
        chosen = [self._session(number) for number in range(2)]
        started = [one.start(kind) for one, kind in zip(chosen, kinds, strict=True)]
        for one, job in zip(chosen, started, strict=True):
            one.end(job)

    @rule(spec=st.sampled_from(FAULTS))
    def fault(self, spec: str) -> None:
        self.world.practice.faults.add(spec)

    @rule(points=st.integers(0, 60), who=st.integers(0, 1), kind=st.sampled_from(KINDS))
    def crash(self, points: int, who: int, kind: str) -> None:
        session = self._session(who)
        session.switch.crash_after(points)
        session.act(kind)

    @rule(number=st.integers(0, 9), word=st.sampled_from(["Bowl", "Jar"]))
    def edit_table(self, number: int, word: str) -> None:
        self.world.retitle(number % self.world.count, f"{word} {number % self.world.count}")

    @rule(number=st.integers(0, 9))
    def change_file(self, number: int) -> None:
        self.world.repaint(number % self.world.count)

    @rule(number=st.integers(0, 9),
          what=st.sampled_from(["retitle", "add", "remove", "delete", "publish"]))  # fmt: skip
    def change_on_site(self, number: int, what: str) -> None:
        found = self.world.draft_ids()
        if found:
            self.world.on_site(what, found[number % len(found)])

    @rule()
    def publish_unconfirmed(self) -> None:
        told = self._session(0).act("publish", confirm=False)
        assert told["state"] in ("nothing", "refused", "crashed")

    @precondition(lambda self: self.sessions > 1)
    @rule(who=st.integers(0, 1))
    def reopen(self, who: int) -> None:
        self._session(who).die()
        self.world.sessions[who].switch.dead = False
        del self.world.sessions[who:]

    @invariant()
    def holds(self) -> None:
        self.world.check()

    def teardown(self) -> None:
        self.world.settle_all()


def run(
    world: World, examples: int, *, sessions: int = 1, machine: type[Deposits] | None = None
) -> None:
    """Run a machine in a world; without a soak always the same runs."""

    class Here(machine or Deposits):
        pass

    Here.world, Here.sessions = world, sessions
    phases = (
        [Phase.generate, Phase.shrink] if SOAK or "HDP_SHRINK" in os.environ else [Phase.generate]
    )
    run_state_machine_as_test(Here, settings=settings(
        max_examples=SOAK or examples, stateful_step_count=10, deadline=None, database=None,
        derandomize=not SOAK, phases=phases, print_blob=True,
        suppress_health_check=list(HealthCheck),
    ))  # fmt: skip


def test_random_runs_of_three_items(worlds):
    run(worlds("three", 3), 100)


def test_random_runs_of_ten_alike(worlds):
    run(worlds("alike", 10, alike=True), 40)


def test_random_runs_of_app_and_command_line(worlds):
    run(worlds("two", 3), 40, sessions=2)


def test_random_runs_of_ten_alike_of_app_and_command_line(worlds):
    run(worlds("two-alike", 10, alike=True), 20, sessions=2)


def live(session) -> None:
    """A whole life: to be public, and corrected."""
    for kind in ("prepare", "create", "upload", "draft-update", "publish", "update"):
        if kind == "draft-update":
            session.world.retitle(0, "Draft")
        if kind == "update":
            session.world.retitle(0, "Record")
        session.act(kind)


def test_a_crash_at_every_point(worlds):
    world = worlds("one", 1)
    world.begin()
    live(world.session())
    points = world.session().switch.passed
    world.settle_all()
    for number in range(len(points)):
        world.finish()
        world.begin()
        session = world.session()
        session.switch.crash_after(number)
        live(session)
        assert session.switch.dead, points[number]
        world.check()
        world.settle_all()


LIFE = ("prepare", "create", "upload", "publish")
KILLS = SOAK or 50


class Nursery:
    """Starts an HDP of its own on a world's project, again and again."""

    def __init__(self) -> None:
        path = Path(__file__).with_name("nursery.py")
        root = path.parents[2]
        paths = os.pathsep.join([str(root), str(root / "plugins")])
        self._process = subprocess.Popen(
            [sys.executable, str(path)], env={**os.environ, "PYTHONPATH": paths},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def start(self, world: World) -> int:
        order = {"home": str(world.home), "project": str(world.path), "kinds": LIFE,
                 "env": "live", "token": world.practice.token}  # fmt: skip
        assert self._process.stdin and self._process.stdout
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(pid: int) -> None:
    while is_alive(pid):
        time.sleep(0.002)


@pytest.fixture
def nursery():
    made = Nursery()
    yield made
    made.close()


def test_killed_at_random_moments(worlds, nursery):
    world = worlds("killed", 4)
    chance = random.Random(None if SOAK else 5)
    requests = 0
    for number in range(KILLS + 1):
        world.finish()
        world.begin()
        world.finish()
        world.confirmed = set(range(1, world.count + 1))
        before = world.traffic.begun
        pid = nursery.start(world)
        if number:  # the first one lives, and tells how long a life is
            moment = before + chance.randrange(requests)
            world.traffic.wait_for(moment, functools.partial(is_alive, pid))
            time.sleep(chance.random() * 0.02)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until_gone(pid)
        world.traffic.wait_for_quiet()
        requests = requests or world.traffic.begun - before
        world.check()
        world.settle_all()
    assert requests > world.count * len(LIFE) / 2


def test_what_never_left_is_not_settled_with_what_is_just_being_made(worlds):
    world = worlds("alike", 10, alike=True)
    world.begin()
    world.session().act("prepare")
    points = 0
    while not world.session().switch.dead:  # until its intents are written, nothing is sent
        session = world.session()
        session.switch.crash_after(points)
        session.act("create")
        points += 1
        if any(one.doing == "create" for one in world.deposits()):
            break
    assert world.draft_ids() == []
    told = world.session().act("create")
    assert told["errors"] == {}
    world.settle_all()
