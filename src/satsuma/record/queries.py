"""Read-only SQL for people: one statement that only reads, over the views with real names."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from satsuma.kernel.errors import UsageError
from satsuma.record.views import SCHEMA

_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


def run(
    cursor: duckdb.DuckDBPyConnection,
    statement: str,
    parameters: Sequence[object] | dict[str, object] | None = None,
) -> pa.Table:
    """The whole answer of one statement as an Arrow table.

    Args:
        cursor: In a read-only transaction, which is what keeps `explain analyze insert ...` from writing.
        statement: SELECT, WITH, FROM, VALUES, DESCRIBE, SHOW, SUMMARIZE or EXPLAIN.
        parameters: For `?` and `$1` a sequence, for `$name` a mapping.

    Raises:
        UsageError: Not one statement that only reads, or DuckDB refuses it.
    """
    try:
        found = duckdb.extract_statements(statement)
        if len(found) != 1 or found[0].type not in _READING:
            raise UsageError(
                "expected one statement that only reads",
                code="usage.sql",
                hint="SELECT, WITH, DESCRIBE, SHOW, SUMMARIZE and EXPLAIN do",
            )
        cursor.execute(f"SET search_path = '{SCHEMA},main'")
        answer: pa.Table = cursor.sql(statement, params=parameters).to_arrow_table()
    except duckdb.Error as error:
        raise UsageError(f"the query was refused: {error}", code="usage.sql") from error
    return answer
