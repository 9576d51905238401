"""Functions of plugins for formats of files: named here, called where they can do no harm."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hdp.plugin_importing import Origin, forget_modules, import_plugin
from hdp.sdk import Checker, Source, Thumbnailer

# Hook -> what it gives, the word for one, and the attribute that holds its function.
HOOKS: dict[str, tuple[type[Any], str, str]] = {
    "hdp_checkers": (Checker, "checker", "check"),
    "hdp_thumbnailers": (Thumbnailer, "thumbnailer", "draw"),
    "hdp_sources": (Source, "source", "read"),
}
# What HDP does itself; ingest and metadata know why, a test compares.
OWN_PICTURES = frozenset((
    ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".gif", ".bmp", ".jp2", ".heic", ".heif",
    ".tga", ".dds", ".pdf", ".obj", ".glb", ".gltf", ".ply", ".stl", ".dae",
))  # fmt: skip
OWN_TABLES = frozenset((
    ".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm", ".xltx", ".xls", ".ods", ".ots", ".xlsb",
))  # fmt: skip
_OWN = {"thumbnailer": ("makes pictures of", OWN_PICTURES), "source": ("reads", OWN_TABLES)}
_loaded: dict[Origin, str] = {}  # the version that this process imported
_ID = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class PluginFunction:
    """A checker, thumbnailer or source, and how another process gets at its function."""

    kind: str
    id: str
    title: str
    plugin: str
    version: str
    extensions: tuple[str, ...]
    origin: Origin
    module: str
    name: str

    def load(self) -> Callable[..., Any]:
        """The function; whatever importing the plugin raises is raised.

        A process that lives longer than a version of the plugin imports it anew.
        """
        known = _loaded.setdefault(self.origin, self.version)
        if known != self.version and (old := sys.modules.get(self.origin.module)):
            forget_modules(Path(old.__file__ or "").parent)
        _loaded[self.origin] = self.version
        import_plugin(self.origin)
        found: Any = importlib.import_module(self.module)
        for one in self.name.split("."):
            found = getattr(found, one)
        function: Callable[..., Any] = found
        return function

    @property
    def called(self) -> str:
        """What a sentence calls it."""
        return f"the {self.kind} {self.id} of the plugin {self.plugin}"

    def fits(self, name: str) -> int:
        """How many letters of the end of a file's name it knows; 0 where it is not for it."""
        folded = name.lower()
        return max((len(one) for one in self.extensions if folded.endswith(one)), default=0)

    def to_json(self) -> dict[str, Any]:
        """What a screen shows of it."""
        return {"id": self.id, "title": self.title, "extensions": list(self.extensions)}


def for_name(known: Iterable[PluginFunction], name: str) -> PluginFunction | None:
    """The one that knows most of the end of the file's name; None where nobody does."""
    fitting = [one for one in known if one.fits(name)]
    return max(fitting, key=lambda one: one.fits(name), default=None)


def table_kinds(sources: Iterable[PluginFunction]) -> list[str]:
    """How files end that plugins read as tables, for a dialog that chooses one."""
    return sorted({each.rpartition(".")[2] for one in sources for each in one.extensions})


def versions_for(known: Iterable[PluginFunction], name: str) -> dict[str, str]:
    """Id -> version of all that are for files of that name."""
    return {one.id: one.version for one in known if one.fits(name)}


def say_raised(error: BaseException) -> str:
    """An error's class and first words, on one line."""
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def take_functions(
    plugin: str, version: str, origin: Origin, hook: str, given: Sequence[Any]
) -> tuple[list[PluginFunction], list[str]]:
    """What a hook declared, and what is wrong with it."""
    kind, word, attribute = HOOKS[hook]
    found, problems = [], []
    for one in given:
        told = list(_problems(plugin, one, kind, word, attribute))
        problems += told
        if told:
            continue
        function = getattr(one, attribute)
        found.append(
            PluginFunction(
                word, one.id, one.title, plugin, version, tuple(one.extensions), origin,
                function.__module__, function.__qualname__,
            )
        )  # fmt: skip
    return found, problems


def find_conflicts(
    new: Sequence[PluginFunction], there: Mapping[str, PluginFunction], places: Mapping[str, str]
) -> Iterator[str]:
    """Ids and formats that somebody has already; `places` are those of plugins by id."""
    known = dict(there)
    for one in new:
        if one.id in known:
            yield f"There is a {one.kind} {one.id} already; one of the two must be renamed."
            continue
        if one.kind != "checker":  # of these several look at one file
            yield from _taken(one, known.values(), places)
        known[one.id] = one


def _taken(
    one: PluginFunction, known: Iterable[PluginFunction], places: Mapping[str, str]
) -> Iterator[str]:
    for other in known:
        if both := sorted({*one.extensions} & {*other.extensions}):
            where = places.get(other.plugin, "")
            yield (
                f"{', '.join(both)}: {other.called}{f' ({where})' if where else ''} is used,"
                f" {one.called} is not. Switch one of the two off, or have one name a longer end"
                " such as .museum.json."
            )


def _problems(plugin: str, given: Any, kind: type[Any], word: str, attribute: str) -> Iterator[str]:
    if not isinstance(given, kind):
        yield f"hdp_{word}s gives {given!r}, which is no {kind.__name__}."
        return
    prefix, _, name = given.id.partition(".") if isinstance(given.id, str) else ("", "", "")
    if prefix != plugin or not _ID.fullmatch(name):
        yield f'{word} id "{given.id}" must be "{plugin}." and a lower-case name.'
        return
    if not isinstance(given.title, str) or not given.title.strip():
        yield f"The {word} {given.id} has no title."
    if given.isolation != "process":
        yield (
            f'The {word} {given.id} asks for isolation "{given.isolation}"; a {word} runs in a'
            " process with HDP's own Python only. Have a component do what needs other libraries."
        )
    yield from _extension_problems(given, word)
    yield from _function_problems(given.id, word, attribute, getattr(given, attribute))


def _extension_problems(given: Any, word: str) -> Iterator[str]:
    extensions = given.extensions
    if isinstance(extensions, str) or not isinstance(extensions, Sequence) or not extensions:
        yield f"The {word} {given.id} needs a list of extensions."
        return
    bad = [
        one for one in extensions
        if not isinstance(one, str) or len(one) < 2 or one[0] != "." or one != one.lower()
    ]  # fmt: skip
    if bad:
        told = ", ".join(map(str, bad))
        yield f"The {word} {given.id} has extensions that are not like .xyz: {told}."
        return
    does, own = _OWN.get(word, ("", frozenset[str]()))
    if taken := sorted({*extensions} & own):
        yield f"HDP itself {does} {', '.join(taken)}; the {word} {given.id} cannot replace that."


def _function_problems(name: str, word: str, attribute: str, function: Any) -> Iterator[str]:
    place = getattr(function, "__qualname__", "<")
    if not callable(function) or "<" in place or not getattr(function, "__module__", ""):
        yield (
            f"{attribute} of the {word} {name} must be a function at the top of a module:"
            " another process finds it by its name."
        )


def stamp_of(folder: Path, version: str) -> str:
    """The version, and when the plugin's code was last changed: authors change it in between."""
    newest = max((one.stat().st_mtime_ns for one in folder.rglob("*.py")), default=0)
    return f"{version}+{newest:x}"
