"""The selection of items, the same on every command that works on several."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from hdp.application.selection import Selection

F = TypeVar("F", bound=Callable[..., Any])
PROBLEMS = ("errors", "warnings", "without", "failed")
STATES = ("new", "prepared", "draft", "in-review", "published")
_OPTIONS = (
    click.option("--search", metavar="TEXT", default="", help="Title, key, file, id or DOI."),
    click.option("--title", metavar="GLOB", default="", help="Titles like this, * for anything."),
    click.option("--since", metavar="DATE", default="", help="Prepared on or after."),
    click.option("--until", metavar="DATE", default="", help="Prepared on or before."),
    click.option(
        "--dated",
        type=click.Choice(("prepared", "created")),
        default="prepared",
        help="What --since and --until are about: first prepared, or come into the project.",
    ),
    click.option("--problems", type=click.Choice(PROBLEMS), help="With these, without, or failed."),
    click.option("--state", type=click.Choice(STATES), help="In this state."),
    click.option("--first", metavar="N", type=click.IntRange(min=1), help="The first N of them."),
)


def filters(function: F) -> F:
    """The filters alone, gathered into one argument `selection`."""
    return _with_options(function, _OPTIONS)


def selection(function: F) -> F:
    """Ids, `--all` and the filters, gathered into one argument `selection`."""
    ids = click.argument("ids", nargs=-1, type=click.IntRange(min=1), metavar="[ID]...")
    every = click.option("--all", "all_", is_flag=True, help="All that the command can act on.")
    return _with_options(function, (ids, every, *_OPTIONS))


def _with_options(function: F, options: tuple[Callable[[Any], Any], ...]) -> F:
    def gathered(*args: Any, **kwargs: Any) -> Any:
        return function(*args, selection=_selection(kwargs), **kwargs)

    gathered.__doc__ = function.__doc__
    gathered.__name__ = function.__name__
    wrapped: Any = gathered
    wrapped.__click_params__ = getattr(function, "__click_params__", [])
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]


def _selection(given: dict[str, Any]) -> Selection:
    from hdp.application.selection import Selection

    names = ("search", "title", "since", "until", "dated", "problems", "state", "first")
    values = {name: given.pop(name) for name in names}
    values |= {name: values[name] or "" for name in ("state", "problems")}
    return Selection(
        ids=tuple(dict.fromkeys(given.pop("ids", ()))), all=given.pop("all_", False), **values
    )
