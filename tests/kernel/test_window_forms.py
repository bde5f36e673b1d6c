"""Windows read from JSON print back as they were written; anything else is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satsuma.kernel.durations import Duration, Unit
from satsuma.kernel.errors import UsageError
from satsuma.kernel.window_forms import CALENDAR_WORDS, parse_window, window_to_json
from satsuma.kernel.windows import Before, BetweenAgo, Calendar, Fixed, Last, Next, Period, Window

durations = st.builds(Duration, st.integers(1, 1000), st.sampled_from(Unit))
moments = st.sampled_from(["2026-01-31", "2026-01-31T09:30", "2026-01-31T09:30Z", "2026-01-31 09:30+02:00"])
windows: st.SearchStrategy[Window] = st.one_of(
    st.builds(Last, durations),
    st.builds(Before, durations),
    st.builds(BetweenAgo, durations, durations),
    st.builds(Next, durations),
    st.builds(Fixed, moments, moments | st.none()),
    st.builds(Fixed, moments | st.none(), moments),
    st.builds(Calendar, st.sampled_from(Period), st.integers(-1000, 1000)),
)


@given(windows)
def test_every_window_reads_back_from_its_json(window: Window) -> None:
    assert parse_window(json.loads(json.dumps(window_to_json(window)))) == window


@pytest.mark.parametrize(
    ("form", "window"),
    [
        ({"last": {"days": 30}}, Last(Duration(30, Unit.DAYS))),
        ({"before": {"months": 1}}, Before(Duration(1, Unit.MONTHS))),
        (
            {"between_ago": [{"days": 60}, {"days": 30}]},
            BetweenAgo(Duration(60, Unit.DAYS), Duration(30, Unit.DAYS)),
        ),
        ({"next": {"weeks": 2}}, Next(Duration(2, Unit.WEEKS))),
        ({"from": "2026-01-01", "to": "2026-02-01T09:30"}, Fixed("2026-01-01", "2026-02-01T09:30")),
        ({"from": "2026-01-01"}, Fixed("2026-01-01", None)),
        ({"to": "2026-01-01"}, Fixed(None, "2026-01-01")),
        ({"calendar": "today"}, Calendar(Period.DAY, 0)),
        ({"calendar": "yesterday"}, Calendar(Period.DAY, -1)),
        ({"calendar": "tomorrow"}, Calendar(Period.DAY, 1)),
        ({"calendar": "last_week"}, Calendar(Period.WEEK, -1)),
        ({"calendar": "this_quarter"}, Calendar(Period.QUARTER, 0)),
        ({"calendar": "next_year"}, Calendar(Period.YEAR, 1)),
        ({"calendar": {"unit": "month", "offset": -3}}, Calendar(Period.MONTH, -3)),
    ],
)
def test_forms_print_back_as_written(form: dict[str, object], window: Window) -> None:
    assert parse_window(form) == window
    assert window_to_json(window) == form


def test_an_offset_that_has_a_word_is_the_same_window_as_the_word() -> None:
    assert parse_window({"calendar": {"unit": "month", "offset": 0}}) == CALENDAR_WORDS["this_month"]
    assert len(CALENDAR_WORDS) == 15


@pytest.mark.parametrize(
    "form",
    [
        None,
        "last 30 days",
        {},
        [],
        {"last": {"days": 30}, "next": {"days": 30}},
        {"last": 30},
        {"last": {"days": 0}},
        {"last": {"days": -1}},
        {"between_ago": [{"days": 60}]},
        {"between_ago": {"days": 60}},
        {"between_ago": [{"days": 60}, {"days": 30}, {"days": 1}]},
        {"from": 1769000000},
        {"from": None, "to": None},
        {"from": "31.01.2026"},
        {"from": "2026-01-31", "until": "2026-02-01"},
        {"calendar": "month"},
        {"calendar": 1},
        {"calendar": {"unit": "month"}},
        {"calendar": {"unit": "hour", "offset": 0}},
        {"calendar": {"unit": "month", "offset": True}},
        {"calendar": {"unit": "month", "offset": 1.0}},
        {"calendar": {"unit": "year", "offset": 1001}},
        {"calendar": {"unit": "month", "offset": 1, "zone": "UTC"}},
        {"rolling": {"days": 30}},
        {"last": "x" * 10_000},
    ],
)
def test_anything_else_is_refused_with_what_was_expected(form: object) -> None:
    with pytest.raises(UsageError, match="expected") as caught:
        parse_window(form)
    assert caught.value.code in {"usage.window", "usage.duration", "usage.instant"}
    assert len(str(caught.value)) < 400


def test_the_nearest_word_is_suggested() -> None:
    with pytest.raises(UsageError, match="did you mean 'last_month'"):
        parse_window({"calendar": "last_mnth"})
    with pytest.raises(UsageError, match="did you mean 'month'"):
        parse_window({"calendar": {"unit": "months", "offset": 1}})
