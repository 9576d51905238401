"""A file with everything it needs: references followed to the end, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hdp.ingest.items import worst
from hdp.ingest.lookup import Hit, Lookup
from hdp.ingest.names import basename, extension_of
from hdp.ingest.options import ScanOptions
from hdp.ingest.references import Reference, references_of, refers
from hdp.sdk import Finding

_STATUS = {"material": "material-missing", "texture": "textures-missing", "buffer": "invalid"}
_CODE = {"material": "material-missing", "texture": "textures-missing", "buffer": "buffer-missing"}
_WORD = {"material": "material", "texture": "texture", "buffer": "data file"}
_HOW = {
    "case": "only capital and small letters differ",
    "form": "only the Unicode form of the name differs",
    "name": "it is in another place than the path says",
}

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
    """Reads each file that names others once, however many items share it."""

    def __init__(self, options: ScanOptions, lookup: Lookup) -> None:
        self.place = options.path_of
        self.take = {"material": options.materials, "texture": options.textures, "buffer": True}
        self.lookup = lookup
        self._nodes: dict[str, Node] = {}

    def node(self, relpath: str) -> Node:
        """What the file names directly, and its own findings."""
        if relpath not in self._nodes:
            self._nodes[relpath] = self._read(relpath)
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

    def _read(self, relpath: str) -> Node:
        node = Node(relpath, "member")
        if not refers(basename(relpath)):
            return node
        try:
            node.needs = references_of(self.place(relpath))
        except OSError as error:
            self._add(node, "invalid", _unread(relpath, error.strerror or str(error)))
        except (ValueError, RecursionError) as error:
            self._add(node, "invalid", _unread(relpath, str(error)))
        for reference in node.needs:
            for text in self._names(reference, relpath):
                self._resolve(node, text, reference.role)
        return node

    def _names(self, reference: Reference, referrer: str) -> list[str]:
        if not reference.several or self.lookup.find(reference.text, referrer).relpath:
            return [reference.text]
        return _split(reference.text, lambda one: bool(self.lookup.find(one, referrer).relpath))

    def _resolve(self, node: Node, text: str, role: str) -> None:
        hit = self.lookup.find(text, node.relpath)
        if not self.take[role]:
            self._add(node, "valid", _not_taken(node.relpath, text, role))
            return
        if hit.outside:
            self._add(node, "problems", _outside(node.relpath, text, role, hit))
        if hit.rivals:
            self._add(node, "conflict", _conflict(node.relpath, text, hit))
        if not hit.relpath:
            self._add(node, _STATUS[role], _missing(node.relpath, text, role))
            return
        if hit.how != "exact" and not hit.outside:
            self._add(node, "valid", _elsewhere(node.relpath, text, hit))
        node.children.append((hit.relpath, role))

    def _add(self, node: Node, status: str, finding: Finding) -> None:
        node.status = worst(node.status, status)
        if finding not in node.findings:
            node.findings.append(finding)


def _split(text: str, exists: Callable[[str], bool]) -> list[str]:
    """The names in a line that may hold several, each of which may hold spaces."""
    words = text.split(" ")[:_MOST_WORDS]
    names, start = [], 0
    while start < len(words):
        ends = list(range(start + 1, len(words) + 1))
        fits = [n for n in ends[:64] if exists(" ".join(words[start:n]).strip())]
        marked = [n for n in ends if extension_of(words[n - 1]) == ".mtl"]
        end = fits[-1] if fits else (marked or ends[-1:])[0]
        names.append(" ".join(words[start:end]).strip())
        start = end
    return [one for one in names if one]


def _unread(relpath: str, why: str) -> Finding:
    message = f"{basename(relpath)} could not be read for the files it names: {why}."
    return Finding("error", "unreadable", message, "Open and save it anew.", {"file": relpath})


def _missing(relpath: str, text: str, role: str) -> Finding:
    message = f"{basename(relpath)} names the {_WORD[role]} {text}, which is not there."
    hint = "Put it beside the file, name its folder as a texture folder, or accept the item as is."
    return Finding("error", _CODE[role], message, hint, {"file": relpath}, {"name": text})


def _outside(relpath: str, text: str, role: str, hit: Hit) -> Finding:
    message = f"{basename(relpath)} names {text}, which lies outside the input folder."
    if hit.relpath:
        hint = f"{hit.relpath} has the same name and was taken instead."
    else:
        hint = "It was not opened. Put a copy beside the file that names it."
    severity = "warning" if hit.relpath else "error"
    where = {"file": relpath}
    return Finding(severity, "reference-outside", message, hint, where, {"name": text})  # type: ignore[arg-type]


def _conflict(relpath: str, text: str, hit: Hit) -> Finding:
    both = ", ".join((hit.relpath, *hit.rivals))
    message = f"{basename(relpath)} names {text}, and different files could be meant: {both}."
    hint = f"{hit.relpath} was taken. Remove or rename the wrong one, or accept the item."
    return Finding("error", "conflict", message, hint, {"file": relpath}, {"name": text})


def _elsewhere(relpath: str, text: str, hit: Hit) -> Finding:
    message = f"{basename(relpath)} names {text}; {hit.relpath} was taken: {_HOW[hit.how]}."
    hint = "Other programs may not find it; correct the name where that matters."
    return Finding("warning", "reference-moved", message, hint, {"file": relpath}, {"name": text})


def _not_taken(relpath: str, text: str, role: str) -> Finding:
    message = f"{basename(relpath)} names the {_WORD[role]} {text}, which was left out as asked."
    hint = "Scan with materials and textures to take it."
    return Finding("info", "reference-not-taken", message, hint, {"file": relpath}, {"name": text})
