"""The SQL that people may read: what it looks like, and that nothing in a definition can break out of it."""

from __future__ import annotations

import pytest

from satsuma.evaluation import sql
from satsuma.kernel.errors import UsageError
from tests.evaluation_sql.states import CATALOG, definition_of, members_in_duckdb, shop

NOW_US = 1_774_951_200_000_000  # 2026-03-31T10:00Z


def _sql(where: dict[str, object], engine: str = "duckdb") -> str:
    return sql.to_sql(definition_of(where), catalog=CATALOG, now=NOW_US, engine=engine)


PROFILE = """
SELECT
  "contact"."_number"
FROM "contact_1" AS "contact"
LEFT JOIN "account_2" AS "account"
  ON "account"."_key" = "contact"."account_14"
WHERE
  "contact"."city_5_folded" = 'paris'
  AND (
    NOT COALESCE("account"."industry_15_folded" = 'retail', FALSE)
  )
"""

COUNT = """
SELECT
  "contact"."_number"
FROM "contact_1" AS "contact"
WHERE
  "contact"."_number" IN (
    SELECT
      "owner"
    FROM (
      SELECT
        "purchase"."_member" AS "owner"
      FROM "purchase_3" AS "purchase"
      WHERE
        "purchase"."_occurred_at" >= CAST('2026-03-01 10:00:00.000001' AS TIMESTAMP)
        AND "purchase"."_occurred_at" < CAST('2026-03-31 10:00:00.000001' AS TIMESTAMP)
    ) AS "matched"
    GROUP BY
      "owner"
    HAVING
      COUNT(*) >= 3
  )
"""


def test_a_profile_condition_reads_as_one_would_write_it() -> None:
    where: dict[str, object] = {
        "all": [
            {"attribute": "city", "op": "is", "value": "Paris"},
            {"not": {"attribute": "account.industry", "op": "is", "value": "Retail"}},
        ]
    }
    assert _sql(where) == PROFILE.strip()


def test_a_count_in_a_window_is_one_group_by() -> None:
    where: dict[str, object] = {
        "did": "purchase",
        "during": {"last": {"days": 30}},
        "is": {"op": ">=", "value": 3},
    }
    assert _sql(where) == COUNT.strip()


@pytest.mark.parametrize("engine", ["duckdb", "clickhouse"])
@pytest.mark.parametrize(
    "text", ["it's", 'a "b"', "back\\slash", "'; DROP TABLE contact_1; --", "new\nline", "%_"]
)
def test_texts_are_quoted_by_each_engine(engine: str, text: str) -> None:
    printed = _sql({"attribute": "city", "op": "is", "value": text}, engine)
    assert printed.count("drop") == text.lower().count("drop")


@pytest.mark.parametrize(
    "text", ["it's", 'a "b"', "back\\slash", "'; DROP TABLE contact_1; --", "new\nline", "\x00"]
)
def test_any_text_arrives_as_it_is(text: str) -> None:
    state = shop()
    other: dict[str, object] = {"attribute": "city", "op": "is_not", "value": text}
    assert members_in_duckdb(definition_of(other), state) == set(state.records["contact"])


def test_an_engine_we_do_not_speak_is_refused() -> None:
    with pytest.raises(UsageError, match="no SQL dialect 'oracle'"):
        _sql({"all": []}, "oracle")
