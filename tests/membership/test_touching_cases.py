"""Which members a write touches, case by case, in a small shop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from satsuma.kernel.civil import US_PER_DAY
from satsuma.kernel.instants import format_instant, parse_instant
from satsuma.kernel.zones import UTC
from satsuma.language import wire
from satsuma.language.binding import bind
from satsuma.membership.names import StoredNames
from satsuma.membership.touching import Leaf, Touching, program_of
from satsuma.record.touches import Touches
from tests.membership.touching_worlds import Step, Trial, missed, trial_of
from tests.oracle.pools import Draw, Pools
from tests.oracle.worlds import Version, World

START = parse_instant("2025-06-10T12:00:00Z", UTC)

CATALOG: dict[str, Any] = {
    "timezone": "UTC",
    "entities": {
        "contact": {
            "audience": True,
            "attributes": {
                "city": "text",
                "age": "integer",
                "birth": "date",
                "account": {"type": "reference", "to": "account", "inverse": "contacts"},
            },
        },
        "account": {
            "attributes": {
                "plan": "text",
                "parent": {"type": "reference", "to": "account", "inverse": "children"},
            }
        },
        "partner": {"audience": True, "attributes": {"level": "integer"}},
        "product": {"attributes": {"price": "integer"}},
    },
    "interactions": {
        "purchase": {
            "audience": "contact",
            "attributes": {"amount": "integer", "product": {"type": "reference", "to": "product"}},
        },
        "visit": {"audience": "contact", "attributes": {"page": "text"}},
        "signed": {"audience": "partner", "attributes": {}},
    },
}


def _ago(days: float) -> str:
    return format_instant(START - int(days * US_PER_DAY))


FIRST: list[list[Any]] = [
    ["upsert", "account", [{"id": "acme", "plan": "gold"}, {"id": "sub", "plan": "free", "parent": "acme"}]],
    ["upsert", "product", [{"id": "pen", "price": 3}, {"id": "book", "price": 20}]],
    [
        "upsert",
        "contact",
        [
            {"id": "ann", "city": "Paris", "age": 30, "account": "acme"},
            {"id": "bob", "city": "Rome", "age": 40, "account": "acme"},
            {"id": "cat", "city": "Rome", "age": 50, "account": "sub"},
            {"id": "dan", "account": "later"},
            {"id": "eve"},
        ],
    ],
    [
        "append",
        "purchase",
        [
            {"id": "1", "contact": "ann", "occurred_at": _ago(1), "amount": 5, "product": "pen"},
            {"id": "2", "contact": "bob", "occurred_at": _ago(1), "amount": 7, "product": "book"},
            {"id": "3", "contact": "cat", "occurred_at": _ago(1), "amount": 9, "product": "soon"},
        ],
    ],
    ["join", "News", ["ann"]],
]

ANN, BOB, CAT, DAN, EVE = "ann", "bob", "cat", "dan", "eve"
CITY = {"attribute": "city", "op": "is", "value": "Rome"}
PLAN = {"attribute": "account.plan", "op": "is", "value": "gold"}
BOUGHT = {"did": "purchase", "is": {"op": ">=", "value": 2}}
CHEAP = {"did": "purchase", "where": {"attribute": "product.price", "op": "<", "value": 10}}
OF_ACCOUNT = {"did": "purchase", "of": "account.contacts", "is": {"op": ">=", "value": 2}}
HAS_ACCOUNT = {"related": "account", "where": {"all": []}}
COLLEAGUES = {"related": "account.contacts", "where": CITY, "is": {"op": ">=", "value": 1}}
TOP = {"top": {"count": 2}, "by": "count", "did": "purchase"}
HELD = {"held": CITY, "for": {"op": ">=", "value": {"days": 7}}}
SEQUENCE = {"sequence": [{"did": "visit"}, {"did": "purchase", "within": {"days": 7}}]}

ROME = ["upsert", "contact", [{"id": ANN, "city": "Rome"}]]
OLDER = ["upsert", "contact", [{"id": ANN, "age": 31}]]
VISIT = ["append", "visit", [{"id": "v", "contact": BOB, "occurred_at": _ago(2), "page": "/"}]]
MORE = ["append", "purchase", [{"id": "4", "contact": BOB, "occurred_at": _ago(2), "product": "pen"}]]
ACME = ["upsert", "account", [{"id": "acme", "plan": "free"}]]
LATER = ["upsert", "account", [{"id": "later", "plan": "gold"}]]
MOVES = ["upsert", "contact", [{"id": ANN, "account": "sub"}]]
GONE = ["delete", "account", ["acme"]]
SOON = ["upsert", "product", [{"id": "soon", "price": 1}]]
DEARER = ["upsert", "product", [{"id": "pen", "price": 30}]]

EVERYONE = None
CONVERTED: dict[str, dict[str, Any]] = {
    "city": CITY,
    "bought": BOUGHT,
    "plan": PLAN,
    "visited": {"did": "visit"},
    "list": {"list": "News"},
}

CASES: list[tuple[str, dict[str, Any], list[Any], set[str] | None]] = [
    ("an attribute that is read", CITY, ROME, {ANN}),
    ("an attribute that is not read", CITY, OLDER, set()),
    ("an interaction, and a condition on attributes", CITY, MORE, set()),
    ("a record at the end of a path", PLAN, ACME, {ANN, BOB}),
    ("a record that others refer to already", PLAN, LATER, {DAN}),
    ("a reference", PLAN, MOVES, {ANN}),
    ("a record at the end of a path goes", PLAN, GONE, {ANN, BOB}),
    ("an interaction", BOUGHT, MORE, {BOB}),
    ("an interaction of another type", BOUGHT, VISIT, set()),
    ("an interaction that is retracted", BOUGHT, ["retract", "purchase", ["2"]], {BOB}),
    ("an attribute, and a condition on interactions", BOUGHT, ROME, set()),
    ("a record that interactions refer to", CHEAP, DEARER, {ANN}),
    ("a record that an interaction refers to already", CHEAP, SOON, {CAT}),
    ("a record that interactions refer to goes", CHEAP, ["delete", "product", ["pen"]], {ANN}),
    ("an interaction of a colleague", OF_ACCOUNT, MORE, {ANN, BOB}),
    ("a reference on the way to interactions", OF_ACCOUNT, MOVES, {ANN, BOB, CAT}),
    ("a related record comes", HAS_ACCOUNT, LATER, {DAN}),
    ("a related record goes", HAS_ACCOUNT, GONE, {ANN, BOB}),
    ("a colleague changes", COLLEAGUES, ROME, {ANN, BOB}),
    ("a colleague moves", COLLEAGUES, MOVES, {ANN, BOB, CAT}),
    ("a list", {"list": "News"}, ["join", "News", [EVE]], {EVE}),
    ("another list", {"list": "News"}, ["join", "Other", [EVE]], set()),
    (
        "consent",
        {"consent": "email", "is": "granted"},
        ["consent", "contact", EVE, "email", "granted", _ago(1)],
        {EVE},
    ),
    ("a ranking that an interaction bears on", TOP, MORE, EVERYONE),
    ("a ranking that it does not bear on", TOP, VISIT, set()),
    ("a step of a sequence", SEQUENCE, VISIT, {BOB}),
    ("a value that is held", HELD, ROME, {ANN}),
    ("a sample", {"sample": {"percent": 50, "from": 0, "salt": "s"}}, ROME, set()),
    ("two records become one, who have the same", CITY, ["merge", "contact", BOB, CAT], set()),
    ("two records become one with the interactions of both", BOUGHT, ["merge", "contact", BOB, CAT], {BOB}),
    ("two records become one, who had not the same", CITY, ["merge", "contact", EVE, CAT], {EVE}),
    ("the key of a record comes", {"attribute": "account.id", "op": "is", "value": "later"}, LATER, {DAN}),
]


@pytest.fixture(scope="module")
def shop() -> Iterator[Trial]:
    draw = Draw(0)
    lists = {"News": "contact", "Other": "contact"}
    world = World(CATALOG, (Version(START, ()),), {"Trial": "contact"}, lists)
    with trial_of(world, draw, Pools(draw, UTC)) as found:
        found.step(START, FIRST, "first", goes_on=True)
        yield found


@pytest.mark.parametrize(("about", "where", "write", "touched"), CASES, ids=[case[0] for case in CASES])
def test_a_write_touches_whom_it_may_change(
    shop: Trial, about: str, where: dict[str, Any], write: list[Any], touched: set[str] | None
) -> None:
    leaf = _leaf(shop, where)
    with shop.tried(START, [write]) as step:
        touching = _touching(step)
        assert _keys(step, touching.data(leaf)) == touched, about
        assert missed(leaf, step.before, step.after, touching.data) == set()
        assert _keys(step, touching.clock(leaf)) == set()


@pytest.mark.parametrize("where", [CITY, {"not": CITY}, BOUGHT, TOP, PLAN, COLLEAGUES, HELD])
def test_a_new_record_is_always_asked(shop: Trial, where: dict[str, Any]) -> None:
    leaf = _leaf(shop, where)
    with shop.tried(START, [["upsert", "contact", [{"id": "new"}]]]) as step:
        assert _keys(step, _touching(step).data(leaf)) in (EVERYONE, {"new"})


def test_who_moves_in_a_segment_is_touched_in_leaves_that_refer_to_it(shop: Trial) -> None:
    leaf = _leaf(shop, {"segment": "Trial"})
    with shop.tried(START, [["enter", "Trial", [BOB]]]) as step:
        touching = _touching(step)
        assert _keys(step, touching.data(leaf)) == set()
        touching.moved.update(step.after.moved)
        assert _keys(step, touching.data(leaf)) == {BOB}
    assert len(leaf.segments) == 1


def test_a_table_whose_columns_were_converted_touches_everyone_in_leaves_that_read_it(shop: Trial) -> None:
    catalog, index = shop.record.catalog, shop.last.index
    touches = Touches()
    touches.converted |= {
        ("entity", catalog.entities["contact"].number),
        ("type", catalog.interactions["purchase"].number),
    }
    with shop.record.cursor() as cursor:
        touching = Touching(touches, index, index, START, START, cursor)
        found = {name: touching.data(_leaf(shop, where)) for name, where in CONVERTED.items()}
    assert {name for name, touched in found.items() if touched is None} == {"city", "bought", "plan"}
    assert all(touched is None or not len(touched) for touched in found.values())


def _leaf(shop: Trial, where: dict[str, Any]) -> Leaf:
    with shop.record.cursor() as cursor:
        catalog = shop.record.catalog
        source = wire.source_from_json({"audience": "contact", "where": where})
        definition = bind(source, catalog, StoredNames(cursor, catalog)).definition
    assert definition is not None
    [leaf] = program_of(definition).leaves.values()
    return leaf


def _touching(step: Step) -> Touching:
    before, after = step.before, step.after
    return Touching(
        step.change.touches, before.index, after.index, before.at, after.at, step.change.connection
    )


def _keys(step: Step, numbers: Any) -> set[str] | None:
    """The keys of those who are there after a step."""
    if numbers is None:
        return None
    known = {number: key for key, number in step.after.numbers["contact"].items()}
    return {known[number] for number in numbers.tolist() if number in known}
