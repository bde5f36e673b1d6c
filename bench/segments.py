"""Segments: nine definitions over the index, beside the same in DuckDB: our SQL, and SQL by hand.

The data is made by DuckDB from a seed, in the record's own tables: contacts with accounts, and four types of
interactions spread over two years, stored in the order of time. How many a contact has follows Zipf's law
with exponent 0.5, so that a few have very many. Every answer of every engine is compared, member by member,
with the index's; a difference fails the run. Times are medians of whole calls that end with member numbers in
an array; the first call, which loads the compiled loops and reads the mapped files, is shown apart.

    python -m bench.segments [--contacts N] [--per-contact N] [--repeat N] [--threads N]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from bench._nine import NINE
from satsuma.catalog import change, declare
from satsuma.catalog.model import Catalog, Entity, InteractionType, ValueType
from satsuma.evaluation import kernels, sql
from satsuma.index import Index
from satsuma.index.index import Of
from satsuma.kernel.instants import parse_instant
from satsuma.kernel.zones import UTC
from satsuma.language import bound, tree
from satsuma.language.binding import bind
from satsuma.language.text import parse_text
from satsuma.record import layout, tables
from satsuma.record.schema import apply_catalog

NOW = parse_instant("2026-06-30T12:00:00Z", UTC)
DAY_US = 86_400_000_000
SEED = 11
SHARES = {"email_received": 0.4, "email_opened": 0.3, "purchase": 0.2, "form_submitted": 0.1}

DECLARED = {
    "timezone": "UTC",
    "entities": {
        "contact": {
            "audience": True,
            "attributes": {
                "city": "text",
                "age": "integer",
                "tier": {"type": "choice", "options": ["basic", "silver", "gold"]},
                "account": {"type": "reference", "to": "account"},
            },
        },
        "account": {"attributes": {"industry": "text"}},
    },
    "interactions": {
        "email_received": {"audience": "contact", "attributes": {}},
        "email_opened": {"audience": "contact", "attributes": {}},
        "purchase": {"audience": "contact", "attributes": {"amount": "decimal"}},
        "form_submitted": {"audience": "contact", "attributes": {}},
    },
}

Numbers = NDArray[np.uint32]


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-segments-") as made:
        folder = Path(made)
        catalog, _ = change.apply(Catalog(), declare.read(DECLARED))
        with duckdb.connect(str(folder / "record.duckdb"), config={"threads": options.threads}) as connection:
            begun = time.perf_counter()
            rows = _generate(connection, catalog, options.contacts, options.per_contact)
            print(f"{options.contacts:,} contacts, {rows:,} interactions, made in {_since(begun)}")
            begun = time.perf_counter()
            index = Index.read(connection, Of("bench", 1, NOW, catalog), folder / "index")
            size_mb = sum(one.stat().st_size for one in (folder / "index").rglob("*")) / 1e6
            print(f"index built in {_since(begun)}, {size_mb:,.0f} MB")
            begun = time.perf_counter()
            index = Index.read(connection, Of("bench", 1, NOW, catalog), folder / "index")
            assert index.made == ()
            print(f"index opened, checksums read, in {_since(begun)}")
            _compare(connection, catalog, index, options.repeat)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.segments", description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--per-contact", type=int, default=50, help="interactions, on average")
    parser.add_argument("--repeat", type=int, default=7, help="of each call; the median is shown")
    parser.add_argument("--threads", type=int, default=2, help="of DuckDB")
    return parser.parse_args(arguments)


def _generate(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, contacts: int, per_contact: int
) -> int:
    for statement in tables.STATEMENTS:
        connection.execute(statement)
    apply_catalog(connection, Catalog(), catalog)
    accounts = max(1, contacts // 20)
    fixed = "make_timestamp(1000000::BIGINT), make_timestamp(1000000::BIGINT)"
    contact, account = (layout.entity_table(catalog.entities[name]) for name in ("contact", "account"))
    connection.execute(
        f"INSERT INTO {account} SELECT i, 'a' || i, {fixed}, 'Industry ' || n, 'industry ' || n"
        f" FROM (SELECT i, {_any('i', 1)} % 20 AS n FROM range({accounts}) t(i))"
    )
    tier = f"['basic', 'silver', 'gold'][1 + {_any('i', 4)} % 10 // 4]"
    connection.execute(
        f"INSERT INTO {contact} SELECT i, 'c' || i, {fixed}, 'City ' || n, 'city ' || n,"
        f" 18 + {_any('i', 3)} % 60, {tier}, 'a' || {_any('i', 5)} % {accounts}"
        f" FROM (SELECT i, (400 * pow({_unit('i', 2)}, 2))::BIGINT AS n FROM range({contacts}) t(i))"
    )
    rows = 0
    for place, (name, share) in enumerate(SHARES.items()):
        count = int(contacts * per_contact * share)
        rows += count
        type_ = catalog.interactions[name]
        amount = f", ({_any('i', 9)} % 30000 / 100)::DECIMAL(18, 4)" if type_.attributes else ""
        # The square of an even share follows the law; the factor spreads those with many over all numbers.
        member = f"floor(pow({_unit('i', 10 + place)}, 2) * {contacts})::BIGINT * 7919 % {contacts}"
        at = f"make_timestamp({NOW}::BIGINT - ((1 - i / {count}) * {730 * DAY_US})::BIGINT)"
        connection.execute(
            f"INSERT INTO {layout.interaction_table(type_)}"
            f" SELECT '{name[0]}' || i, {member}, {at}, 1, NULL{amount} FROM range({count}) t(i)"
        )
    connection.execute("CHECKPOINT")
    _views(connection, catalog)
    connection.execute("SET search_path = 'main,plain'")
    return rows


def _any(value: str, purpose: int) -> str:
    return f"(hash({value}, {SEED * 100 + purpose}) % 1000000007)::BIGINT"


def _unit(value: str, purpose: int) -> str:
    return f"({_any(value, purpose)} / 1000000007.0)"


def _compare(connection: duckdb.DuckDBPyConnection, catalog: Catalog, index: Index, repeat: int) -> None:
    print(f"{'medians in ms':34} {'members':>9} {'first':>9} {'index':>9} {'our SQL':>9} {'by hand':>9}")
    faster = []
    for name, (text, by_hand) in NINE.items():
        binding = bind(tree.Source(where=parse_text(text), audience="contact"), catalog)
        definition = binding.definition
        assert definition is not None, binding.errors
        begun = time.perf_counter()
        found = _by_index(index, definition, connection)
        first_ms = (time.perf_counter() - begun) * 1000
        calls: list[Callable[[], Numbers]] = [
            lambda d=definition: _by_index(index, d, connection),  # type: ignore[misc]
            lambda d=definition: sql.members(connection, d, catalog=catalog, now=NOW),  # type: ignore[misc]
            lambda s=by_hand: _by_hand(connection, s),  # type: ignore[misc]
        ]
        for call in calls:
            assert np.array_equal(call(), found), name
        times = [_median_ms(call, repeat) for call in calls]
        faster.append(min(times[1:]) / times[0])
        shown = " ".join(f"{one:>9,.1f}" for one in (first_ms, *times))
        print(f"{name:34} {len(found):>9,} {shown}", flush=True)
    print(
        f"index against the better SQL, geometric mean: {statistics.geometric_mean(faster):.1f} times as fast"
    )


def _by_index(index: Index, definition: bound.Definition, connection: duckdb.DuckDBPyConnection) -> Numbers:
    return kernels.members(index, definition, cursor=connection, now=NOW)


def _views(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    """Plain names for what is written by hand, in a schema of its own."""
    connection.execute("CREATE SCHEMA plain")
    owners: list[Entity | InteractionType] = [*catalog.entities.values(), *catalog.interactions.values()]
    for owner in owners:
        if isinstance(owner, Entity):
            table, names = layout.entity_table(owner), ["_number", "_key"]
        else:
            table, names = layout.interaction_table(owner), ["_id", "_member", "_occurred_at"]
        for attribute in owner.attributes.values():
            names.append(f"{layout.column(attribute)} AS {attribute.name}")
            if attribute.type is ValueType.TEXT:
                names.append(f"{layout.folded_column(attribute)} AS {attribute.name}_folded")
        connection.execute(f"CREATE VIEW plain.{owner.name} AS SELECT {', '.join(names)} FROM main.{table}")
    instant = "make_timestamp({}::BIGINT)"
    connection.execute(f"CREATE MACRO plain.present() AS {instant.format(NOW)}")
    connection.execute(f"CREATE MACRO plain.ago(n) AS {instant.format(f'({NOW} - n * {DAY_US})')}")


def _by_hand(connection: duckdb.DuckDBPyConnection, statement: str) -> Numbers:
    (found,) = connection.execute(statement).fetchnumpy().values()
    return np.sort(np.asarray(found, dtype=np.uint32))


def _median_ms(call: Callable[[], Numbers], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        begun = time.perf_counter()
        call()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def _since(begun: float) -> str:
    return f"{time.perf_counter() - begun:.1f} s"


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
