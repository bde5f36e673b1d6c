"""Cases: a world, a definition and an instant on which evaluators once disagreed, as JSON in cases/*.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from satsuma.kernel.instants import format_instant, parse_instant
from satsuma.kernel.zones import UTC
from satsuma.language import tree, wire
from tests.oracle.building import built
from tests.oracle.checking import Disagreement, check
from tests.oracle.engines import engines
from tests.oracle.pools import Draw
from tests.oracle.tally import Tally
from tests.oracle.worlds import Version, World

FOLDER = Path(__file__).parent / "cases"
PARTS_TRIED = 4
"""Which part of a definition is looked at is drawn; so often."""


@dataclass(frozen=True, slots=True)
class Case:
    """One definition in one world.

    Attributes:
        about: What it shows.
        now: Microseconds UTC, from the world's last version on.
    """

    about: str
    world: World
    source: tree.Source
    now: int

    def words(self) -> str:
        """The definition as JSON, on one line."""
        return wire.dumps(wire.source_to_json(self.source))


def to_text(case: Case) -> str:
    """The text of a case's file."""
    world = case.world
    versions = [{"at": format_instant(one.at), "writes": list(one.writes)} for one in world.versions]
    whole: dict[str, Any] = {
        "about": case.about,
        "now": format_instant(case.now),
        "definition": wire.source_to_json(case.source),
        "catalog": world.catalog,
        "segments": world.segments,
        "lists": world.lists,
        "versions": versions,
    }
    parsed = json.loads(wire.dumps(whole))
    # Numbers of definitions may have more digits than a double: definitions are kept as text.
    parsed["definition"] = wire.dumps(whole["definition"])
    return json.dumps(parsed, indent=1, ensure_ascii=True) + "\n"


def from_text(text: str) -> Case:
    """The case of a file's text."""
    given = json.loads(text)
    versions = tuple(
        Version(parse_instant(one["at"], UTC), tuple(one["writes"])) for one in given["versions"]
    )
    world = World(given["catalog"], versions, given["segments"], given["lists"])
    source = wire.source_from_json(wire.loads(given["definition"]))
    return Case(given["about"], world, source, parse_instant(given["now"], UTC))


def stored() -> list[Path]:
    """The files of all cases."""
    return sorted(FOLDER.glob("*.json"))


def replay(case: Case, *, clickhouse: bool = True) -> list[Disagreement]:
    """What evaluators still disagree on."""
    with built(case.world) as one, engines(one, clickhouse=clickhouse) as evaluators:
        tally, found = Tally(), list[Disagreement]()
        for seed in range(PARTS_TRIED):
            found += check(case.source, case.now, evaluators, tally, Draw(seed))
        if not tally.bound and not found:
            return [Disagreement("binding", f"the definition is refused: {dict(tally.refused)}")]
        return list(dict.fromkeys(found))
