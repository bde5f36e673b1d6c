"""Polars beside the index: the same tables in memory, and the definitions as lazy queries by hand.

Interactions are sorted by time, so that a window is a slice that Polars finds by its sorted flag.
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench._world import DAY_US, SHARES

Numbers = NDArray[np.uint32]


class Polars:
    """The tables of a world, from a DuckDB connection that has views of plain names."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        def frame(statement: str) -> pl.DataFrame:
            return pl.DataFrame(connection.sql(statement).to_arrow_table())

        self.account = frame(
            "SELECT _number AS account, industry_folded AS industry FROM account"
        ).with_columns(pl.col("industry").cast(pl.Categorical))
        self.contact = frame(
            "SELECT _number AS number, _key AS key, city_folded AS city, age, tier,"
            " substr(account, 2)::UINTEGER AS account FROM contact ORDER BY _number"
        ).with_columns(pl.col("city").cast(pl.Categorical), pl.col("tier").cast(pl.Categorical))
        self.types = {}
        for name in SHARES:
            amount = ", (amount * 10000)::BIGINT AS amount" if name == "purchase" else ""
            self.types[name] = frame(
                f"SELECT _member AS number, epoch_us(_occurred_at) AS at{amount} FROM {name}"
                " ORDER BY _occurred_at"
            ).with_columns(pl.col("at").set_sorted())

    def members(self, query: Callable[[Polars, int], pl.LazyFrame], now: int) -> Numbers:
        """The members that a query gives, ascending."""
        found = query(self, now).collect().to_series().to_numpy()
        return np.sort(found.astype(np.uint32))

    def window(self, name: str, days: int, now: int) -> pl.LazyFrame:
        """The interactions of a type in the last days."""
        at = self.types[name]["at"]
        first, after = at.search_sorted(pl.Series([now - days * DAY_US, now]), side="right").to_list()
        return self.types[name].slice(first, after - first).lazy()


def _count(data: Polars, name: str, days: int, least: int, now: int) -> pl.LazyFrame:
    counted = data.window(name, days, now).group_by("number").len()
    return counted.filter(pl.col("len") >= least).select("number")


def _sum(data: Polars, days: int, least: int, now: int) -> pl.LazyFrame:
    summed = data.window("purchase", days, now).group_by("number").agg(pl.col("amount").sum())
    return summed.filter(pl.col("amount") >= least * 10_000).select("number")


def _then(data: Polars, days: int, now: int) -> pl.LazyFrame:
    forms = data.types["form_submitted"].lazy().filter(pl.col("at") <= now)
    bought = data.types["purchase"].lazy().filter(pl.col("at") <= now).select("number", "at")
    joined = bought.join_asof(
        forms.with_columns(form=pl.col("at")),
        on="at",
        by="number",
        check_sortedness=False,
    )
    return joined.filter(pl.col("at") <= pl.col("form") + days * DAY_US).select("number").unique()


def _top(data: Polars, now: int) -> pl.LazyFrame:
    spent = data.window("purchase", 365, now).group_by("number").agg(pl.col("amount").sum())
    ranked = data.contact.lazy().select("number", "key").join(spent, on="number", how="left")
    wanted = -(-data.contact.height * 5 // 100)
    by = ranked.with_columns(pl.col("amount").fill_null(0))
    return by.sort("amount", "key", descending=[True, False]).head(wanted).select("number")


def _industry(data: Polars, names: list[str]) -> pl.LazyFrame:
    return data.account.lazy().filter(pl.col("industry").is_in(names)).select("account")


def _semi(one: pl.LazyFrame, other: pl.LazyFrame, on: str = "number") -> pl.LazyFrame:
    return one.join(other, on=on, how="semi")


def _anti(one: pl.LazyFrame, other: pl.LazyFrame) -> pl.LazyFrame:
    return one.join(other, on="number", how="anti")


def _deep(data: Polars, now: int) -> pl.LazyFrame:
    contact = data.contact.lazy()
    is_gold = (pl.col("tier") == "gold") | ((pl.col("tier") == "silver") & (pl.col("age") >= 40))
    chosen = pl.concat(
        [
            contact.filter(is_gold).select("number"),
            _semi(contact, _industry(data, ["industry 3"]), "account").select("number"),
        ]
    ).unique()
    dear = data.window("purchase", 365, now).filter(pl.col("amount") >= 250 * 10_000).select("number")
    bought = pl.concat([dear, _sum(data, 180, 1000, now), _then(data, 3, now)]).unique()
    opened = _semi(_semi(chosen, _count(data, "email_opened", 90, 2, now)), bought)
    return _anti(opened, data.window("form_submitted", 14, now))


BY_HAND: dict[str, Callable[[Polars, int], pl.LazyFrame]] = {
    "city is X": lambda d, _: d.contact.lazy().filter(pl.col("city") == "city 7").select("number"),
    "age range and tier": lambda d, _: (
        d.contact.lazy()
        .filter(pl.col("age").is_between(30, 45) & (pl.col("tier") == "gold"))
        .select("number")
    ),
    "through the account": lambda d, _: _semi(
        d.contact.lazy(), _industry(d, ["industry 3", "industry 5"]), "account"
    ).select("number"),
    "3 opens in 30 days": lambda d, now: _count(d, "email_opened", 30, 3, now),
    "sum of purchases, 90 days": lambda d, now: _sum(d, 90, 500, now),
    "received, not opened, 60 days": lambda d, now: _anti(
        d.window("email_received", 60, now).select("number").unique(), d.window("email_opened", 60, now)
    ),
    "form then purchase, 7 days": lambda d, now: _then(d, 7, now),
    "profile, account, two behaviours": lambda d, now: _anti(
        _semi(
            _semi(d.contact.lazy().filter(pl.col("age") >= 30), _industry(d, ["industry 3"]), "account"),
            _count(d, "email_opened", 60, 2, now),
        ).select("number"),
        d.window("purchase", 30, now),
    ),
    "top 5% by spend": _top,
    "deep and mixed": _deep,
}
"""By name of the definition."""
