"""Handlers for conditions: joined ones, interactions, measures, related records, memberships."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lark import Tree

from satsuma.kernel.durations import Duration
from satsuma.kernel.errors import UsageError
from satsuma.kernel.limits import ATTRIBUTES_PER_INTERACTION_MAX, INTERACTION_TYPES_MAX, SEQUENCE_STEPS_MAX
from satsuma.language import tree
from satsuma.language.text.handled_parts import (
    Handler,
    Node,
    at_most,
    first,
    named,
    op_of,
    operand,
    unit_of,
    whole,
)
from satsuma.language.text.shapes import is_set
from satsuma.language.tree import Op


def _set_chain(values: list[Any], node: Node) -> tree.Condition:
    """Set words go left to right, runs of one flatten, `except` adds a `not` to the enclosing `all`."""
    first = node.children[0]
    operands = [first, *(child.children[0] for child in node.children[1:] if isinstance(child, Tree))]
    for side, value in zip(operands, [values[0], *(right for _, right in values[1:])], strict=True):
        bare = isinstance(side, Tree) and side.data in {"any_chain", "all_chain"}
        if bare or not is_set(value):
            raise UsageError(
                "found another condition beside a set word; expected segments only",
                hint="union, intersect and except join segments; and, or and not join conditions",
            )
    parts: list[tree.Condition] = [values[0]]
    join: type[tree.All | tree.AnyOf] | None = None
    if values[1][0] == "except" and isinstance(first, Tree) and first.data == "everyone":
        parts, join = [], tree.All
    for word, right in values[1:]:
        wanted = tree.AnyOf if word == "union" else tree.All
        if join is not None and join is not wanted:
            parts = [join(tuple(parts))]
        join = wanted
        parts.append(tree.Not(right) if word == "except" else right)
    assert join is not None  # noqa: S101 -- the grammar has at least one part
    return join(tuple(parts))


def _deed(values: list[Any], _: Node) -> tree.Did:
    types, of, count, rhythm, during, where = values
    if rhythm is None:
        test = tree.AT_LEAST_ONE if count is None else count
        return tree.Did(types, where, during, of, tree.Count(), test)
    measure, test = rhythm
    if count is not None:
        if not isinstance(measure, tree.ActivePeriods):
            raise UsageError(
                "found a number of times beside a number of days; expected one of them",
                hint="two conditions joined by `and` can ask for both",
            )
        measure = replace(measure, count=count)
    return tree.Did(types, where, during, of, measure, test)


def _in_units(values: list[Any], _: Node) -> tuple[tree.ActivePeriods, tree.Test]:
    test, of_last, unit = values
    return tree.ActivePeriods(Duration(1, unit_of(unit)), whole(of_last, f"of {unit_of(unit)}")), test


def _in_periods(values: list[Any], _: Node) -> tuple[tree.ActivePeriods, tree.Test]:
    test, of_last, length = values
    return tree.ActivePeriods(length, whole(of_last, "of periods")), test


def _quantity(sign: Op) -> Handler:
    return lambda values, _: tree.Test(sign, tree.Literal(whole(values[0], "here")))


def _between_numbers(values: list[Any], _: Node) -> tree.Test:
    low, high = (tree.Literal(whole(value, "here")) for value in values)
    return tree.Test(Op.BETWEEN, tree.Range(low, high))


def _sequence(values: list[Any], _: Node) -> tree.Sequence:
    *parts, same, during = values
    at_most(parts, SEQUENCE_STEPS_MAX, "steps")
    if any(isinstance(part, tree.Absence) for part in parts[:-1]):
        raise UsageError(
            "found a step after `then not`, which can only be the last",
            code="form.steps",
            hint="`then b without c` says what must not occur between two steps",
        )
    absence = parts.pop() if isinstance(parts[-1], tree.Absence) else None
    return tree.Sequence(tuple(parts), absence, during, same or ())


def _absence(values: list[Any], _: Node) -> tree.Absence:
    types, where, within = values
    return tree.Absence(types, within, where)


def _occurrence(which: str) -> Handler:
    def made(values: list[Any], _: Node) -> tree.Occurrence:
        types, during, where, has = values
        return tree.Occurrence("first" if which == "first" else "latest", types, has, where, during)

    return made


def _periods(values: list[Any], _: Node) -> tree.ActivePeriods:
    count = values.pop() if isinstance(values[-1], tree.Test) else tree.AT_LEAST_ONE
    length = values[1] if isinstance(values[1], Duration) else Duration(1, unit_of(values[1]))
    return tree.ActivePeriods(length, whole(values[0], "of periods"), count)


def _measured(values: list[Any], _: Node) -> tree.Did:
    measure, types, of, during, where, test = values
    return tree.Did(types, where, during, of, measure, test)


def _time_measured(values: list[Any], _: Node) -> tree.Did:
    measure, types, of, window = values
    return tree.Did(types, None, None, of, measure, tree.Test(Op.WITHIN, window))


def _related_measured(values: list[Any], _: Node) -> tree.Related:
    measure, path, where, test = values
    return tree.Related(path, tree.All(()) if where is None else where, measure, test)


def _has(values: list[Any], _: Node) -> tree.Related:
    test, path, where = values
    test = tree.AT_LEAST_ONE if test is None else test
    return tree.Related(path, tree.All(()) if where is None else where, tree.Count(), test)


def _rank(values: list[Any], _: Node) -> tree.Top:
    (percent, count), (attribute, measure, types), during, where, among = values
    return tree.Top(percent, count, measure, attribute, types, where, during, among)


def _crossed(values: list[Any], node: Node) -> tree.Crossed:
    return tree.Crossed("entered" if node.data == "entered" else "left", values[0], values[1])


def _consent(values: list[Any], _: Node) -> tree.Consent:
    return tree.Consent(values[0], values[1])


def _ref_id(values: list[Any], _: Node) -> tree.RefId:
    return tree.RefId(whole(values[0], "for the identifier"))


def _sample(values: list[Any], _: Node) -> tree.Sample:
    percent, start, salt = values
    if not salt:
        raise UsageError("found an empty text, expected a salt", code="form.empty")
    return tree.Sample(percent, 0 if start is None else start, salt)


def _all_of(values: list[Any], _: Node) -> tree.All:
    return tree.All(tuple(values))


def _any_of(values: list[Any], _: Node) -> tree.AnyOf:
    return tree.AnyOf(tuple(values))


FORMS: dict[str, Handler] = {
    "start": first,
    "group": first,
    "where": first,
    "set_chain": _set_chain,
    "union": lambda values, _: ("union", values[0]),
    "intersect": lambda values, _: ("intersect", values[0]),
    "except_": lambda values, _: ("except", values[0]),
    "any_chain": _any_of,
    "all_chain": _all_of,
    "any_of": _any_of,
    "all_of": _all_of,
    "negated": lambda values, _: tree.Not(values[0]),
    "held_for": lambda values, _: tree.Held(values[0], ">=", values[1]),
    "held_less": lambda values, _: tree.Held(values[0], "<", values[1]),
    "everyone": lambda _, __: tree.All(()),
    "nobody": lambda _, __: tree.AnyOf(()),
    "did": first,
    "did_not": lambda values, _: tree.Not(values[0]),
    "deed": _deed,
    "types": lambda values, _: tree.Types(at_most(values, INTERACTION_TYPES_MAX, "interaction types")),
    "type": named,
    "by": first,
    "count": first,
    "on_days": lambda values, _: (tree.CountDays(), values[0]),
    "in_units": _in_units,
    "in_periods": _in_periods,
    "at_least": _quantity(Op.GE),
    "at_most": _quantity(Op.LE),
    "exactly": _quantity(Op.EQ),
    "not_exactly": _quantity(Op.NE),
    "more_number": _quantity(Op.GT),
    "fewer": _quantity(Op.LT),
    "between_numbers": _between_numbers,
    "sequence": _sequence,
    "opening": lambda values, _: tree.Step(values[0], values[1]),
    "step": lambda values, _: tree.Step(*values),
    "without": lambda values, _: tree.Blocker(values[0], values[1]),
    "absence": _absence,
    "same": lambda values, _: at_most(values, ATTRIBUTES_PER_INTERACTION_MAX, "attributes"),
    "latest_has": _occurrence("latest"),
    "first_has": _occurrence("first"),
    "measured": _measured,
    "time_measured": _time_measured,
    "related_measured": _related_measured,
    "fold": lambda values, _: tree.Aggregate(tree.Fold(values[0]), values[1]),
    "fold_first": lambda values, _: tree.Aggregate(tree.Fold.FIRST, values[0]),
    "fold_latest": lambda values, _: tree.Aggregate(tree.Fold.LATEST, values[0]),
    "number_of_times": lambda _, __: tree.Count(),
    "number_of_days": lambda _, __: tree.CountDays(),
    "number_of_distinct": lambda values, _: tree.CountDistinct(values[0]),
    "active_units": _periods,
    "active_periods": _periods,
    "first_time": lambda _, __: tree.FirstTime(),
    "latest_time": lambda _, __: tree.LatestTime(),
    "with_count": first,
    "test_compare": lambda values, _: tree.Test(op_of(values[0]), operand(values[1])),
    "test_between": lambda values, _: tree.Test(Op.BETWEEN, values[0]),
    "test_within": lambda values, _: tree.Test(Op.WITHIN, values[0]),
    "has": _has,
    "has_no": lambda values, _: tree.Not(_has([None, *values], _)),
    "in_segment": lambda values, _: tree.InSegment(values[0]),
    "in_list": lambda values, _: tree.InList(values[0]),
    "entered": _crossed,
    "left": _crossed,
    "consent": _consent,
    "ref": named,
    "ref_id": _ref_id,
    "topic": named,
    "top": first,
    "lowest": lambda values, _: replace(values[0], lowest=True),
    "size_count": lambda values, _: (None, whole(values[0], "of members")),
    "size_percent": lambda values, _: (values[0], None),
    "rank": _rank,
    "ranked_attribute": lambda values, _: (values[0], None, values[1]),
    "ranked_measure": lambda values, _: (None, values[0], values[1]),
    "ranked_alone": lambda values, _: (None, values[0], None),
    "among": first,
    "sample": _sample,
}
"""Rule or alternative of the grammar → its handler."""
