"""Reach: of some records, how many can be e-mailed, and why the others cannot; exact, by one query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Catalog, Entity
from satsuma.lists.addresses import PATTERN, attribute_of
from satsuma.lists.levels import DO_NOT_EMAIL
from satsuma.record.arrow import ints_of, table_of, texts_in
from satsuma.record.layout import column, entity_table
from satsuma.record.sql import INSTANT, fetch, lent, quote

REACHABLE = "reachable"
REASONS = ("no_address", "do_not_email", "not_confirmed", "denied", "not_asked")
"""Why somebody cannot be e-mailed, the first that holds: no address that looks like one; *do not email*;
still to confirm a double opt-in; consent to the topic denied; consent never asked for."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How many there are, how many of them can be e-mailed, and how many cannot for each of `REASONS`.

    Attributes:
        topic: The consent that was asked for; None where none was.
    """

    size: int
    reachable: int
    reasons: Mapping[str, int]
    topic: str | None


def reach(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    entity: Entity,
    numbers: NDArray[np.uint32] | None,
    *,
    topic: str | None,
    list_id: int | None,
    now: int,
) -> Reach:
    """Count records by whether, and why not, they can be e-mailed.

    Args:
        connection: Decides which version is read.
        catalog: Of that version.
        entity: Whose records.
        numbers: Which of them, distinct; None is all.
        topic: What they must have granted.
        list_id: A list for which who waits to confirm is not confirmed.
        now: Entries of the ledger after it do not count yet.
    """
    statement, parameters = _judged(connection, catalog, entity, topic, list_id, now, numbers is None)
    with lent(connection, **({} if numbers is None else {"_asked": table_of({"number": numbers})})):
        rows = connection.execute(
            f"SELECT verdict, count(*) FROM ({statement}) GROUP BY verdict", parameters
        ).fetchall()
    counts: dict[str, int] = dict(rows)
    reasons = {reason: counts.get(reason, 0) for reason in REASONS}
    return Reach(sum(counts.values()), counts.get(REACHABLE, 0), reasons, topic)


def verdicts(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    entity: Entity,
    numbers: NDArray[np.uint32],
    *,
    topic: str | None,
    now: int,
    list_id: int | None = None,
) -> dict[int, str]:
    """For each record `reachable`, or the reason why not; records that are gone are not among them."""
    statement, parameters = _judged(connection, catalog, entity, topic, list_id, now, everyone=False)
    with lent(connection, _asked=table_of({"number": np.unique(numbers).astype(np.uint32)})):
        found = fetch(connection, statement, parameters)
    return dict(zip(ints_of(found, "number").tolist(), texts_in(found, "verdict"), strict=True))


def _judged(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    entity: Entity,
    topic: str | None,
    list_id: int | None,
    now: int,
    everyone: bool,
) -> tuple[str, list[object]]:
    attribute = attribute_of(connection, catalog, entity)
    whom = "" if everyone else " WHERE e._number IN (SELECT number FROM _asked)"
    latest = (
        f"SELECT member, state FROM consent_ledger c WHERE audience = ? AND topic = ? AND c.at <= {INSTANT}"
        " QUALIFY row_number() OVER (PARTITION BY member"
        " ORDER BY c.at DESC, (state = 'denied') DESC, seq DESC) = 1"
    )
    has_address = "false" if attribute is None else f"regexp_matches(e.{quote(column(attribute))}, ?)"
    parameters: list[object] = [] if attribute is None else [PATTERN]
    consent = "WHEN false THEN ''"
    if topic is not None:
        consent = "WHEN t.state = 'denied' THEN 'denied' WHEN t.state IS NULL THEN 'not_asked'"
    statement = (
        "SELECT e._number AS number, CASE"
        f" WHEN NOT coalesce({has_address}, false) THEN 'no_address'"
        " WHEN d.state = 'denied' THEN 'do_not_email'"
        f" WHEN o.member IS NOT NULL THEN 'not_confirmed' {consent}"
        f" ELSE '{REACHABLE}' END AS verdict"
        f" FROM {quote(entity_table(entity))} e"
        f" LEFT JOIN ({latest}) d ON d.member = e._number"
        f" LEFT JOIN ({latest}) t ON t.member = e._number"
        f" LEFT JOIN (SELECT DISTINCT member FROM opt_ins WHERE list = ? AND expires_at > {INSTANT}) o"
        f" ON o.member = e._number{whom}"
    )
    parameters += [entity.number, DO_NOT_EMAIL, now, entity.number, topic, now, list_id, now]
    return statement, parameters
