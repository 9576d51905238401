"""The communities of a record that is public: asked where it is not in them, and told."""

from __future__ import annotations

from hdp.project import deposits
from hdp.sdk import Can, Finding, HdpError, Record
from hdp.uploads.desk import Desk

COMMUNITY_CODES = ("community-unknown", "community-asked", "community-refused", "community-open")


def ask_communities(desk: Desk, deposit_id: int) -> str:
    """Ask the communities that a published record is not in yet; a sentence, "" where it is.

    The record is public whatever becomes of it, so nothing is raised: what could not be
    found out is a finding, too.
    """
    deposit = desk.project.read(lambda c: deposits.get_deposit(c, deposit_id))
    if deposit.state != "published" or not _is_meant_for_any(desk, deposit):
        return ""
    remote = desk.remote.using(about=deposit.title)
    record = Record(fields=deposit.metadata, key=deposit.key)
    try:
        found = list(remote.ask_communities(str(deposit.remote_id), record))
    except HdpError as error:
        found = [_open(error)]
    kept = [one for one in deposit.site if one["code"] not in COMMUNITY_CODES]
    site = [*kept, *(one.to_json() for one in found)]
    if site != list(deposit.site):
        desk.project.write(lambda c: deposits.update(c, deposit_id, site=site))
        desk.changed(deposit.item_id)
    return " ".join(one.message for one in found)


def _is_meant_for_any(desk: Desk, deposit: deposits.Deposit) -> bool:
    return bool(deposit.metadata.get("communities")) and Can.REVIEW in desk.remote.can


def _open(error: HdpError) -> Finding:
    message = f"Whether its communities took it in is not known: {error.message}"
    field = {"field": "communities"}
    return Finding("warning", "community-open", message, "Look at the record's page.", field)
