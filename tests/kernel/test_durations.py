"""Durations step through the calendar as the standard library's dates and zones say, and never backwards."""

import calendar
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satsuma.kernel.civil import (
    AFTER_ALL_US,
    BEFORE_ALL_US,
    MAX_INSTANT_US,
    MIN_INSTANT_US,
    US_PER_DAY,
    US_PER_HOUR,
)
from satsuma.kernel.durations import (
    Duration,
    Unit,
    ahead,
    back,
    back_date,
    back_many,
    shift_date,
    shift_instant,
    shift_instants,
)
from satsuma.kernel.errors import UsageError
from satsuma.kernel.instants import format_local, parse_instant
from satsuma.kernel.limits import DURATION_YEARS_MAX
from satsuma.kernel.zones import UTC, Zone, zone
from tests.kernel.clocks_of_the_world import (
    EPOCH,
    first_after,
    local_by_oracle,
    offset_by_oracle,
    oracle,
    zones_and_instants,
)

BERLIN = zone("Europe/Berlin")
MONTH, QUARTER, YEAR = Duration(1, Unit.MONTHS), Duration(1, Unit.QUARTERS), Duration(1, Unit.YEARS)
CALENDAR_UNITS = (Unit.MONTHS, Unit.QUARTERS, Unit.YEARS)

signed_durations = st.one_of(
    st.builds(Duration, st.integers(-40, 40), st.sampled_from(CALENDAR_UNITS)),
    st.builds(Duration, st.integers(-500, 500), st.sampled_from(Unit)),
)
day_durations = signed_durations.filter(lambda duration: duration.is_whole_days)


@st.composite
def steps(draw: st.DrawFn) -> tuple[Zone, int, Duration]:
    """A zone, an instant and a duration; often the instant or where the step leads is near a clock change."""
    of, near = draw(zones_and_instants())
    duration = draw(signed_durations)
    if draw(st.booleans()):
        return of, shift_instant(near, -duration, of) + draw(st.integers(-3, 3)) * US_PER_HOUR // 2, duration
    return of, near, duration


def step_by_oracle(at: int, months: int, name: str) -> int:
    """The calendar step, by datetimes and the standard library's zones; clock changes of less than a day."""
    local = local_by_oracle(at, name)
    wall = local.replace(tzinfo=None)
    if local.fold:
        # The second pass of a repeated hour: from where the first pass ended.
        now_us = offset_by_oracle(at, name)
        change = first_after(lambda t: offset_by_oracle(t, name) == now_us, at - US_PER_DAY, at)
        first_pass = timedelta(microseconds=offset_by_oracle(change - 1, name))
        wall = (EPOCH + timedelta(microseconds=change) + first_pass).replace(tzinfo=None)
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    if wall.day > calendar.monthrange(year, month + 1)[1]:
        year, month = divmod(year * 12 + month + 1, 12)
        wall = datetime(year, month + 1, 1)  # noqa: DTZ001 - a wall time
    else:
        wall = wall.replace(year=year, month=month + 1)
    there = (wall.replace(tzinfo=oracle(name), fold=0) - EPOCH) // timedelta(microseconds=1)
    if local_by_oracle(there, name).replace(tzinfo=None) == wall:
        return there
    # A skipped time: by its offset from before the jump it comes out after the jump.
    after_us = offset_by_oracle(there, name)
    return first_after(lambda t: offset_by_oracle(t, name) == after_us, there - US_PER_DAY, there)


# Zones with changes of a day, or with two changes within one, are beyond the oracle's means.
TOO_TRICKY = {"Pacific/Apia", "Pacific/Kwajalein", "Pacific/Kiritimati", "Asia/Manila", "America/Juneau"}
ORACLE_FROM_US = parse_instant("1920-01-01", UTC)


@given(steps())
def test_a_step_leads_where_the_standard_library_does(case: tuple[Zone, int, Duration]) -> None:
    of, at, duration = case
    exact_us = duration.exact_us
    if exact_us is not None:
        assert shift_instant(at, duration, of) == at + exact_us
    elif of.name not in TOO_TRICKY and min(at, shift_instant(at, duration, of)) > ORACLE_FROM_US:
        assert shift_instant(at, duration, of) == step_by_oracle(at, duration.months, of.name)


@given(steps(), st.one_of(st.integers(0, 3 * US_PER_HOUR), st.integers(0, 40 * US_PER_DAY)))
def test_a_step_never_leads_backwards(case: tuple[Zone, int, Duration], later_us: int) -> None:
    of, at, duration = case
    assert shift_instant(at, duration, of) <= shift_instant(at + later_us, duration, of)


@given(steps())
def test_back_and_ahead_are_the_signed_step(case: tuple[Zone, int, Duration]) -> None:
    of, at, duration = case
    assert back(at, duration, of) == shift_instant(at, -duration, of) == ahead(at, -duration, of)
    if duration.n > 0:
        assert back(at, duration, of) < at < ahead(at, duration, of)


@given(steps(), st.lists(st.integers(-400 * US_PER_DAY, 400 * US_PER_DAY), max_size=6))
def test_a_column_of_instants_steps_as_each_by_itself(
    case: tuple[Zone, int, Duration], shifts: list[int]
) -> None:
    of, at, duration = case
    ats = [at, *(at + shift for shift in shifts), MIN_INSTANT_US, MAX_INSTANT_US]
    column = np.array(ats, dtype=np.int64)
    assert back_many(column, duration, of).tolist() == [back(each, duration, of) for each in ats]
    expected = [shift_instant(each, duration, of) for each in ats]
    assert shift_instants(column, duration, of).tolist() == expected


@pytest.mark.parametrize(
    ("now", "duration", "expected"),
    [
        # A day that the month lacks: the end of that month.
        ("2026-03-31T12:00", MONTH, "2026-03-01T00:00:00+01:00"),
        ("2026-03-28T12:00", MONTH, "2026-02-28T12:00:00+01:00"),
        ("2026-03-29T12:00", MONTH, "2026-03-01T00:00:00+01:00"),
        ("2024-03-29T12:00", MONTH, "2024-02-29T12:00:00+01:00"),
        ("2024-02-29T12:00", YEAR, "2023-03-01T00:00:00+01:00"),
        ("2024-02-29T12:00", Duration(4, Unit.YEARS), "2020-02-29T12:00:00+01:00"),
        ("2026-05-31T08:00", QUARTER, "2026-03-01T00:00:00+01:00"),
        ("2026-01-15T08:00", MONTH, "2025-12-15T08:00:00+01:00"),
        # A skipped time (02:30 on 30 March 2025): the moment of the jump.
        ("2025-04-30T02:30", MONTH, "2025-03-30T03:00:00+02:00"),
        # A repeated time (02:30 on 26 October 2025): its first pass.
        ("2025-11-26T02:30", MONTH, "2025-10-26T02:30:00+02:00"),
        ("2025-11-26T03:00", MONTH, "2025-10-26T03:00:00+01:00"),
        # Across a change: the same time on the wall, not so many hours.
        ("2025-04-15T12:00", MONTH, "2025-03-15T12:00:00+01:00"),
        ("2025-03-31T12:00", Duration(1, Unit.DAYS), "2025-03-30T12:00:00+02:00"),
        ("2025-03-30T12:00", Duration(1, Unit.DAYS), "2025-03-29T11:00:00+01:00"),
        # While now is in the second pass of a repeated hour the answer waits.
        ("2025-10-26T02:30+02:00", MONTH, "2025-09-26T02:30:00+02:00"),
        ("2025-10-26T02:00+01:00", MONTH, "2025-09-26T03:00:00+02:00"),
        ("2025-10-26T02:30+01:00", MONTH, "2025-09-26T03:00:00+02:00"),
        ("2025-10-26T03:00+01:00", MONTH, "2025-09-26T03:00:00+02:00"),
        ("2025-10-26T03:01+01:00", MONTH, "2025-09-26T03:01:00+02:00"),
    ],
)
def test_back_in_berlin(now: str, duration: Duration, expected: str) -> None:
    assert format_local(back(parse_instant(now, BERLIN), duration, BERLIN), BERLIN) == expected


@pytest.mark.parametrize(
    ("now", "duration", "expected"),
    [
        ("2026-01-31T12:00", MONTH, "2026-03-01T00:00:00+01:00"),
        ("2024-02-29T12:00", YEAR, "2025-03-01T00:00:00+01:00"),
        ("2025-02-28T02:30", MONTH, "2025-03-28T02:30:00+01:00"),
        ("2025-02-28T12:00", MONTH, "2025-03-28T12:00:00+01:00"),
        ("2025-09-26T02:30", MONTH, "2025-10-26T02:30:00+02:00"),
        ("2025-10-26T02:30+01:00", MONTH, "2025-11-26T03:00:00+01:00"),
    ],
)
def test_ahead_in_berlin(now: str, duration: Duration, expected: str) -> None:
    assert format_local(ahead(parse_instant(now, BERLIN), duration, BERLIN), BERLIN) == expected


def test_a_step_to_a_date_that_was_skipped_whole_leads_to_the_jump() -> None:
    apia = zone("Pacific/Apia")
    now = parse_instant("2012-01-30T15:00", apia)
    assert back(now, MONTH, apia) == apia.start_of_day(date(2011, 12, 31))


def test_a_step_out_of_time_stays_one_microsecond_outside() -> None:
    long = Duration(DURATION_YEARS_MAX, Unit.YEARS)
    assert back(MIN_INSTANT_US, long, BERLIN) == BEFORE_ALL_US
    assert ahead(MAX_INSTANT_US, long, BERLIN) == AFTER_ALL_US
    assert back(MIN_INSTANT_US, Duration(1, Unit.SECONDS), BERLIN) == BEFORE_ALL_US
    assert shift_date(date.min, -long) == date.min
    assert shift_date(date.max, long) == date.max


@given(st.dates(date(1000, 1, 1), date(3000, 1, 1)), day_durations)
def test_a_date_steps_to_the_same_day_or_the_months_last(day: date, duration: Duration) -> None:
    exact_us = duration.exact_us
    if exact_us is not None:
        expected = day + timedelta(microseconds=exact_us)
    else:
        year, month = divmod(day.year * 12 + day.month - 1 + duration.months, 12)
        expected = date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
    assert shift_date(day, duration) == expected
    assert back_date(day, -duration) == expected


@pytest.mark.parametrize("unit", [Unit.SECONDS, Unit.MINUTES, Unit.HOURS])
def test_a_date_has_no_hours_to_take_away(unit: Unit) -> None:
    with pytest.raises(UsageError, match="expected days or longer"):
        back_date(date(2026, 1, 1), Duration(1, unit))


@given(signed_durations)
def test_json_reads_back_the_same(duration: Duration) -> None:
    assert Duration.from_json(duration.to_json(), allow_negative=True) == duration
    if duration.n > 0:
        assert Duration.from_json(duration.to_json()) == duration


@pytest.mark.parametrize(
    "value",
    [
        {},
        None,
        30,
        "30 days",
        [],
        {"days": 0},
        {"days": -1},
        {"days": 1.0},
        {"days": True},
        {"days": "1"},
        {"days": None},
        {"days": 1, "hours": 1},
        {"day": 1},
        {"Days": 1},
        {1: 1},
        {"years": DURATION_YEARS_MAX + 1},
        {"months": 12 * DURATION_YEARS_MAX + 1},
        {"seconds": 10**12},
        {"seconds": 10**5000},
        {"seconds": -(10**5000)},
    ],
)
def test_json_that_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(UsageError) as caught:
        Duration.from_json(value)
    assert caught.value.code == "usage.duration"
    assert "expected" in caught.value.message
    assert len(caught.value.message) < 200


def test_a_unit_that_is_nearly_right_is_suggested() -> None:
    with pytest.raises(UsageError, match="did you mean 'days'"):
        Duration.from_json({"day": 30})


def test_zero_and_negative_are_taken_only_where_something_is_added() -> None:
    assert Duration.from_json({"days": 0}, allow_negative=True) == Duration(0, Unit.DAYS)
    assert Duration.from_json({"days": -7}, allow_negative=True) == Duration(-7, Unit.DAYS)


def test_lengths_and_words() -> None:
    assert Duration(2, Unit.WEEKS).exact_us == 14 * US_PER_DAY
    assert YEAR.exact_us is None
    assert (YEAR.months, QUARTER.months, Duration(2, Unit.DAYS).months) == (12, 3, 0)
    assert (str(YEAR), str(Duration(30, Unit.DAYS))) == ("1 year", "30 days")
