"""Estimating: what a condition costs for all records of an entity, and for how many it holds, roughly.

Costs come from how many rows the index has where a condition looks, which it knows exactly; shares from the
distinct values of a column and, for counts of interactions, from how many there are for each member on
average. Nothing but the order of evaluation depends on them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from satsuma.catalog.model import Attribute, InteractionType, ValueType
from satsuma.evaluation.kernels import bounded, counting
from satsuma.evaluation.kernels.scope import Moment
from satsuma.index.entities import EntityTable
from satsuma.language import bound
from satsuma.language.bound import Cmp, MeasureKind

VALUE_NS = 1.0
TEXT_NS = 50.0
GATHERED_NS = 15.0
WALKED_NS = 4.0
RELATED_NS = 20.0
HASHED_NS = 600.0
PAST_NS = 2_000.0
QUERY_NS = 1_000_000.0
"""For one value, one distinct text, one interaction copied, one walked over, one related record, one key's
hash, one record's past, and one query of the record."""

EQUAL_SHARE = 0.05
RANGE_SHARE = 0.4
TEXT_SHARE = 0.1
MISSING_SHARE = 0.1
MEMBER_SHARE = 0.2
OTHER_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of one condition, for all records of an entity.

    Attributes:
        cost_ns: Of evaluating it.
        share: Of the records for which it holds, 0 to 1.
    """

    cost_ns: float
    share: float


def estimate(condition: bound.Condition, table: EntityTable, moment: Moment) -> Estimate:
    """What a condition on the records of a table costs, and for how many it holds."""
    key = ("estimate", id(condition), id(table))
    if key not in moment.remembered:
        # What is estimated is kept, so that its id is of nothing else.
        moment.remembered[key] = _estimate(condition, table, moment), condition
    found: Estimate = moment.remembered[key][0]
    return found


def _estimate(condition: bound.Condition, table: EntityTable, moment: Moment) -> Estimate:
    size = max(table.size, 1)
    match condition:
        case bound.All(conditions):
            parts = [estimate(one, table, moment) for one in conditions]
            return Estimate(sum(one.cost_ns for one in parts), math.prod(one.share for one in parts))
        case bound.AnyOf(conditions):
            parts = [estimate(one, table, moment) for one in conditions]
            none = math.prod(1 - one.share for one in parts)
            return Estimate(sum(one.cost_ns for one in parts), 1 - none)
        case bound.Not(negated):
            found = estimate(negated, table, moment)
            return Estimate(found.cost_ns, 1 - found.share)
        case bound.Did():
            return _did(condition, size, moment)
        case bound.Occurrence():
            rows = _rows(condition.types, moment.happened(condition.during), moment)
            return Estimate(size + rows * 2 * GATHERED_NS, (1 - math.exp(-rows / size)) * OTHER_SHARE)
        case bound.Sequence():
            return _sequence(condition, size, moment)
        case bound.Related():
            there = estimate(condition.where, moment.index.entity(condition.target), moment)
            return Estimate(there.cost_ns + size * RELATED_NS, max(there.share, 1 / size))
        case bound.Held():
            now = estimate(condition.condition, table, moment)
            return Estimate(now.cost_ns + QUERY_NS + now.share * size * PAST_NS, now.share * OTHER_SHARE)
        case bound.InSegment() | bound.InList() | bound.Crossed() | bound.Consent():
            return Estimate(QUERY_NS + size * VALUE_NS, MEMBER_SHARE)
        case bound.Top():
            return _top(condition, table, moment)
        case bound.Sample(low, high):
            return Estimate(size * HASHED_NS, (high - low) / 1_000_000)
        case _:
            return _of_value(condition, table, moment)


def _did(condition: bound.Did, size: int, moment: Moment) -> Estimate:
    rows = _rows(condition.types, moment.happened(condition.during), moment)
    is_copied = condition.where is not None and bounded.bounds_of(condition.where, condition.types) is None
    each_ns = GATHERED_NS if is_copied else WALKED_NS
    if condition.of is not None:
        each_ns += RELATED_NS
    elif condition.where is None and condition.measure.kind is MeasureKind.COUNT:
        each_ns = counting.ROW_NS
    rate = rows / size * (OTHER_SHARE if condition.where is not None else 1)
    return Estimate(size * VALUE_NS + rows * each_ns, _share_of(condition.measure, condition.test, rate))


def _share_of(measure: bound.Measure, test: bound.Test, rate: float) -> float:
    """Of whom a test of a measure holds, if so many interactions of a member are to be expected."""
    wanted = test.right.value if isinstance(test.right, bound.Constant) else None
    if measure.kind is not MeasureKind.COUNT or isinstance(wanted, bool) or not isinstance(wanted, int):
        found = OTHER_SHARE * (1 - math.exp(-rate))
    else:
        least = wanted + (test.op in (Cmp.GT, Cmp.LE))
        found = _at_least(least, rate)
        if test.op in (Cmp.LT, Cmp.LE):
            found = 1 - found
        elif test.op is Cmp.EQ:
            found -= _at_least(wanted + 1, rate)
    return 1 - found if test.negated else found


def _at_least(count: int, rate: float) -> float:
    """How likely so many or more are, by Poisson's law."""
    if count <= 0:
        return 1.0
    if count > 2 * rate + 50:
        return 0.0
    term, below = math.exp(-min(rate, 700.0)), 0.0
    for number in range(count):
        below += term
        term *= rate / (number + 1)
    return min(1.0, max(0.0, 1 - below))


def _sequence(condition: bound.Sequence, size: int, moment: Moment) -> Estimate:
    window = moment.happened(condition.during)
    steps = [_rows(step.pattern.types, window, moment) for step in condition.steps]
    each_ns = WALKED_NS
    if condition.same or any(step.pattern.where is not None for step in condition.steps):
        each_ns = 4 * GATHERED_NS
    share = math.prod(1 - math.exp(-rows / size) for rows in steps)
    return Estimate(size * VALUE_NS + sum(steps) * each_ns, share * OTHER_SHARE)


def _top(condition: bound.Top, table: EntityTable, moment: Moment) -> Estimate:
    size = max(table.size, 1)
    by = 0.0 if isinstance(condition.of, bound.Read) else _did(condition.of, size, moment).cost_ns
    among = Estimate(0, 1) if condition.among is None else estimate(condition.among, table, moment)
    share = (condition.count or 0) / size
    if condition.percent is not None:
        share = float(condition.percent) / 100 * among.share
    return Estimate(by + among.cost_ns + size * 10 * VALUE_NS, min(share, 1))


def _of_value(condition: bound.Condition, table: EntityTable, moment: Moment) -> Estimate:
    read: bound.Read | None = getattr(condition, "read", None)
    values = 0 if read is None else _distinct(read, table, moment)
    cost_ns = table.size * VALUE_NS
    match condition:
        case bound.Compare(_, op):
            share = 1 / values if op is Cmp.EQ and values else EQUAL_SHARE if op is Cmp.EQ else RANGE_SHARE
        case bound.OneOf(_, wanted):
            share = min(1.0, len(wanted) * (1 / values if values else EQUAL_SHARE))
            cost_ns *= len(wanted)
        case bound.IsMissing():
            share = MISSING_SHARE
        case bound.TextTest():
            share, cost_ns = TEXT_SHARE, cost_ns + values * TEXT_NS
        case bound.Near():
            share, cost_ns = TEXT_SHARE, cost_ns * TEXT_NS
        case _:
            share = RANGE_SHARE
    return Estimate(cost_ns, share)


def _distinct(read: bound.Read, table: EntityTable, moment: Moment) -> int:
    """How many values there are; 0: not known."""
    path = next((path for name, path in read.by_type if name is None), None)
    if path is None or not isinstance(path.leaf, Attribute):
        return 0
    for hop in path.hops:
        to = moment.index.of.catalog.entities.get(hop.to or "")
        if to is None:
            return 0
        table = moment.index.entity(to)
    if path.leaf.type is ValueType.BOOLEAN:
        return 2
    dictionary = table.columns[path.leaf.number].dictionary
    return 0 if dictionary is None else max(len(dictionary) - 1, 1)


def _rows(types: Iterable[InteractionType], span: tuple[int, int], moment: Moment) -> int:
    """How many interactions there are in a span of time."""
    total = 0
    for type_ in types:
        for part in moment.interactions(type_).parts:
            first, after = counting.placed_in_time(part, span)
            total += after - first
    return total
