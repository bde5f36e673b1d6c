"""How many rows pass, or are sorted, at once changes nothing in the files of the index."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from satsuma.catalog import change, declare
from satsuma.catalog.model import Catalog
from satsuma.index import entities, interactions, sorting
from satsuma.record import layout
from satsuma.record.schema import apply_catalog
from tests.index.reading import index_of

CATALOG, _ = change.apply(
    Catalog(),
    declare.read(
        {
            "timezone": "UTC",
            "entities": {
                "contact": {
                    "audience": True,
                    "attributes": {"city": "text", "score": "number", "born": "date"},
                }
            },
            "interactions": {
                "visit": {
                    "audience": "contact",
                    "attributes": {"page": "text", "tags": "choices", "amount": "decimal", "paid": "boolean"},
                }
            },
        }
    ),
)
SMALLEST_ROWS = 2048
ROWS = 9 * SMALLEST_ROWS + 5
PIECE_ROWS = 1000
"""So that there are dozens of pieces."""


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    """Rows in no order, values that come first in late batches, and missing ones."""
    made = duckdb.connect()
    apply_catalog(made, Catalog(), CATALOG)
    contact = layout.entity_table(CATALOG.entities["contact"])
    visit = layout.interaction_table(CATALOG.interactions["visit"])
    long_ago = "make_timestamp(0::BIGINT)"
    made.execute(
        f"INSERT INTO {contact} SELECT i * 2, 'k' || i, {long_ago}, {long_ago},"
        " CASE WHEN i % 3 > 0 THEN 'City ' || (i // 100) END,"
        " CASE WHEN i % 3 > 0 THEN 'city ' || (i // 100) END,"
        " CASE WHEN i % 5 > 0 THEN i / 7 END, CASE WHEN i % 7 > 0 THEN DATE '2000-01-01' + i::INTEGER END"
        f" FROM range({ROWS}) t(i) ORDER BY hash(i)"
    )
    made.execute(
        f"INSERT INTO {visit} SELECT 'v' || i, 2 * (hash(i, 1) % {ROWS}),"
        " make_timestamp((i // 3)::BIGINT), 1, NULL, 'Page ' || (i // 50), 'page ' || (i // 50),"
        " CASE WHEN i % 4 > 0 THEN ['x' || (i // 1000), 'a'] END,"
        " CASE WHEN i < 20000 THEN i / 8 END, CASE WHEN i % 3 > 0 THEN i % 3 = 1 END"
        f" FROM range({2 * ROWS}) t(i) ORDER BY hash(i, 2)"
    )
    return made


def test_the_files_are_the_same_in_batches_and_in_pieces(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection:
        index_of(connection, CATALOG, 0, tmp_path / "at once")
        for module in (entities, interactions):
            monkeypatch.setattr(module, "BATCH_ROWS", SMALLEST_ROWS)
        monkeypatch.setattr(sorting, "PIECE_ROWS", PIECE_ROWS)
        index = index_of(connection, CATALOG, 0, tmp_path / "in batches")
    assert index.interactions[CATALOG.interactions["visit"].number].size == 2 * ROWS
    whole = [path for path in (tmp_path / "at once").rglob("*") if path.is_file()]
    assert len(whole) > 25
    for path in whole:
        other = tmp_path / "in batches" / path.relative_to(tmp_path / "at once")
        assert other.read_bytes() == path.read_bytes(), other
