"""Timelines: what one record of an audience did, the newest first; and what its attributes were, and when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import duckdb

from satsuma.catalog.model import Catalog, Entity, InteractionType
from satsuma.insights.plain import selected, values_of
from satsuma.record.layout import (
    ID,
    KEY,
    MEMBER,
    NUMBER,
    OBSERVED_AT,
    OCCURRED_AT,
    VERSION,
    entity_table,
    history_table,
    interaction_table,
)
from satsuma.record.sql import INSTANT, quote


@dataclass(frozen=True, slots=True)
class Happened:
    """One interaction; `at` in microseconds UTC. The key is that of who did it."""

    at: int
    type: str
    id: str
    key: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Observed:
    """What was observed of a record at one time, in microseconds UTC, in the version that told it."""

    at: int
    version: int
    values: dict[str, Any]


def happened(
    cursor: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    entity: Entity,
    *,
    number: int | None,
    types: Collection[str] | None,
    before: tuple[int, str, str] | None,
    limit: int,
) -> list[Happened]:
    """Interactions of one record, or of all, the newest first.

    Args:
        number: Of the record; None for all.
        types: Only of these.
        before: Instant, type and id of the last one of the page before.
        limit: At most so many.
    """
    found: list[Happened] = []
    for type_ in catalog.types_of(entity.name):
        if types is None or type_.name in types:
            found += _of_type(cursor, entity, type_, number, before, limit)
    found.sort(key=lambda one: (-one.at, one.type, one.id))
    return found[:limit]


def observed(
    cursor: duckdb.DuckDBPyConnection, entity: Entity, number: int, *, limit: int, offset: int
) -> list[Observed]:
    """What was observed of a record, the newest first."""
    attributes = tuple(entity.attributes.values())
    columns = "".join(f", {one}" for one in selected(attributes, "h"))
    rows = cursor.execute(
        f"SELECT epoch_us(h.{quote(OBSERVED_AT)}), h.{quote(VERSION)}{columns}"
        f" FROM {quote(history_table(entity))} h WHERE h.{quote(NUMBER)} = ?"
        f" ORDER BY h.{quote(OBSERVED_AT)} DESC, h.{quote(VERSION)} DESC LIMIT ? OFFSET ?",
        [number, limit, offset],
    ).fetchall()
    return [Observed(row[0], row[1], values_of(attributes, row[2:])) for row in rows]


def _of_type(
    cursor: duckdb.DuckDBPyConnection,
    entity: Entity,
    type_: InteractionType,
    number: int | None,
    before: tuple[int, str, str] | None,
    limit: int,
) -> list[Happened]:
    attributes = tuple(type_.attributes.values())
    tests: list[str] = ["true"]
    values: list[object] = []
    if number is not None:
        tests.append(f"t.{quote(MEMBER)} = ?")
        values.append(number)
    if before is not None:
        at, name, last = before
        # Within one instant the order is by type and id.
        tie = "true" if type_.name > name else f"t.{quote(ID)} > ?" if type_.name == name else "false"
        tests.append(
            f"(t.{quote(OCCURRED_AT)} < {INSTANT} OR (t.{quote(OCCURRED_AT)} = {INSTANT} AND {tie}))"
        )
        values += [at, at, *([last] if type_.name == name else [])]
    columns = "".join(f", {one}" for one in selected(attributes, "t"))
    rows = cursor.execute(
        f"SELECT epoch_us(t.{quote(OCCURRED_AT)}), t.{quote(ID)}, e.{quote(KEY)}{columns}"
        f" FROM {quote(interaction_table(type_))} t JOIN {quote(entity_table(entity))} e"
        f" ON e.{quote(NUMBER)} = t.{quote(MEMBER)} WHERE {' AND '.join(tests)}"
        f" ORDER BY t.{quote(OCCURRED_AT)} DESC, t.{quote(ID)} LIMIT ?",
        [*values, limit],
    ).fetchall()
    return [Happened(row[0], type_.name, row[1], row[2], values_of(attributes, row[3:])) for row in rows]
