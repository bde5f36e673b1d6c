"""Interactions of several types appended at once are as if one type had been appended after another."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from satsuma.catalog.model import Catalog, Mode
from satsuma.record.intake import Intake
from satsuma.record.layout import entity_table, interaction_table
from satsuma.record.sql import fetch, quote
from satsuma.record.store import Record
from satsuma.record.taken import Taken
from tests.record.support import CONTACT, PURCHASE, VISIT, catalog, interactions, records

TYPES = {"visit": VISIT, "purchase": PURCHASE}
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "gone", "alias", "new", "newer"]),
        st.sampled_from([50, 90, 150]),
        st.sampled_from(["1", "2", "3", None]),
    ),
    max_size=6,
)


def made(folder: Path, mode: Mode) -> Record:
    """Records of which one is gone and one has become another."""
    record = Record.create(folder, workspace_id="w", catalog=catalog(mode), at=10, actor="t")
    with record.begin(at=20, actor="t") as change:
        rows = [{"id": key, "observed_at": 20} for key in ("a", "b", "gone", "alias")]
        change.upsert("contact", records(CONTACT, rows, change.catalog))
        change.append(
            "visit", interactions(VISIT, [{"id": "1", "contact": "a", "occurred_at": 15}], change.catalog)
        )
    with record.begin(at=100, actor="t") as change:
        change.delete("contact", ["gone"])
        change.merge("contact", keep="b", drop="alias")
    return record


def told(taken: list[Taken], record: Record) -> list[object]:
    """What was done, and all that is stored then."""
    done = [
        (
            one.accepted,
            one.duplicates,
            one.quarantined,
            one.created.tolist(),
            one.duplicate_positions.tolist(),
        )
        for one in taken
    ]
    tables = [entity_table(CONTACT), *map(interaction_table, TYPES.values()), "quarantine"]
    with record.cursor() as cursor:
        stored = [fetch(cursor, f"SELECT * FROM {quote(name)} ORDER BY ALL").to_pylist() for name in tables]
    return [*done, *stored]


@pytest.mark.parametrize("mode", list(Mode))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(visits=EVENTS, purchases=EVENTS)
def test_types_appended_together_are_stored_as_one_after_another(
    mode: Mode, visits: list[tuple[str, int, str | None]], purchases: list[tuple[str, int, str | None]]
) -> None:
    events = {"purchase": purchases, "visit": visits}

    def arriving(known: Catalog) -> list[tuple[str, Intake]]:
        return [
            (
                name,
                interactions(
                    TYPES[name],
                    [{"contact": who, "occurred_at": at, "id": id} for who, at, id in rows],
                    known,
                ),
            )
            for name, rows in events.items()
        ]

    with TemporaryDirectory() as folder:
        together, apart = made(Path(folder) / "together", mode), made(Path(folder) / "apart", mode)
        with together.begin(at=200, actor="t") as change:
            at_once = change.append_each(arriving(change.catalog), source="s")
        with apart.begin(at=200, actor="t") as change:
            in_turn = [change.append(name, intake, source="s") for name, intake in arriving(change.catalog)]
        assert told(at_once, together) == told(in_turn, apart)
        together.close()
        apart.close()
