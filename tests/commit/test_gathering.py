"""Gathering: a version of a crowd waits for all who are about, and never for long; nobody else waits."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import satsuma
from satsuma.commit.gathering import CROWD_MIN, WAIT_US_MAX, Gathering

COUNTS = st.integers(0, 2_000)
TIMES = st.integers(0, 10_000_000)


def test_the_first_version_waits_for_nobody() -> None:
    assert Gathering().wait_us(1, 0) == 0


def test_two_camps_that_take_turns_become_one() -> None:
    """Callers who send again 10 ms after their answer, against versions of 30 ms whatever is in them."""
    made, now_us, gathering = list[int](), 0, Gathering()
    sending = [0] * 100 + [20_000] * 100  # when each of the callers sends next
    for _ in range(5):
        while (wait := gathering.wait_us(waiting := sum(at <= now_us for at in sending), now_us)) > 0:
            now_us = min(now_us + wait, *(at for at in sending if at > now_us))
        begun_us, now_us = now_us, now_us + 30_000
        sending = [now_us + 10_000 if at <= begun_us else at for at in sending]
        came = sum(at <= now_us for at in sending)
        gathering.made(waiting, came, begun_us, now_us)
        made.append(waiting)
    assert made == [100, 200, 200, 200, 200]


@given(st.integers(0, CROWD_MIN - 1), st.integers(1, 100), TIMES)
def test_few_callers_never_wait_for_each_other(callers: int, waiting: int, took_us: int) -> None:
    gathering = Gathering()
    gathering.made(callers, 0, 0, took_us)
    assert gathering.wait_us(waiting, took_us) == 0


@given(COUNTS, COUNTS, st.integers(1, 2_000), TIMES, TIMES, TIMES)
def test_nobody_waits_for_longer_than_the_last_version_took(
    taken: int, came: int, waiting: int, begun_us: int, took_us: int, later_us: int
) -> None:
    gathering = Gathering()
    ended_us = begun_us + took_us
    gathering.made(taken, came, begun_us, ended_us)
    wait_us = gathering.wait_us(waiting, ended_us + later_us)
    assert 0 <= wait_us <= min(took_us, WAIT_US_MAX)
    assert gathering.wait_us(waiting, ended_us + later_us + wait_us) == 0, "and having waited, it begins"
    if waiting >= taken + came:
        assert wait_us == 0, "all who are about have come"


@given(st.integers(CROWD_MIN, 2_000), COUNTS)
def test_a_crowd_that_has_thinned_is_waited_for_once(crowd: int, left: int) -> None:
    gathering = Gathering()
    gathering.made(crowd, 0, 0, 30_000)
    assert gathering.wait_us(1, 30_000) == 30_000
    gathering.made(1, min(left, CROWD_MIN - 2), 60_000, 90_000)
    assert gathering.wait_us(1, 90_000) == 0


def test_whoever_comes_alone_after_a_crowd_is_answered(tmp_path: Path) -> None:
    with satsuma.open(tmp_path / "shop") as ws:
        for place in range(3):
            with ws.writer.turn():
                crowd = [ws.tracking.submit([_message(f"{place}-{n}")]) for n in range(2 * CROWD_MIN)]
            assert sum(one.result(30).accepted for one in crowd) == 2 * CROWD_MIN
            assert ws.tracking.submit([_message(f"{place}-alone")]).result(30).accepted == 1
        assert ws.sql("SELECT count(*) AS n FROM paid")["n"].to_pylist() == [3 * (2 * CROWD_MIN + 1)]


def _message(id: str) -> dict[str, object]:
    return {"type": "track", "userId": "c-1", "event": "paid", "messageId": id}
