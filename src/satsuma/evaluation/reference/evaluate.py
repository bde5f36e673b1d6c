"""Evaluate: who meets a definition, and whether one record meets one condition."""

from __future__ import annotations

from satsuma.evaluation.reference.conditions import truth
from satsuma.evaluation.reference.data import Database
from satsuma.evaluation.reference.scope import Scope
from satsuma.kernel.zones import zone
from satsuma.language import bound


def members(definition: bound.Definition, database: Database) -> set[str]:
    """Keys of the audience's records that meet a definition in a state, at its instant; without overrides."""
    scope = scope_of(definition, database)
    audience = database.records.get(definition.audience.name, {})
    return {key for key, record in audience.items() if truth(definition.where, record, scope)}


def holds(condition: bound.Condition, key: str, database: Database, definition: bound.Definition) -> bool:
    """Whether one condition of a definition holds for one record of its audience; false where there is none.

    Args:
        condition: Any condition on the audience's records: the definition's whole `where`, or a part of it.
        key: Of the record.
        database: The state, with its instant.
        definition: Whose audience and zone apply.
    """
    record = database.record(definition.audience.name, key)
    return record is not None and truth(condition, record, scope_of(definition, database))


def scope_of(definition: bound.Definition, database: Database) -> Scope:
    """In what a definition's conditions are judged; kept, it spares working rankings out again."""
    return Scope(database, zone(definition.timezone), truth)
