"""The loops over many planes turn what a look at each plane by itself would turn, and the same back again."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from satsuma.membership.asking import Asking
from satsuma.membership.judging import Case, judge
from satsuma.membership.planes import Places, Plane
from satsuma.membership.standing import KeptLeaf
from satsuma.membership.touching import Leaf, Program
from satsuma.membership.touching.programs import Every, Except, Node, Some, program_at
from satsuma.membership.touching.sources import Reads
from satsuma.membership.turning import turn_to

BEYOND = 5_000
"""Numbers go beyond what planes have room for."""

seeds = st.integers(0, 2**32)


def planes_of(random: np.random.Generator, count: int) -> list[Plane]:
    """Planes of several sizes, of which some are read-only, as those that were saved are."""
    found = []
    for _ in range(count):
        packed = random.integers(0, 256, random.integers(0, BEYOND // 8), dtype=np.uint8)
        packed.flags.writeable = bool(random.integers(2))
        found.append(Plane(packed))
    return found


def some_of(random: np.random.Generator) -> Any:
    """Distinct numbers, ascending."""
    return np.flatnonzero(random.random(BEYOND) < random.choice([0, 0.001, 0.3])).astype(np.uint32)


def as_told(planes: list[Plane]) -> list[list[int]]:
    return [plane.numbers().tolist() for plane in planes]


@given(seeds)
def test_planes_are_turned_to_answers_and_told_what_was_turned(seed: int) -> None:
    random = np.random.default_rng(seed)
    planes, numbers = planes_of(random, int(random.integers(1, 20))), some_of(random)
    before = as_told(planes)
    answers = random.random((len(planes), len(numbers))) < random.random()
    stood = [plane.at(Places.of(numbers)) for plane in planes]
    for plane in planes:
        plane.make_room(BEYOND)
    addresses = np.array([plane.address for plane in planes], dtype=np.uint64)
    ends, turned = turn_to(addresses, numbers, answers)
    for (first, end), plane, was, answer in zip(
        pairwise([0, *ends.tolist()]), planes, stood, answers, strict=True
    ):
        assert turned[first:end].tolist() == numbers[was != answer].tolist()
        assert plane.at(Places.of(numbers)).tolist() == answer.tolist()
    asking = Asking.__new__(Asking)
    asking._undo = []
    asking.turned_already(planes, ends, turned)
    asking.undo()
    assert as_told(planes) == before


def nodes(keys: list[str]) -> st.SearchStrategy[Node]:
    """What programs are made of."""
    return st.recursive(
        st.sampled_from(keys),
        lambda inner: st.one_of(
            st.builds(Every, st.lists(inner, max_size=3).map(tuple)),
            st.builds(Some, st.lists(inner, max_size=3).map(tuple)),
            st.builds(Except, inner),
        ),
        max_leaves=12,
    )


@given(seeds, st.data())
def test_segments_are_judged_together_as_each_by_its_program(seed: int, data: st.DataObject) -> None:
    random = np.random.default_rng(seed)
    keys = [f"leaf {place}" for place in range(8)]
    leaves = {key: leaf_of(key) for key in keys}
    kept = {key: KeptLeaf(leaves[key], plane) for key, plane in zip(keys, planes_of(random, 8), strict=True)}
    alive = random.random(BEYOND) < 0.9
    cases = []
    for node in data.draw(st.lists(nodes(keys), min_size=1, max_size=6)):
        used = [key for key in keys if random.random() < 0.9 or _uses(node, key)]
        program = program_at(node, {key: leaves[key] for key in used})
        parts = [part for part in (some_of(random), some_of(random)) if len(part)]
        cases.append(Case(program, planes_of(random, 1)[0], parts))
    before = as_told([case.plane for case in cases])
    wanted = [_by_itself(case, kept, alive) for case in cases]
    judged = judge(cases, kept, alive)
    found = judged.each()
    for case, was, (numbers, entered), (moved, holds) in zip(cases, before, found, wanted, strict=True):
        assert (numbers.tolist(), entered.tolist()) == (moved.tolist(), holds.tolist())
        now = (set(was) | set(moved[holds].tolist())) - set(moved[~holds].tolist())
        assert case.plane.numbers().tolist() == sorted(now)


def _by_itself(case: Case, leaves: dict[str, KeptLeaf], alive: Any) -> tuple[Any, Any]:
    numbers = np.unique(np.concatenate([*case.candidates, np.zeros(0, dtype=np.uint32)]))
    places = Places.of(numbers)
    truths = {key: leaves[key].plane.at(places) for key in case.program.leaves}
    holds = case.program.evaluate(truths, len(numbers)) & alive[numbers]
    differs = holds != case.plane.at(places)
    return numbers[differs], holds[differs]


def _uses(node: Node, key: str) -> bool:
    match node:
        case str():
            return node == key
        case Except(negated):
            return _uses(negated, key)
        case Every(several) | Some(several):
            return any(_uses(one, key) for one in several)


def leaf_of(key: str) -> Leaf:
    """A leaf about which nothing matters but its key."""
    condition: Any = None
    return Leaf(key, condition, 1, "UTC", frozenset(), Reads((), ()), "", "")


def test_a_program_of_nothing_needs_no_leaf() -> None:
    nobody, everyone = (program_at(node, {}) for node in (Some(()), Every(())))
    alive, numbers = np.ones(10, dtype=np.bool_), np.array([2, 5], dtype=np.uint32)
    cases = [Case(nobody, Plane(), [numbers]), Case(everyone, Plane(), [numbers])]
    assert [moved.tolist() for moved, _ in judge(cases, {}, alive).each()] == [[], [2, 5]]


def test_programs_are_as_deep_as_they_say() -> None:
    program: Program = program_at(
        Every(("a", Some(("b", Every(("c", "d")))))), {key: leaf_of(key) for key in "abcd"}
    )
    assert program.depth == 4
