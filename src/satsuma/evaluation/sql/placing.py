"""Placing: where a record stands in a ranking, and who stands last of those in front."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import duckdb

from satsuma.catalog.model import Catalog, Entity
from satsuma.evaluation.sql.compiler import truth
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.dialects import dialect
from satsuma.evaluation.sql.rankings import CANDIDATES, NUMBER, PLACE, ranked
from satsuma.kernel.zones import zone
from satsuma.language import bound


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a record stands.

    Attributes:
        place: From 1 on; None where it is not ranked.
        included: How many places count as the top.
        candidates: How many records are ranked.
        last: The number of the record on the last place that counts; None where there is none.
    """

    place: int | None
    included: int
    candidates: int
    last: int | None


def placing(
    cursor: duckdb.DuckDBPyConnection,
    condition: bound.Top,
    audience: Entity,
    number: int,
    *,
    timezone: str,
    catalog: Catalog,
    now: int,
) -> Placing:
    """Where the record of a number stands at an instant (microseconds UTC)."""
    duckdb_sql = dialect("duckdb")
    context = Context(duckdb_sql, catalog, zone(timezone), now, truth)
    rows = ranked(condition, audience, context)
    if rows is None:
        return Placing(None, 0, 0, None)
    table = f"({duckdb_sql.print(rows)}) AS everyone"
    [(place, candidates)] = cursor.execute(
        f"SELECT max({PLACE}) FILTER ({NUMBER} = ?), coalesce(max({CANDIDATES}), 0) FROM {table}", [number]
    ).fetchall()
    included = min(_included(condition, candidates), candidates)
    last = cursor.execute(f"SELECT {NUMBER} FROM {table} WHERE {PLACE} = ?", [included]).fetchall()
    return Placing(place, included, candidates, last[0][0] if last else None)


def _included(condition: bound.Top, candidates: int) -> int:
    if condition.percent is None:
        return condition.count or 0
    return math.ceil(Fraction(condition.percent) * candidates / 100)
