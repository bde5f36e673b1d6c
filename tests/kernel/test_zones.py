"""Zones agree with the standard library, never run backwards, and rule on skipped and repeated times."""

import copy
import pickle
import random
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satsuma.kernel.civil import MAX_INSTANT_US, MIN_INSTANT_US, US_PER_DAY, US_PER_HOUR, US_PER_SECOND
from satsuma.kernel.errors import DataError, UsageError
from satsuma.kernel.tzif import read_tzif
from satsuma.kernel.zones import UTC, Zone, zone, zone_names, zone_rules_version
from tests.kernel.clocks_of_the_world import (
    FROM_US,
    TO_US,
    instant,
    local_by_oracle,
    offset_by_oracle,
    wall,
    zones_and_instants,
)


def test_every_zone_has_the_offsets_of_the_standard_library_in_all_years() -> None:
    dice = random.Random(1)
    for name in sorted(zone_names()):
        of = zone(name)
        changes = of.transitions(MIN_INSTANT_US + US_PER_DAY, MAX_INSTANT_US - US_PER_DAY)
        starts = [at for at, _ in changes]
        near = dice.sample(starts, min(12, len(starts))) + starts[1:4] + starts[-2:]
        ats = [at + step for at in near for step in (-US_PER_SECOND, -1, 0, 1)]
        ats += [dice.randrange(starts[0], MAX_INSTANT_US - US_PER_DAY) for _ in range(15)]
        ats += [dice.randrange(FROM_US, TO_US) for _ in range(15)]
        for at in ats:
            if starts[0] <= at:
                assert of.offset_us(at) == offset_by_oracle(at, name), (name, at)


@pytest.mark.parametrize("name", ["Europe/Berlin", "Africa/Casablanca", "Asia/Gaza", "America/Juneau"])
def test_no_change_is_missing_from_the_list(name: str) -> None:
    from_us, to_us = instant("2005-01-01T00:00Z"), instant("2012-01-01T00:00Z")
    ats = range(from_us, to_us, US_PER_HOUR)
    offsets = [offset_by_oracle(at, name) for at in ats]
    seen = sum(before != after for before, after in pairwise(offsets))
    changes = zone(name).transitions(from_us, to_us)
    assert len(changes) == seen + 1
    assert all(before[1] != after[1] for before, after in pairwise(changes))


def test_the_list_begins_with_the_offset_in_force_and_leaves_out_the_end() -> None:
    berlin = zone("Europe/Berlin")
    spring = instant("2025-03-30T01:00Z")
    hour = US_PER_HOUR
    assert berlin.transitions(spring - 5, spring) == [(spring - 5, hour)]
    assert berlin.transitions(spring - 5, spring + 1) == [(spring - 5, hour), (spring, 2 * hour)]
    assert berlin.transitions(spring, spring + 1) == [(spring, 2 * hour)]
    assert berlin.transitions(spring, spring) == []


@given(zones_and_instants())
def test_local_time_and_date_are_those_of_the_standard_library(case: tuple[Zone, int]) -> None:
    of, at = case
    expected = local_by_oracle(at, of.name)
    assert of.to_local(at) == expected.replace(tzinfo=None)
    assert of.local_date(at) == expected.date()


@given(zones_and_instants(), st.integers(-2 * US_PER_DAY, 2 * US_PER_DAY))
def test_a_wall_time_means_the_first_instant_at_which_clocks_show_it_or_a_later_one(
    case: tuple[Zone, int], shift_us: int
) -> None:
    of, near = case
    wall_us = of.local_us(near) + shift_us
    at = of.from_local_us(wall_us)
    assert at + offset_by_oracle(at, of.name) >= wall_us
    # Earlier on, clocks come closest to it just before each change and just before the answer.
    earlier = [change - 1 for change, _ in of.transitions(FROM_US - 9 * US_PER_DAY, at)[1:]] + [at - 1]
    assert all(of.local_us(before) < wall_us for before in earlier)
    assert at - 1 + offset_by_oracle(at - 1, of.name) < wall_us


@given(zones_and_instants())
def test_the_wall_time_reached_is_the_latest_that_clocks_came_to(case: tuple[Zone, int]) -> None:
    of, at = case
    ends = [change - 1 for change, _ in of.transitions(FROM_US - 9 * US_PER_DAY, at + 1)[1:]]
    # What a pass ends with is the microsecond after its last.
    latest = max([of.local_us(at), *(of.local_us(end) + 1 for end in ends)])
    assert of.reached_us(at) == latest


@given(zones_and_instants(), st.integers(0, US_PER_DAY))
def test_today_contains_now_and_never_becomes_yesterday(case: tuple[Zone, int], later_us: int) -> None:
    of, at = case
    today = of.today(at)
    tomorrow = date.fromordinal(today.toordinal() + 1)
    assert of.start_of_day(today) <= at < of.start_of_day(tomorrow)
    assert today <= of.today(at + later_us)
    assert today in {of.local_date(at), date.fromordinal(of.local_date(at).toordinal() + 1)}


@given(zones_and_instants(), st.lists(st.integers(-US_PER_DAY, US_PER_DAY), max_size=5))
def test_columns_convert_as_single_values_do(case: tuple[Zone, int], steps: list[int]) -> None:
    of, at = case
    ats = [at, *(at + step for step in steps), MIN_INSTANT_US, MAX_INSTANT_US]
    column = np.array(ats, dtype=np.int64)
    assert of.offset_us_many(column).tolist() == [of.offset_us(each) for each in ats]
    assert of.local_us_many(column).tolist() == [of.local_us(each) for each in ats]
    assert of.reached_us_many(column).tolist() == [of.reached_us(each) for each in ats]
    assert of.from_local_us_many(column).tolist() == [of.from_local_us(each) for each in ats]


def test_a_skipped_time_is_the_moment_of_the_jump_and_a_repeated_one_its_first_pass() -> None:
    berlin = zone("Europe/Berlin")
    assert berlin.from_local(wall("2025-03-30T02:30")) == instant("2025-03-30T01:00Z")
    assert berlin.from_local(wall("2025-10-26T02:30")) == instant("2025-10-26T02:30+02:00")
    assert berlin.from_local(wall("2025-10-26T03:00")) == instant("2025-10-26T03:00+01:00")


def test_a_day_whose_midnight_is_skipped_starts_with_the_jump() -> None:
    sao_paulo = zone("America/Sao_Paulo")
    assert sao_paulo.start_of_day(date(2018, 11, 4)) == instant("2018-11-04T03:00Z")
    assert sao_paulo.to_local(instant("2018-11-04T03:00Z")) == wall("2018-11-04T01:00")


def test_a_date_that_is_skipped_whole_has_no_instants() -> None:
    apia = zone("Pacific/Apia")
    assert apia.start_of_day(date(2011, 12, 30)) == apia.start_of_day(date(2011, 12, 31))
    assert apia.start_of_day(date(2011, 12, 31)) == instant("2011-12-30T10:00Z")


def test_a_day_once_begun_stays_when_clocks_go_back_over_midnight() -> None:
    st_johns = zone("America/St_Johns")
    second_pass = instant("2010-11-07T02:46Z")
    assert st_johns.to_local(second_pass) == wall("2010-11-06T23:16")
    assert st_johns.local_date(second_pass) == date(2010, 11, 6)
    assert st_johns.today(second_pass) == date(2010, 11, 7)
    assert st_johns.start_of_day(date(2010, 11, 7)) == instant("2010-11-07T02:30Z")


def test_at_the_ends_of_time_dates_stay_those_there_are() -> None:
    assert zone("America/New_York").local_date(MIN_INSTANT_US) == date.min
    assert zone("Asia/Tokyo").local_date(MAX_INSTANT_US) == date.max
    assert zone("America/New_York").today(MIN_INSTANT_US) == date.min


def test_a_zone_is_read_once_and_equal_by_name() -> None:
    berlin = zone("Europe/Berlin")
    assert zone("Europe/Berlin") is berlin
    assert pickle.loads(pickle.dumps(berlin)) is berlin  # noqa: S301 - made on this line
    assert copy.deepcopy(berlin) is berlin
    assert (str(berlin), repr(berlin)) == ("Europe/Berlin", "Zone(name='Europe/Berlin')")
    assert zone("Europe/Paris") != berlin
    assert len({berlin, zone("Europe/Berlin"), UTC}) == 2


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("Europe/Berln", "Europe/Berlin"), ("berlin", "Europe/Berlin"), ("new york", "America/New_York")],
)
def test_an_unknown_name_is_refused_with_the_nearest_one(wrong: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"no time zone '{wrong}'") as caught:
        zone(wrong)
    assert caught.value.hint == f"did you mean {meant!r}?"


@pytest.mark.parametrize("name", ["", "../zones", "Europe", "/etc/localtime", "localtime", "zone.tab"])
def test_nothing_but_a_listed_name_is_opened(name: str) -> None:
    with pytest.raises(UsageError):
        zone(name)


@pytest.mark.parametrize("data", [b"", b"TZif2", b"PK\x03\x04" + bytes(100), b"TZif" + bytes(100)])
def test_a_file_that_is_no_zone_is_refused(data: bytes) -> None:
    with pytest.raises(DataError, match="time zone cannot be read"):
        read_tzif(data)


def test_the_release_of_the_rules_is_known() -> None:
    assert zone_rules_version()[:4].isdigit()
