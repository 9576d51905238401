"""Published records as people cite them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdp.application.exporting import exported_deposit
from hdp.exports.citation import STYLES, cite
from hdp.project import deposits, items
from hdp.sdk import NotFound

if TYPE_CHECKING:
    from hdp.application.app import Application


def citations(
    app: Application, env: str, item_id: int, version: str = "", styles: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The citations of an item's newest record, or of the one whose remote id is `version`."""
    found = app.project.read(lambda c: deposits.list_deposits(c, env, ("published",), [item_id]))
    chosen = [one for one in found if not version or one.remote_id == version]
    if not chosen:
        raise NotFound(
            f"No record of item {item_id} is published in {env}.",
            code="no-such-record",
            hint="See what is published: hdp record list",
            where={"item": item_id},
        )
    deposit = chosen[-1]
    item = app.project.read(lambda c: items.get_item(c, item_id))
    record = exported_deposit(app.desk(env), item, deposit)
    return {
        "item": item_id, "doi": deposit.doi, "title": deposit.title,
        "citations": [
            {"style": one, "title": STYLES[one], "text": cite(record, one)}
            for one in styles or tuple(STYLES)
        ],
    }  # fmt: skip
