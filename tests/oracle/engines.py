"""Engines: the evaluators of one built world, each asked for members by key.

`duckdb` and `clickhouse` compile the same definition to SQL; ClickHouse runs in this process (chDB).
`kernels` read an index made of the same version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from satsuma.evaluation import reference, sql
from satsuma.index import Index
from satsuma.index.index import Of
from satsuma.language import bound
from tests.evaluation_kernels import subsets
from tests.evaluation_sql.chdb_engine import ChdbRecord
from tests.oracle.building import Built
from tests.oracle.copying import copy_of

Members = Callable[[bound.Definition, int], set[str]]
"""The keys of the members of a definition at an instant (microseconds UTC)."""

REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Engines:
    """All evaluators of a world, by name; the reference is the first."""

    built: Built
    by_name: Mapping[str, Members]

    def everyone(self, definition: bound.Definition) -> set[str]:
        """The keys of all records of a definition's audience."""
        return set(self.built.database.records[definition.audience.name])


@contextmanager
def engines(built: Built, *, clickhouse: bool = True) -> Iterator[Engines]:
    """The evaluators of a world, until the context ends."""

    def by_reference(definition: bound.Definition, now: int) -> set[str]:
        return reference.members(definition, built.at(now))

    def by_duckdb(definition: bound.Definition, now: int) -> set[str]:
        try:
            numbers = sql.members(built.cursor, definition, catalog=built.catalog, now=now)
        except sql.EvaluationError:
            # DuckDB has given the transaction up; the next definition shall not fail for this one.
            built.cursor.rollback()
            built.cursor.begin()
            raise
        return _keys(built, definition, numbers.tolist())

    with TemporaryDirectory() as folder:
        # What is mapped stays readable when the files are gone.
        index = Index.read(built.cursor, Of("oracle", 1, built.database.now, built.catalog), Path(folder))

    def by_kernels(definition: bound.Definition, now: int) -> set[str]:
        numbers = subsets.members(index, definition, built.cursor, now)
        return _keys(built, definition, numbers.tolist())

    found: dict[str, Members] = {REFERENCE: by_reference, "duckdb": by_duckdb, "kernels": by_kernels}
    if not clickhouse:
        yield Engines(built, found)
        return
    copy = copy_of(built.cursor, built.catalog)
    with copy, ChdbRecord(copy, built.catalog) as chdb:

        def by_clickhouse(definition: bound.Definition, now: int) -> set[str]:
            return _keys(built, definition, chdb.members(definition, now=now))

        yield Engines(built, {**found, "clickhouse": by_clickhouse})


def negated(definition: bound.Definition) -> bound.Definition:
    """The complement of a definition."""
    return replace(definition, where=bound.Not(definition.where))


def _keys(built: Built, definition: bound.Definition, numbers: list[int]) -> set[str]:
    """Keys of numbers; one that is of no record, or comes twice, is no answer."""
    known = built.keys[definition.audience.name]
    if len(set(numbers)) < len(numbers):
        raise AssertionError(f"found a member twice: {numbers}")
    return {known[number] for number in numbers}
