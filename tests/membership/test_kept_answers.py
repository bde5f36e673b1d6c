"""What was answered is kept for the version at hand alone, and up to a bound."""

from __future__ import annotations

import weakref
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from satsuma.membership.kept_answers import KeptAnswers
from tests.segments.shop import shop


@given(st.lists(st.booleans(), max_size=30))
def test_what_was_put_is_got_until_there_is_another_standing(bits: list[bool]) -> None:
    kept, first, second = KeptAnswers(), object(), object()
    assert kept.get(first, "a") is None
    kept.put(first, "a", np.array(bits, dtype=np.bool_))
    found = kept.get(first, "a")
    assert found is not None
    assert found.tolist() == bits
    assert kept.get(first, "b") is None
    assert kept.get(second, "a") is None
    kept.put(second, "b", np.zeros(3, dtype=np.bool_))
    assert kept.get(first, "a") is None


def test_beyond_the_bound_those_longest_not_asked_for_go() -> None:
    kept, of = KeptAnswers(bytes_max=3), object()
    for question in ("a", "b", "c"):
        kept.put(of, question, np.ones(8, dtype=np.bool_))
    assert kept.get(of, "a") is not None
    kept.put(of, "d", np.ones(8, dtype=np.bool_))
    assert [one for one in "abcd" if kept.get(of, one) is not None] == ["a", "c", "d"]
    kept.put(of, "large", np.ones(32, dtype=np.bool_))
    assert kept.get(of, "large") is None


def test_what_is_forgotten_is_let_go_of_with_its_standing() -> None:
    class Standing:
        pass

    kept, of = KeptAnswers(), Standing()
    kept.put(of, "a", np.ones(8, dtype=np.bool_))
    kept.forget()
    assert kept.get(of, "a") is None
    held = weakref.ref(of)
    del of
    assert held() is None


def test_a_preview_after_a_change_tells_of_the_change(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        workspace.warm()

        def size(where: str) -> int:
            found = workspace.segments.preview(where).estimate
            assert found is not None
            return found.count

        asked = ('city is "Paris"', "did purchase", "not did purchase")
        assert [size(one) for one in asked] == [size(one) for one in asked] == [2, 2, 1]
        workspace.upsert("contact", [{"id": "c-2", "city": "Paris"}])
        assert [size(one) for one in asked] == [3, 2, 1]
        row = {"id": "p-9", "contact": "c-3", "occurred_at": "2025-12-31T00:00:00Z", "amount": 1}
        workspace.append("purchase", [row])
        assert [size(one) for one in asked] == [3, 3, 0]
