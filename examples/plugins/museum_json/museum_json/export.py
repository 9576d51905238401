"""An export is a list of objects, or has one under a name such as "objects" or "records"."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hdp.sdk import InvalidInput

DEEPEST = 6
BETWEEN = "; "  # what stands between several values in one cell
Flat = dict[str, Any]


def read(path: Path) -> Iterator[list[Any]]:
    """The names, and a row for each object; what is inside an object is named `outer.inner`."""
    objects = [flatten(one, f"object {n}") for n, one in enumerate(find_objects(load(path)), 1)]
    names = list(dict.fromkeys(name for one in objects for name in one))
    yield names
    for one in objects:
        yield [one.get(name) for name in names]


def load(path: Path) -> Any:
    """What the file holds; a mistake in it is told with its line."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"Byte {error.start + 1} is no UTF-8.", hint="Export it anew.") from None
    except json.JSONDecodeError as error:
        told = f"This is no JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        raise InvalidInput(told, hint="Export it anew.", where={"line": error.lineno}) from None
    except RecursionError:
        raise InvalidInput("Its lists are nested too deeply.", hint="Export it anew.") from None
    except ValueError as error:
        raise InvalidInput(f"This is no JSON: {error}.", hint="Export it anew.") from None


def find_objects(data: Any) -> list[dict[str, Any]]:
    """The list of objects, directly or one step inside."""
    if isinstance(data, dict):
        lists = [name for name, one in data.items() if isinstance(one, list)]
        if len(lists) != 1:
            told = f"has {len(lists)} lists ({', '.join(lists[:5])})" if lists else "has no list"
            raise InvalidInput(f"The file {told}; one list of objects is needed.")
        data = data[lists[0]]
    if not isinstance(data, list) or not data:
        raise InvalidInput("The file holds no list of objects.")
    for number, one in enumerate(data, 1):
        if not isinstance(one, dict):
            raise InvalidInput(f"Entry {number} of the list is no object.")
    return data


def flatten(one: Any, place: str, depth: int = 1) -> Flat:
    """The values of an object by `outer.inner`; those of lists together in one cell."""
    if depth > DEEPEST:
        raise InvalidInput(f"The values of {place} are nested more than {DEEPEST} deep.")
    found: Flat = {}
    for name, value in one.items():
        if isinstance(value, dict):
            inner = flatten(value, f"{place}, {name}", depth + 1)
            found |= {f"{name}.{key}": each for key, each in inner.items()}
        elif isinstance(value, list):
            found |= join(name, value, f"{place}, {name}", depth)
        else:
            found[name] = value
    return found


def join(name: str, values: list[Any], place: str, depth: int) -> Flat:
    """Several values as texts in one cell; several objects have a cell for each of their names."""
    if any(isinstance(one, list) for one in values):
        raise InvalidInput(f"{place} is a list of lists; a cell cannot hold that.")
    plain = [str(one) for one in values if one is not None and not isinstance(one, dict)]
    found: Flat = {name: BETWEEN.join(plain)} if plain else {}
    inside = [flatten(one, place, depth + 1) for one in values if isinstance(one, dict)]
    for key in dict.fromkeys(key for one in inside for key in one):
        # An empty place keeps the others beside what belongs to them.
        texts = ["" if one.get(key) is None else str(one[key]) for one in inside]
        found[f"{name}.{key}"] = BETWEEN.join(texts)
    return found
