"""Preparers: what a mapping says, joined with the checks of the target and of the plugins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hdp.metadata import checks
from hdp.sdk import Finding
from hdp.uploads.desk import Desk
from hdp.uploads.preparing import Describe, Preparer

if TYPE_CHECKING:
    from hdp.application.app import Application


def make_preparer(app: Application, desk: Desk, describe: Describe) -> Preparer:
    """A preparer for a desk whose items are described by that function."""
    schema = desk.target.schema()

    def check(record: Any, target_id: str) -> Sequence[Finding]:
        return [
            *checks.check_record(record.fields, schema),
            *app.catalogue.check_record(record, target_id),
        ]

    return Preparer(desk, describe, check)
