"""Walk: the conditions inside a condition, as written: to look at, or to put others in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import assert_never

from satsuma.language import tree
from satsuma.language.tree import Condition


def inner_conditions(condition: Condition) -> Iterator[Condition]:
    """The conditions that stand directly inside another, in the order in which they are written."""
    match condition:
        case tree.All(conditions) | tree.AnyOf(conditions):
            yield from conditions
        case tree.Not(inner) | tree.Held(inner):
            yield inner
        case tree.Related(where=where):
            yield where
        case tree.Did(where=where):
            yield from _present(where)
        case tree.Occurrence(where=where, has=has):
            yield from _present(where, has)
        case tree.Top(where=where, among=among):
            yield from _present(where, among)
        case tree.Sequence(steps, absence):
            for step in steps:
                yield from _present(step.where, None if step.blocker is None else step.blocker.where)
            yield from _present(None if absence is None else absence.where)
        case _:
            return


def all_conditions(condition: Condition) -> Iterator[Condition]:
    """A condition and all inside it, however deep; without recursion."""
    waiting = [condition]
    while waiting:
        here = waiting.pop()
        yield here
        waiting += reversed(list(inner_conditions(here)))


def with_inner(condition: Condition, change: Callable[[Condition], Condition]) -> Condition:
    """A condition with each one that stands directly inside it changed."""

    def optional(inner: Condition | None) -> Condition | None:
        return None if inner is None else change(inner)

    match condition:
        case tree.All(conditions):
            return tree.All(tuple(change(inner) for inner in conditions))
        case tree.AnyOf(conditions):
            return tree.AnyOf(tuple(change(inner) for inner in conditions))
        case tree.Not(inner):
            return tree.Not(change(inner))
        case tree.Held(inner):
            return replace(condition, condition=change(inner))
        case tree.Related(where=where):
            return replace(condition, where=change(where))
        case tree.Did(where=where):
            return replace(condition, where=optional(where))
        case tree.Occurrence(where=where, has=has):
            return replace(condition, where=optional(where), has=change(has))
        case tree.Top(where=where, among=among):
            return replace(condition, where=optional(where), among=optional(among))
        case tree.Sequence(steps, absence):
            changed = tuple(
                replace(
                    step,
                    where=optional(step.where),
                    blocker=step.blocker and replace(step.blocker, where=optional(step.blocker.where)),
                )
                for step in steps
            )
            last = absence and replace(absence, where=optional(absence.where))
            return replace(condition, steps=changed, absence=last)
        case (
            tree.Compare()
            | tree.InSegment()
            | tree.InList()
            | tree.Crossed()
            | tree.Consent()
            | tree.Sample()
        ):
            return condition
        case _:
            assert_never(condition)


def _present(*conditions: Condition | None) -> Iterator[Condition]:
    yield from (condition for condition in conditions if condition is not None)
