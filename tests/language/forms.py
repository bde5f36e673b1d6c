"""Conditions in their JSON form: read, and made in few words, for the tests of the reader and the checker."""

from __future__ import annotations

from typing import Any

from satsuma.language import tree
from satsuma.language.problems import Problem, Problems
from satsuma.language.wire import condition_from_json

DAY = {"days": 1}


def on(attribute: str, op: str, value: Any = None, **more: Any) -> dict[str, Any]:
    """A comparison."""
    given = {} if value is None else {"value": value}
    return {"attribute": attribute, "op": op, **given, **more}


def bought(where: Any, **more: Any) -> dict[str, Any]:
    """A condition on a purchase."""
    return {"did": "purchase", "where": where, **more}


def held(condition: Any, **more: Any) -> dict[str, Any]:
    """The condition held for a day."""
    return {"held": condition, "for": {"op": ">=", "value": DAY}, **more}


def measured(measure: Any, op: str = ">=", value: Any = 1, did: Any = "purchase") -> dict[str, Any]:
    """A measure over interactions."""
    return {"did": did, "measure": measure, "is": {"op": op, "value": value}}


ANYTHING: dict[str, Any] = {"all": []}


def read(value: object) -> tuple[tree.Condition, list[Problem]]:
    """What the reader makes of JSON, and every problem that it has with it."""
    problems = Problems()
    return condition_from_json(value, problems), problems.found
