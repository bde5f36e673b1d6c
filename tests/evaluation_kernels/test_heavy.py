"""Members without interactions beside one with a hundred thousand: the same members as SQL finds."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from satsuma.catalog import change, declare
from satsuma.catalog.model import Catalog
from satsuma.evaluation import sql
from satsuma.evaluation.reference.literals import database
from satsuma.language import tree
from satsuma.language.binding import bind
from satsuma.language.text import parse_text
from satsuma.record import layout
from tests.conformance.load_record import record_of
from tests.evaluation_kernels import subsets
from tests.index.reading import index_of

CATALOG, _ = change.apply(
    Catalog(),
    declare.read(
        {
            "timezone": "UTC",
            "entities": {"contact": {"audience": True, "attributes": {}}},
            "interactions": {
                "visit": {"audience": "contact", "attributes": {"page": "text", "seconds": "integer"}},
                "buy": {"audience": "contact", "attributes": {"amount": "decimal"}},
            },
        }
    ),
)
STATE = database(
    CATALOG,
    "2026-02-01T00:00Z",
    records={"contact": {f"c{n}": {} for n in range(40)}},
)
HEAVY = 100_000
WHERE = (
    "did visit",
    "did visit at least 50000 times",
    "did visit at least 3 times in the last 30 days",
    "did visit between 500 and 4 days ago",
    "did not visit in the last 300 days",
    'did visit in the last 10 days where page is "Page 3"',
    "sum of seconds over visit in the last 100 days >= 90",
    "sum of amount over buy > 1000",
    "number of distinct page over visit >= 3",
    "did visit on at least 100 days",
    'latest visit has page is "page 6"',
    "did visit then buy within 1 hour",
    "did buy then visit within 3 hours without buy in the last 500 days",
    "did visit then not buy within 2 days",
    "top 10% by sum of seconds over visit in the last 365 days",
    "did visit in at least 3 of the last 4 weeks",
)


def test_the_members_are_those_that_sql_finds() -> None:
    with record_of(STATE) as connection, TemporaryDirectory() as folder:
        for name, rows, values in (
            ("visit", HEAVY, "'Page ' || i % 7, 'page ' || i % 7, i % 91"),
            ("buy", HEAVY // 10, "(i % 101)::DECIMAL(18, 4)"),
        ):
            # Of every hundred one is of somebody else; of the odd members nothing is.
            table = layout.interaction_table(CATALOG.interactions[name])
            connection.execute(
                f"INSERT INTO {table} SELECT '{name}' || i,"
                f" 7 + CASE WHEN i % 100 = 0 THEN 2 * (i // 100 % 19) ELSE 38 END,"
                f" make_timestamp({STATE.now} - (hash(i) % 63072000000000)::BIGINT), 1, NULL, {values}"
                f" FROM range({rows}) t(i)"
            )
        index = index_of(connection, CATALOG, STATE.now, Path(folder))
        for text in WHERE:
            binding = bind(tree.Source(where=parse_text(text), audience="contact"), CATALOG)
            assert binding.definition is not None, (text, binding.errors)
            found = subsets.members(index, binding.definition, connection, STATE.now)
            expected = sql.members(connection, binding.definition, catalog=CATALOG, now=STATE.now)
            assert found.tolist() == np.sort(expected).tolist(), text
            assert 0 < len(found) < 40, text
