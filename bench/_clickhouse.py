"""ClickHouse (chDB) beside the index: the same tables as MergeTree, and the definitions as SQL by hand.

Interactions are ordered by time, which windows need most; text that is compared has few distinct values and
is `LowCardinality`. `ago(n)` and `present()` are put in before a statement is run. Where a form and a
purchase share an instant, the form's id comes first, so that `>=` joins them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from bench._world import DAY_US, SHARES

Numbers = NDArray[np.uint32]

_WINDOW = "occurred_at > ago({}) AND occurred_at <= present()"

BY_HAND = {
    "city is X": "SELECT number FROM contact WHERE city = 'city 7'",
    "age range and tier": "SELECT number FROM contact WHERE age BETWEEN 30 AND 45 AND tier = 'gold'",
    "through the account": """
        SELECT number FROM contact
        WHERE account IN (SELECT number FROM account WHERE industry IN ('industry 3', 'industry 5'))
    """,
    "3 opens in 30 days": f"""
        SELECT member FROM email_opened WHERE {_WINDOW.format(30)} GROUP BY member HAVING count() >= 3
    """,
    "sum of purchases, 90 days": f"""
        SELECT member FROM purchase WHERE {_WINDOW.format(90)} GROUP BY member HAVING sum(amount) >= 500
    """,
    "received, not opened, 60 days": f"""
        SELECT DISTINCT member FROM email_received WHERE {_WINDOW.format(60)}
        AND member NOT IN (SELECT member FROM email_opened WHERE {_WINDOW.format(60)})
    """,
    "form then purchase, 7 days": f"""
        SELECT DISTINCT p.member
        FROM (SELECT member, occurred_at FROM purchase WHERE occurred_at <= present()) p
        ASOF JOIN (SELECT member, occurred_at FROM form_submitted WHERE occurred_at <= present()) f
        ON p.member = f.member AND p.occurred_at >= f.occurred_at
        WHERE p.occurred_at <= f.occurred_at + {7 * DAY_US}
    """,
    "profile, account, two behaviours": f"""
        SELECT number FROM contact
        WHERE age >= 30 AND account IN (SELECT number FROM account WHERE industry = 'industry 3')
        AND number IN (SELECT member FROM email_opened WHERE {_WINDOW.format(60)}
                       GROUP BY member HAVING count() >= 2)
        AND number NOT IN (SELECT member FROM purchase WHERE {_WINDOW.format(30)})
    """,
    "top 5% by spend": f"""
        SELECT number FROM contact LEFT JOIN (
            SELECT member, sum(amount) AS total FROM purchase WHERE {_WINDOW.format(365)} GROUP BY member) s
        ON s.member = number
        ORDER BY total DESC, key LIMIT (SELECT toUInt64(ceil(count() * 5 / 100)) FROM contact)
    """,
    "deep and mixed": f"""
        SELECT number FROM contact WHERE
        (tier = 'gold' OR (tier = 'silver' AND age >= 40)
         OR account IN (SELECT number FROM account WHERE industry = 'industry 3'))
        AND number IN (SELECT member FROM email_opened WHERE {_WINDOW.format(90)}
                       GROUP BY member HAVING count() >= 2)
        AND (number IN (SELECT member FROM purchase WHERE amount >= 250 AND {_WINDOW.format(365)})
             OR number IN (SELECT member FROM purchase WHERE {_WINDOW.format(180)}
                           GROUP BY member HAVING sum(amount) >= 1000)
             OR number IN (SELECT p.member
                           FROM (SELECT member, occurred_at FROM purchase WHERE occurred_at <= present()) p
                           ASOF JOIN (SELECT member, occurred_at FROM form_submitted
                                      WHERE occurred_at <= present()) f
                           ON p.member = f.member AND p.occurred_at >= f.occurred_at
                           WHERE p.occurred_at <= f.occurred_at + {3 * DAY_US}))
        AND number NOT IN (SELECT member FROM form_submitted WHERE {_WINDOW.format(14)})
    """,
}
"""By name of the definition."""


class ClickHouse:
    """A session with the tables of a world, filled from a DuckDB connection that has views of plain names."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, threads: int) -> None:
        from chdb import session

        made: Any = session
        self._session: Any = made.Session(str(folder / "clickhouse"))
        self._threads = threads
        self._run("CREATE DATABASE IF NOT EXISTS bench")
        self._run("USE bench")
        files = folder / "parquet"
        files.mkdir()
        self._fill(
            files,
            connection,
            "account",
            "number UInt32, industry LowCardinality(String)",
            "SELECT _number AS number, industry_folded AS industry FROM account",
            "number",
        )
        self._fill(
            files,
            connection,
            "contact",
            "number UInt32, key String, city LowCardinality(String), age Int64, tier LowCardinality(String),"
            " account UInt32",
            "SELECT _number AS number, _key AS key, city_folded AS city, age, tier,"
            " substr(account, 2)::UINTEGER AS account FROM contact",
            "number",
        )
        for name in SHARES:
            amount = (", amount Decimal(18, 4)", ", amount") if name == "purchase" else ("", "")
            self._fill(
                files,
                connection,
                name,
                f"member UInt32, occurred_at Int64{amount[0]}",
                f"SELECT _member AS member, epoch_us(_occurred_at) AS occurred_at{amount[1]} FROM {name}",
                "occurred_at",
            )

    def members(self, statement: str, now: int) -> Numbers:
        """The members that a statement gives, ascending."""
        written = statement.replace("present()", str(now))
        while "ago(" in written:
            before, _, rest = written.partition("ago(")
            days, _, after = rest.partition(")")
            written = f"{before}{now - int(days) * DAY_US}{after}"
        answer = self._session.query(f"{written} SETTINGS max_threads = {self._threads}", "ArrowTable")
        return np.sort(np.asarray(answer.column(0).to_numpy(), dtype=np.uint32))

    def close(self) -> None:
        """Let the session go."""
        self._session.close()

    def _fill(
        self,
        files: Path,
        connection: duckdb.DuckDBPyConnection,
        table: str,
        columns: str,
        rows: str,
        order: str,
    ) -> None:
        path = files / f"{table}.parquet"
        connection.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")
        self._run(f"CREATE TABLE {table} ({columns}) ENGINE = MergeTree ORDER BY {order}")
        self._run(f"INSERT INTO {table} SELECT * FROM file('{path}', Parquet)")
        self._run(f"OPTIMIZE TABLE {table} FINAL")
        path.unlink()

    def _run(self, statement: str) -> None:
        self._session.query(statement)
