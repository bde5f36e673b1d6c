"""Members of versions: made from one another at the cost of what moved, they are what they would be anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satsuma.membership import members
from satsuma.membership.members import Members


@given(
    first=st.sets(st.integers(0, 40)),
    moves=st.lists(st.tuples(st.sets(st.integers(0, 40)), st.booleans()), max_size=12),
)
def test_members_follow_moves_whatever_readers_ask_in_between(
    first: set[int], moves: list[tuple[set[int], bool]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(members, "MOVED_MIN", 5)
        here, expected = Members.of(np.array(sorted(first), dtype=np.uint32)), set(first)
        for moved, is_read in moves:
            numbers = np.array(sorted(moved), dtype=np.uint32)
            entered = np.array([one not in expected for one in sorted(moved)], dtype=np.bool_)
            before, was = here, set(expected)
            here, expected = here.after(numbers, entered), expected ^ moved
            if is_read:
                assert here.numbers().tolist() == sorted(expected)
            assert len(here) == len(expected)
            assert {one for one in range(42) if one in here} == expected
            assert before.numbers().tolist() == sorted(was)
        assert set(here.whole()) == expected
