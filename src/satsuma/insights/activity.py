"""Activity: how many interactions of each type there were on each of the last days."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Catalog, Entity
from satsuma.kernel.civil import US_PER_DAY
from satsuma.record.layout import MEMBER, OCCURRED_AT, interaction_table
from satsuma.record.sql import INSTANT, lent, quote

DAYS_MAX = 731


@dataclass(frozen=True, slots=True)
class Day:
    """One day (UTC) and type."""

    day: str
    type: str
    count: int


def activity(
    cursor: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    entity: Entity,
    members: NDArray[np.uint32] | None,
    *,
    now: int,
    days: int,
) -> list[Day]:
    """Interactions by day and type, days ascending; of members only, where they are given."""
    types = catalog.types_of(entity.name)
    if not types:
        return []
    since = now - min(days, DAYS_MAX) * US_PER_DAY
    among = "" if members is None else f" AND t.{quote(MEMBER)} IN (SELECT member FROM _members)"
    parts = [
        f"SELECT CAST(t.{quote(OCCURRED_AT)} AS DATE) AS day, ? AS type"
        f" FROM {quote(interaction_table(type_))} t"
        f" WHERE t.{quote(OCCURRED_AT)} > {INSTANT} AND t.{quote(OCCURRED_AT)} <= {INSTANT}{among}"
        for type_ in types
    ]
    values = [value for type_ in types for value in (type_.name, since, now)]
    numbers = np.empty(0, np.uint32) if members is None else members
    with lent(cursor, _members=pa.table({"member": pa.array(numbers, pa.uint32())})):
        rows = cursor.execute(
            f"SELECT day, type, count(*) FROM ({' UNION ALL '.join(parts)}) GROUP BY ALL ORDER BY ALL", values
        ).fetchall()
    return [Day(day.isoformat(), type_, count) for day, type_, count in rows]
