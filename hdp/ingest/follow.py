"""A file with everything it needs: references followed to the end, and what is wrong."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hdp.ingest import reference_findings as say
from hdp.ingest.items import worst
from hdp.ingest.lookup import Hit, Lookup
from hdp.ingest.names import basename, extension_of
from hdp.ingest.options import ScanOptions
from hdp.ingest.references import (
    MAX_REFERENCES,
    NoReader,
    Reference,
    Unreadable,
    references_of,
    refers,
)
from hdp.ingest.walk import Found
from hdp.limited import LimitedWorker, WorkerDied
from hdp.sdk import Finding

# What is known to be named by a file of this path, size, mtime_ns and inode.
KnownReferences = Callable[[Found], Iterable[Reference] | None]

_STATUS = {
    "material": "material-missing", "texture": "textures-missing", "buffer": "invalid",
    "member": "invalid",
}  # fmt: skip
_UDIM = re.compile("<udim>", re.IGNORECASE)
_TILES = range(1001, 1101)
# A path that goes on behind the end of a name.
_TWO_NAMES = re.compile(r"\.mtl\s.*[/\\]", re.IGNORECASE)
# A hostile line of many words would otherwise be looked up in all its parts.
_MOST_WORDS = 200


@dataclass
class Node:
    """A file in an item's tree, `needs` in the order in which it names them."""

    relpath: str
    role: str
    status: str = "valid"
    findings: list[Finding] = field(default_factory=list)
    needs: list[Reference] = field(default_factory=list)
    children: list[tuple[str, str]] = field(default_factory=list)


class Follower:
    """Reads each file that names others once, however many items share it.

    `known` gives what a file names where that is known already; `read` holds, by relpath,
    what the files named that were read without a problem, or were known.
    """

    def __init__(
        self,
        options: ScanOptions,
        lookup: Lookup,
        *,
        known: KnownReferences | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.place = options.path_of
        self.take = {
            "material": options.materials, "texture": options.textures, "buffer": True,
            "member": True,
        }  # fmt: skip
        self.lookup = lookup
        self.read: dict[str, list[Reference]] = {}
        self._known = known
        self._cancelled = cancelled
        self._nodes: dict[str, Node] = {}
        self._worker = LimitedWorker()
        weakref.finalize(self, self._worker.close)

    def close(self) -> None:
        """End the process that reads some formats; it starts anew where it is needed."""
        self._worker.close()

    def node(self, relpath: str) -> Node:
        """What the file names directly, and its own findings."""
        if relpath not in self._nodes:
            self._nodes[relpath] = self._follow(relpath)
        return self._nodes[relpath]

    def tree(self, relpath: str) -> dict[str, tuple[str, str]]:
        """Everything needed: relpath -> (role, parent), each once, nearest parent first."""
        found: dict[str, tuple[str, str]] = {}
        waiting = [relpath]
        while waiting:
            parent = waiting.pop(0)
            for child, role in self.node(parent).children:
                if child != relpath and child not in found:
                    found[child] = (role, parent)
                    waiting.append(child)
        return found

    def status(self, relpath: str, members: Callable[[str], str]) -> str:
        """The worst of a file and of what it needs, so that it shows at the top of the tree."""
        return worst(*(members(one) for one in (relpath, *self.tree(relpath))))

    def _follow(self, relpath: str) -> Node:
        node = Node(relpath, "member")
        if not refers(basename(relpath)):
            return node
        node.needs = self._needs(node)
        if len(node.needs) >= MAX_REFERENCES:
            self._add(node, "problems", say.too_many(relpath, MAX_REFERENCES))
        for reference in node.needs:
            for text in self._names(reference, relpath):
                self._resolve(node, text, reference)
        return node

    def _needs(self, node: Node) -> list[Reference]:
        found = self.lookup.index.files.get(node.relpath)
        known = self._known(found) if self._known and found else None
        try:
            needs = list(known) if known is not None else self._read(node.relpath)
        except OSError as error:
            self._add(node, "invalid", say.unread(node.relpath, error.strerror or str(error)))
        except Unreadable as error:
            self._add(node, "invalid", say.unread(node.relpath, str(error)))
            return error.found
        except WorkerDied as error:
            self._add(node, "invalid", say.unread(node.relpath, error.message))
        except NoReader as error:
            self._add(node, "problems", say.no_reader(node.relpath, error))
        else:
            self.read[node.relpath] = needs
            return needs
        return []

    def _read(self, relpath: str) -> list[Reference]:
        path = self.place(relpath)
        return references_of(path, worker=self._worker, cancelled=self._cancelled)

    def _names(self, reference: Reference, referrer: str) -> list[str]:
        text = reference.text
        if _UDIM.search(text):
            tiles = (_UDIM.sub(str(one), text) for one in _TILES)
            return [one for one in tiles if self.lookup.find(one, referrer).relpath] or [text]
        if not reference.several or self.lookup.stands(text, referrer, reference.also):
            return [text]

        def stands(one: str) -> bool:
            return self.lookup.stands(one, referrer)

        def found(one: str) -> bool:
            return bool(self.lookup.find(one, referrer).relpath)

        readings = [_split(one, stands, found) for one in (text, *reference.also)]
        return min(readings, key=lambda names: sum(1 for one in names if not found(one)))

    def _find(self, text: str, referrer: str, reference: Reference) -> Hit:
        if text != reference.text:
            return self.lookup.find(text, referrer)
        return self.lookup.find(text, referrer, reference.also, reference.places)

    def _resolve(self, node: Node, text: str, reference: Reference) -> None:
        role = reference.role
        if not self.take[role]:
            self._add(node, "valid", say.not_taken(node.relpath, text, role))
            return
        hit = self._find(text, node.relpath, reference)
        if hit.outside:
            status = "valid" if hit.how == "place" else "problems"
            self._add(node, status, say.outside(node.relpath, text, hit))
        if hit.rivals:
            self._add(node, "conflict", say.conflict(node.relpath, text, hit))
        if not hit.relpath:
            self._add(node, _STATUS[role], say.missing(node.relpath, text, role))
            return
        if hit.how not in ("exact", "place") and not hit.outside:
            self._add(node, "valid", say.elsewhere(node.relpath, text, hit))
        node.children.append((hit.relpath, role))

    def _add(self, node: Node, status: str, finding: Finding) -> None:
        node.status = worst(node.status, status)
        if finding not in node.findings:
            node.findings.append(finding)


def _split(text: str, stands: Callable[[str], bool], found: Callable[[str], bool]) -> list[str]:
    """The names in a line that may hold several, each of which may hold spaces.

    What stands where the line says comes before what is found by its last part elsewhere, or
    `a/x.mtl b/x.mtl` would be one name.
    """
    words = text.split(" ")[:_MOST_WORDS]
    names, start = [], 0
    while start < len(words):
        ends = list(range(start + 1, len(words) + 1))
        tried = [(n, " ".join(words[start:n]).strip()) for n in ends[:64]]
        fits = [n for n, one in tried if stands(one)]
        marked = [n for n in ends if extension_of(words[n - 1]) == ".mtl"]
        if not fits:
            near = [n for n, one in tried if not _TWO_NAMES.search(one) and found(one)]
            fits = [n for n in marked[:1] if n in near] or near
        end = fits[-1] if fits else (marked or ends[-1:])[0]
        names.append(" ".join(words[start:end]).strip())
        start = end
    return [one for one in names if one]
