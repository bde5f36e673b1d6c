"""Copying: the tables of a record that evaluators read, in a database of their own in memory.

A workspace's file lets nothing out to other files, and engines beside DuckDB load from those.
"""

from __future__ import annotations

import duckdb

from satsuma.catalog.model import Catalog
from satsuma.record import layout, tables
from satsuma.record.schema import apply_catalog
from satsuma.record.sql import fetch, quote

_FIXED = (
    "attribute_sets", "segment_members", "membership_changes", "list_members", "list_changes",
    "consent_ledger",
)  # fmt: skip


def copy_of(record: duckdb.DuckDBPyConnection, catalog: Catalog) -> duckdb.DuckDBPyConnection:
    """A copy in memory, made by the same statements as the record's own tables. The caller closes it."""
    copy = duckdb.connect()
    for statement in tables.STATEMENTS:
        copy.execute(statement)
    apply_catalog(copy, Catalog(), catalog)
    own = [layout.entity_table(entity) for entity in catalog.entities.values()]
    own += [layout.history_table(entity) for entity in catalog.entities.values()]
    own += [layout.interaction_table(of_type) for of_type in catalog.interactions.values()]
    for (name,) in copy.execute("SELECT table_name FROM duckdb_tables()").fetchall():
        if name in own or name in _FIXED:
            rows = fetch(record, f"SELECT * FROM main.{quote(name)}")
            copy.register("_rows", rows)
            copy.execute(f"INSERT INTO {quote(name)} BY NAME SELECT * FROM _rows")
            copy.unregister("_rows")
        else:
            copy.execute(f"DROP TABLE {quote(name)}")
    return copy
