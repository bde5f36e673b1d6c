"""Instants are read from every form that says a moment plainly, exactly, and refused from all others."""

from datetime import UTC as STANDARD_UTC
from datetime import date, datetime, timedelta, timezone

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satsuma.kernel.civil import AFTER_ALL_US, BEFORE_ALL_US, MAX_INSTANT_US, MIN_INSTANT_US
from satsuma.kernel.errors import UsageError
from satsuma.kernel.instants import (
    format_instant,
    format_local,
    instant_of,
    parse_date,
    parse_instant,
    parse_moment,
)
from satsuma.kernel.zones import UTC, Zone, zone
from tests.kernel.clocks_of_the_world import EPOCH, wall, zones, zones_and_instants

BERLIN = zone("Europe/Berlin")
NEW_YORK = zone("America/New_York")

instants = st.integers(MIN_INSTANT_US, MAX_INSTANT_US)


@given(instants, zones)
def test_what_is_written_reads_back_wherever_it_is_read(at: int, of: Zone) -> None:
    assert parse_instant(format_instant(at), of) == at
    assert datetime.fromisoformat(format_instant(at)) == EPOCH + timedelta(microseconds=at)


@given(zones_and_instants())
def test_local_text_bears_its_offset_and_reads_back_the_same(case: tuple[Zone, int]) -> None:
    of, at = case
    assert parse_instant(format_local(at, of), UTC) == at


@given(st.datetimes(timezones=st.timezones() | st.just(STANDARD_UTC)), zones)
def test_a_datetime_with_a_zone_means_its_own_instant(value: datetime, of: Zone) -> None:
    exact = (value - EPOCH) // timedelta(microseconds=1)
    if MIN_INSTANT_US <= exact <= MAX_INSTANT_US:
        assert instant_of(value, of) == exact
    else:
        with pytest.raises(UsageError):
            instant_of(value, of)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31", "2026-01-30T23:00:00Z"),
        ("2026-07-31", "2026-07-30T22:00:00Z"),
        ("2026-01-31T09:30", "2026-01-31T08:30:00Z"),
        ("2026-01-31 09:30", "2026-01-31T08:30:00Z"),
        ("2026-01-31T09:30:15", "2026-01-31T08:30:15Z"),
        ("2026-01-31T09:30:15.5", "2026-01-31T08:30:15.500Z"),
        ("2026-01-31T09:30:15,123456", "2026-01-31T08:30:15.123456Z"),
        ("2026-01-31T09:30:15.123456000Z", "2026-01-31T09:30:15.123456Z"),
        ("2026-01-31T09:30Z", "2026-01-31T09:30:00Z"),
        ("2026-01-31t09:30z", "2026-01-31T09:30:00Z"),
        ("2026-01-31T09:30+05:30", "2026-01-31T04:00:00Z"),
        ("2026-01-31T09:30-0800", "2026-01-31T17:30:00Z"),
        ("2026-01-31T09:30+01", "2026-01-31T08:30:00Z"),
        ("0001-01-01T00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
    ],
)
def test_forms_that_are_read_in_berlin(text: str, expected: str) -> None:
    assert format_instant(parse_instant(text, BERLIN)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2026",
        "2026-01",
        "20260131",
        "2026-1-31",
        "2026-02-29",
        "2026-13-01",
        "0000-01-01",
        "10000-01-01",
        "2026-01-31T",
        "2026-01-31T09",
        "2026-01-31T24:00",
        "2026-01-31T09:60",
        "2026-01-31T09:30:60",
        "2026-01-31T09:30:15.1234567",
        "2026-01-31T09:30 +01:00",
        "2026-01-31T09:30+24:00",
        "2026-01-31Z",
        " 2026-01-31",
        "2026-01-31\n",
        "\u0662\u0660\u0662\u0666-\u0660\u0661-\u0663\u0661",  # Arabic digits
        "1769000000",
        "31.01.2026",
        "0001-01-01T00:00+01:00",
        "9999-12-31T23:59-01:00",
    ],
)
def test_texts_that_are_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_instant(text, UTC)
    assert caught.value.code == "usage.instant"


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        at = parse_instant(text, UTC)
    except UsageError:
        return
    assert MIN_INSTANT_US <= at <= MAX_INSTANT_US


def test_a_literal_tells_a_date_from_a_time_and_never_leaves_the_range_by_more_than_a_microsecond() -> None:
    assert parse_moment("2026-01-31", BERLIN) == date(2026, 1, 31)
    assert parse_moment("2026-01-31T00:00", BERLIN) == parse_instant("2026-01-31", BERLIN)
    assert parse_moment("9999-12-31T23:59", NEW_YORK) == AFTER_ALL_US
    assert parse_moment("0001-01-01T00:00", BERLIN) == BEFORE_ALL_US
    with pytest.raises(UsageError):
        parse_instant("9999-12-31T23:59", NEW_YORK)


def test_dates_are_read_only_from_their_one_form() -> None:
    assert parse_date("2024-02-29") == date(2024, 2, 29)
    for text in ("2023-02-29", "2024-02-29T00:00", "24-02-29", "2024-2-29", "2024-02-29 "):
        with pytest.raises(UsageError):
            parse_date(text)


def test_everything_that_says_the_same_moment_is_the_same_instant() -> None:
    expected = parse_instant("2026-07-01T10:00Z", UTC)
    for value in (
        "2026-07-01T12:00",
        wall("2026-07-01T12:00"),
        wall("2026-07-01T10:00").replace(tzinfo=STANDARD_UTC),
        wall("2026-07-01T06:00").replace(tzinfo=timezone(timedelta(hours=-4))),
        pd.Timestamp("2026-07-01T10:00Z"),
        expected,
    ):
        assert instant_of(value, BERLIN) == expected
    assert instant_of(date(2026, 7, 1), BERLIN) == parse_instant("2026-06-30T22:00Z", UTC)


@pytest.mark.parametrize(
    "value", [True, 1.5, None, b"2026-01-31", MAX_INSTANT_US + 1, MIN_INSTANT_US - 1, date.min]
)
def test_what_says_no_moment_is_refused(value: object) -> None:
    with pytest.raises(UsageError):
        instant_of(value, BERLIN)  # type: ignore[arg-type]


def test_nanoseconds_are_refused_rather_than_lost() -> None:
    with pytest.raises(UsageError, match="at most microseconds"):
        instant_of(pd.Timestamp("2026-07-01T10:00:00.000000001Z"), UTC)
