"""Size: whether a condition is within the limits of depth and number, found without recursion."""

from __future__ import annotations

from collections.abc import Iterator

from satsuma.kernel.limits import DEPTH_LEVELS_MAX, NODES_MAX
from satsuma.language import tree
from satsuma.language.problems import Problems


def check_size(condition: tree.Condition, path: str, problems: Problems) -> bool:
    """Whether a condition has at most 32 levels and 2,000 conditions; what is too much is noted."""
    level, nodes = [condition], 0
    for _ in range(DEPTH_LEVELS_MAX):
        nodes += len(level)
        if nodes > NODES_MAX:
            problems.add("form.too_many", path, f"found more than {NODES_MAX} conditions")
            return False
        level = [inner for outer in level for inner in inner_conditions(outer)]
        if not level:
            return True
    problems.add("form.too_deep", path, f"found more than {DEPTH_LEVELS_MAX} levels of conditions")
    return False


def inner_conditions(condition: tree.Condition) -> Iterator[tree.Condition]:
    """The conditions that stand directly inside another."""
    match condition:
        case tree.All(conditions) | tree.AnyOf(conditions):
            yield from conditions
        case tree.Not(inner) | tree.Held(inner):
            yield inner
        case tree.Related(_, where):
            yield where
        case tree.Did(where=where):
            yield from _present(where)
        case tree.Occurrence(has=has, where=where):
            yield from _present(has, where)
        case tree.Top(where=where, among=among):
            yield from _present(where, among)
        case tree.Sequence(steps, absence):
            for step in steps:
                yield from _present(step.where, None if step.blocker is None else step.blocker.where)
            yield from _present(None if absence is None else absence.where)
        case _:
            return


def _present(*conditions: tree.Condition | None) -> Iterator[tree.Condition]:
    yield from (condition for condition in conditions if condition is not None)
