"""What this computer lacks for a component, whatever the component does when it is asked."""

from __future__ import annotations

from typing import Any

from hdp.sdk import Component, Finding, HdpError


def find_missing(kind: type[Component[Any]]) -> list[Finding]:
    """What it says is missing; a plugin's own mistake is told as such and hides no other."""
    try:
        found = list(kind().check())
        if all(isinstance(one, Finding) for one in found):
            return found
        text = f"{kind.id} cannot be checked: it gave something else than findings."
    except HdpError as error:
        return [Finding("error", error.name, error.message, error.hint, error.where, error.values)]
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything
        text = f"{kind.id} cannot be checked: {type(error).__name__}."
    return [Finding("error", "component-failed", text, "Tell the plugin's author.")]
