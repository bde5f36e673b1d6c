"""New interactions go into the index as they were written, which says the same as if they had been read."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

import satsuma
from satsuma.index import rows
from satsuma.index.index import Index
from satsuma.record.intake import take_interactions
from tests.index.everything import everything

NOW = "2026-06-01T00:00:00Z"
LOCATION = {"latitude": 1.5, "longitude": -2.5}
VALUES: dict[str, list[Any]] = {
    "text": ["é", "a", None, "B"],
    "integer": [3, -(2**53), None, 0],
    "number": [0.5, None, -1e300, 0.0],
    "decimal": ["1.2345", "-99999999999999.9999", None, "0"],
    "boolean": [True, False, None, True],
    "date": ["2026-05-01", "1969-12-31", None, "2000-02-29"],
    "timestamp": ["2026-05-01T10:00:00.000001Z", "1969-12-31T23:59:59.999999Z", None, "2026-05-01T10:00:00Z"],
    "choice": ["small", None, "large", "small"],
    "reference": ["one", None, "two", "one"],
    "location": [LOCATION, None, {"latitude": -90, "longitude": 180}, None],
    "choices": [["y", "x"], [], None, ["y"]],
}


@pytest.mark.parametrize("types", [list(VALUES)[:-1], list(VALUES)], ids=["at hand", "with choices"])
def test_an_index_has_new_interactions_as_they_are_stored(tmp_path: Path, types: list[str]) -> None:
    declared = {name: {"type": name, "to": "account"} if name == "reference" else name for name in types}
    with satsuma.open(tmp_path, clock=satsuma.ManualClock(NOW)) as workspace:
        workspace.catalog.apply(
            {
                "timezone": "UTC",
                "entities": {
                    "contact": {"audience": True, "attributes": {}},
                    "account": {"attributes": {}},
                },
                "interactions": {"visit": {"audience": "contact", "attributes": declared}},
            }
        )
        workspace.upsert("account", [{"id": "one"}])
        record = workspace._record
        index = Index.open(record)
        written = rows._interactions_written
        with (
            patch.object(rows, "_interactions_written", wraps=written) as at_hand,
            record.begin(at=record.now, actor="test") as change,
        ):
            # In two batches, of which one lacks an attribute, and members and instants in no order.
            for first, lacking in ((0, "text"), (2, "date")):
                batch = [
                    {
                        "id": f"{9 - place}",
                        "contact": "ba"[place % 2],
                        "occurred_at": f"2026-05-0{1 + place % 3}T00:00:00Z",
                        **{name: VALUES[name][place] for name in types if name != lacking},
                    }
                    for place in range(first, first + 2)
                ]
                change.append("visit", take_interactions(batch, "visit", change.catalog, now=change.at))
            index = index.apply(change)
        assert at_hand.called == ("choices" not in types)
        assert len(index.interactions[change.interaction("visit").number].parts) == 2
        assert everything(index) == everything(Index.open(record, tmp_path / "anew"))
