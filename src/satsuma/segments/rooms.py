"""What the segments room works with: the record, the writer, and who asks."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import duckdb

from satsuma.catalog.audiences import entity_of_number
from satsuma.catalog.model import Catalog, Entity
from satsuma.commit.writer import Writer
from satsuma.membership.answering import Answers
from satsuma.membership.engine import Engine
from satsuma.membership.evaluating import Evaluate
from satsuma.membership.names import KeptNames, StoredNames
from satsuma.record.store import Record, State
from satsuma.segments.jobs import Jobs
from satsuma.segments.kept_drafts import KeptDrafts


@dataclass(frozen=True, slots=True)
class Rooms:
    """The parts below, wired by the workspace.

    Attributes:
        evaluate: Gives the members of a bound definition inside a version that is being made.
        answers: Gives who meets a condition at a committed version.
        kept_names: What names mean to whoever sees all records.
        kept_drafts: The drafts of segments, bound by these names.
        actor: Name of who gives commands through this object.
        whole: The rooms of everyone, where these are limited to what somebody may see.
    """

    record: Record
    writer: Writer
    evaluate: Evaluate
    engine: Engine
    actor: str
    answers: Answers
    jobs: Jobs = field(default_factory=Jobs)
    kept_names: KeptNames = field(default_factory=KeptNames)
    kept_drafts: KeptDrafts[Any] = field(default_factory=KeptDrafts)
    whole: Rooms | None = None

    @property
    def of_everyone(self) -> Rooms:
        """The rooms in which what holds for all is worked out, whoever asks for it."""
        return self if self.whole is None else self.whole

    def reading(self) -> AbstractContextManager[tuple[duckdb.DuckDBPyConnection, State]]:
        """A connection on one committed version, and that version's state."""
        return self.record.snapshot()

    def names(self, cursor: duckdb.DuckDBPyConnection, state: State) -> StoredNames:
        """The segments and lists of a version that is read, as the checker asks for them."""
        if self.whole is not None:
            # Which keys are aliases that somebody may know of goes with the records that they see.
            return StoredNames(cursor, state.catalog)
        return self.kept_names.at(cursor, state)


def audience_of(catalog: Catalog, number: int) -> Entity:
    """The entity of a number, which a segment has as its audience."""
    return entity_of_number(catalog, number)
