"""Warnings: what is allowed in a definition but hardly meant."""

from __future__ import annotations

from collections.abc import Iterator

from satsuma.language import bound
from satsuma.language.binding.context import Context
from satsuma.language.binding.names import Statistics
from satsuma.language.binding.verdicts import Verdicts
from satsuma.language.references import attributes_in, types_in


def warn(ctx: Context, definition: bound.Definition, digest: str, statistics: Statistics | None) -> None:
    """Notes every warning about a definition that has no errors.

    Args:
        digest: Its canonical hash.
    """
    where = definition.where
    _warn_of_verdicts(ctx, Verdicts(ctx.zone), where, "where")
    _warn_of_related(ctx, where, "where")
    for entry in ctx.names.live_with_hash(digest):
        if entry.id != ctx.own_id:
            message = f"the live segment {entry.name!r} has the same definition"
            ctx.error("warning.same_as_live", "where", message, "refer to that segment")
    if statistics is not None:
        _warn_of_data(ctx, where, statistics)


def _place(ctx: Context, condition: bound.Condition, path: str) -> str:
    """Where a bound condition was written; the path of what holds it where it was not."""
    found = ctx.places.get(id(condition))
    return path if found is None else found[0]


def _warn_of_verdicts(ctx: Context, verdicts: Verdicts, condition: bound.Condition, path: str) -> bool:
    """Notes the innermost conditions that always or never hold; whether there were any."""
    at = _place(ctx, condition, path)
    # What has no place of its own is the positive of a negative operator, and is not told apart from it.
    written = [inner for inner in _inner(condition) if id(inner) in ctx.places]
    inside = [_warn_of_verdicts(ctx, verdicts, inner, at) for inner in written]
    if any(inside) or _is_everyone(condition):
        return any(inside)
    if isinstance(condition, bound.All):
        against = verdicts.exclusion(condition.conditions)
        if against is not None:
            ctx.error("warning.contradiction", at, f"these conditions exclude each other: {against}")
            return True
    found = verdicts.of(condition)
    if found is None:
        return False
    if found:
        ctx.error("warning.always_true", at, "this is always true, so it changes nothing")
    else:
        ctx.error("warning.never_true", at, "this can never be true")
    return True


def _is_everyone(condition: bound.Condition) -> bool:
    """Whether it is `everyone`, written as such and so meant."""
    return isinstance(condition, bound.All) and all(map(_is_everyone, condition.conditions))


def _inner(condition: bound.Condition) -> Iterator[bound.Condition]:
    match condition:
        case bound.All(conditions) | bound.AnyOf(conditions):
            yield from conditions
        case bound.Not(inner) | bound.Held(inner):
            yield inner
        case bound.Related(where=where):
            yield where
        case bound.Did(where=where) if where is not None:
            yield where
        case bound.Occurrence(where=where, has=has):
            yield from (part for part in (where, has) if part is not None)
        case bound.Top(of=of, among=among):
            yield from (part for part in (getattr(of, "where", None), among) if part is not None)
        case bound.Sequence(steps=steps, absence=absence):
            for step in steps:
                blocked = None if step.blocker is None else step.blocker.where
                yield from (part for part in (step.pattern.where, blocked) if part is not None)
            if absence is not None and absence.pattern.where is not None:
                yield absence.pattern.where
        case _:
            return


def _warn_of_related(ctx: Context, condition: bound.Condition, path: str) -> None:
    """Notes `all` over one relationship to many records that is written twice."""
    at = _place(ctx, condition, path)
    if isinstance(condition, bound.All):
        seen: list[tuple[bound.Step, ...]] = []
        for inner in condition.conditions:
            if not isinstance(inner, bound.Related) or not any(step.inverse for step in inner.path):
                continue
            if inner.path in seen:
                message = (
                    "this and another condition on the same relationship may be met by different records"
                )
                hint = "for one record that meets both, join them inside one related"
                ctx.error("warning.related_twice", _place(ctx, inner, at), message, hint)
            seen.append(inner.path)
    for inner in _inner(condition):
        _warn_of_related(ctx, inner, at)


def _warn_of_data(ctx: Context, where: bound.Condition, statistics: Statistics) -> None:
    """Notes attributes without any value and types without any interaction, where they are first used."""
    uses = _first_uses(ctx, where, "where")
    for attribute in attributes_in(where):
        if statistics.is_missing_for_all(attribute):
            message = f"{attribute.name!r} of {attribute.owner!r} is missing everywhere"
            ctx.error("warning.missing_for_all", uses[attribute.number], message)
    for interaction in types_in(where):
        if statistics.never_occurred(interaction):
            message = f"no interaction of the type {interaction.name!r} has occurred"
            ctx.error("warning.never_occurred", uses[interaction.number], message)


def _first_uses(ctx: Context, condition: bound.Condition, path: str) -> dict[int, str]:
    """The path of the innermost condition that first uses each attribute and type, by their numbers."""
    at = _place(ctx, condition, path)
    found: dict[int, str] = {}
    for inner in _inner(condition):
        found = _first_uses(ctx, inner, at) | found
    if isinstance(condition, bound.All | bound.AnyOf | bound.Not | bound.Held):
        return found  # uses nothing of its own
    numbers = [attribute.number for attribute in attributes_in(condition)]
    for number in (*numbers, *(interaction.number for interaction in types_in(condition))):
        found.setdefault(number, at)
    return found
