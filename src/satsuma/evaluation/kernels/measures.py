"""Measures: one value for each record, over its matching interactions or related records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import ValueType
from satsuma.evaluation.kernels import compiled, vectors
from satsuma.evaluation.kernels.matching import Matches
from satsuma.evaluation.kernels.picking import picked
from satsuma.evaluation.kernels.reading import days_of, read
from satsuma.evaluation.kernels.scope import Bools, Ints, Scope
from satsuma.evaluation.kernels.vectors import Vector
from satsuma.kernel.errors import InvariantError
from satsuma.language import bound
from satsuma.language.bound import MeasureKind

_INT64_END = 2**63


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A measure's value by record.

    Attributes:
        vector: The value; of exact averages the sum.
        divisor: What the sum of an exact average is to be divided by, int64; None for all others.
        is_sum: Whether it is a sum or an average, which compare rounded where a double takes part.
    """

    vector: Vector
    divisor: Ints | None = None
    is_sum: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """What is measured: values, the present ones only, and the record (number) that each counts for."""

    owner: Ints
    vector: Vector


def over_interactions(
    measure: bound.Measure, found: Sequence[Matches], records: int, scope: Scope
) -> Measured:
    """The value of a measure for each of so many records.

    Args:
        found: What matches, by type and part; own interactions, or those of others (`of`).
    """
    match measure.kind:
        case MeasureKind.COUNT_DAYS:
            owner = _joined([one.owner for one in found])
            days = days_of(_times(found), scope.zone)
            return counted(_distinct_by_owner(owner, days, records))
        case MeasureKind.FIRST_TIME | MeasureKind.LATEST_TIME:
            owner = _joined([one.owner for one in found])
            greatest = measure.kind is MeasureKind.LATEST_TIME
            at, has = compiled.extremes(owner, _times(found), records, greatest=greatest)
            return Measured(Vector(ValueType.TIMESTAMP, at, has))
        case MeasureKind.FIRST | MeasureKind.LATEST:
            return _at_end(measure, found, records, scope)
        case MeasureKind.COUNT:
            owners = [np.bincount(one.owner, minlength=records) for one in found]
            return counted(sum(owners, start=np.zeros(records, dtype=np.int64)))
        case _:
            what = read_of(measure)
            values = [Values(one.owner, read(what, one.frame, scope)) for one in found if len(one.owner)]
            return over_values(measure, values, records)


def over_values(measure: bound.Measure, found: Sequence[Values], records: int) -> Measured:
    """The value of a measure that knows no order or time; missing values are skipped."""
    what = read_of(measure)
    values = _present(found, what)
    owner, vector = values.owner, values.vector
    match measure.kind:
        case MeasureKind.COUNT_DISTINCT:
            return counted(_distinct_by_owner(owner, vectors.identities(vector), records))
        case MeasureKind.SUM:
            total = _sum(values, records)
            return Measured(total, is_sum=True)
        case MeasureKind.AVERAGE:
            count = np.bincount(owner, minlength=records)
            total = _sum(values, records)
            if total.type is ValueType.NUMBER:
                mean = total.data / np.maximum(count, 1)
                return Measured(replace(total, data=mean, valid=count > 0), is_sum=True)
            return Measured(replace(total, valid=count > 0), count, is_sum=True)
        case MeasureKind.MINIMUM | MeasureKind.MAXIMUM:
            greatest = measure.kind is MeasureKind.MAXIMUM
            if vector.data.dtype == object:
                return Measured(_extreme_objects(values, records, greatest=greatest))
            best, has = compiled.extremes(owner, vector.data, records, greatest=greatest)
            return Measured(replace(vector, data=best, valid=has))
        case _:
            raise InvariantError(f"the measure {measure.kind.value!r} is not one over values alone")


def read_of(measure: bound.Measure) -> bound.Read:
    """What a measure is taken of."""
    if measure.read is None:
        raise InvariantError(f"the measure {measure.kind.value!r} reads no attribute")
    return measure.read


def counted(counts: NDArray[Any]) -> Measured:
    """A count, int32 or int64."""
    return Measured(Vector(ValueType.INTEGER, counts))


def _present(found: Sequence[Values], what: bound.Read) -> Values:
    """All values of all types together, without the missing ones."""
    kept = []
    for one in found:
        present = one.vector.present()
        kept.append(one if present.all() else Values(one.owner[present], one.vector.at(present)))
    if not kept:
        return Values(np.zeros(0, dtype=np.int64), vectors.nothing(what.type, 0))
    return Values(_joined([one.owner for one in kept]), vectors.joined([one.vector for one in kept]))


def _joined(parts: Sequence[Ints]) -> Ints:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _times(found: Sequence[Matches]) -> Ints:
    return _joined([one.frame.at() for one in found])


def _distinct_by_owner(owner: Ints, values: NDArray[Any], records: int) -> Ints:
    """How many different values each owner has."""
    _, codes = np.unique(values, return_inverse=True)
    different = int(codes.max()) + 1 if len(codes) else 1
    pairs = np.unique(owner * different + codes)
    return np.bincount(pairs // different, minlength=records)


def _sum(values: Values, records: int) -> Vector:
    """The sum of each record's values; 0 over none."""
    owner, vector = values.owner, values.vector
    if vector.type is ValueType.NUMBER:
        total, doubtful = compiled.sums_of_doubles(owner, vector.data, records)
        _settle(total, doubtful, values)
        return Vector(ValueType.NUMBER, total)
    data = vector.data
    greatest = max(abs(int(data.max())), abs(int(data.min()))) if len(data) else 0
    most = int(np.bincount(owner).max()) if len(owner) else 0
    if greatest * most < _INT64_END and data.dtype != object:
        return Vector(vector.type, compiled.sums_of_ints(owner, data, records), scale=vector.scale)
    sums = np.zeros(records, dtype=object)
    for record, value in zip(owner.tolist(), data.tolist(), strict=True):
        sums[record] += value
    return Vector(vector.type, sums, scale=vector.scale)


def _settle(total: NDArray[np.float64], doubtful: Bools, values: Values) -> None:
    """Add up exactly what was in doubt."""
    if not doubtful.any():
        return
    exact: dict[int, Fraction] = {}
    rows = np.flatnonzero(doubtful[values.owner])
    for record, value in zip(values.owner[rows].tolist(), values.vector.data[rows].tolist(), strict=True):
        exact[record] = exact.get(record, Fraction(0)) + Fraction(value)
    for record, value in exact.items():
        try:
            total[record] = float(value)
        except OverflowError:
            total[record] = np.inf if value > 0 else -np.inf


def _extreme_objects(values: Values, records: int, *, greatest: bool) -> Vector:
    best: dict[int, int] = {}
    choose = max if greatest else min
    for record, value in zip(values.owner.tolist(), values.vector.data.tolist(), strict=True):
        best[record] = choose(best[record], value) if record in best else value
    data, has = np.zeros(records, dtype=object), np.zeros(records, dtype=np.bool_)
    data[list(best)], has[list(best)] = list(best.values()), True
    return replace(values.vector, data=data, valid=has)


def _at_end(measure: bound.Measure, found: Sequence[Matches], records: int, scope: Scope) -> Measured:
    """The value of the first or last match; missing if it is missing in that very one."""
    ends = picked(found, records, last=measure.kind is MeasureKind.LATEST)
    if not ends:
        return Measured(vectors.nothing(read_of(measure).type, records))
    values = vectors.joined([read(read_of(measure), one.frame, scope) for one in ends])
    places = np.full(records, -1, dtype=np.int64)
    places[_joined([one.owner for one in ends])] = np.arange(len(values))
    return Measured(vectors.reached(values, places))
