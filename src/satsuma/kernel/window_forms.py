"""Window forms: windows from JSON and to JSON, as they stand in definitions."""

from typing import assert_never

from satsuma.kernel.durations import Duration
from satsuma.kernel.errors import UsageError
from satsuma.kernel.instants import parse_moment
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.windows import Before, BetweenAgo, Calendar, Fixed, Last, Next, Period, Window
from satsuma.kernel.zones import UTC

_DAY_WORDS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_OFFSET_WORDS = {"last": -1, "this": 0, "next": 1}

# Every word that a calendar window may be written with, such as "today" and "last_quarter".
CALENDAR_WORDS: dict[str, Calendar] = {
    **{word: Calendar(Period.DAY, offset) for word, offset in _DAY_WORDS.items()},
    **{
        f"{word}_{period.value}": Calendar(period, offset)
        for period in Period
        if period is not Period.DAY
        for word, offset in _OFFSET_WORDS.items()
    },
}
_WORD_OF = {calendar: word for word, calendar in CALENDAR_WORDS.items()}
_KEYS = ("last", "before", "between_ago", "next", "from", "to", "calendar")


def parse_window(value: object) -> Window:
    """The window of a JSON form such as `{"last": {"days": 30}}`.

    >>> parse_window({"calendar": "this_month"})
    Calendar(unit=<Period.MONTH: 'month'>, offset=0)

    Raises:
        UsageError: No such form, or a duration or moment in it that cannot be read.
    """
    match value:
        case {"last": duration, **rest} if not rest:
            return Last(Duration.from_json(duration))
        case {"before": duration, **rest} if not rest:
            return Before(Duration.from_json(duration))
        case {"next": duration, **rest} if not rest:
            return Next(Duration.from_json(duration))
        case {"between_ago": [farther, nearer], **rest} if not rest:
            return BetweenAgo(Duration.from_json(farther), Duration.from_json(nearer))
        case {"calendar": calendar, **rest} if not rest:
            return _calendar(calendar)
        case dict() if value and value.keys() <= {"from", "to"}:
            return _fixed(value.get("from"), value.get("to"))
    raise _refused(value)


def window_to_json(window: Window) -> dict[str, object]:
    """As in a definition; what `parse_window` reads back as the same window."""
    match window:
        case Last(duration):
            return {"last": duration.to_json()}
        case Before(duration):
            return {"before": duration.to_json()}
        case BetweenAgo(farther, nearer):
            return {"between_ago": [farther.to_json(), nearer.to_json()]}
        case Next(duration):
            return {"next": duration.to_json()}
        case Fixed(start, end):
            return {key: text for key, text in (("from", start), ("to", end)) if text is not None}
        case Calendar(unit, offset):
            word = _WORD_OF.get(window)
            return {"calendar": {"unit": unit.value, "offset": offset} if word is None else word}
        case _:
            assert_never(window)


def _calendar(value: object) -> Calendar:
    match value:
        case str() if value in CALENDAR_WORDS:
            return CALENDAR_WORDS[value]
        case str():
            raise UsageError(
                f"no calendar window {value!r}; expected one of {', '.join(CALENDAR_WORDS)}",
                code="usage.window",
                hint=did_you_mean(value, CALENDAR_WORDS),
            )
        case {"unit": str(unit), "offset": int(offset), **rest} if not rest and not isinstance(offset, bool):
            if unit in tuple(Period):
                return Calendar(Period(unit), offset)
            raise UsageError(
                f"no calendar unit {unit!r}; expected one of {', '.join(Period)}",
                code="usage.window",
                hint=did_you_mean(unit, tuple(Period)),
            )
    raise _refused(
        {"calendar": value}, 'expected a word such as "this_month", or {"unit": "month", "offset": -3}'
    )


def _fixed(start: object, end: object) -> Fixed:
    if start is None and end is None:
        raise _refused({"from": start, "to": end})
    return Fixed(_moment(start), _moment(end))


def _moment(text: object) -> str | None:
    if text is None:
        return None
    if not isinstance(text, str):
        raise _refused(text, 'expected moments as text, such as "2026-01-31" or "2026-01-31T09:30:00Z"')
    # In which zone it is read makes no difference to whether it can be.
    parse_moment(text, UTC)
    return text


def _refused(value: object, expected: str = "") -> UsageError:
    found = repr(value)
    found = found if len(found) <= 60 else found[:57] + "..."
    expected = expected or f'expected one of {", ".join(_KEYS)}, as in {{"last": {{"days": 30}}}}'
    return UsageError(f"no window {found}; {expected}", code="usage.window")
