"""Together: work on requests of many callers at once, each of whom gets an answer or an error of their own.

A command that writes by itself costs the same dozen statements for one row as for a thousand. Where many
callers want the same done, such as to join a list, the commands that follow each other in a version are
handed to one function, which does in a few statements what they would do one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from satsuma.kernel.errors import Error
from satsuma.record.change import Change

Q = TypeVar("Q")
T = TypeVar("T")

Answers: TypeAlias = "Sequence[T | Refused]"


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer to a request of which nothing was written: the error is raised where it was asked."""

    error: Error


@dataclass(frozen=True, slots=True)
class Together(Generic[Q, T]):
    """Work that requests of several callers can share.

    Attributes:
        kind: What is done; requests of one kind, one actor, that follow each other are handed in together.
        apply: Does requests in their order, and gives the answer to each: what it writes and what it answers
            is as if each had been handed in alone. What it raises counts against all of them; they are then
            tried in smaller groups, so that only the one at fault is told.
    """

    kind: Hashable
    apply: Callable[[Change, Sequence[Q]], Answers[T]]
