"""What stops a statement half-way is what arrives: the interrupt, or the error, and not what it broke."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from satsuma.kernel.errors import InvariantError
from satsuma.record.sql import lent
from satsuma.record.store import Record
from tests.record.support import catalog

FAILS = "SELECT 9223372036854775807::BIGINT + a FROM _some"
SOME = pa.table({"a": [1]})


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with Record.create(tmp_path, workspace_id="w", catalog=catalog(), at=100, actor="ann") as made:
        yield made


def interrupt(connection: duckdb.DuckDBPyConnection) -> None:
    """As DuckDB does on Ctrl-C while a statement runs (when it notices differs from run to run)."""
    with pytest.raises(duckdb.OutOfRangeException):
        connection.execute(FAILS).fetchall()  # the transaction is lost, as it is then
    raise RuntimeError("Query interrupted")


def test_an_interrupted_version_leaves_nothing(record: Record) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        record.begin(at=101, actor="a") as change,
        lent(change.connection, _some=SOME),
    ):
        interrupt(change.connection)
    assert record.version == 0
    with record.begin(at=102, actor="a") as change, lent(change.connection, _some=SOME):
        assert change.connection.execute("SELECT a FROM _some").fetchall() == [(1,)]
    assert record.version == 1


def test_reading_is_interrupted(record: Record) -> None:
    with pytest.raises(KeyboardInterrupt), record.cursor() as cursor, lent(cursor, _some=SOME):
        interrupt(cursor)


def test_other_errors_of_the_same_kind_stay_what_they_are(record: Record) -> None:
    with pytest.raises(RuntimeError, match="something else"), record.cursor():
        raise RuntimeError("something else")


def test_the_error_beside_lent_tables_is_the_one_that_is_told(record: Record) -> None:
    with (
        pytest.raises(InvariantError, match="the version could not be made: Out of Range Error: Overflow"),
        record.begin(at=101, actor="a") as change,
        lent(change.connection, _some=SOME),
    ):
        change.connection.execute(FAILS).fetchall()
