"""One practice folder: its catalogue, its files, its token, and what goes wrong on order."""

from __future__ import annotations

import io
import os
import secrets
from pathlib import Path
from typing import Any

from hdp.practice import catalogue, communities, depositions
from hdp.practice.catalogue import Catalogue, now
from hdp.practice.faults import Faults
from hdp.practice.files import Bodies
from hdp.practice.limits import limiters
from hdp.practice.translation import to_native
from hdp.sdk.errors import ProjectError

EMAILS = {1: "practice@localhost", 2: "curator@localhost"}


class Repository:
    """Everything that the answers are made from."""

    def __init__(self, folder: Path, faults: str = "", rate: str | float | None = None) -> None:
        self.faults = Faults(faults)
        self.limiter, self.search_limiter = limiters(rate)
        self.page_secret = secrets.token_urlsafe(16)  # in the forms of our own pages
        self.quota = self.largest_file = 50 * 10**9  # bytes; tests may lower them
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.catalogue = Catalogue(folder)
            self.bodies = Bodies(folder)
            self.token = read_token(folder)
            self.curator_token = read_token(folder, "token-curator")
            with self.catalogue.write() as db:
                communities.give(db)
        except (OSError, catalogue.CatalogueError) as error:
            raise ProjectError(
                f"The practice repository in {folder} cannot be used: {error}.",
                hint="Choose another folder, or move this one aside; a new one is made.",
                where={"file": str(folder)},
            ) from error

    def change_on_site(self, draft_id: int | str, **metadata: Any) -> None:
        """Change fields of a draft as somebody in the browser would."""
        with self.catalogue.write() as db:
            one = depositions.get(db, str(draft_id))
            if one.draft:
                one.draft.replace(_changed(one.draft.data, metadata))
                one.draft.revision += 2
                one.draft.modified = now()
                catalogue.save_side(db, one.id, "draft", one.draft)

    def add_on_site(self, draft_id: int | str, name: str, body: bytes) -> None:
        """Add a file to a draft as somebody in the browser would."""
        with (
            self.bodies.receive(io.BytesIO(body), len(body)) as received,
            self.catalogue.write() as db,
        ):
            bucket = depositions.get(db, str(draft_id)).shown.bucket
            kind = "application/octet-stream"
            depositions.put_file(db, self.bodies, bucket, name, kind, received)

    def remove_on_site(self, draft_id: int | str, name: str) -> None:
        """Remove a file of a draft as somebody in the browser would."""
        with self.catalogue.write() as db:
            one = depositions.get(db, str(draft_id))
            for file in one.files:
                if file.key == name:
                    depositions.delete_file(db, self.bodies, one, file)

    def delete_on_site(self, draft_id: int | str) -> None:
        """Delete a draft as somebody in the browser would."""
        with self.catalogue.write() as db:
            one = depositions.get(db, str(draft_id))
            if one.draft:
                depositions.discard(db, one, self.bodies)

    def publish_on_site(self, draft_id: int | str) -> None:
        """Publish a draft as somebody in the browser would."""
        with self.catalogue.write() as db:
            one = depositions.get(db, str(draft_id))
            if one.draft:
                depositions.publish_checked(db, one)

    def clean(self) -> None:
        """Remove all records and drafts, as a sandbox is cleaned at times; numbers go on."""
        with self.catalogue.write() as db:
            catalogue.remove_all(db)

    def title_of(self, draft_id: str) -> str:
        """The present title of a deposition, empty where it has none."""
        with self.catalogue.read() as db:
            one = depositions.get(db, draft_id)
        return str(one.shown.metadata.get("title", ""))


def _changed(data: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    """A record with some of its fields replaced, which are given in the deposit API's words."""
    changes = to_native(metadata)
    result = {**data, "metadata": {**data["metadata"], **changes["metadata"]}}
    result["custom_fields"] = {**data["custom_fields"], **changes["custom_fields"]}
    if "access_right" in metadata:
        result["access"] = changes["access"]
    return result


def read_token(folder: Path, name: str = "token") -> str:
    """The folder's token, made at random when it has none; only its owner may read the file."""
    path = folder / name
    if not path.exists():
        # written aside and then linked, so that no other process ever reads half of it
        aside = folder / f"new-token-{secrets.token_hex(8)}"
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as goal:
            goal.write(f"practice-{secrets.token_urlsafe(32)}")
        _settle(aside, path)
    return path.read_text("ascii").strip()


def _settle(aside: Path, path: Path) -> None:
    try:
        os.link(aside, path)
    except FileExistsError:
        pass  # another process was quicker: its token counts
    except OSError:
        aside.replace(path)  # a file system without links
    finally:
        aside.unlink(missing_ok=True)
