"""Catalogs: every version of the catalog, stored as text beside the tables it describes."""

from __future__ import annotations

import json

import duckdb

from satsuma.catalog.model import Catalog
from satsuma.catalog.wire import catalog_from_json, catalog_to_json
from satsuma.kernel.errors import WorkspaceDamagedError
from satsuma.record.sql import INSTANT, scalar


def save(connection: duckdb.DuckDBPyConnection, catalog: Catalog, at: int) -> None:
    """Store a catalog as the one that holds from `at` on."""
    source = json.dumps(catalog_to_json(catalog), ensure_ascii=False, separators=(",", ":"))
    connection.execute(f"INSERT INTO catalogs VALUES (?, {INSTANT}, ?)", [catalog.version, at, source])


def load(connection: duckdb.DuckDBPyConnection, version: int | None = None) -> Catalog | None:
    """The catalog of that catalog version, or the latest; None where there is none.

    Raises:
        WorkspaceDamagedError: What is stored is not a catalog.
    """
    statement = (
        "SELECT source FROM catalogs WHERE version <= coalesce(?, version) ORDER BY version DESC LIMIT 1"
    )
    source = scalar(connection, statement, [version])
    if source is None:
        return None
    try:
        return catalog_from_json(json.loads(source))
    except ValueError as error:
        raise WorkspaceDamagedError(
            f"the stored catalog cannot be read: {error}", hint="restore the workspace from a backup"
        ) from error
