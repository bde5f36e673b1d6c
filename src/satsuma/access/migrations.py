"""Tables of the access room: people, sessions, keys, the audit log."""

from __future__ import annotations

import duckdb

from satsuma.access import identities, mail, units
from satsuma.record.migrations import Migration

_FIRST = """
CREATE TABLE people (
    id UINTEGER NOT NULL, email VARCHAR NOT NULL, email_folded VARCHAR NOT NULL, name VARCHAR NOT NULL,
    role VARCHAR NOT NULL, password VARCHAR, is_active BOOLEAN NOT NULL, created_at TIMESTAMP NOT NULL,
    changed_at TIMESTAMP NOT NULL, unit VARCHAR
);
CREATE TABLE sessions (
    token_hash VARCHAR NOT NULL, person UINTEGER NOT NULL, created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE TABLE api_keys (
    id UINTEGER NOT NULL, kind VARCHAR NOT NULL, name VARCHAR NOT NULL, prefix VARCHAR NOT NULL,
    secret_hash VARCHAR NOT NULL, role VARCHAR NOT NULL, scopes VARCHAR[] NOT NULL,
    created_by VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL, expires_at TIMESTAMP
);
CREATE TABLE one_time_links (
    token_hash VARCHAR NOT NULL, kind VARCHAR NOT NULL, person UINTEGER, expires_at TIMESTAMP NOT NULL
);
CREATE TABLE audit (
    id UBIGINT NOT NULL, "at" TIMESTAMP NOT NULL, version UBIGINT NOT NULL, actor VARCHAR NOT NULL,
    action VARCHAR NOT NULL, target VARCHAR, details VARCHAR, origin VARCHAR
)
"""


def _first_tables(connection: duckdb.DuckDBPyConnection) -> None:
    for statement in _FIRST.split(";"):
        connection.execute(statement)


def _repeats(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "CREATE TABLE repeats (key_hash VARCHAR NOT NULL, request_hash VARCHAR NOT NULL,"
        ' "at" TIMESTAMP NOT NULL, version UBIGINT NOT NULL)'
    )


MIGRATIONS = (
    Migration("access", 1, "people, sessions, keys, audit log", _first_tables),
    Migration("access", 2, "requests that bore a key against repeats", _repeats),
    *identities.MIGRATIONS,
    *mail.MIGRATIONS,
    *units.MIGRATIONS,
)
