"""Gaps: what the kernels do not do yet. A definition with such a condition is evaluated by SQL instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from satsuma.evaluation.sql import UnsupportedError
from satsuma.language import bound

GAPS: Mapping[type[bound.Condition], str] = {
    bound.Held: "not yet here: the index has no columns of the past",
}
"""Conditions that are not answered, each with the reason."""


class NotYet(UnsupportedError):  # noqa: N818 - it is no fault: the caller takes another way
    """A definition has a condition that the kernels do not answer; `details` name it."""

    default_code: ClassVar[str] = "evaluation.not_yet"


def not_yet(condition: bound.Condition) -> NotYet:
    """The error for a condition of the table."""
    form = type(condition).__name__
    return NotYet(
        f"the kernels do not evaluate {form}: {GAPS[type(condition)]}",
        hint="evaluate the definition by SQL",
        details={"gap": form},
    )
