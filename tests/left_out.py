"""A pytest plugin: ends a run with the tests that were left out, and why.

With HDP_TEST_REQUIRE=all nothing may be left out: every skip fails the run. A skip whose
reason starts with "on purpose:" (another system's test, say) is counted but never fails.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest

ON_PURPOSE = "on purpose:"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return str(report.longrepr)


def _left_out(terminal: Any) -> Counter[str]:
    # An expected failure (xfail) is also among the skipped reports; it did run.
    reports = terminal.stats.get("skipped", [])
    return Counter(_reason(r) for r in reports if not hasattr(r, "wasxfail"))


def _forbidden(reasons: Counter[str]) -> bool:
    strict = os.environ.get("HDP_TEST_REQUIRE") == "all"
    return strict and any(not reason.startswith(ON_PURPOSE) for reason in reasons)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run where something was left out that may not be."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    on_worker = hasattr(session.config, "workerinput")
    if terminal is None or on_worker or not _forbidden(_left_out(terminal)):
        return
    if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was left out, in one line for each reason."""
    reasons = _left_out(terminalreporter)
    if not reasons:
        return
    terminalreporter.section("left out on this machine")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count:4d}  {reason}")
    if _forbidden(reasons):
        terminalreporter.write_line("HDP_TEST_REQUIRE=all: what is left out counts as failed.")
