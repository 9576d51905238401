"""The work of the batch action `version`: one order for each record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from hdp.application import pipelining
from hdp.events import Changed
from hdp.jobs import Task, Work
from hdp.sdk import UsageError
from hdp.uploads.desk import Desk
from hdp.uploads.version_making import make_version
from hdp.uploads.version_order import Order

if TYPE_CHECKING:
    from hdp.application.app import Application


def read_orders(args: Mapping[str, Any]) -> dict[int, Order]:
    """item -> its order, from what a job remembers; UsageError where there are none."""
    orders = [Order.from_json(one) for one in args.get("orders") or ()]
    if not orders or len({one.item for one in orders}) != len(orders):
        raise UsageError(
            "A new version needs its files: one order for each record.",
            code="version-order",
            hint="Choose them: hdp record version --from DIR --pipeline NAME --carry-over all",
        )
    if len({(one.pipeline, str(one.params)) for one in orders}) > 1:
        raise UsageError("All new versions of a batch go through the same pipeline.")
    return {one.item: one for one in orders}


def version_work(
    app: Application, desk: Desk, args: Mapping[str, Any]
) -> tuple[Work, Callable[[], None]]:
    """The work function and its end."""
    orders = read_orders(args)
    first = next(iter(orders.values()))
    pipeline = pipelining.read_pipeline(app, first.pipeline)
    if pipeline.scope == "collection":
        raise UsageError(
            f"{pipeline.name} is for a whole collection and belongs to no record.",
            code="pipeline-collection",
            hint="Choose another pipeline for the new versions.",
        )
    place = pipelining.find_place(app, args)
    prepared = pipelining.pipeline_work(app, desk, pipeline, dict(first.params), place)

    def run(task: Task) -> None:
        make_version(desk, task, orders[task.subject], lambda order: prepared)
        app.bus.emit(Changed(("items", "deposits", "files"), [task.subject], desk.by))

    return run, prepared.close
