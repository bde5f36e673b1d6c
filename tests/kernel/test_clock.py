"""Clocks tell microseconds and never run backwards."""

import time

import pytest

from satsuma.kernel.clock import Clock, ManualClock, SystemClock
from satsuma.kernel.errors import UsageError
from satsuma.kernel.instants import parse_instant
from satsuma.kernel.zones import UTC


def test_a_manual_clock_stands_still_until_it_is_set() -> None:
    clock: Clock = ManualClock("2026-01-01T00:00:00Z")
    assert clock.now() == clock.now() == parse_instant("2026-01-01T00:00:00Z", UTC)


def test_a_manual_clock_is_set_to_any_form_of_a_moment_that_is_not_before() -> None:
    clock = ManualClock("2026-01-01")
    clock.set("2026-01-01T00:00Z")
    clock.set(clock.now() + 1)
    assert clock.now() == parse_instant("2026-01-01T00:00:00.000001Z", UTC)


def test_a_manual_clock_cannot_be_set_back() -> None:
    clock = ManualClock("2026-01-02")
    with pytest.raises(UsageError, match="at 2026-01-02T00:00:00Z and cannot be set back to 2026-01-01T"):
        clock.set("2026-01-01")
    assert clock.now() == parse_instant("2026-01-02", UTC)


def test_the_system_clock_is_the_machines() -> None:
    before = time.time_ns() // 1000
    now = SystemClock().now()
    assert before <= now <= time.time_ns() // 1000


def test_the_system_clock_waits_when_the_machine_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SystemClock()
    readings = iter([2_000_000, 1_000_000, 3_000_000])
    monkeypatch.setattr(time, "time_ns", lambda: next(readings))
    assert [clock.now() for _ in range(3)] == [2000, 2000, 3000]
