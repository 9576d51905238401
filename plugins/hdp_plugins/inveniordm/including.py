"""Communities around a record: a review taken back, and those asked once it is public."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hdp.sdk import Draft, Finding, Missing, Rejected
from hdp_plugins.inveniordm.api import RecordsApi, draft_path, record_path, segment
from hdp_plugins.inveniordm.reading import part
from hdp_plugins.zenodo import answers

_HINT = "Choose the communities on the record's page: {url}"
_UNDECIDED = ("submitted", "commented")


def cancel_review(api: RecordsApi, draft_id: str) -> Draft:
    """Take a draft back from the curators who have not decided yet."""
    draft = api.get_draft(draft_id)
    if draft.review is None or draft.review.state not in _UNDECIDED:
        raise Rejected(
            f"Draft {draft_id} is in no review that could be withdrawn.",
            code="not-in-review",
            hint="Look again what became of it.",
        )
    found = answers.read_object(api.call("GET", f"{draft_path(draft_id)}/review"))
    path = f"/api/requests/{segment(answers.read_id(found))}/actions/cancel"
    api.call("POST", path, json={})
    return api.get_draft(draft_id)


def ask_communities(api: RecordsApi, record_id: str, names: Sequence[str]) -> Iterator[Finding]:
    """Ask the communities that a public record is not in yet; what is to be said of each."""
    page = _HINT.format(url=f"{api.base}/records/{segment(record_id)}")
    path = f"{record_path(record_id)}/communities"
    missing = _not_in(api, path, names)
    waiting = _asked(api, record_id) if missing else set()
    for name in missing:
        try:
            if (known := api.community(name)) not in waiting:
                yield from _refused(_ask(api, path, known), name, page)
        except Missing:
            message = f"There is no community “{name}”; the record is not in it."
            yield Finding("warning", "community-unknown", message, page, *_about(name))
    yield from _waiting(api, record_id, _not_in(api, path, missing) if missing else ())


def _waiting(api: RecordsApi, record_id: str, names: Sequence[str]) -> Iterator[Finding]:
    waiting = _asked(api, record_id) if names else set()
    for name in names:
        if api.known_communities.get(name) in waiting:
            message = f"“{name}” was asked to take the record in; its curators decide."
            yield Finding("info", "community-asked", message, "", *_about(name))


def _not_in(api: RecordsApi, path: str, names: Sequence[str]) -> list[str]:
    inside = api.hits(path, {"size": 100})
    known = {str(one.get("slug")) for one in inside} | {str(one.get("id")) for one in inside}
    return [one for one in names if one not in known]


def _asked(api: RecordsApi, record_id: str) -> set[str]:
    """The ids of communities that have an open request for the record."""
    found = api.hits(f"{record_path(record_id)}/requests", {"size": 100})
    return {str(part(one, "receiver").get("community")) for one in found if one.get("is_open")}


def _ask(api: RecordsApi, path: str, community: str) -> Mapping[str, Any]:
    try:
        answer = api.call("POST", path, json={"communities": [{"id": community}]})
    except Rejected as error:
        return {"errors": [{"message": error.message}]}
    return answers.read_object(answer)


def _refused(answer: Mapping[str, Any], name: str, hint: str) -> Iterator[Finding]:
    errors = answer.get("errors")
    for one in errors if isinstance(errors, list) else []:
        told = str(one.get("message") or "") if isinstance(one, Mapping) else str(one)
        message = f"The community “{name}” was not asked to take the record in: {told}"
        yield Finding("warning", "community-refused", message, hint, *_about(name))


def _about(name: str) -> tuple[dict[str, str], dict[str, str]]:
    return {"field": "communities"}, {"field": "communities", "community": name}
