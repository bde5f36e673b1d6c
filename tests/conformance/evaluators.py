"""Evaluators: all that claim to give the members of a definition, and what each does not do, and why.

A gap's reason is `not yet here` (it will be), `not in that engine` (it cannot be) or `never` (nor should it).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from satsuma.evaluation import reference, sql
from satsuma.index import Index
from satsuma.index.index import Of
from satsuma.language import bound
from tests.conformance.load_record import keys_of, record_of
from tests.evaluation_kernels import subsets
from tests.evaluation_sql.chdb_engine import ChdbRecord, query_of

REASONS = ("not yet here", "not in that engine", "never")

Evaluate = Callable[[bound.Definition, reference.Database], set[str]]


@dataclass(frozen=True, slots=True)
class Evaluator:
    """One way to the members.

    Attributes:
        evaluate: The keys of the members of a definition in a state.
        gaps: What it does not do: a form by the names of `forms.everything`, or what rows call `demanding`,
            to one of `REASONS` and, after a colon, why.
    """

    name: str
    evaluate: Evaluate
    gaps: Mapping[str, str] = field(default_factory=dict)


def _by_duckdb(definition: bound.Definition, database: reference.Database) -> set[str]:
    connection = _record(database)
    numbers = sql.members(connection, definition, catalog=database.catalog, now=database.now)
    return keys_of(connection, definition.audience, numbers.tolist())


def _by_clickhouse(definition: bound.Definition, database: reference.Database) -> set[str]:
    connection = _record(database)
    numbers = _in_clickhouse(connection, database).numbers(_query(definition, database))
    return keys_of(connection, definition.audience, numbers)


def _by_kernels(definition: bound.Definition, database: reference.Database) -> set[str]:
    connection = _record(database)
    index = _index(connection, database)
    numbers = subsets.members(index, definition, connection, database.now)
    return keys_of(connection, definition.audience, numbers.tolist())


_loaded: list[tuple[reference.Database, duckdb.DuckDBPyConnection]] = []
"""The state loaded last: the rows of a document mostly share theirs."""

_indexed: list[tuple[duckdb.DuckDBPyConnection, Index]] = []
"""The index of the state loaded last."""

_queries: dict[tuple[int, int], tuple[bound.Definition, str]] = {}
"""For ClickHouse, by definition (which is kept, so that its id is of nothing else) and instant."""

_copied: list[tuple[duckdb.DuckDBPyConnection, ChdbRecord]] = []
"""The state loaded last, in ClickHouse."""


def _index(connection: duckdb.DuckDBPyConnection, database: reference.Database) -> Index:
    if not (_indexed and _indexed[0][0] is connection):
        with TemporaryDirectory() as folder:
            # What is mapped stays readable when the files are gone.
            index = Index.read(connection, Of("tests", 1, 0, database.catalog), Path(folder))
        _indexed[:] = [(connection, index)]
    return _indexed[0][1]


def _query(definition: bound.Definition, database: reference.Database) -> str:
    """Of a row in its own state and in the others that `test_agreement` makes, compiled once for all."""
    key = (id(definition), database.now)
    if key not in _queries:
        _queries[key] = (definition, query_of(definition, database.catalog, database.now))
    return _queries[key][1]


def _in_clickhouse(connection: duckdb.DuckDBPyConnection, database: reference.Database) -> ChdbRecord:
    if not (_copied and _copied[0][0] is connection):
        for _, record in _copied:
            record.close()
        _copied[:] = [(connection, ChdbRecord(connection, database.catalog))]
    return _copied[0][1]


def _record(database: reference.Database) -> duckdb.DuckDBPyConnection:
    at_any_time = replace(database, now=0)
    if not (_loaded and _loaded[0][0] == at_any_time):
        for _, connection in _loaded:
            connection.close()
        _loaded[:] = [(at_any_time, record_of(database))]
    return _loaded[0][1]


EVALUATORS: tuple[Evaluator, ...] = (
    Evaluator("reference", reference.members),
    Evaluator("duckdb", _by_duckdb),
    Evaluator("clickhouse", _by_clickhouse),
    Evaluator("kernels", _by_kernels),
)
