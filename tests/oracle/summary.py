"""The summary of a test run: the share of each form that the oracle exercised, and a check that none lacks.

The worlds may be spread over several processes, so their tallies travel with the tests' reports and are added
up where the run ends. If the whole oracle ran, a form that came too rarely, or always with the same answer,
fails the run.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle.tally import Tally

SEEDS = 60
TIMES_MIN = 24
_REPORTS = ("passed", "failed")


def add_up(reporter: Any) -> tuple[Tally, int]:
    """The tallies of all reports together, and of how many worlds they are."""
    whole, worlds = Tally(), 0
    for outcome in _REPORTS:
        for report in reporter.stats.get(outcome, ()):
            for name, value in getattr(report, "user_properties", ()):
                if name == "oracle" and report.when == "call":
                    whole.add(Tally.from_json(value))
                    worlds += 1
    return whole, worlds


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails a run of the whole oracle in which a form lacks."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    whole, worlds = add_up(reporter)
    if worlds == SEEDS and whole.lacking(TIMES_MIN) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints the table."""
    whole, worlds = add_up(terminalreporter)
    if not worlds:
        return
    terminalreporter.section(f"oracle: {worlds} of {SEEDS} worlds")
    terminalreporter.write_line(whole.table())
    if worlds == SEEDS:
        for lack in whole.lacking(TIMES_MIN):
            terminalreporter.write_line(
                f"LACKING (at least {TIMES_MIN} times, true and false): {lack}", red=True
            )
