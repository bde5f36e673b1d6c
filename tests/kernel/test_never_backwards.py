"""Over every minute of two years in zones with difficult clocks, no bound of any window moves backwards.

The year in which a zone's clocks change is walked through as `now`, and again as the year that bounds lie in.
"""

import numpy as np
import pytest

from satsuma.kernel.civil import US_PER_MINUTE
from satsuma.kernel.durations import Duration, Unit, back_many, shift_instants
from satsuma.kernel.instants import parse_instant
from satsuma.kernel.zones import UTC, zone

YEARS = {
    "Europe/Berlin": 2025,
    "America/New_York": 2025,
    "Australia/Lord_Howe": 2025,  # half an hour of saving
    "America/Sao_Paulo": 2017,  # changes at midnight
    "Pacific/Apia": 2011,  # 30 December skipped
    "America/St_Johns": 2010,  # set back from 00:01 to 23:01 of the day before
    "Pacific/Kwajalein": 1993,  # 21 August skipped
    "America/Juneau": 1983,  # set back two hours
}


@pytest.mark.parametrize(("name", "year"), YEARS.items())
def test_no_bound_moves_backwards(name: str, year: int) -> None:
    of = zone(name)
    from_us, to_us = (parse_instant(f"{of_year}-01-01", UTC) for of_year in (year, year + 2))
    minutes = np.arange(from_us, to_us, US_PER_MINUTE, dtype=np.int64)
    assert len(of.transitions(from_us, to_us)) > 1
    for unit in Unit:
        bounds = back_many(minutes, Duration(1, unit), of)
        assert (np.diff(bounds) >= 0).all(), unit
        assert (bounds < minutes).all(), unit
        assert bounds[-1] > bounds[0], unit
        bounds = shift_instants(minutes, Duration(1, unit), of)
        assert (np.diff(bounds) >= 0).all(), unit
        assert (bounds > minutes).all(), unit
