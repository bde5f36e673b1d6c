"""Windows hold the instants and the days that their words say, at every now, without gaps between periods."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from satsuma.kernel.civil import AFTER_ALL_US, MAX_INSTANT_US, MIN_INSTANT_US, US_PER_DAY
from satsuma.kernel.durations import Duration, Unit, ahead, back
from satsuma.kernel.errors import UsageError
from satsuma.kernel.instants import parse_instant
from satsuma.kernel.limits import CALENDAR_OFFSET_YEARS_MAX
from satsuma.kernel.windows import (
    Before,
    BetweenAgo,
    Calendar,
    Fixed,
    Interval,
    Last,
    Next,
    Period,
    Window,
    bounds,
    can_never_hold,
    date_bounds,
)
from satsuma.kernel.zones import UTC, Zone, zone
from tests.kernel.clocks_of_the_world import zones_and_instants

BERLIN = zone("Europe/Berlin")
MONTH, DAY = Duration(1, Unit.MONTHS), Duration(1, Unit.DAYS)

durations = st.builds(Duration, st.integers(1, 60), st.sampled_from(Unit))
day_durations = durations.filter(lambda duration: duration.is_whole_days)
periods = st.sampled_from(Period)


def days_of(window: Window, today: date, of: Zone = UTC) -> tuple[date | None, date | None]:
    return date_bounds(window, today, of)


def holds_day(window: Window, day: date, today: date, of: Zone = UTC) -> bool:
    first, last = date_bounds(window, today, of)
    return (first is None or first <= day) and (last is None or day <= last)


def noon(day: date) -> int:
    return UTC.from_local(datetime.combine(day, time(12)))


@given(zones_and_instants(), durations, durations, st.integers(-3 * US_PER_DAY, 3 * US_PER_DAY))
def test_rolling_windows_hold_what_lies_between_their_ends(
    case: tuple[Zone, int], one: Duration, other: Duration, shift_us: int
) -> None:
    of, now = case
    edges = [back(now, one, of), back(now, other, of), now, ahead(now, one, of)]
    for at in [edge + step for edge in edges for step in (-1, 0, 1, shift_us)]:
        assert (at in bounds(Last(one), now, of)) == (back(now, one, of) < at <= now)
        assert (at in bounds(Before(one), now, of)) == (at <= back(now, one, of))
        assert (at in bounds(BetweenAgo(one, other), now, of)) == (
            back(now, one, of) < at <= back(now, other, of)
        )
        assert (at in bounds(Next(one), now, of)) == (now < at <= ahead(now, one, of))
        assert (at in bounds(None, now, of)) == (at <= now)


@given(zones_and_instants(), periods, st.integers(-30, 30), st.integers(0, 40 * US_PER_DAY))
def test_calendar_periods_follow_each_other_and_the_present_one_holds_now(
    case: tuple[Zone, int], unit: Period, offset: int, later_us: int
) -> None:
    of, now = case
    assert now in bounds(Calendar(unit, 0), now, of)
    here, after = (bounds(Calendar(unit, offset + step), now, of) for step in (0, 1))
    assert here.high == after.low
    assert here.low is not None
    assert here.high is not None
    assert here.low <= here.high
    later = bounds(Calendar(unit, offset), now + later_us, of)
    assert later.low is not None
    assert later.low >= here.low


@given(st.dates(date(1800, 1, 1), date(2200, 1, 1)), periods)
def test_calendar_days_are_those_of_the_standard_library(today: date, unit: Period) -> None:
    first, last = days_of(Calendar(unit, 0), today)
    assert first is not None
    assert last is not None
    assert first <= today <= last
    after = last + timedelta(1)
    for edge in (first, after):
        match unit:
            case Period.WEEK:
                assert edge.weekday() == 0
            case Period.MONTH:
                assert edge.day == 1
            case Period.QUARTER:
                assert (edge.day, edge.month % 3) == (1, 1)
            case Period.YEAR:
                assert (edge.day, edge.month) == (1, 1)
            case Period.DAY:
                pass
    days_max = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 31, Period.QUARTER: 92, Period.YEAR: 366}
    assert days_max[unit] - 3 <= (after - first).days <= days_max[unit]


@given(st.dates(date(1800, 1, 1), date(2200, 1, 1)), day_durations, day_durations, st.integers(-40, 40))
def test_a_window_of_days_is_that_of_instants_at_the_end_of_today(
    today: date, one: Duration, other: Duration, shift: int
) -> None:
    end_of_today = UTC.start_of_day(today + timedelta(1)) - 1
    for window in (Last(one), Before(one), BetweenAgo(one, other), Next(one)):
        first, last = days_of(window, today)
        # An empty window is given as the last day there is to the first.
        edges = [edge for edge in (first, last, today) if edge is not None and 1 < edge.year < 9999]
        for day in [edge + timedelta(step) for edge in edges for step in (-1, 0, 1, shift)]:
            within = noon(day) in bounds(window, end_of_today, UTC)
            assert holds_day(window, day, today) == within, (window, day)


@given(zones_and_instants(), periods, st.integers(-5, 5))
def test_a_calendar_window_of_instants_begins_with_its_first_day_and_ends_with_its_last(
    case: tuple[Zone, int], unit: Period, offset: int
) -> None:
    of, now = case
    first, last = date_bounds(Calendar(unit, offset), of.today(now), of)
    assert first is not None
    assert last is not None
    interval = bounds(Calendar(unit, offset), now, of)
    assert interval == Interval(of.start_of_day(first), of.start_of_day(last + timedelta(1)))


@pytest.mark.parametrize(
    ("window", "first", "last"),
    [
        (Calendar(Period.DAY, 0), "2026-03-31", "2026-03-31"),
        (Calendar(Period.DAY, -1), "2026-03-30", "2026-03-30"),
        (Calendar(Period.WEEK, 0), "2026-03-30", "2026-04-05"),
        (Calendar(Period.MONTH, -1), "2026-02-01", "2026-02-28"),
        (Calendar(Period.MONTH, -3), "2025-12-01", "2025-12-31"),
        (Calendar(Period.QUARTER, 1), "2026-04-01", "2026-06-30"),
        (Calendar(Period.YEAR, -1), "2025-01-01", "2025-12-31"),
        (Last(MONTH), "2026-03-01", "2026-03-31"),
        (Last(DAY), "2026-03-31", "2026-03-31"),
        (Before(MONTH), None, "2026-02-28"),
        (BetweenAgo(Duration(2, Unit.MONTHS), MONTH), "2026-02-01", "2026-02-28"),
        (Next(MONTH), "2026-04-01", "2026-04-30"),
        (Fixed("2026-01-01", "2026-02-01"), "2026-01-01", "2026-01-31"),
        (Fixed("2026-01-01", None), "2026-01-01", None),
        (Fixed(None, "2026-01-01"), None, "2025-12-31"),
        # An end with a time of day stands for the local day it lies in.
        (Fixed("2026-01-01T12:00", "2026-02-01T12:00"), "2026-01-01", "2026-01-31"),
        (Fixed("2025-12-31T23:30Z", "2026-01-31T23:30Z"), "2026-01-01", "2026-01-31"),
    ],
)
def test_days_of_windows_on_31_march_2026_in_berlin(
    window: Window, first: str | None, last: str | None
) -> None:
    expected = tuple(None if day is None else date.fromisoformat(day) for day in (first, last))
    assert date_bounds(window, date(2026, 3, 31), BERLIN) == expected


@pytest.mark.parametrize(
    ("window", "low", "high"),
    [
        (Fixed("2026-03-29", "2026-03-30"), "2026-03-28T23:00Z", "2026-03-29T22:00Z"),
        (Fixed("2026-03-29T02:30", "2026-03-29T03:00"), "2026-03-29T01:00Z", "2026-03-29T01:00Z"),
        (Fixed("2026-03-29T02:30Z", None), "2026-03-29T02:30Z", None),
        (Fixed(None, "2026-03-29T04:00"), None, "2026-03-29T02:00Z"),
        (Calendar(Period.DAY, 0), "2026-03-30T22:00Z", "2026-03-31T22:00Z"),
        (Calendar(Period.DAY, -2), "2026-03-28T23:00Z", "2026-03-29T22:00Z"),
        (Calendar(Period.MONTH, 0), "2026-02-28T23:00Z", "2026-03-31T22:00Z"),
    ],
)
def test_instants_of_windows_on_31_march_2026_in_berlin(
    window: Window, low: str | None, high: str | None
) -> None:
    now = parse_instant("2026-03-31T12:00", BERLIN)
    expected = [None if text is None else parse_instant(text, UTC) for text in (low, high)]
    assert bounds(window, now, BERLIN) == Interval(*expected)


def test_for_interactions_nothing_beyond_now_counts() -> None:
    now = parse_instant("2026-03-31T12:00", BERLIN)
    this_month = bounds(Calendar(Period.MONTH, 0), now, BERLIN)
    assert now + 1 in this_month
    assert now in this_month.up_to(now)
    assert now + 1 not in this_month.up_to(now)
    assert bounds(Next(MONTH), now, BERLIN).up_to(now).is_empty
    assert Interval(None, None).up_to(now) == Interval(None, now + 1)
    assert bounds(Calendar(Period.MONTH, -1), now, BERLIN).up_to(now) == bounds(
        Calendar(Period.MONTH, -1), now, BERLIN
    )


def test_at_the_ends_of_time_windows_hold_what_there_is() -> None:
    long = Duration(1000, Unit.YEARS)
    assert MIN_INSTANT_US in bounds(Last(long), MIN_INSTANT_US, BERLIN)
    assert bounds(Before(long), MIN_INSTANT_US, BERLIN) == Interval(None, MIN_INSTANT_US)
    assert MAX_INSTANT_US in bounds(Next(long), MAX_INSTANT_US - 1, BERLIN)
    assert bounds(Fixed("9999-12-31T23:59", None), 0, zone("America/New_York")).low == AFTER_ALL_US
    assert days_of(Last(long), date.min) == (None, date.min)
    assert days_of(Next(long), date.max) == (date.max, date.min)
    assert days_of(Calendar(Period.YEAR, -1), date.min) == (date.max, date.min)
    assert days_of(Calendar(Period.YEAR, 0), date.max) == (date(9999, 1, 1), None)


def test_a_window_of_hours_has_no_days() -> None:
    with pytest.raises(UsageError, match="expected days or longer"):
        days_of(Last(Duration(24, Unit.HOURS)), date(2026, 1, 1))


def test_an_offset_beyond_all_calendars_is_refused() -> None:
    with pytest.raises(UsageError, match="expected at most"):
        Calendar(Period.YEAR, CALENDAR_OFFSET_YEARS_MAX + 1)


@given(zones_and_instants(), durations, durations)
def test_what_can_never_hold_is_empty_now(case: tuple[Zone, int], one: Duration, other: Duration) -> None:
    of, now = case
    window = BetweenAgo(one, other)
    assume(can_never_hold(window, of))
    assert bounds(window, now, of).is_empty


def test_crossed_ends_are_found_where_they_show() -> None:
    assert can_never_hold(BetweenAgo(DAY, Duration(24, Unit.HOURS)), BERLIN)
    assert can_never_hold(BetweenAgo(MONTH, Duration(1, Unit.QUARTERS)), BERLIN)
    assert not can_never_hold(BetweenAgo(MONTH, DAY), BERLIN)
    assert not can_never_hold(BetweenAgo(Duration(2, Unit.DAYS), DAY), BERLIN)
    assert can_never_hold(Fixed("2026-01-01", "2026-01-01"), BERLIN)
    assert not can_never_hold(Fixed("2026-01-01", "2026-01-02"), BERLIN)
    assert not can_never_hold(Fixed(None, "2026-01-02"), BERLIN)
    assert not can_never_hold(Last(DAY), BERLIN)
