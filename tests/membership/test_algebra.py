"""Segments of segments are estimated by set operations, to the same sizes, steps and samples."""

from __future__ import annotations

import random
from pathlib import Path

import satsuma

CONTACTS = 70
WHERE = {"A": "n < 20", "B": "n between 10 and 40", "C": "n >= 35", "Nobody": "n > 1000", "All": "n >= 0"}

Expression = tuple[str, set[str]]


def expression(
    random_: random.Random, members: dict[str, set[str]], everyone: set[str], depth: int = 4
) -> Expression:
    """A text and the keys that meet it."""
    if not depth or random_.random() < 0.3:
        name = random_.choice(sorted(members))
        return f'segment "{name}"', members[name]
    left, right = (expression(random_, members, everyone, depth - 1) for _ in range(2))
    match random_.randrange(4):
        case 0:
            return f"not ({left[0]})", everyone - left[1]
        case 1:
            return f"({left[0]}) or ({right[0]})", left[1] | right[1]
        case 2:
            return f"({left[0]}) and not ({right[0]})", left[1] - right[1]
        case _:
            return f"({left[0]}) and ({right[0]})", left[1] & right[1]


def test_compounds_have_the_sizes_steps_and_samples_of_their_sets(tmp_path: Path) -> None:
    random_ = random.Random(5)
    with satsuma.open(tmp_path, clock=satsuma.ManualClock("2026-01-01")) as ws:
        rows = [{"id": f"c{number:02}", "n": number} for number in range(CONTACTS)]
        ws.upsert("contact", [*rows, {"id": "without"}])
        for name, where in WHERE.items():
            ws.segments.create(name, where=where)
        ws.segments.go_live(list(WHERE))
        ws.delete("contact", ["c05", "c12", "c69"])
        ws.warm()
        members = {name: set(ws.segments[name].members()) for name in WHERE}
        everyone = {str(row["id"]) for row in rows} - {"c05", "c12", "c69"} | {"without"}
        for number in range(60):
            text, expected = expression(random_, members, everyone)
            segment = ws.segments.create(f"Compound {number}", where=text)
            found = segment.estimate()
            assert (found.count, found.audience_size) == (len(expected), len(everyone)), text
            assert set(found.sample) <= expected
            assert len(found.sample) == min(20, len(expected))
            assert found.per_condition[-1].together == len(expected)
        by_steps = ws.segments.create("Steps", where='not segment "A" and segment "All" and segment "B"')
        steps = [(one.alone, one.together) for one in by_steps.estimate().per_condition]
        after_a = everyone - members["A"]
        in_all = after_a & members["All"]
        assert steps == [
            (len(after_a), len(after_a)),
            (len(members["All"]), len(in_all)),
            (len(members["B"]), len(in_all & members["B"])),
        ]
