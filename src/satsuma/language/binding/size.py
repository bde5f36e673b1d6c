"""Size: whether a condition is within the limits of depth and number, found without recursion."""

from __future__ import annotations

from satsuma.kernel.limits import DEPTH_LEVELS_MAX, NODES_MAX
from satsuma.language import tree
from satsuma.language.problems import Problems
from satsuma.language.walk import inner_conditions


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
