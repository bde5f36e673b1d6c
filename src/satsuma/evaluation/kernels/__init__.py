"""Kernels: members of definitions from the index, by array operations and a few compiled loops.

What is named here is imported when it is first asked for: the compiler behind the loops takes a second to
    load, and most commands never need it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from satsuma.evaluation.kernels.evaluate import condition_members, members, truth_of, truths_of
    from satsuma.evaluation.kernels.families import Forms
    from satsuma.evaluation.kernels.plans import plan
    from satsuma.evaluation.kernels.warming import is_warm, warm

__all__ = ["Forms", "condition_members", "is_warm", "members", "plan", "truth_of", "truths_of", "warm"]

_HOMES = {"Forms": "families", "plan": "plans", "is_warm": "warming", "warm": "warming"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'evaluate')}"), name)
