"""Stretches in SQL: the history of a zone's clocks as constant lists, and the functions it gives.

An engine's own time zone rules follow its own release of them, so they are not used: what `Zone.transitions`
says is compiled into the query. The functions needed are given piece by piece, and on each piece are
`max(x + shift, floor)`. To find the piece of x, time is cut into spans of equal length: a list holds the
piece in force at the beginning of each span, and the few that begin within a span are told by comparing. The
rules after the last change on record repeat every 400 years, so from 2100 on x is first taken back into one
such era.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise

from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql
from satsuma.evaluation.sql.context import Context
from satsuma.kernel.civil import MIN_INSTANT_US, US_PER_DAY
from satsuma.kernel.zones import zone
from satsuma.language.bound import Cmp

_ERA_US = 146_097 * US_PER_DAY  # 400 years, a whole number of weeks
_REPEATS_FROM_US = 4_102_444_800_000_000  # 2100-01-01: later than every change that is not by rule
_SPAN_US = 182 * US_PER_DAY  # clocks change once in most half years
_MARGIN_US = 2 * US_PER_DAY  # more than any offset
_NEVER_US = 2**62


@dataclass(frozen=True, slots=True)
class Piece:
    """From `start` on the function is `max(x + shift, floor)`; the first piece, from ever."""

    start: int
    shift: int
    floor: int

    @property
    def has_floor(self) -> bool:
        """Whether the floor ever counts."""
        return self.start + self.shift < self.floor


@dataclass(frozen=True, slots=True)
class _Stretch:
    """From `start` on clocks are `offset` ahead; before it they had come to `reached`."""

    start: int
    offset: int
    reached: int


@cache
def local_pieces(name: str) -> tuple[Piece, ...]:
    """Wall time by instant (`Zone.local_us`)."""
    return tuple(Piece(s.start, s.offset, -_NEVER_US) for s in _stretches(name))


@cache
def reached_pieces(name: str) -> tuple[Piece, ...]:
    """The latest wall time that clocks have come to, by instant (`Zone.reached_us`)."""
    return tuple(Piece(s.start, s.offset, s.reached) for s in _stretches(name))


@cache
def shown_pieces(name: str) -> tuple[Piece, ...]:
    """The latest wall time that clocks have shown, by instant, for telling the last day that has begun.

    A wall time that a stretch ended with, as clocks were set back, was reached but never shown.
    """
    return tuple(Piece(s.start, s.offset, s.reached - 1) for s in _stretches(name))


@cache
def from_local_pieces(name: str) -> tuple[Piece, ...]:
    """The first instant at which clocks show a wall time or a later one (`Zone.from_local_us`)."""
    return tuple(Piece(s.reached, -s.offset, s.start) for s in _stretches(name))


@cache
def _stretches(name: str) -> tuple[_Stretch, ...]:
    pairs = zone(name).transitions(MIN_INSTANT_US - _MARGIN_US, _REPEATS_FROM_US + _ERA_US + _MARGIN_US)
    ends = [later[0] + earlier[1] for earlier, later in pairwise(pairs)]
    reached = [-_NEVER_US, *accumulate(ends, max)]
    return tuple(
        _Stretch(start, offset, before) for (start, offset), before in zip(pairs, reached, strict=True)
    )


def applied(pieces: Sequence[Piece], x: Sql, context: Context, until: int | None = None) -> Sql:
    """The function's value at x, microseconds; null for null.

    Args:
        until: The greatest x for which the value matters; None for all.
    """
    return context.let(x, lambda once: _applied(pieces, once, context, until))


def _applied(pieces: Sequence[Piece], x: Sql, context: Context, until: int | None) -> Sql:
    if until is not None:
        pieces = [piece for i, piece in enumerate(pieces) if i == 0 or piece.start <= until]
    early = [piece for piece in pieces if piece.start < _REPEATS_FROM_US]
    late = [early[-1], *(piece for piece in pieces if piece.start >= _REPEATS_FROM_US)]
    if len(late) == 1:
        return build.when_present([x.copy()], _looked_up(early, x, context))
    dialect = context.dialect
    since = build.minus(x.copy(), build.number(_REPEATS_FROM_US))
    in_era = dialect.remainder(since, _ERA_US)
    taken_back = build.minus(since.copy(), in_era)
    moved = build.plus(build.number(_REPEATS_FROM_US), in_era.copy())
    later = context.let(moved, lambda there: _looked_up(late, there, context))
    is_early = build.compare(x.copy(), Cmp.LT, build.number(_REPEATS_FROM_US))
    whole = build.case((is_early, _looked_up(early, x, context)), default=build.plus(later, taken_back))
    return build.when_present([x.copy()], whole)


def _looked_up(pieces: Sequence[Piece], x: Sql, context: Context) -> Sql:
    """The value at an x that is not null."""
    if len(pieces) == 1:
        return _value(
            x.copy(), build.number(pieces[0].shift), [build.number(pieces[0].floor)], pieces, context
        )
    dialect = context.dialect
    shifts = [piece.shift for piece in pieces]
    floors = [piece.floor for piece in pieces]

    def at_index(index: Sql) -> Sql:
        floor = [dialect.element(floors, index.copy())] if any(piece.has_floor for piece in pieces) else []
        return _value(x.copy(), dialect.element(shifts, index), floor, pieces, context)

    return context.let(_index(pieces, x, context), at_index, short=False)


def _value(x: Sql, shift: Sql, floor: Sequence[Sql], pieces: Sequence[Piece], context: Context) -> Sql:
    moved = build.plus(x, shift)
    if not floor or not any(piece.has_floor for piece in pieces):
        return moved
    return context.dialect.larger(moved, floor[0])


def _index(pieces: Sequence[Piece], x: Sql, context: Context) -> Sql:
    """Index from 0 of the piece that x lies in."""
    dialect = context.dialect
    starts = [piece.start for piece in pieces]
    base = starts[1] - 1
    spans = (starts[-1] - base) // _SPAN_US + 2
    at_beginning = [bisect_right(starts, base + span * _SPAN_US, lo=1) - 1 for span in range(spans + 1)]
    most = max(later - earlier for earlier, later in pairwise(at_beginning))
    # Beyond the last change all is as at the beginning of the last span.
    inside = dialect.clipped(x.copy(), build.number(base), build.number(base + (spans - 1) * _SPAN_US))
    span = dialect.divided(build.minus(inside, build.number(base)), _SPAN_US)
    padded = [*starts, *[_NEVER_US] * most]

    def passed(first: Sql) -> Sql:
        index: Sql = first
        for i in range(1, most + 1):
            begins = dialect.element(padded, build.plus(first.copy(), build.number(i)))
            has_begun = build.case(
                (build.compare(x.copy(), Cmp.GE, begins), build.number(1)), default=build.number(0)
            )
            index = build.plus(index, has_begun)
        return index

    return context.let(dialect.element(at_beginning, span), passed, short=False)
