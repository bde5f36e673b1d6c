"""Every form that time can change, in a small shop: whom it changes is touched, and when it does is due."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from satsuma.kernel.civil import US_PER_DAY
from satsuma.kernel.instants import format_instant, parse_instant
from satsuma.kernel.zones import UTC, zone
from satsuma.language import wire
from satsuma.language.binding import bind
from satsuma.membership.names import StoredNames
from satsuma.membership.touching import Leaf, Quiet, Touching, program_of
from satsuma.record.touches import Touches
from tests.membership.due import next_due
from tests.membership.touching_worlds import Trial, missed, trial_of
from tests.oracle.pools import Draw, Pools
from tests.oracle.worlds import Version, World

# Two weeks later clocks are set back in Berlin, and the month has 31 days.
START = parse_instant("2025-10-12T12:00:00Z", UTC)
DAYS = 60
ZONE = "Europe/Berlin"
CATALOG: dict[str, Any] = {
    "timezone": ZONE,
    "entities": {
        "contact": {
            "audience": True,
            "attributes": {
                "city": "text",
                "birth": "date",
                "seen": "timestamp",
                "account": {"type": "reference", "to": "account", "inverse": "contacts"},
            },
        },
        "account": {"attributes": {"founded": "date", "signed": "timestamp"}},
        "product": {"attributes": {"since": "date"}},
    },
    "interactions": {
        "purchase": {
            "audience": "contact",
            "attributes": {
                "paid": "date",
                "delivered": "timestamp",
                "product": {"type": "reference", "to": "product"},
            },
        },
        "visit": {"audience": "contact", "attributes": {}},
    },
}

WEEK, MONTH = {"days": 7}, {"months": 1}
LAST_WEEK, LAST_MONTH = {"last": WEEK}, {"last": MONTH}


def _did(**more: Any) -> dict[str, Any]:
    return {"did": "purchase", **more}


def _when(attribute: str, op: str, value: Any) -> dict[str, Any]:
    return {"attribute": attribute, "op": op, "value": value}


def _of_related(fold: str, attribute: str, op: str, value: Any) -> dict[str, Any]:
    return {
        "related": "account",
        "where": {"all": []},
        "measure": {fold: attribute},
        "is": {"op": op, "value": value},
    }


FORMS: dict[str, dict[str, Any]] = {
    "a rolling window": _did(during=LAST_WEEK),
    "a rolling window of the calendar": _did(during=LAST_MONTH),
    "long ago": _did(during={"before": MONTH}),
    "between": _did(during={"between_ago": [MONTH, WEEK]}),
    "this week": _did(during={"calendar": "this_week"}),
    "last month": _did(during={"calendar": "last_month"}),
    "from then on": _did(during={"from": "2025-10-14T00:00:00Z", "to": "2025-10-20"}),
    "without a window": _did(**{"is": {"op": ">=", "value": 3}}),
    "periods": _did(
        measure={"active_periods": {"length": WEEK, "of_last": 3}}, **{"is": {"op": ">=", "value": 2}}
    ),
    "a first time": _did(measure="first_time", **{"is": {"op": "within", "value": LAST_MONTH}}),
    "a latest time": _did(
        measure="latest_time", **{"is": {"op": "<", "value": {"now": True, "plus": {"days": -9}}}}
    ),
    "a maximum of timestamps": _did(
        measure={"maximum": "delivered"}, **{"is": {"op": ">", "value": {"now": True}}}
    ),
    "a minimum of dates": _did(measure={"minimum": "paid"}, **{"is": {"op": "within", "value": LAST_WEEK}}),
    "a date behind an interaction": _did(
        measure={"maximum": "product.since"}, **{"is": {"op": "within", "value": {"next": WEEK}}}
    ),
    "the latest": {"latest": "purchase", "during": LAST_WEEK, "has": {"all": []}},
    "of an account": _did(of="account.contacts", during=LAST_WEEK, **{"is": {"op": ">=", "value": 2}}),
    "a sequence": {"sequence": [{"did": "visit"}, {"did": "purchase", "within": WEEK}], "during": LAST_MONTH},
    "an absence": {"sequence": [{"did": "purchase"}, {"not_did": "visit", "within": WEEK}]},
    "an absence of a month": {"sequence": [{"did": "visit"}, {"not_did": "purchase", "within": MONTH}]},
    "a blocker": {"sequence": [{"did": "visit"}, {"did": "purchase", "not_did": {"did": "visit"}}]},
    "a date": _when("birth", "=", {"today": True}),
    "a date in a window": _when("birth", "within", {"next": WEEK}),
    "a date more than a while ago": _when("birth", "more_than", {"ago": WEEK}),
    "a date and an instant": _when("birth", ">=", {"now": True, "plus": WEEK}),
    "a timestamp": _when("seen", ">", {"now": True, "plus": {"days": -3}}),
    "a timestamp and a day": _when("seen", "=", {"today": True, "plus": {"days": -3}}),
    "a timestamp in a window": _when("seen", "within", {"calendar": "this_month"}),
    "a timestamp more than a while ahead": _when("seen", "more_than", {"ahead": WEEK}),
    "an anniversary": _when("birth", "anniversary", {"next": WEEK}),
    "a date of the account": _when("account.founded", "within", LAST_WEEK),
    "a timestamp of the account": _when("account.signed", "more_than", {"ago": WEEK}),
    "a related timestamp": _of_related("maximum", "signed", "within", LAST_WEEK),
    "a related date": _of_related("minimum", "founded", "<", {"today": True}),
    "related contacts": {"related": "account.contacts", "where": _did(during=LAST_WEEK)},
    "held": {"held": {"attribute": "city", "op": "is", "value": "Rome"}, "for": {"op": ">=", "value": WEEK}},
    "held for less": {
        "held": {"not": {"attribute": "city", "op": "is", "value": "Rome"}},
        "for": {"op": "<", "value": MONTH},
    },
    "held by a list": {"held": {"list": "News"}, "for": {"op": ">=", "value": WEEK}},
    "held by a segment": {"held": {"segment": "Trial"}, "for": {"op": "<", "value": WEEK}},
    "held by consent": {"held": {"consent": "email", "is": "granted"}, "for": {"op": ">=", "value": WEEK}},
    "entered": {"entered": "Trial", "during": LAST_WEEK},
    "entered long ago": {"entered": "Trial", "during": {"before": WEEK}},
    "consent": {"consent": "email", "is": "granted"},
    "a ranking": {"top": {"count": 2}, "by": "count", "did": "purchase", "during": LAST_WEEK},
    "a ranking among some": {
        "top": {"count": 2},
        "by": {"attribute": "seen"},
        "among": _when("seen", "within", LAST_WEEK),
    },
}


@pytest.fixture(scope="module")
def shop() -> Iterator[Trial]:
    draw = Draw(1)
    before = START - 40 * US_PER_DAY
    world = World(CATALOG, (Version(before, ()),), {"Trial": "contact"}, {"News": "contact"})
    with trial_of(world, draw, Pools(draw, zone(ZONE))) as found:
        found.step(before, list(_first(draw)), "first", goes_on=True)
        for days in (20, 8, 4, 1):
            found.step(START - days * US_PER_DAY, list(_then(draw, days)), f"{days}", goes_on=True)
        yield found


def _first(draw: Draw) -> Iterator[list[Any]]:
    accounts = [
        {"id": f"a-{n}", "founded": _day(draw), "signed": format_instant(START + n * 3 * US_PER_DAY)}
        for n in range(4)
    ]
    yield ["upsert", "account", accounts]
    yield ["upsert", "product", [{"id": f"p-{n}", "since": _day(draw)} for n in range(4)]]
    contacts = [
        {
            "id": f"c-{n}", "city": "Paris", "birth": _day(draw), "seen": _at(draw), "account": f"a-{n % 4}"
        }
        for n in range(8)
    ]  # fmt: skip
    yield ["upsert", "contact", contacts]


def _then(draw: Draw, days: int) -> Iterator[list[Any]]:
    whose = draw.some(range(8), 4, 4)
    yield ["upsert", "contact", [{"id": f"c-{n}", "city": draw.choice(("Rome", "Paris"))} for n in whose]]
    yield [draw.choice(("join", "join", "leave")), "News", [f"c-{n}" for n in whose]]
    yield ["enter", "Trial", [f"c-{n}" for n in whose]]
    yield ["exit", "Trial", [f"c-{whose[0]}"]]
    yield ["consent", "contact", f"c-{whose[0]}", "email", "granted", _at(draw)]
    for type_ in ("purchase", "visit"):
        rows = [
            {"id": f"{days}-{n}", "contact": f"c-{draw.randrange(8)}", "occurred_at": _at(draw)}
            | ({} if type_ == "visit" else _bought(draw))
            for n in range(6)
        ]
        yield ["append", type_, rows]


def _bought(draw: Draw) -> dict[str, Any]:
    return {"paid": _day(draw), "delivered": _at(draw), "product": f"p-{draw.randrange(4)}"}


def _at(draw: Draw) -> str:
    return format_instant(START + draw.randint(-40 * US_PER_DAY, 30 * US_PER_DAY))


def _day(draw: Draw) -> str:
    return zone(ZONE).today(START + draw.randint(-20, 40) * US_PER_DAY).isoformat()


@pytest.mark.parametrize("form", FORMS)
def test_whom_time_changes_is_touched_and_when_it_does_is_due(shop: Trial, form: str) -> None:
    leaf, state = _leaf(shop, FORMS[form]), shop.last
    end, changes, quiet = START + DAYS * US_PER_DAY, 0, Quiet()
    with shop.record.cursor() as cursor:
        while True:
            due = next_due([leaf], state.index, cursor, state.at, end, quiet=quiet)
            until = end if due is None else due - 1
            for at in {until, shop.draw.randint(state.at, until)}:
                assert state.later(at).meeting(leaf) == state.meeting(leaf), f"changes by {at}, due {due}"
            if due is None:
                break
            # Now and then a few due instants are passed at once.
            later = state.later(min(end, due + shop.draw.choice((0, 0, 1, US_PER_DAY))))
            touching = Touching(Touches(), state.index, state.index, state.at, later.at, cursor, quiet=quiet)
            assert missed(leaf, state, later, touching.clock) == set()
            changes += len(state.meeting(leaf) ^ later.meeting(leaf))
            state = later
    assert changes > 0, "time changes nothing here, and nothing is tested"


def _leaf(shop: Trial, where: dict[str, Any]) -> Leaf:
    with shop.record.cursor() as cursor:
        catalog = shop.record.catalog
        source = wire.source_from_json({"audience": "contact", "where": where})
        binding = bind(source, catalog, StoredNames(cursor, catalog))
    assert binding.definition is not None, binding.errors
    [leaf] = program_of(binding.definition).leaves.values()
    return leaf
