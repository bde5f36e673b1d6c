"""Interactions: which of them match, in their total order, and the forms `did`, `latest` and `first`."""

from __future__ import annotations

from collections.abc import Iterable

from satsuma.catalog.model import InteractionType
from satsuma.evaluation.reference.data import Interaction, Record
from satsuma.evaluation.reference.measures import active_periods, over_interactions, passes
from satsuma.evaluation.reference.paths import at_end
from satsuma.evaluation.reference.scope import Scope
from satsuma.evaluation.reference.values import Datum
from satsuma.kernel.windows import Interval, Window, bounds
from satsuma.language import bound


def did(condition: bound.Did, record: Record, scope: Scope) -> bool:
    """The measure over the matching interactions compares."""
    return passes(condition.test, condition.measure, measured(condition, record, scope), record, scope)


def measured(condition: bound.Did, record: Record, scope: Scope) -> Datum | None:
    """The value of a `did`'s measure for one record, over its interactions or those of the records `of`."""
    members = [record] if condition.of is None else at_end(condition.of, record, scope)
    found = matching(members, condition.types, condition.where, condition.during, scope)
    if condition.measure.periods is not None:
        return active_periods(condition.measure.periods, found, record, scope)
    return over_interactions(condition.measure, found, scope)


def occurrence(condition: bound.Occurrence, record: Record, scope: Scope) -> bool:
    """Of the interactions that meet `where` in the window, the last (first) exists and meets `has`."""
    found = matching([record], condition.types, condition.where, condition.during, scope)
    if not found:
        return False
    return scope.truth(condition.has, found[-1] if condition.latest else found[0], scope)


def matching(
    members: Iterable[Record],
    types: tuple[InteractionType, ...],
    where: bound.Condition | None,
    during: Window | None,
    scope: Scope,
) -> list[Interaction]:
    """The interactions of these types that have happened in the window and meet `where`, in their order."""
    window = happened(during, scope)
    found = [
        interaction
        for member in members
        for interaction in scope.database.interactions_of(member)
        if interaction.occurred_at in window and fits(interaction, types, where, scope)
    ]
    return sorted(found, key=lambda interaction: interaction.order)


def fits(
    interaction: Interaction, types: tuple[InteractionType, ...], where: bound.Condition | None, scope: Scope
) -> bool:
    """Whether an interaction is of one of the types and meets `where`."""
    if interaction.type not in {one.name for one in types}:
        return False
    return where is None or scope.truth(where, interaction, scope)


def happened(during: Window | None, scope: Scope) -> Interval:
    """The instants of a window up to now: what has `occurred_at > now` has not happened yet."""
    return bounds(during, scope.now, scope.zone).up_to(scope.now)
