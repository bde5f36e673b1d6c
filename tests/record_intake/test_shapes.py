"""Rows that give the same names may come by columns: they are taken, or refused, as by themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from satsuma.catalog.change import apply
from satsuma.catalog.declare import read
from satsuma.catalog.model import Catalog
from satsuma.kernel.instants import format_instant
from satsuma.record.intake import Instants, Intake, RowSource, Shape, take_interactions

NOW = 1_800_000_000_000_000
SHOP = apply(
    Catalog(timezone="Europe/Berlin"),
    read(
        {
            "entities": {"contact": {"audience": True}},
            "interactions": {"opened": {"attributes": {"n": "integer", "t": "text", "tags": "choices"}}},
        }
    ),
)[0]
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "contact": st.sampled_from(["a", "b", "", None, 5, True]),
            "occurred_at": st.integers(0, NOW),
            "id": st.sampled_from(["1", "2", "x" * 600]),
        },
        optional={
            "n": st.sampled_from([1, 2, None, "3", "many", 1.5, 2**70]),
            "t": st.sampled_from(["a", "e\u0301", "", None, "\ud800", 4]),
            "tags": st.sampled_from(["a", None, ""]),
        },
    ),
    max_size=12,
)


def told(intake: Intake) -> tuple[object, ...]:
    groups = {
        position: (group.given, row)
        for group in intake.groups
        for position, row in zip(group.table["_position"].to_pylist(), group.table.to_pylist(), strict=True)
    }
    return groups, intake.refused.to_pylist(), intake.catalog


@given(ROWS, st.data())
def test_rows_by_columns_are_taken_as_rows_by_themselves(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    alone = [place for place in range(len(rows)) if data.draw(st.booleans())]
    alike: dict[tuple[str, ...], list[int]] = {}
    for place in sorted(set(range(len(rows))) - set(alone)):
        alike.setdefault(tuple(rows[place]), []).append(place)
    shapes = []
    for names, places in alike.items():
        columns = [[rows[place][name] for place in places] for name in names]
        at = names.index("occurred_at")
        us = np.array(columns[at], dtype=np.int64)
        shapes.append(
            Shape(
                names,
                tuple(Instants(us) if index == at else column for index, column in enumerate(columns)),
                np.array(places, dtype=np.int64),
            )
        )
    given_rows = [{**row, "occurred_at": format_instant(row["occurred_at"])} for row in rows]
    source = RowSource([given_rows[place] for place in alone], np.array(alone, dtype=np.int64), tuple(shapes))
    by_columns = take_interactions(source, "opened", SHOP, now=NOW)
    assert told(by_columns) == told(take_interactions(given_rows, "opened", SHOP, now=NOW))
