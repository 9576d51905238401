"""The practice repository answers every recorded request as the recorded Zenodo did.

Differences are listed, each with its reason, in docs/reference/practice-differences.json.
"""

import json
import re
from pathlib import Path

import pytest
from recordings import replaying

from hdp.practice.server import start

LISTED = Path(__file__).parents[2] / "docs" / "reference" / "practice-differences.json"
EVERYTHING = replaying.recordings()
FLOWS = sorted({one["flow"] for one in EVERYTHING})
DIFFERENCES = json.loads(LISTED.read_text("utf-8"))


def name_of(recorded):
    return f"{recorded['flow']}/{recorded['name']}"


def listed(kind, recorded, path=""):
    """The listed differences that are meant for this answer."""
    for entry in DIFFERENCES[kind]:
        is_meant = re.fullmatch(entry.get("recordings", ".*"), name_of(recorded))
        if is_meant and re.fullmatch(entry.get("path", ".*"), path):
            yield entry


def replay(flow, practice):
    """(recorded, path, what) of every difference; a path is empty where the status differs."""
    player = replaying.Replay(practice, flow, EVERYTHING)
    try:
        for recorded in (one for one in EVERYTHING if one["flow"] == flow):
            if not any(listed("not_replayed", recorded)):
                yield from ((recorded, *one) for one in differences(player, recorded))
    finally:
        player.close()


def differences(player, recorded):
    player.before(recorded, EVERYTHING)
    url = player.url(recorded["url"])
    if url is None:
        yield "", f"{recorded['url']} names something that is not there"
        return
    player.fill(recorded, url)
    answer = player.send(recorded, url)
    if answer.status_code != recorded["status"]:
        yield "", f"{answer.status_code}, not {recorded['status']}: {answer.text[:200]}"
        return
    if recorded["json"] is not None:
        ours = answer.json()
        player.learn(recorded, ours)
        for path, mine, theirs in player.differences(replaying.without(ours), recorded["json"]):
            yield path, f"{mine!r}, not {theirs!r}"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What differs, by flow; each flow has a repository of its own."""
    result = {}
    for flow in FLOWS:
        server = start(tmp_path_factory.mktemp("practice"))
        try:
            result[flow] = list(replay(flow, server))
        finally:
            server.stop()
    return result


@pytest.mark.parametrize("flow", FLOWS)
def test_nothing_differs_but_what_is_listed(found, flow):
    wrong = [
        f"{recorded['number']} {recorded['name']}: {path} {what}"
        for recorded, path, what in found[flow]
        if not any(listed("paths" if path else "recordings", recorded, path))
    ]
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:40])


@pytest.mark.parametrize("kind", ["recordings", "paths"])
def test_every_listed_difference_is_one(found, kind):
    seen = [
        entry
        for everything in found.values()
        for recorded, path, _ in everything
        for entry in listed(kind, recorded, path)
        if bool(path) == (kind == "paths")
    ]
    idle = [entry for entry in DIFFERENCES[kind] if entry not in seen]
    assert not idle, f"no difference any more: {idle}"


def test_every_listed_difference_has_a_reason_and_names_a_recording():
    for kind in ("not_replayed", "recordings", "paths"):
        for entry in DIFFERENCES[kind]:
            assert entry["reason"]
            pattern = entry.get("recordings", ".*")
            assert any(re.fullmatch(pattern, name_of(one)) for one in EVERYTHING), pattern


@pytest.mark.skipif(
    not replaying.ORIGINALS.is_dir(), reason="on purpose: no recordings beside the repo"
)
def test_the_copy_in_the_repository_is_that_of_the_originals():
    assert replaying.copied() == replaying.originals()
