"""Review by a community, and access, over a real server: the practice repository."""

from dataclasses import replace

import pytest
from hdp_plugins.inveniordm.target import InvenioRDM
from hdp_plugins.zenodo.target import Zenodo

from hdp.net import Client
from hdp.practice import server
from hdp.sdk import Missing, Rejected
from hdp.testing import open_target
from hdp.testing.samples import make_file, make_record


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    running = server.start(tmp_path_factory.mktemp("practice"))
    yield running
    running.stop()


@pytest.fixture(params=[Zenodo, InvenioRDM], ids=["zenodo", "inveniordm"])
def target(request, practice):
    chosen = {"publisher": "Museum"} if request.param is InvenioRDM else {}
    return open_target(request.param, base_url=practice.url, token=practice.token, settings=chosen)


@pytest.fixture
def curate(practice):
    """Acts on a draft's request as the community's curator."""
    client = Client(token=practice.repository.curator_token, allowed_host=practice.url)

    def act(draft, verb, body=None):
        request = draft.raw["parent"]["review"]["id"]
        path = f"actions/{verb}" if verb != "comments" else verb
        answer = client.request(
            "POST", f"{practice.url}/api/requests/{request}/{path}", json=body or {}
        )
        assert answer.status < 300, answer.text

    return act


def for_review(target, tmp_path, slug):
    record = make_record(communities=[{"identifier": slug}])
    draft = target.create_draft(record, "k")
    target.upload_file(draft.id, make_file(tmp_path, "a.txt", b"a"), lambda *_: None)
    assert target.compare_metadata(record, draft) == ()
    return record, draft


def test_nothing_is_published_past_the_curators(target, tmp_path, foreign):
    _record, draft = for_review(target, tmp_path, foreign)
    assert draft.review.state == "created"
    with pytest.raises(Rejected) as caught:
        target.publish(draft.id)
    assert caught.value.name == "in-review"
    assert target.submit_for_review(draft.id).review.state == "submitted"
    with pytest.raises(Rejected):
        target.publish(draft.id)
    with pytest.raises(Missing):
        target.get_record(draft.id)


@pytest.fixture
def foreign():
    return "practice-review"


def test_accepted(target, tmp_path, curate, foreign):
    _record, draft = for_review(target, tmp_path, foreign)
    curate(target.submit_for_review(draft.id), "accept")
    with pytest.raises(Missing) as caught:
        target.get_draft(draft.id)
    assert caught.value.name == "already-published"
    assert target.get_record(draft.id).id == draft.id


def test_commented_then_declined_then_corrected(target, tmp_path, curate, foreign):
    record, draft = for_review(target, tmp_path, foreign)
    submitted = target.submit_for_review(draft.id)
    curate(submitted, "comments", {"payload": {"content": "<p>Which sea?</p>", "format": "html"}})
    review = target.get_draft(draft.id).review
    assert (review.state, review.comment) == ("commented", "Which sea?")
    curate(submitted, "decline")
    assert target.get_draft(draft.id).review.state == "declined"
    target.update_draft(draft.id, record)
    assert target.submit_for_review(draft.id).review.state == "submitted"


def test_an_unknown_community_makes_no_draft(target):
    before = len(target.list_drafts())
    for names in (["no-such"], ["practice-review", "no-such"]):
        with pytest.raises(Rejected) as caught:
            target.create_draft(make_record(communities=[{"identifier": n} for n in names]), "k")
        assert caught.value.name == "community-unknown"
    assert len(target.list_drafts()) == before


def test_review_needs_a_community(target):
    draft = target.create_draft(make_record(), "k")
    with pytest.raises(Rejected) as caught:
        target.submit_for_review(draft.id)
    assert caught.value.name == "no-community"


def test_a_community_added_or_taken_away(target, foreign):
    draft = target.create_draft(make_record(), "k")
    record = make_record(communities=[{"identifier": foreign}])
    assert [one.code for one in target.compare_metadata(record, draft)] == ["review-missing"]
    assert target.update_draft(draft.id, record).review.state == "created"
    assert target.update_draft(draft.id, make_record()).review is None


@pytest.mark.parametrize("fields", [
    {"access_right": "restricted"}, {"access_right": "embargoed", "embargo_date": "2999-01-01"},
])  # fmt: skip
def test_access(target, tmp_path, fields):
    record = make_record(**fields)
    draft = target.create_draft(record, "k")
    target.upload_file(draft.id, make_file(tmp_path, "a.txt", b"a"), lambda *_: None)
    assert target.same_metadata(record, target.get_draft(draft.id))
    public = target.publish(draft.id)
    assert len(target.list_record_files(public.id)) == 1


def test_records_by_doi(target, tmp_path):
    draft = target.create_draft(make_record(), "k")
    doi = target.reserve_doi(draft.id)
    target.upload_file(draft.id, make_file(tmp_path, "a.txt", b"a"), lambda *_: None)
    assert target.publish(draft.id).doi == doi
    assert target.get_record(doi).id == draft.id


def test_withdrawn_and_submitted_again(target, tmp_path, foreign):
    record, draft = for_review(target, tmp_path, foreign)
    target.submit_for_review(draft.id)
    assert target.cancel_review(draft.id).review.state == "cancelled"
    with pytest.raises(Rejected) as caught:
        target.cancel_review(draft.id)
    assert caught.value.name == "not-in-review"
    target.update_draft(draft.id, record)
    assert target.submit_for_review(draft.id).review.state == "submitted"


def test_a_public_record_asks_the_communities_it_is_not_in(target, tmp_path):
    draft = target.create_draft(make_record(), "k")
    target.upload_file(draft.id, make_file(tmp_path, "a.txt", b"a"), lambda *_: None)
    public = target.publish(draft.id)
    wanted = ["practice-open", "practice-review", "no-such"]
    record = make_record(communities=[{"identifier": one} for one in wanted])
    for _ in range(2):  # asked once, however often
        found = target.ask_communities(public.id, record)
        assert [one.code for one in found] == ["community-unknown", "community-asked"]
        assert found[1].args["community"] == "practice-review"


@pytest.mark.parametrize("most", [2, 100])
def test_most_files_of_an_installation(practice, tmp_path, most):
    chosen = {"publisher": "Museum", "max_files": most}
    target = open_target(InvenioRDM, base_url=practice.url, token=practice.token, settings=chosen)
    files = tuple(make_file(tmp_path, f"{n}.txt", b"a") for n in range(3))
    codes = [one.code for one in target.validate(replace(make_record(), files=files))]
    assert ("too-many-files" in codes) == (most == 2)
