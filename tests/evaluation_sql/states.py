"""States for these tests: one small shop by hand, and how to ask an engine about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from satsuma.catalog import change, declare
from satsuma.catalog.model import Catalog, Entity
from satsuma.evaluation import sql
from satsuma.evaluation.reference import Database
from satsuma.evaluation.reference.literals import database
from satsuma.language import bound, wire
from satsuma.language.binding import ListEntry, SegmentEntry, bind
from satsuma.record import layout
from tests.conformance.load_record import record_of

NOW = "2026-03-31T10:00Z"

CATALOG, _ = change.apply(
    Catalog(),
    declare.read(
        {
            "timezone": "Europe/Berlin",
            "entities": {
                "contact": {
                    "audience": True,
                    "attributes": {
                        "city": "text",
                        "age": "integer",
                        "score": "number",
                        "spent": "decimal",
                        "vip": "boolean",
                        "birth": "date",
                        "signup": "timestamp",
                        "tags": "choices",
                        "home": "location",
                        "account": {"type": "reference", "to": "account", "inverse": "contacts"},
                    },
                },
                "account": {
                    "attributes": {
                        "industry": "text",
                        "parent": {"type": "reference", "to": "account", "inverse": "children"},
                    }
                },
            },
            "interactions": {
                "purchase": {
                    "audience": "contact",
                    "attributes": {"amount": "decimal", "weight": "number", "item": "text"},
                },
                "form": {"audience": "contact", "attributes": {"item": "text"}},
            },
        }
    ),
)


class _Names:
    """One segment and one list."""

    trial = SegmentEntry(1, "Trial", "contact", live=True)
    news = ListEntry(1, "News", "contact")

    def find_segment(self, ref: str | int) -> SegmentEntry | None:
        return self.trial if ref in ("Trial", 1) else None

    def find_list(self, ref: str | int) -> ListEntry | None:
        return self.news if ref in ("News", 1) else None

    def segment_names(self) -> list[str]:
        return ["Trial"]

    def list_names(self) -> list[str]:
        return ["News"]

    def resolve_key(self, entity: str, key: str) -> str:  # noqa: ARG002 - none was merged
        return key

    def live_with_hash(self, canonical_hash: str) -> tuple[SegmentEntry, ...]:  # noqa: ARG002 - none is alike
        return ()


def shop() -> Database:
    """Five contacts, three accounts, nine interactions."""
    return database(
        CATALOG,
        NOW,
        records={
            "contact": {
                "ann": {
                    "city": "Paris", "age": 30, "score": 0.1, "spent": "10.5", "vip": True,
                    "birth": "1990-04-02", "signup": "2026-03-28T23:30Z", "tags": ["a", "b"],
                    "home": [52.52, 13.4], "account": "acme",
                },
                "bob": {"city": "PARIS", "age": 41, "spent": "-3", "birth": "2000-02-29", "account": "acme"},
                "cat": {"city": "Rome", "vip": False, "tags": ["b"], "home": [48.1, 11.6], "account": "sub"},
                "dan": {"_history": [
                    ["2026-03-01T00:00Z", {"city": "Rome"}],
                    ["2026-03-20T00:00Z", {"city": "Paris", "account": "gone"}],
                ]},
                "eve": {},
            },
            "account": {
                "acme": {"industry": "Retail"},
                "sub": {"industry": "Media", "parent": "acme"},
                "alone": {},
            },
        },
        interactions=[
            ["form", "ann", "2026-03-01T10:00Z", {"item": "x"}],
            ["purchase", "ann", "2026-03-05T10:00Z", {"amount": "10", "weight": 1e16, "item": "X"}],
            ["purchase", "ann", "2026-03-28T23:30Z", {"amount": "0.1", "weight": 1.0, "item": "y"}],
            ["purchase", "ann", "2026-03-29T01:30Z", {"weight": -1e16}],
            ["form", "bob", "2026-03-10T10:00Z", {"item": "x"}],
            ["form", "bob", "2026-03-11T10:00Z"],
            ["purchase", "bob", "2026-03-25T10:00Z", {"amount": "5", "item": "z"}],
            ["purchase", "cat", "2026-04-01T10:00Z", {"amount": "99"}],
            ["form", "dan", "2026-03-30T10:00Z"],
        ],
        segments={1: {"changes": [
            ["enter", "ann", "2026-03-01T00:00Z", 1],
            ["enter", "bob", "2026-03-02T00:00Z", 2],
            ["leave", "bob", "2026-03-30T00:00Z", 3],
        ]}},
        lists={1: {"members": ["cat"]}},
        consent=[
            ["ann", "email", "denied", "2026-01-01T00:00Z"],
            ["ann", "email", "granted", "2026-02-01T00:00Z"],
            ["bob", "email", "granted", "2026-02-01T00:00Z"],
            ["bob", "email", "denied", "2026-02-01T00:00Z"],
        ],
    )  # fmt: skip


def definition_of(
    where: Mapping[str, Any], audience: str = "contact", timezone: str | None = None
) -> bound.Definition:
    """A condition in JSON's form, bound."""
    source: dict[str, Any] = {"where": where, "audience": audience}
    if timezone is not None:
        source["timezone"] = timezone
    binding = bind(wire.source_from_json(source), CATALOG, _Names())
    assert binding.definition is not None, binding.errors
    return binding.definition


def keys_of(connection: duckdb.DuckDBPyConnection, entity: Entity) -> dict[int, str]:
    """Keys of an entity's records by number."""
    rows = connection.execute(f'SELECT _number, _key FROM "{layout.entity_table(entity)}"').fetchall()
    return dict(rows)


def members_in_duckdb(definition: bound.Definition, state: Database) -> set[str]:
    """Who meets a definition in a state, as DuckDB says."""
    connection = record_of(state)
    try:
        keys = keys_of(connection, definition.audience)
        found = sql.members(connection, definition, catalog=state.catalog, now=state.now)
        return {keys[number] for number in found.tolist()}
    finally:
        connection.close()
