"""A workspace with six contacts and two accounts, for tests of lists; a manual clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import satsuma

NOW = "2026-01-01T00:00:00Z"


@contextmanager
def shop(path: Path) -> Iterator[satsuma.Workspace]:
    """The workspace, open; c-6 has no e-mail address."""
    with satsuma.open(path, clock=satsuma.ManualClock(NOW), actor="ada") as ws:
        ws.catalog.apply(
            {
                "entities": {
                    "account": {"audience": True},
                    "contact": {"audience": True, "attributes": {"email": "text"}},
                }
            }
        )
        ws.upsert(
            "contact",
            [{"id": f"c-{n}", "email": None if n == 6 else f"c{n}@example.org"} for n in range(1, 7)],
        )
        ws.upsert("account", [{"id": "a-1"}, {"id": "a-2"}])
        yield ws


def count(ws: satsuma.Workspace, type: str) -> int:
    """How many interactions of a type there are."""
    return int(ws.sql(f'SELECT count(*) AS n FROM "{type}"')["n"][0].as_py())
