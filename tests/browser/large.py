"""A workspace with many segments and many members, for what must stay smooth in the console."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

import satsuma

SEGMENTS = 1_000
EVERYONE = "Everyone with a score"
_BATCH = 100_000


def build_large(directory: Path, members: int, segments: int = SEGMENTS) -> None:
    """Make it: so many contacts, all in one live segment, and so many segments in all, the others drafts.

    Args:
        directory: Where it shall stand; nothing stands there yet.
        members: How many.
        segments: How many.
    """
    rng = np.random.default_rng(7)
    cities = np.array(["Berlin", "Hamburg", "Köln", "Paris", "Lyon", "Wien"])
    with satsuma.open(directory, actor="demo", warming="asked") as workspace:
        for start in range(0, members, _BATCH):
            count = min(_BATCH, members - start)
            table = pa.table(
                {
                    "id": [f"c-{start + place:07d}" for place in range(count)],
                    "city": cities[rng.integers(0, len(cities), count)].tolist(),
                    "score": rng.integers(0, 100, count).tolist(),
                    "email": [f"c-{start + place:07d}@customers.example" for place in range(count)],
                }
            )
            workspace.upsert("contact", table)
        for number in range(1, segments):
            where = f'city is "{cities[number % len(cities)]}" and score >= {number % 100}'
            workspace.segments.create(f"Score {number:04d}", where, tags=[f"wave {number % 9}"])
        # At the end: what is live is kept exact through whatever comes after it.
        workspace.segments.create(EVERYONE, "score >= 0", tags=["all"]).go_live()
