"""Tables of the lists room: settings of lists, waiting opt-ins, centres, forms, messages, epochs of links."""

from __future__ import annotations

import duckdb

from satsuma.record.migrations import Migration

_FIRST = """
CREATE TABLE list_settings (
    list UINTEGER NOT NULL, double_opt_in BOOLEAN NOT NULL
);
CREATE TABLE opt_ins (
    list UINTEGER NOT NULL, member UINTEGER NOT NULL, asked_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL, version UBIGINT NOT NULL, through VARCHAR NOT NULL
);
CREATE TABLE subscription_centers (
    id UINTEGER NOT NULL, name VARCHAR NOT NULL, name_folded VARCHAR NOT NULL, draft VARCHAR NOT NULL,
    live VARCHAR, created_at TIMESTAMP NOT NULL, changed_at TIMESTAMP NOT NULL, published_at TIMESTAMP
);
CREATE TABLE join_forms (
    id UINTEGER NOT NULL, name VARCHAR NOT NULL, name_folded VARCHAR NOT NULL, slug VARCHAR NOT NULL,
    list UINTEGER NOT NULL, fields VARCHAR[] NOT NULL, language VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE outbox (
    id UBIGINT NOT NULL, audience UINTEGER NOT NULL, member UINTEGER NOT NULL, kind VARCHAR NOT NULL,
    address VARCHAR NOT NULL, subject VARCHAR NOT NULL, body VARCHAR NOT NULL, headers VARCHAR NOT NULL,
    state VARCHAR NOT NULL, attempts UINTEGER NOT NULL, created_at TIMESTAMP NOT NULL, next_at TIMESTAMP,
    sent_at TIMESTAMP, error VARCHAR, version UBIGINT NOT NULL
);
CREATE TABLE link_epochs (
    audience UINTEGER NOT NULL, member UINTEGER NOT NULL, epoch UINTEGER NOT NULL
);
CREATE TABLE mail_settings (
    key VARCHAR NOT NULL, value VARCHAR NOT NULL
)
"""


def _first_tables(connection: duckdb.DuckDBPyConnection) -> None:
    for statement in _FIRST.split(";"):
        connection.execute(statement)


MIGRATIONS = (Migration("lists", 1, "opt-ins, subscription centres, forms, outbox", _first_tables),)
