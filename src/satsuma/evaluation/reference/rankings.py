"""Rankings: the top of an audience by a measure or an attribute, and samples."""

from __future__ import annotations

import hashlib
import math
from fractions import Fraction
from typing import Any

from satsuma.evaluation.reference.data import Record
from satsuma.evaluation.reference.interactions import measured
from satsuma.evaluation.reference.paths import read
from satsuma.evaluation.reference.scope import Scope
from satsuma.evaluation.reference.values import Datum
from satsuma.kernel.numbers import round12
from satsuma.language import bound

_SAMPLE_BUCKETS = 1_000_000
_SAMPLE_DIGITS = 15


def top(condition: bound.Top, record: Record, scope: Scope) -> bool:
    """It is among the first n of the N audience records that have the measure and meet `among`.

    A percent means `n = ceil(percent * N / 100)`, without rounding on the way. Equal measures go by ascending
    key, in either order of the measure.
    """
    place = (id(condition), record.entity)
    if place not in scope.remembered:
        scope.remembered[place] = _first_n(condition, record.entity, scope)
    first = scope.remembered[place]
    return isinstance(first, frozenset) and record.key in first


def _first_n(condition: bound.Top, audience: str, scope: Scope) -> frozenset[str]:
    ranked: list[tuple[Any, str]] = []
    for key, candidate in scope.database.records.get(audience, {}).items():
        value = _ranked_by(condition, candidate, scope)
        if value is not None and (condition.among is None or scope.truth(condition.among, candidate, scope)):
            ranked.append((value, key))
    ranked.sort(key=lambda pair: pair[1])
    # A sort keeps the order of equals, reversed or not.
    ranked.sort(key=lambda pair: pair[0], reverse=not condition.lowest)
    return frozenset(key for _, key in ranked[: _how_many(condition, len(ranked))])


def _ranked_by(condition: bound.Top, candidate: Record, scope: Scope) -> Datum | None:
    """The value that a record is ranked by; sums and averages of `number` to 12 digits, as they compare."""
    if isinstance(condition.of, bound.Read):
        return read(condition.of, candidate, scope)
    value = measured(condition.of, candidate, scope)
    folds = (bound.MeasureKind.SUM, bound.MeasureKind.AVERAGE)
    if isinstance(value, float) and condition.of.measure.kind in folds:
        return round12(value)
    return value


def _how_many(condition: bound.Top, candidates: int) -> int:
    if condition.percent is None:
        return condition.count or 0
    return math.ceil(Fraction(condition.percent) * candidates / 100)


def sample(condition: bound.Sample, record: Record) -> bool:
    """The first 15 hex digits of MD5(salt 0x1F key), modulo 1,000,000, lie in the range."""
    text = f"{condition.salt}\x1f{record.key}".encode()
    digest = hashlib.md5(text, usedforsecurity=False).hexdigest()
    return condition.low <= int(digest[:_SAMPLE_DIGITS], 16) % _SAMPLE_BUCKETS < condition.high
