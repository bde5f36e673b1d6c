"""What became of a folder of segment files, or would."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from satsuma.segments.files.form import FileProblem


class Action(StrEnum):
    """What applying does to a segment."""

    NEW = "new"
    CHANGED = "changed"
    STOPPED = "stopped"
    DELETED = "deleted"
    FOLLOWS = "follows"  # it refers to a segment that changes
    UNCHANGED = "unchanged"
    UNTOUCHED = "untouched"  # no file has it


@dataclass(frozen=True, slots=True)
class Effect:
    """Who enters and leaves a live segment.

    Attributes:
        size: Members afterwards.
        enter, leave: How many.
        enter_examples, leave_examples: A few keys of each.
    """

    size: int
    enter: int
    leave: int
    enter_examples: tuple[str, ...]
    leave_examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """One segment.

    Attributes:
        file: Its path from the folder; None where no file has it.
        what: What differs: `definition`, `wording` (another way to say the same), `tests`, `tags`,
            `description`, `name`, `members`, `goes live`.
        effect: On its members; None where it is no live segment, or nothing about it changes.
        unknown: Keys of a static segment's file that no record has; they are left out.
    """

    name: str
    action: Action
    file: str | None = None
    what: tuple[str, ...] = ()
    effect: Effect | None = None
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a folder did, or a dry run says that it would do.

    Attributes:
        version: The version in which all of it happened; None where nothing did.
        segments: Every segment of the files and of the workspace, by action and name.
        problems: Why it is refused; empty where it is not.
        warnings: What looks wrong, and tests that break where that is allowed.
    """

    version: int | None
    segments: tuple[Changed, ...]
    problems: tuple[FileProblem, ...] = ()
    warnings: tuple[FileProblem, ...] = ()

    @property
    def changes(self) -> tuple[Changed, ...]:
        """The segments that are not as before."""
        same = (Action.UNCHANGED, Action.UNTOUCHED)
        return tuple(one for one in self.segments if one.action not in same)
