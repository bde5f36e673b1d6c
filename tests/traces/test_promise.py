"""The promise, kept over random histories: at every version, every live segment equals its definition.

After each change the members that are kept are compared with the reference evaluator on what is stored, and
with the sum of all signed changes.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import satsuma
from satsuma.evaluation import reference
from satsuma.evaluation.reference.load import load
from satsuma.kernel.instants import format_instant
from satsuma.membership.stored import LiveSet
from satsuma.record.lock import read_holder

KEYS = [f"c-{number}" for number in range(6)]
START = "2026-01-01T00:00:00Z"
DAY_US = 86_400_000_000

SEGMENTS = {
    "Parisians": 'city is "Paris"',
    "No city": "city is missing",
    "Buyers": "did purchase in the last 3 days",
    "Spenders": "sum of amount over purchase in the last 10 days >= 50",
    "Quiet": "did purchase and not did purchase in the last 2 days",
    "Top": "top 2 by sum of amount over purchase",
    "Long in Paris": 'city is "Paris" for at least 2 days',
    "Subscribed": 'in list "News"',
    "Both": 'segment "Parisians" and segment "Buyers"',
    "Either not": '(segment "Parisians" or in list "News") and not segment "Quiet"',
    "Came": 'entered segment "Buyers" in the last 5 days',
    "Went": 'left segment "Both" in the last 5 days',
}

keys = st.sampled_from(KEYS)
instants = st.integers(-12, 3).map(lambda days: days * DAY_US)

steps: st.SearchStrategy[tuple[Any, ...]] = st.one_of(
    st.tuples(st.just("upsert"), keys, st.sampled_from(["Paris", "Lyon", None]), st.integers(0, 6)),
    st.tuples(st.just("append"), keys, st.integers(0, 30), instants, st.integers(0, 60)),
    st.tuples(st.just("retract"), st.integers(0, 30)),
    st.tuples(st.just("delete"), keys),
    st.tuples(st.just("merge"), keys, keys),
    st.tuples(st.just("advance"), st.integers(1, 4 * DAY_US)),
    st.tuples(st.just("join"), keys),
    st.tuples(st.just("leave"), keys),
    st.tuples(st.just("never"), st.sampled_from(["Parisians", "Buyers"]), keys),
    st.tuples(st.just("always"), st.sampled_from(["Parisians", "Buyers"]), keys),
    st.tuples(st.just("edit"), st.sampled_from(['city is "Lyon"', 'city is "Paris"', "everyone"])),
    st.tuples(st.just("stop and go"), st.sampled_from(["Top", "Either not", "Went"])),
)


@settings(
    max_examples=6,
    # A step takes a tenth of a second: a failing history is shown as it was found.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(history=st.lists(steps, min_size=8, max_size=18))
def test_every_live_segment_equals_its_definition_at_every_version(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[Any, ...]]
) -> None:
    path = tmp_path_factory.mktemp("trace")
    with satsuma.open(path, clock=satsuma.ManualClock(START)) as workspace:
        workspace.upsert("contact", [{"id": key, "city": "Paris"} for key in KEYS[:3]])
        row = {"id": "first", "contact": "c-0", "occurred_at": "2025-12-31T00:00:00Z", "amount": 10}
        workspace.append("purchase", [row])
        workspace.lists.create("News")
        for name, where in SEGMENTS.items():
            workspace.segments.create(name, where=where)
        workspace.warm()
        workspace.segments.go_live(list(SEGMENTS))
        for step in history:
            _do(workspace, step)
            _check(workspace)
    assert read_holder(path) is None


def _do(workspace: satsuma.Workspace, step: tuple[Any, ...]) -> None:
    commands: dict[str, Callable[..., object]] = {
        "upsert": lambda key, city, late: workspace.upsert(
            "contact", [{"id": key, "city": city}], observed_at=workspace.now - late * DAY_US
        ),
        "append": lambda key, number, shift, amount: workspace.append(
            "purchase",
            [{"id": f"p-{number}", "contact": key, "occurred_at": _at(workspace, shift), "amount": amount}],
        ),
        "retract": lambda number: workspace.retract("purchase", [f"p-{number}"]),
        "delete": lambda key: workspace.delete("contact", [key]),
        "merge": lambda keep, drop: workspace.merge("contact", keep=keep, drop=drop),
        "advance": lambda by: workspace.advance(to=workspace.now + by),
        "join": lambda key: workspace.lists["News"].add([key]),
        "leave": lambda key: workspace.lists["News"].remove([key]),
        "never": lambda name, key: workspace.segments[name].never([key]),
        "always": lambda name, key: workspace.segments[name].always([key]),
        "edit": lambda where: _edit(workspace, where),
        "stop and go": lambda name: _stop_and_go(workspace, name),
    }
    # A merge of a record with itself or of one that is gone is refused; nothing else is.
    with suppress(satsuma.Error) if step[0] == "merge" else nullcontext():
        commands[step[0]](*step[1:])


def _stop_and_go(workspace: satsuma.Workspace, name: str) -> None:
    workspace.segments[name].stop()
    workspace.segments[name].go_live()


def _edit(workspace: satsuma.Workspace, where: str) -> None:
    workspace.segments["Parisians"].edit(where)
    workspace.segments["Parisians"].go_live()


def _at(workspace: satsuma.Workspace, shift: int) -> str:
    return format_instant(workspace.now + shift)


def _present(workspace: satsuma.Workspace, wanted: list[str]) -> set[str]:
    numbers = workspace._record.number_of("contact", wanted)
    keys = workspace._record.keys_of("contact", numbers[numbers >= 0].astype(np.uint32))
    return {str(key) for key in keys.to_pylist()}


def _check(workspace: satsuma.Workspace) -> None:
    with workspace._rooms.reading() as (cursor, state):
        live = [segment for segment in LiveSet().read(cursor, state.catalog) if not segment.failed]
        database = load(cursor, state.catalog, state.now)
    assert len(live) == len(SEGMENTS)
    for segment in live:
        assert segment.definition is not None
        wanted = reference.members(segment.definition, database)
        rules = workspace.segments[segment.name].overrides()
        for rule in ("always", "never"):
            # A key may be an alias since a merge; one that no record has waits.
            meant = _present(workspace, [row.key for row in rules if row.rule == rule])
            wanted = wanted | meant if rule == "always" else wanted - meant
        assert set(workspace.segments[segment.name].members()) == wanted, segment.name
    assert workspace.verify() == ()
