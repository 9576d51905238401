"""Items of a preview arranged by hand: what the next scan is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from hdp.application.found import Found
from hdp.ingest.by_hand import ByHand
from hdp.ingest.items import ScannedItem
from hdp.ingest.names import basename, stem_of
from hdp.sdk import UsageError


@dataclass(frozen=True)
class Wish:
    """What a person asks for: items by their primary files, `files` of the first of them."""

    action: str
    items: Sequence[str]
    files: Sequence[str] = ()
    to: str = ""
    key: str = ""


def arrange(found: Found, by_hand: ByHand, wish: Wish) -> ByHand:
    """The groups by hand after a wish: `merge`, `split`, `move`, `primary` or `forget`."""
    actions: Mapping[str, Callable[[Found, ByHand, Wish], ByHand]] = {
        "merge": _merge, "split": _split, "move": _move, "primary": _primary, "forget": _forget,
    }  # fmt: skip
    if wish.action not in actions or not wish.items:
        raise UsageError("Nothing of that kind can be done.", code="bad-request")
    return actions[wish.action](found, by_hand, wish)


def _merge(found: Found, hand: ByHand, wish: Wish) -> ByHand:
    items = [found.scanned(one) for one in dict.fromkeys(wish.items)]
    if len(items) < 2:
        raise _wrong("One item cannot be merged.", "Select two or more items.")
    files = [path for one in items for path in _own(one)]
    return _put(_unprimary(hand, items), files, _label(hand), wish.key or items[0].key)


def _split(found: Found, hand: ByHand, wish: Wish) -> ByHand:
    item = found.scanned(wish.items[0])
    files = _of(item, wish.files)
    if set(_own(item)) <= set(files):
        raise _wrong("Nothing would be left in the item.", "Leave at least one file in it.")
    key = wish.key or stem_of(basename(files[0]))
    return _put(_unprimary(hand, [item], files), files, _label(hand), key)


def _move(found: Found, hand: ByHand, wish: Wish) -> ByHand:
    source, target = found.scanned(wish.items[0]), found.scanned(wish.to)
    files = _of(source, wish.files)
    hand = _unprimary(hand, [source], files)
    own = _own(target)
    label = next((hand.groups[one] for one in own if one in hand.groups), "")
    if label:
        return _put(hand, files, label, hand.keys.get(label, ""))
    # Its primary stays what it is, whatever comes to it.
    kept = replace(hand, primaries=hand.primaries | {target.primary})
    return _put(kept, [*own, *files], _label(hand), target.key)


def _primary(found: Found, hand: ByHand, wish: Wish) -> ByHand:
    item = found.scanned(wish.items[0])
    (chosen,) = _of(item, wish.files[:1])
    cleared = _unprimary(hand, [item])
    return replace(cleared, primaries=cleared.primaries | {chosen})


def _forget(found: Found, hand: ByHand, wish: Wish) -> ByHand:
    """Give items back to the rules."""
    items = [found.scanned(one) for one in wish.items]
    labels = {hand.groups.get(path) for one in items for path in _own(one)}
    groups = {path: label for path, label in hand.groups.items() if label not in labels}
    return _tidy(replace(_unprimary(hand, items), groups=groups))


def _own(item: ScannedItem) -> list[str]:
    """The files that are in the item for their own sake; what they refer to follows them."""
    own = [one.relpath for one in item.files if not one.parent and not one.relpath.startswith("//")]
    return own or [item.primary]


def _of(item: ScannedItem, files: Sequence[str]) -> list[str]:
    there = {one.relpath for one in item.files}
    if not files or not set(files) <= there or any(one.startswith("//") for one in files):
        raise _wrong("These files are not in the item.", "Select files of one item.")
    return list(dict.fromkeys(files))


def _unprimary(
    hand: ByHand, items: Sequence[ScannedItem], files: Sequence[str] | None = None
) -> ByHand:
    gone = {one.relpath for item in items for one in item.files} if files is None else set(files)
    return replace(hand, primaries=hand.primaries - gone)


def _put(hand: ByHand, files: Sequence[str], label: str, key: str) -> ByHand:
    groups = {**hand.groups, **dict.fromkeys(files, label)}
    keys = {**hand.keys, label: key} if key else dict(hand.keys)
    return _tidy(replace(hand, groups=groups, keys=keys))


def _tidy(hand: ByHand) -> ByHand:
    used = set(hand.groups.values())
    return replace(hand, keys={label: key for label, key in hand.keys.items() if label in used})


def _label(hand: ByHand) -> str:
    used = set(hand.groups.values())
    number = 1
    while f"hand-{number}" in used:
        number += 1
    return f"hand-{number}"


def _wrong(message: str, hint: str) -> UsageError:
    return UsageError(message, code="by-hand", hint=hint)
