"""The four tabs: rows, selections, and what a batch action would do and does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hdp.application import actions, draft_contents, losing, machine, published, views
from hdp.application.actions import Action
from hdp.application.consequences import never_tried
from hdp.application.page.row_problems import RowProblems
from hdp.application.selection import Selection
from hdp.project import deposits
from hdp.project.overview import Overview
from hdp.sdk import Conflict, NotFound, UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

Filter = Mapping[str, str]
_TITLES_SHOWN = 50
_GOING = ("create", "create-upload", "publish", "submit")
_FILTERS = ("search", "title", "since", "until", "dated", "problems")


def _selection(filters: Filter) -> Selection:
    given = {name: filters[name] for name in _FILTERS if filters.get(name)}
    return Selection(**given)  # type: ignore[arg-type]  # texts only, by their names


class UploadPages:
    """Manage Uploads."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._problems = RowProblems(app)

    def rows(
        self, env: str | None, stage: str, filters: Filter, sort: str, offset: int, limit: int
    ) -> dict[str, Any]:
        """One page of a tab."""
        name = self._app.environment(env).name
        page = views.stage_rows(
            self._app, env=name, stage=stage, selection=_selection(filters),
            chip=filters.get("state", ""), sort=sort, offset=offset, limit=limit,
        )  # fmt: skip
        for row in page["rows"]:
            row.setdefault("findings", {"error": 0, "warning": 0})
        self._app.pictures.mark(page["rows"])
        waiting = machine.count_open(self._app, name, [row["item"] for row in page["rows"]])
        for row in page["rows"]:
            row["machine"] = waiting.get(row["item"], 0)
        if stage == "prepare":
            self._problems.add(page["rows"], name)
        return page

    def ids(self, env: str | None, stage: str, filters: Filter) -> dict[str, Any]:
        """The ids of all that a filter shows, over all pages."""
        found = views.stage_ids(
            self._app, env=self._app.environment(env).name, stage=stage,
            selection=_selection(filters), chip=filters.get("state", ""),
        )  # fmt: skip
        return {"ids": found}

    def published(
        self, env: str | None, filters: Filter, sort: str, offset: int, limit: int
    ) -> dict[str, Any]:
        """Published records by concept, newest first unless another order is asked for."""
        name = self._app.environment(env).name
        found = published.published_groups(
            self._app, name, filters.get("search", ""), offset, limit,
            sort=sort, state=filters.get("state", ""),
        )  # fmt: skip
        return found | {"total": found["concepts"]}

    def published_ids(self, env: str | None, filters: Filter) -> dict[str, Any]:
        """The items that Select All means on the Published tab, over all pages."""
        name = self._app.environment(env).name
        search, state = filters.get("search", ""), filters.get("state", "")
        return {"ids": published.published_ids(self._app, name, search, state)}

    def item(self, item_id: int, env: str | None) -> dict[str, Any]:
        """One item and its row."""
        name = self._app.environment(env).name
        item = views.item_view(self._app, item_id, name)
        rows = self._app.project.overview(name)
        row = next(views.row_json(self._app, one, name) for one in rows if one.id == item_id)
        row.setdefault("findings", {"error": 0, "warning": 0})
        return {"item": item, "row": row}

    def files(self, item_id: int, env: str | None) -> dict[str, Any]:
        """An item's deposit and its files; errors as a sentence."""
        found = views.deposit_of(self._app, item_id, self._app.environment(env).name)
        if found is None:
            raise NotFound("Nothing is prepared for this item yet.", code="no-deposit")
        files = [one | {"error": _sentence(one["error"])} for one in found["files"]]
        return {"deposit": found, "files": files}

    def page_url(self, item_id: int, env: str | None) -> str:
        """The page of an item's draft or record today; the practice repository is started."""
        entry = self._app.environment(env)
        found = self._app.project.read(lambda c: deposits.current_deposit(c, item_id, entry.name))
        if found is None or not found.remote_id:
            raise NotFound("There is no draft or record of this item yet.", code="no-deposit")
        self._app.remotes.url(entry)
        url = self._app.remotes.link(entry, found.url) or ""
        if not url.startswith(("http://", "https://")):
            raise NotFound("The repository has no page for this record.", code="no-page")
        return url

    def preview(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """What an action would do to what; nothing is done."""
        action = self.action(body, "")
        planned = actions.plan(self._app, action)
        able = [row for row in planned.chosen if actions.why_not(action.kind, row) is None]
        unable = [row for row in planned.chosen if actions.why_not(action.kind, row)]
        skipped = [(row, actions.why_not(action.kind, row) or "") for row in unable]
        kind = self._app.environment(action.env).kind
        public, final = _consequences(action.kind, kind)
        return {
            "total": len(planned.chosen) + len(planned.left_out),
            "acts_on": len(able),
            "skipped": [_skipped(row, why) for row, why in (*skipped, *planned.left_out)],
            "titles": [row.title or row.key for row in able[:_TITLES_SHOWN]],
            "public": public,
            "final": final,
            "needs_number": action.kind in ("publish", "submit", "update") and kind == "production",
            "lost": losing.losses(able) if action.kind == "discard" else None,
            "never_tried": never_tried(self._app, action.env, able)
            if action.kind in _GOING
            else None,
        }

    def contents(self, body: Mapping[str, Any], offset: int, limit: int) -> dict[str, Any]:
        """What the drafts of a selection would hold; nothing is sent."""
        action = self.action({**body, "action": body.get("action") or "create"}, "")
        return draft_contents.draft_contents(self._app, action, offset, limit)

    def start(self, body: Mapping[str, Any], by: str) -> dict[str, Any]:
        """Start an action as a job; Conflict where it could act on nothing."""
        started = actions.start(self._app, self.action(body, by))
        if started.job is None:
            reasons = {why for _row, why in started.left_out if why}
            raise Conflict(
                "There is nothing to do.", code="nothing-to-do", hint=" ".join(sorted(reasons)[:3])
            )
        return {"job": started.job, "total": len(started.chosen)}

    def action(self, body: Mapping[str, Any], by: str) -> Action:
        """The action that a request asks for."""
        confirm = body.get("confirm")
        if confirm is not None and (isinstance(confirm, bool) or not isinstance(confirm, int)):
            raise UsageError("“confirm” must be a number.", code="bad-request")
        env = body.get("env") or None
        names = ("pipeline", "params", "again", "on", "reason", "mapping", "overwrite", "from")
        return Action(
            kind=str(body.get("action", "")),
            env=self._app.environment(None if env is None else str(env)).name,
            selection=Selection(ids=self._chosen(body)),
            confirm=confirm,
            args={name: body[name] for name in names if body.get(name)},
            by=by,
        )

    def _chosen(self, body: Mapping[str, Any]) -> tuple[int, ...]:
        ids = body.get("ids")
        if ids is not None:
            if not isinstance(ids, list) or not all(type(one) is int for one in ids):
                raise UsageError("“ids” must be a list of numbers.", code="bad-request")
            return tuple(ids)
        if body.get("all") is not True:
            return ()
        given = body.get("filter")
        filters = given if isinstance(given, Mapping) else body
        texts = {name: str(filters[name]) for name in (*_FILTERS, "state") if filters.get(name)}
        env = str(body["env"]) if body.get("env") else None
        return tuple(self.ids(env, str(body.get("stage", "")), texts)["ids"])


def _sentence(error: Any) -> str | None:
    return str(error.get("message", "")) if isinstance(error, Mapping) else error


def _skipped(row: Overview, why: str) -> dict[str, Any]:
    return {"item": row.id, "title": row.title or row.key, "reason": why}


_PUBLIC = {
    "practice": [
        "Nothing leaves this computer: the records are shown by the practice repository only.",
        "Each record gets a practice DOI (10.5072), which leads nowhere.",
    ],
    "sandbox": [
        "Metadata and files can be seen by everybody in the test repository, until it is emptied.",
        "Each record gets a test DOI, which is not registered for good.",
    ],
    "production": [
        "Metadata and files can be seen by everybody.",
        "Each record gets a DOI, which is registered at once.",
    ],
}


_CURATORS = "The community's curators see it first; when they accept it, it is published."


def _consequences(kind: str, place: str) -> tuple[list[str], list[str]]:
    if kind == "publish":
        return (
            _PUBLIC[place],
            [
                "A published record cannot be deleted; only the repository can withdraw it.",
                "Files can no longer be changed, only by a new version. Metadata can be edited.",
            ],
        )
    if kind == "submit":
        return (
            [_CURATORS, *_PUBLIC[place]],
            ["A record that was accepted cannot be deleted, and its files cannot be changed."],
        )
    if kind == "discard":
        return [], ["The drafts and the files sent to them are deleted in the repository."]
    if kind == "set-aside":
        return [], ["Nothing is deleted: the files stay where they are."]
    return [], []
