"""Rounds: one world and many definitions on it, all from one seed."""

from __future__ import annotations

from dataclasses import dataclass, field

from satsuma.kernel.civil import US_PER_DAY, US_PER_HOUR
from tests.oracle.building import built
from tests.oracle.cases import Case
from tests.oracle.checking import Disagreement, check
from tests.oracle.definitions import Definitions
from tests.oracle.engines import engines
from tests.oracle.pools import Draw
from tests.oracle.tally import Tally
from tests.oracle.worlds import random_world

LATER_US = (0, 0, 0, 0, 1, US_PER_HOUR, US_PER_DAY, 40 * US_PER_DAY)
"""How long after the last version a definition is evaluated."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A definition on which something did not hold."""

    case: Case
    disagreements: tuple[Disagreement, ...]

    def __str__(self) -> str:
        return "\n    ".join([self.case.about, self.case.words(), *map(str, self.disagreements)])


@dataclass(slots=True)
class Round:
    """What came of a seed."""

    tally: Tally = field(default_factory=Tally)
    failures: list[Failure] = field(default_factory=list)


def play(seed: int, definitions: int, *, share: float = 1.0) -> Round:
    """Makes the world of a seed and checks so many definitions on it.

    Args:
        share: As `checking.check` takes it.
    """
    draw, done = Draw(seed), Round()
    world, pools = random_world(draw)
    with built(world) as one, engines(one) as evaluators:
        drawing = Definitions(draw, pools, one.catalog)
        for place in range(definitions):
            drawn = drawing.definition()
            now = world.now + draw.choice(LATER_US)
            own = Draw(f"{seed}/{place}")
            found = check(drawn.source, now, evaluators, done.tally, own, noted=drawn.noted, share=share)
            if found:
                about = f"seed {seed}, definition {place}"
                done.failures.append(Failure(Case(about, world, drawn.source, now), tuple(found)))
    return done
