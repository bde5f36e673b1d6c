"""Conditions in their JSON form, made in few words for the tests of the checker."""

from __future__ import annotations

from typing import Any

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
