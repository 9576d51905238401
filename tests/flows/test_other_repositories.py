"""The same drills for drafts that curators see first, for InvenioRDM, and for a folder of bags."""

from __future__ import annotations

import os
from pathlib import Path

import bagit
import pytest
from flows.drill import ENV, World, _sha
from flows.test_state_machine import SOAK, Deposits, live, run
from hdp_plugins.archive import disk
from hypothesis import strategies as st
from hypothesis.stateful import rule

from hdp.environments import folder_url

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(36_000 if SOAK else 240),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]
NATIVE = tuple(
    f"{word}:{verb}"
    for word in ("lost-answer", "503=0", "429=0")
    for verb in ("begin", "commit", "review", "submit", "request", "community")
)


class ReviewWorld(World):
    """A world whose drafts go through a community's review."""

    review = True


class Shelf(World):
    """A world whose repository is a folder of bags."""

    def add_environment(self, app) -> None:
        self.folder = self.base / "shelf"
        self.folder.mkdir()
        app.environments.add(ENV, target="archive", url=folder_url(self.folder), kind="production")

    def watch_target(self, target, switch) -> None:
        self.points[:] = [switch]

    def begin(self) -> None:
        self.points: list = []
        for path in sorted(self.folder.rglob("*"), reverse=True):
            path.chmod(0o755)
            path.rmdir() if path.is_dir() else path.unlink()
        super().begin()

    def bags(self) -> list[Path]:
        return sorted(one.parent for one in (self.folder / "records").rglob("bagit.txt"))

    def draft_ids(self) -> list[str]:
        drafts = self.folder / "drafts"
        return sorted(one.parent.name for one in drafts.glob("*/draft.json"))

    def check(self) -> None:
        known = {one.remote_id: one for one in self.deposits()
                 if one.remote_id and one.state != "discarded"}  # fmt: skip
        owners = set()
        for bag in self.bags():
            record_id = f"{bag.parent.name}-{bag.name}"
            deposit = known.get(record_id)
            assert deposit is not None, f"{record_id} is public and its id is lost: {known}"
            assert deposit.item_id not in owners, "published twice"
            assert deposit.item_id in self.confirmed, "published unasked"
            owners.add(deposit.item_id)
            bagit.Bag(str(bag)).validate()
            for one in self.files(deposit):
                (there,) = bag.rglob(one.name)
                assert _sha(there) == one.sha256
                assert one.sha256 in self.bodies[one.name]
        opened = [one for one in self.deposits() if one.doing == "create"]
        lost = [one for one in self.draft_ids() if one not in known]
        assert len(lost) <= len(opened), f"drafts {lost} belong to nobody"


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory):
    """Folders and names for a module's worlds."""
    patch = pytest.MonkeyPatch()
    base: Path = tmp_path_factory.mktemp("worlds")
    patch.setenv("HDP_HOME", str(base / "home"))
    patch.setenv("HDP_PICTURES", "off")
    patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    patch.setenv("HDP_TOKEN_LIVE", "")
    yield base
    patch.undo()


class Reviewed(Deposits):
    """What curators do, beside all that people, networks and crashes do."""

    @rule(verb=st.sampled_from(["accept", "decline", "comment"]))
    def curate(self, verb: str) -> None:
        self.world.curate(verb)

    @rule(kind=st.sampled_from(["submit", "withdraw", "refresh", "restart"]))
    def about_review(self, kind: str) -> None:
        self._session(0).act(kind)

    @rule(spec=st.sampled_from(NATIVE), kind=st.sampled_from(["submit", "withdraw", "create"]))
    def fault_in_review(self, spec: str, kind: str) -> None:
        self.world.practice.faults.add(spec)
        self._session(0).act(kind)


@pytest.mark.parametrize("target", ["zenodo", "inveniordm"])
def test_random_runs_with_review(home, target):
    world = ReviewWorld(home / f"review-{target}", 3, target=target)
    os.environ["HDP_TOKEN_LIVE"] = world.practice.token
    run(world, 12, machine=Reviewed)
    world.close()


def test_random_runs_of_inveniordm(home):
    world = World(home / "native", 3, target="inveniordm")
    os.environ["HDP_TOKEN_LIVE"] = world.practice.token

    class Native(Deposits):
        @rule(spec=st.sampled_from(NATIVE))
        def native_fault(self, spec: str) -> None:
            self.world.practice.faults.add(spec)

    run(world, 25, machine=Native)
    world.close()


@pytest.fixture
def shelf(home, request, monkeypatch):
    world = Shelf(home / f"bags-{request.node.name}", 1)
    for name in ("write", "copy", "sync"):
        monkeypatch.setattr(disk, name, _pointed(world, getattr(disk, name), name))
    yield world
    world.close()


def _pointed(world, real, name):
    def passed(*args, **options):
        for switch in world.points:
            switch.point(f"before {name}")
        return real(*args, **options)

    return passed


def test_a_crash_at_every_point_of_a_bag(shelf):
    shelf.begin()
    live(shelf.session())
    points = list(shelf.session().switch.passed)
    assert any(one == "before sync" for one in points)
    shelf.settle_all()
    for number in range(0, len(points), 1 if SOAK else 2):
        shelf.finish()
        shelf.begin()
        session = shelf.session()
        session.switch.crash_after(number)
        live(session)
        assert session.switch.dead, points[number]
        shelf.check()
        shelf.settle_all()
