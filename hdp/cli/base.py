"""What all commands share: global options anywhere, several values after one option."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from hdp.cli.session import Session

_GLOBAL: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (("-p", "--project"), {"metavar": "FILE", "help": "The project file; else $HDP_PROJECT."}),
    (("--env",), {"metavar": "NAME", "help": "practice, sandbox, production or one you added."}),
    (("--json",), {"is_flag": True, "default": None, "help": "One JSON document on stdout."}),
    (("-v", "--verbose"), {"is_flag": True, "default": None, "help": "Tell more on stderr."}),
    (("--quiet",), {"is_flag": True, "default": None, "help": "Tell errors only."}),
    (("--safe",), {"is_flag": True, "default": None, "help": "Built-in plugins only."}),
    (("--plugin",), {"metavar": "PATH", "multiple": True, "help": "Also load this plugin."}),
    (("--practice-faults",), {"metavar": "SPEC", "hidden": True}),
    (("--practice-rate",), {"metavar": "N/S", "hidden": True}),
)


def _note(context: click.Context, option: click.Parameter, value: Any) -> None:
    if value is None or value == ():
        return
    session: Session = context.find_root().obj
    name = str(option.name)
    if name == "global_plugin":
        session.plugins += [Path(one) for one in value]
    else:
        setattr(session, name.removeprefix("global_"), value)


def _globals() -> list[click.Parameter]:
    found: list[click.Parameter] = []
    for names, options in _GLOBAL:
        name = "global_" + names[-1].removeprefix("--").replace("-", "_")
        found.append(click.Option([*names, name], expose_value=False, callback=_note, **options))
    return found


class Several(click.Option):
    """An option that takes values until the next option; repeating it works as well.

    `accept` says which of the values after the first belong to it.
    """

    def __init__(
        self, *args: Any, accept: Callable[[str], bool] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **(kwargs | {"multiple": True}))
        self.accept = accept or (lambda value: True)


class Command(click.Command):
    """A command that knows the global options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += _globals()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments, those of `Several` options spread out first."""
        return super().parse_args(ctx, spread(self.params, args))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options first; the global ones in one line."""
        rows = [
            row
            for one in self.params
            if not str(one.name).startswith("global_") and (row := one.get_help_record(ctx))
        ]
        if rows:
            with formatter.section("Options"):
                formatter.write_dl(rows)
        with formatter.section("On every command"):
            formatter.write_text("-p FILE  --env NAME  --json  -v  --quiet  --safe  --plugin PATH")


def spread(params: Sequence[click.Parameter], args: Sequence[str]) -> list[str]:
    """`--files a b` as `--files a --files b`, for the options that take several values."""
    several = {name: one for one in params if isinstance(one, Several) for name in one.opts}
    spreaded: list[str] = []
    current: tuple[str, Several] | None = None
    taken = 0
    for position, arg in enumerate(args):
        if arg == "--":
            return [*spreaded, *args[position:]]
        if arg in several:
            current, taken = (arg, several[arg]), 0
            continue
        if current and _belongs(current[1], arg, taken):
            spreaded += [current[0], arg]
            taken += 1
            continue
        if current and not taken:
            spreaded.append(current[0])  # click says that its value is missing
        current = None
        spreaded.append(arg)
    return spreaded + ([current[0]] if current and not taken else [])


def _belongs(option: Several, arg: str, taken: int) -> bool:
    return not arg.startswith("-") and (taken == 0 or option.accept(arg))


class Group(click.Group):
    """A noun: its verbs are commands that know the global options."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += _globals()

    format_options = click.Group.format_options

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they are written: that of the work."""
        return list(self.commands)


class LazyGroup(Group):
    """The root: nouns are imported when they are used; `lazy` is name -> (module, one line)."""

    def __init__(self, *args: Any, lazy: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, imported or not."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the noun's module and give its command, of the same name."""
        if cmd_name not in self.lazy:
            return None
        module = importlib.import_module(f"hdp.cli.{self.lazy[cmd_name][0]}")
        found: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The names with their lines, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.lazy.items()])


def read_hidden(question: str) -> str:
    """A secret from standard input, or from a prompt that does not show it."""
    if sys.stdin.isatty():
        return str(click.prompt(question, hide_input=True, err=True))
    return sys.stdin.read()


def example(text: str) -> str:
    """The epilogue of a command's help."""
    return f"\b\nExample:\n  {text}"


pass_session = click.make_pass_decorator(Session)


def read_params(given: tuple[str, ...]) -> dict[str, str]:
    """The values of `--param NAME=VALUE`, by name; UsageError where one is none."""
    from hdp.sdk import UsageError

    pairs = [one.partition("=") for one in given]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise UsageError(f"{wrong[0]} is no NAME=VALUE.", hint="Write --param side=1200.")
    return {name: value for name, _, value in pairs}
