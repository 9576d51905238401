"""What is said about the names that a file gives for other files."""

from __future__ import annotations

from hdp.ingest.items import below_root, root_of
from hdp.ingest.lookup import Hit
from hdp.ingest.names import basename
from hdp.sdk import Finding, HdpError

_CODE = {
    "material": "material-missing", "texture": "textures-missing", "buffer": "buffer-missing",
    "member": "part-missing",
}  # fmt: skip
_WORD = {"material": "material", "texture": "texture", "buffer": "data file", "member": "part"}
_CASE = "only capital and small letters differ"
_FORM = "only the Unicode form of the name differs"
_PLACE = "it is in another place than the path says"
_HOW = {
    "case": _CASE, "form": _FORM, "name": _PLACE, "name-case": f"{_PLACE}, and of the name {_CASE}",
    "name-form": f"{_PLACE}, and {_FORM}",
}  # fmt: skip


def _where(relpath: str) -> dict[str, str]:
    return {"file": below_root(relpath)}


def _place(relpath: str) -> str:
    """A path as a person knows it, with the folder where that is not the input folder."""
    kind, _, number = root_of(relpath).partition("-")
    what = {"textures": "texture folder", "added": "added folder"}.get(kind)
    return f"{below_root(relpath)} ({what} {int(number) + 1})" if what else relpath


def unread(relpath: str, why: str) -> Finding:
    """The file could not be read, or not to its end."""
    message = f"{basename(relpath)} could not be read for the files it names: {why.rstrip('.')}."
    return Finding("error", "unreadable", message, "Open and save it anew.", _where(relpath))


def no_reader(relpath: str, error: HdpError) -> Finding:
    """What the file names is not known in this installation."""
    return Finding("warning", error.name, error.message, error.hint, _where(relpath))


def too_many(relpath: str, most: int) -> Finding:
    """More is named than is followed."""
    message = f"{basename(relpath)} names {most:,} files or more; the first {most:,} are followed."
    hint = "Look whether the file is what it should be."
    return Finding("warning", "too-many-references", message, hint, _where(relpath))


def missing(relpath: str, text: str, role: str) -> Finding:
    """Nothing was found for a name."""
    message = f"{basename(relpath)} names the {_WORD[role]} {text}, which is not there."
    hint = "Put it beside the file, name its folder as a texture folder, or accept the item as is."
    return Finding("error", _CODE[role], message, hint, _where(relpath), {"name": text})


def outside(relpath: str, text: str, hit: Hit) -> Finding:
    """The path leaves the input folder; a file of the same name may have been taken instead."""
    message = f"{basename(relpath)} names {text}, which lies outside the input folder."
    if hit.relpath:
        hint = f"{_place(hit.relpath)} has the same name and was taken instead."
    else:
        hint = "It was not opened. Put a copy beside the file that names it."
    severity = "warning" if hit.relpath else "error"
    where = _where(relpath)
    return Finding(severity, "reference-outside", message, hint, where, {"name": text})  # type: ignore[arg-type]


def conflict(relpath: str, text: str, hit: Hit) -> Finding:
    """Different files could be meant."""
    files = [_place(one) for one in (hit.relpath, *hit.rivals)]
    message = f"{basename(relpath)} names {text}, and different files could be meant:"
    hint = f"{files[0]} was taken. Remove or rename the wrong one, or accept the item."
    return Finding(
        "error", "conflict", f"{message} {', '.join(files)}.", hint, _where(relpath),
        {"name": text, "files": files},
    )  # fmt: skip


def elsewhere(relpath: str, text: str, hit: Hit) -> Finding:
    """Found, though not as it is written."""
    taken = _place(hit.relpath)
    message = f"{basename(relpath)} names {text}; {taken} was taken: {_HOW[hit.how]}."
    hint = "Other programs may not find it; correct the name where that matters."
    args = {"name": text, "how": hit.how}
    return Finding("warning", "reference-moved", message, hint, _where(relpath), args)


def not_taken(relpath: str, text: str, role: str) -> Finding:
    """Left out as the person asked."""
    message = f"{basename(relpath)} names the {_WORD[role]} {text}, which was left out as asked."
    hint = "Scan with materials and textures to take it."
    return Finding("info", "reference-not-taken", message, hint, _where(relpath), {"name": text})
