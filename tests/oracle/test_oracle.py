"""On random worlds every evaluator gives the same members, whatever the definition; the seeds are fixed.

What comes here is repeatable; `make oracle` looks further, with seeds of its own.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.oracle.rounds import play
from tests.oracle.summary import SEEDS

DEFINITIONS = 54
SHARE = 0.35
"""Of the definitions, how many have their complement and a part of them asked too."""


@pytest.mark.parametrize("seed", range(SEEDS))
def test_all_evaluators_agree_on_the_world_of_a_seed(
    seed: int, record_property: Callable[[str, object], None]
) -> None:
    done = play(seed, DEFINITIONS, share=SHARE)
    record_property("oracle", done.tally.to_json())
    assert not done.failures, "\n".join(map(str, done.failures))
    assert done.tally.bound > 0.9 * done.tally.drawn
