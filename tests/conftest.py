"""Settings for all tests: Hypothesis repeats the same examples every run, and searches when asked to."""

from hypothesis import HealthCheck, settings

# The oracle's worlds may run in many processes; their tallies are added up where the run ends, and that
# process sees only this conftest.
from tests.oracle.summary import pytest_sessionfinish, pytest_terminal_summary

__all__ = ["pytest_sessionfinish", "pytest_terminal_summary"]

# No deadline: machines differ and are shared, and none of these is a timed test.
settings.register_profile(
    "repeat", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
# `make test PYTEST_ARGS=--hypothesis-profile=search` looks for new counterexamples.
settings.register_profile(
    "search", parent=settings.get_profile("repeat"), derandomize=False, max_examples=1_000
)
settings.load_profile("repeat")
