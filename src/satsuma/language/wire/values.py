"""Values from JSON: literals, other attributes, now and today, windows, durations, circles."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from satsuma.kernel.durations import Duration
from satsuma.kernel.errors import UsageError
from satsuma.kernel.limits import OPERANDS_MAX, TEXT_BYTES_MAX
from satsuma.kernel.window_forms import parse_window
from satsuma.kernel.windows import Before, BetweenAgo, Last, Next, Window
from satsuma.language import tree
from satsuma.language.problems import shown, within
from satsuma.language.tree import Op
from satsuma.language.wire.reader import Reader, exact_number
from satsuma.language.wire.shapes import PARTS

_ROLLING: Mapping[str, Callable[[Duration], Window]] = {"last": Last, "before": Before, "next": Next}
_WEEKDAYS_SHOWN = 'a weekday such as "monday"'


def value_from_json(reader: Reader, op: Op, value: object, path: str) -> tree.Value:
    """What stands on the right of an operator; None also where a problem was noted.

    Which values go with which types of attributes is not asked here; see `language.binding`.
    """
    match op:
        case Op.IN | Op.NOT_IN | Op.HAS_ANY | Op.HAS_ALL | Op.HAS_NONE:
            return several(reader, value, path)
        case Op.IS if isinstance(value, list | tuple):
            return several(reader, value, path)
        case Op.BETWEEN | Op.NOT_BETWEEN:
            return between(reader, value, path)
        case Op.WITHIN:
            return window(reader, value, path)
        case Op.MORE_THAN:
            return more_than(reader, value, path)
        case Op.ANNIVERSARY:
            return anniversary(reader, value, path)
        case Op.WITHIN_KM:
            return circle(reader, value, path)
        case _:
            return operand(reader, value, path)


def literal(reader: Reader, value: object, path: str) -> tree.Scalar | None:
    """A text, a number, true or false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if len(value) <= TEXT_BYTES_MAX:
            return value
        reader.problems.add(
            "form.too_long", path, f"found {len(value)} characters, expected at most {TEXT_BYTES_MAX}"
        )
        return None
    number = exact_number(value)
    if number is None:
        if value is None:
            hint = "null stands for no value; the operators is_missing and is_present ask for that"
        else:
            hint = 'other values have the key "attribute", "member", "now" or "today"'
        reader.problems.add(
            "form.type", path, f"found {shown(value)}, expected a text, a number, true or false", hint
        )
    return number


def several(reader: Reader, value: object, path: str) -> tree.Several | None:
    """A list of literals that is not empty."""
    items = reader.items(value, path, "values", OPERANDS_MAX)
    if items is None:
        return None
    found = [literal(reader, item, f"{path}[{i}]") for i, item in enumerate(items)]
    scalars = tuple(scalar for scalar in found if scalar is not None)
    return tree.Several(scalars) if len(scalars) == len(items) else None


def operand(reader: Reader, value: object, path: str) -> tree.Operand | None:
    """A literal, or an object that stands for a value."""
    if not isinstance(value, dict):
        scalar = literal(reader, value, path)
        return None if scalar is None else tree.Literal(scalar)
    match next((key for key in ("attribute", "member", "now", "today") if key in value), None):
        case "attribute":
            return _read(reader, value, path, "attribute", tree.AttributeValue)
        case "member":
            return _read(reader, value, path, "member", tree.MemberValue)
        case "now":
            return _moment(reader, value, path, "now", tree.NowValue)
        case "today":
            return _moment(reader, value, path, "today", tree.TodayValue)
        case _:
            reader.problems.add(
                "form.type",
                path,
                f"found {shown(value)}, expected a literal or one of the keys attribute, member, now, today",
            )
            return None


def _read(
    reader: Reader,
    value: dict[str, object],
    path: str,
    key: str,
    make: Callable[[str, tree.Number | Duration | None], tree.Operand],
) -> tree.Operand | None:
    whole = reader.keys(value, path, PARTS[f"operand_{key}"])
    name = reader.text(value.get(key), within(path, key), "the path of an attribute") if whole else None
    if "plus" not in value:
        return None if name is None else make(name, None)
    plus = value["plus"]
    at = within(path, "plus")
    added: tree.Number | Duration | None
    if isinstance(plus, dict):
        added = duration(reader, plus, at, allow_negative=True)
    else:
        added = reader.number(plus, at, "what is added, or a duration")
    return None if name is None or added is None else make(name, added)


def _moment(
    reader: Reader,
    value: dict[str, object],
    path: str,
    key: str,
    make: Callable[[Duration | None], tree.Operand],
) -> tree.Operand | None:
    reader.keys(value, path, PARTS[f"operand_{key}"])
    if value[key] is not True:
        reader.problems.add("form.type", within(path, key), f"found {shown(value[key])}, expected true")
        return None
    if "plus" not in value:
        return make(None)
    plus = duration(reader, value["plus"], within(path, "plus"), allow_negative=True)
    return None if plus is None else make(plus)


def between(reader: Reader, value: object, path: str) -> tree.Range | None:
    """A list of the low and the high end."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        message = f"found {shown(value)}, expected the low and the high end: [a, b]"
        reader.problems.add("form.type", path, message)
        return None
    low = operand(reader, value[0], f"{path}[0]")
    high = operand(reader, value[1], f"{path}[1]")
    return None if low is None or high is None else tree.Range(low, high)


def duration(reader: Reader, value: object, path: str, *, allow_negative: bool = False) -> Duration | None:
    """A duration such as `{"days": 30}`."""
    try:
        return Duration.from_json(value, allow_negative=allow_negative)
    except UsageError as error:
        reader.refused("value.duration", path, error)
        return None


def window(reader: Reader, value: object, path: str) -> Window | None:
    """A window such as `{"last": {"days": 30}}`."""
    if isinstance(value, dict) and len(value) == 1:
        [(key, inner)] = value.items()
        if key in _ROLLING:
            length = duration(reader, inner, within(path, key))
            return None if length is None else _ROLLING[key](length)
        if key == "between_ago" and isinstance(inner, list | tuple) and len(inner) == 2:
            farther = duration(reader, inner[0], f"{within(path, key)}[0]")
            nearer = duration(reader, inner[1], f"{within(path, key)}[1]")
            return None if farther is None or nearer is None else BetweenAgo(farther, nearer)
    try:
        return parse_window(value)
    except UsageError as error:
        reader.refused("value.window", path, error)
        return None


def more_than(reader: Reader, value: object, path: str) -> tree.MoreThan | None:
    """`{"ago": d}` or `{"ahead": d}`."""
    if isinstance(value, dict) and len(value) == 1:
        if "ago" in value:
            length = duration(reader, value["ago"], within(path, "ago"))
            return None if length is None else tree.MoreThan("ago", length)
        if "ahead" in value:
            length = duration(reader, value["ahead"], within(path, "ahead"))
            return None if length is None else tree.MoreThan("ahead", length)
    reader.problems.add(
        "form.type", path, f'found {shown(value)}, expected {{"ago": duration}} or {{"ahead": duration}}'
    )
    return None


def anniversary(reader: Reader, value: object, path: str) -> tree.Anniversary | None:
    """`"today"`, `{"next" or "last": days or weeks}`, `{"month": 5, "day"?: 17}`, `{"weekday": "monday"}`."""
    if value == "today":
        return tree.Anniversary(today=True)
    match value:
        case {"next": length, **rest} if not rest:
            ahead = duration(reader, length, within(path, "next"))
            return None if ahead is None else tree.Anniversary(next=ahead)
        case {"last": length, **rest} if not rest:
            ago = duration(reader, length, within(path, "last"))
            return None if ago is None else tree.Anniversary(last=ago)
        case {"weekday": name, **rest} if not rest:
            weekday = reader.text(name, within(path, "weekday"), _WEEKDAYS_SHOWN)
            return None if weekday is None else tree.Anniversary(weekday=weekday)
        case {"month": number, **rest} if rest.keys() <= {"day"}:
            month = reader.whole(number, within(path, "month"), "a month from 1 to 12")
            if "day" not in rest:
                return None if month is None else tree.Anniversary(month=month)
            day = reader.whole(rest["day"], within(path, "day"), "a day of the month")
            return None if month is None or day is None else tree.Anniversary(month=month, day=day)
    reader.problems.add(
        "form.type",
        path,
        f'found {shown(value)}, expected "today" or an object with next, last, month (and day) or weekday',
    )
    return None


def circle(reader: Reader, value: object, path: str) -> tree.Circle | None:
    """`{"km": 25, "of": {"latitude": 52.5, "longitude": 13.4}}`."""
    if not reader.keys(value, path, PARTS["circle"]) or not isinstance(value, dict):
        return None
    km = reader.number(value["km"], within(path, "km"), "kilometres")
    centre, at = value["of"], within(path, "of")
    if not reader.keys(centre, at, PARTS["centre"]) or not isinstance(centre, dict):
        return None
    latitude = reader.number(centre["latitude"], within(at, "latitude"), "degrees")
    longitude = reader.number(centre["longitude"], within(at, "longitude"), "degrees")
    if km is None or latitude is None or longitude is None:
        return None
    return tree.Circle(km, latitude, longitude)
