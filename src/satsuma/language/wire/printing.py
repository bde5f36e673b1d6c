"""Printing: trees to JSON, defaults left out; what is printed reads back as the same tree.

Numbers come out as `int` where whole, as `float` where that names the very same decimal, else as `Decimal`,
so write them with `wire.dumps`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias, assert_never

from satsuma.kernel.durations import Duration
from satsuma.kernel.window_forms import window_to_json
from satsuma.kernel.windows import Before, BetweenAgo, Calendar, Fixed, Last, Next, Window
from satsuma.language import tree

Json: TypeAlias = dict[str, object]

_INT_SHOWN_MAX = 10**15
"""Whole decimals below are printed as integers; far larger ones would be long rows of zeros."""


def source_to_json(source: tree.Source) -> Json:
    """The segment around a condition, as §5 of the reference shows it."""
    found: Json = {}
    if source.name is not None:
        found["name"] = source.name
    if source.audience is not None:
        found["audience"] = source.audience
    if source.kind is not tree.Kind.DYNAMIC:
        found["kind"] = source.kind.value
    if source.timezone is not None:
        found["timezone"] = source.timezone
    if source.where is not None:
        found["where"] = to_json(source.where)
    tests: Json = {}
    if source.tests_in:
        tests["in"] = list(source.tests_in)
    if source.tests_out:
        tests["out"] = list(source.tests_out)
    return found | {"tests": tests} if tests else found


def to_json(node: tree.Condition) -> Json:
    """The JSON form of a condition."""
    match node:
        case tree.All(conditions):
            return {"all": [to_json(condition) for condition in conditions]}
        case tree.AnyOf(conditions):
            return {"any": [to_json(condition) for condition in conditions]}
        case tree.Not(condition):
            return {"not": to_json(condition)}
        case tree.Compare(attribute, op, value, exact):
            found: Json = {"attribute": attribute, "op": op.value}
            if value is not None:
                found["value"] = value_to_json(value)
            return found | {"case": "exact"} if exact else found
        case tree.Related(path, where, measure, test):
            return {"related": path, "where": to_json(where)} | _measured(measure, test)
        case tree.Did():
            return _did(node)
        case tree.Occurrence(which, types, has, where, during):
            return {which: _types(types)} | _optional(where=where, during=during) | {"has": to_json(has)}
        case tree.Sequence():
            return _sequence(node)
        case tree.Held(condition, op, duration):
            return {"held": to_json(condition), "for": {"op": op, "value": duration.to_json()}}
        case tree.InSegment(segment):
            return {"segment": _ref(segment)}
        case tree.InList(in_list):
            return {"list": _ref(in_list)}
        case tree.Crossed(direction, segment, during):
            return {direction: _ref(segment)} | _optional(during=during)
        case tree.Consent(topic, state):
            return {"consent": topic, "is": state}
        case tree.Top():
            return _top(node)
        case tree.Sample(percent, start, salt):
            sample: Json = {"percent": number_to_json(percent)}
            if start:
                sample["from"] = number_to_json(start)
            return {"sample": sample | {"salt": salt}}
        case _:
            assert_never(node)


def _did(node: tree.Did) -> Json:
    found = {"did": _types(node.types)} | _optional(where=node.where, during=node.during)
    if node.of is not None:
        found["of"] = node.of
    return found | _measured(node.measure, node.test)


def _sequence(node: tree.Sequence) -> Json:
    steps: list[Json] = []
    for step in node.steps:
        found = {"did": _types(step.types)} | _optional(where=step.where)
        if step.within is not None:
            found["within"] = step.within.to_json()
        if step.blocker is not None:
            found["not_did"] = {"did": _types(step.blocker.types)} | _optional(where=step.blocker.where)
        steps.append(found)
    if node.absence is not None:
        absent = {"did": _types(node.absence.types)} | _optional(where=node.absence.where)
        steps.append({"not_did": absent, "within": node.absence.within.to_json()})
    sequence: Json = {"sequence": steps} | _optional(during=node.during)
    return sequence | {"same": list(node.same)} if node.same else sequence


def _top(node: tree.Top) -> Json:
    found: Json = {}
    if node.percent is not None:
        found["top"] = {"percent": number_to_json(node.percent)}
    else:
        found["top"] = {"count": node.count}
    found["by"] = {"attribute": node.attribute} if node.measure is None else measure_to_json(node.measure)
    if node.types is not None:
        found["did"] = _types(node.types)
    found |= _optional(where=node.where, during=node.during)
    if node.among is not None:
        found["among"] = to_json(node.among)
    return found | {"order": "lowest"} if node.lowest else found


def _optional(where: tree.Condition | None = None, during: Window | None = None) -> Json:
    found: Json = {}
    if where is not None:
        found["where"] = to_json(where)
    if during is not None:
        found["during"] = window_to_json(during)
    return found


def _measured(measure: tree.Measure, test: tree.Test) -> Json:
    plain = measure == tree.Count()
    found: Json = {} if plain else {"measure": measure_to_json(measure)}
    if not (plain and test == tree.AT_LEAST_ONE):
        found["is"] = test_to_json(test)
    return found


def _types(types: tree.Types) -> object:
    return types.names[0] if len(types.names) == 1 else list(types.names)


def _ref(ref: tree.Ref) -> object:
    return {"id": ref.id} if isinstance(ref, tree.RefId) else ref


def measure_to_json(measure: tree.Measure) -> object:
    """The JSON form of a measure."""
    match measure:
        case tree.Count():
            return "count"
        case tree.CountDistinct(attribute):
            return {"count_distinct": attribute}
        case tree.CountDays():
            return {"count_days": True}
        case tree.Aggregate(fold, attribute):
            return {fold.value: attribute}
        case tree.FirstTime():
            return "first_time"
        case tree.LatestTime():
            return "latest_time"
        case tree.ActivePeriods(length, of_last, count):
            periods: Json = {"length": length.to_json(), "of_last": of_last}
            if count != tree.AT_LEAST_ONE:
                periods["count"] = test_to_json(count)
            return {"active_periods": periods}
        case _:
            assert_never(measure)


def test_to_json(test: tree.Test) -> Json:
    """The JSON form of a measure's comparison."""
    return {"op": test.op.value, "value": value_to_json(test.value)}


test_to_json.__test__ = False  # type: ignore[attr-defined] # not a test case, whatever its name


def value_to_json(value: tree.Value) -> object:
    """The JSON form of what stands on the right of an operator; None for nothing."""
    match value:
        case None:
            return None
        case tree.Literal(scalar):
            return scalar_to_json(scalar)
        case tree.AttributeValue(path, plus):
            return {"attribute": path} | _plus(plus)
        case tree.MemberValue(path, plus):
            return {"member": path} | _plus(plus)
        case tree.NowValue(plus):
            return {"now": True} | _plus(plus)
        case tree.TodayValue(plus):
            return {"today": True} | _plus(plus)
        case tree.Several(values):
            return [scalar_to_json(scalar) for scalar in values]
        case tree.Range(low, high):
            return [value_to_json(low), value_to_json(high)]
        case tree.MoreThan(direction, duration):
            return {direction: duration.to_json()}
        case tree.Anniversary():
            return _anniversary(value)
        case tree.Circle(km, latitude, longitude):
            centre = {"latitude": number_to_json(latitude), "longitude": number_to_json(longitude)}
            return {"km": number_to_json(km), "of": centre}
        case Last() | Before() | BetweenAgo() | Next() | Fixed() | Calendar():
            return window_to_json(value)
        case _:
            assert_never(value)


def _plus(plus: tree.Number | Duration | None) -> Json:
    if plus is None:
        return {}
    return {"plus": plus.to_json() if isinstance(plus, Duration) else number_to_json(plus)}


def _anniversary(value: tree.Anniversary) -> object:
    if value.next is not None:
        return {"next": value.next.to_json()}
    if value.last is not None:
        return {"last": value.last.to_json()}
    if value.weekday is not None:
        return {"weekday": value.weekday}
    if value.month is not None:
        return {"month": value.month} if value.day is None else {"month": value.month, "day": value.day}
    return "today"


def scalar_to_json(scalar: tree.Scalar) -> object:
    """A literal as JSON has it."""
    return scalar if isinstance(scalar, str | bool) else number_to_json(scalar)


def number_to_json(number: tree.Number) -> int | float | Decimal:
    """A number as `int` where whole, as `float` where that names the very same decimal, else as it is."""
    if isinstance(number, int):
        return number
    if number == number.to_integral_value() and abs(number) < _INT_SHOWN_MAX:
        return int(number)
    double = float(number)
    return double if Decimal(repr(double)) == number else number
