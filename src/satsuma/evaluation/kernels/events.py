"""Events: sequences over the interactions that some part of them looks at, gathered in their total order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import InteractionType
from satsuma.evaluation.kernels import compiled, matching, vectors
from satsuma.evaluation.kernels.matching import Matches, chosen
from satsuma.evaluation.kernels.picking import ids_of
from satsuma.evaluation.kernels.reading import read
from satsuma.evaluation.kernels.scope import Bools, Ints, Records, Scope
from satsuma.evaluation.kernels.stepping import Events, met
from satsuma.kernel.civil import AFTER_ALL_US
from satsuma.kernel.durations import Duration, shift_instants
from satsuma.language import bound


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Interactions of one part of a type that some part of the sequence looks at.

    Attributes:
        meets: Bit i is set where one is of step i; int64.
        blocks: Bit i where one is of step i's blocker; int64.
        absent: Where one is of the absence's pattern.
    """

    matches: Matches
    meets: Ints
    blocks: Ints
    absent: Bools


def by_events(
    condition: bound.Sequence, frame: Records, scope: Scope, window: tuple[int, int], among: Bools
) -> Bools:
    """Where some choice of interactions meets the sequence; of those not `among` any answer."""
    # Blockers and absences matter only after a first step, and so from the start of the window too.
    parts = [
        part
        for type_ in types_of(condition)
        for part in _parts(condition, type_, window, frame, among, scope)
        if len(part.meets)
    ]
    if not parts:
        return np.zeros(len(frame), dtype=np.bool_)
    order = _total_order(parts)
    owner = np.concatenate([one.matches.owner for one in parts])[order]
    at = np.concatenate([_at(one.matches) for one in parts])[order]
    events = Events(
        owner,
        at,
        np.concatenate([one.meets for one in parts])[order],
        np.concatenate([one.blocks for one in parts])[order],
        np.concatenate([one.absent for one in parts])[order],
        _same(condition, parts, order, scope),
        np.stack([_ahead(at, span, scope) for span in spans_of(condition)]),
    )
    return met(events, len(condition.steps), len(frame), scope.now, absence=condition.absence is not None)


def patterns_of(condition: bound.Sequence) -> list[bound.Pattern]:
    """All patterns of a sequence."""
    patterns = [step.pattern for step in condition.steps]
    patterns += [step.blocker for step in condition.steps if step.blocker is not None]
    return patterns if condition.absence is None else [*patterns, condition.absence.pattern]


def has_type(pattern: bound.Pattern, type_: InteractionType) -> bool:
    """Whether a pattern speaks of a type."""
    return any(one.name == type_.name for one in pattern.types)


def spans_of(condition: bound.Sequence) -> list[Duration | None]:
    """For each step how long after the one before it may come, and last how long the absence takes."""
    spans: list[Duration | None] = [step.within for step in condition.steps]
    return [*spans, None if condition.absence is None else condition.absence.within]


def types_of(condition: bound.Sequence) -> list[InteractionType]:
    """All types that the sequence looks at, by name."""
    found = {type_.name: type_ for pattern in patterns_of(condition) for type_ in pattern.types}
    return [found[name] for name in sorted(found)]


def _parts(
    condition: bound.Sequence,
    type_: InteractionType,
    window: tuple[int, int],
    frame: Records,
    among: Bools,
    scope: Scope,
) -> list[_Part]:
    found = matching.matches([type_], None, (window[0], scope.now + 1), frame, among, scope)
    return [_part(condition, one, window, scope) for one in found]


def _part(condition: bound.Sequence, found: Matches, window: tuple[int, int], scope: Scope) -> _Part:
    in_window = _at(found) < window[1]
    meets = np.zeros(len(found.owner), dtype=np.int64)
    blocks = np.zeros(len(found.owner), dtype=np.int64)
    for place, step in enumerate(condition.steps):
        meets |= (_fits(step.pattern, found, scope) & in_window).astype(np.int64) << place
        if step.blocker is not None:
            blocks |= _fits(step.blocker, found, scope).astype(np.int64) << place
    absent = np.zeros(len(found.owner), dtype=np.bool_)
    if condition.absence is not None:
        absent = _fits(condition.absence.pattern, found, scope)
    keep = (meets != 0) | (blocks != 0) | absent
    return _Part(chosen(found, keep), meets[keep], blocks[keep], absent[keep])


def _fits(pattern: bound.Pattern, found: Matches, scope: Scope) -> Bools:
    if not has_type(pattern, found.frame.type):
        return np.zeros(len(found.owner), dtype=np.bool_)
    if pattern.where is None:
        return np.ones(len(found.owner), dtype=np.bool_)
    return scope.truth(pattern.where, found.frame, scope, None)


def _at(of: Matches) -> Ints:
    return of.frame.at()


def _total_order(parts: list[_Part]) -> Ints:
    """Places in all parts, one after another, in the order of member, instant, id and type."""
    owner, at = parts[0].matches.owner, _at(parts[0].matches)
    order = np.arange(len(owner))
    for part in parts[1:]:
        more = np.arange(len(order), len(order) + len(part.meets))
        own_at = _at(part.matches)
        place = compiled.merged(owner, at, part.matches.owner, own_at)
        order = np.concatenate([order, more])[place]
        owner = np.concatenate([owner, part.matches.owner])[place]
        at = np.concatenate([at, own_at])[place]
    if len(parts) > 1:
        _order_ties(order, owner, at, parts)
    return order


def _order_ties(order: Ints, owner: Ints, at: Ints, parts: list[_Part]) -> None:
    """Where a member's interactions of several types share an instant, their ids decide, then their types."""
    part_of = np.repeat(np.arange(len(parts)), [len(part.meets) for part in parts])
    begins = np.cumsum([0, *(len(part.meets) for part in parts)])
    is_like_before = (owner[1:] == owner[:-1]) & (at[1:] == at[:-1])
    is_mixed = is_like_before & (part_of[order[1:]] != part_of[order[:-1]])
    if not is_mixed.any():
        return
    group = np.concatenate([[0], np.cumsum(~is_like_before)])
    places = np.flatnonzero(np.isin(group, group[1:][is_mixed]))
    keys: list[tuple[int, str, int, int]] = []
    for number, part in enumerate(parts):
        own = places[part_of[order[places]] == number]
        ids = ids_of(part.matches, order[own] - begins[number])
        keys += zip(group[own].tolist(), ids, [number] * len(own), order[own].tolist(), strict=True)
    order[places] = [one[3] for one in sorted(keys)]


def _same(condition: bound.Sequence, parts: list[_Part], order: Ints, scope: Scope) -> Ints | None:
    """Of each interaction a number that those with equal values of `same` share; -1 where one is missing.

    None without `same`, and with one step, which it asks nothing of.
    """
    if len(condition.steps) == 1 or not condition.same:
        return None
    number = np.zeros(len(order), dtype=np.int64)
    for what in condition.same:
        values = vectors.joined([read(what, one.matches.frame, scope) for one in parts])
        _, codes = np.unique(vectors.identities(values), return_inverse=True)
        both: NDArray[np.int64] = number * (int(codes.max()) + 1) + codes
        _, both = np.unique(both, return_inverse=True)
        number = np.where(values.present() & (number >= 0), both, -1)
    return number[order]


def _ahead(at: Ints, span: Duration | None, scope: Scope) -> Ints:
    return np.full(len(at), AFTER_ALL_US) if span is None else shift_instants(at, span, scope.zone)
