"""What the checker makes of a definition: names resolved, values typed, complements told as such."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from satsuma.catalog.model import ValueType
from satsuma.kernel.durations import Duration, Unit
from satsuma.kernel.instants import parse_instant
from satsuma.kernel.windows import Fixed
from satsuma.kernel.zones import UTC
from satsuma.language import bound
from satsuma.language.bound import Builtin, Cmp, MeasureKind
from tests.language.shop import SHOP, bound_where, check

CONTACT = SHOP.entities["contact"].attributes
ACCOUNT = SHOP.entities["account"].attributes
PURCHASE = SHOP.interactions["purchase"]
DAY = {"days": 1}


def on(attribute: str, op: str, value: Any = None, **more: Any) -> Any:
    """The bound comparison."""
    given = {} if value is None else {"value": value}
    return bound_where({"attribute": attribute, "op": op, **given, **more})


def bought(attribute: str, op: str, value: Any) -> Any:
    """The bound comparison about a purchase."""
    return bound_where({"did": "purchase", "where": {"attribute": attribute, "op": op, "value": value}}).where


def read(name: str, value_type: ValueType) -> bound.Read:
    """A read of a contact's own attribute."""
    return bound.Read(value_type, ((None, bound.Path((), CONTACT[name])),), name)


CITY = read("city", ValueType.TEXT)
TAGS = read("tags", ValueType.CHOICES)
AGE = read("age", ValueType.INTEGER)


def test_every_operator_binds_to_its_condition() -> None:
    paris = bound.Constant("Paris", ValueType.TEXT)
    assert on("city", "is", "Paris") == bound.Compare(CITY, Cmp.EQ, paris)
    assert on("city", "is", "Paris", case="exact") == bound.Compare(CITY, Cmp.EQ, paris, exact=True)
    assert on("city", "is_missing") == bound.IsMissing(CITY)
    assert on("city", "in", ["Paris", "Paris"]) == bound.OneOf(CITY, (paris,))
    for op in bound.TextOp:
        assert on("city", op.value, "Paris") == bound.TextTest(CITY, op, paris)
    assert on("age", "between", [1, 2]) == bound.Between(
        AGE, bound.Constant(1, ValueType.INTEGER), bound.Constant(2, ValueType.INTEGER)
    )
    for sign, cmp in (("=", Cmp.EQ), (">", Cmp.GT), (">=", Cmp.GE), ("<", Cmp.LT), ("<=", Cmp.LE)):
        assert on("age", sign, 3) == bound.Compare(AGE, cmp, bound.Constant(3, ValueType.INTEGER))
    assert on("tags", "has_any", ["a", "b", "a"]) == bound.HasAny(TAGS, frozenset("ab"))
    assert on("tags", "has_all", ["a"]) == bound.HasAll(TAGS, frozenset("a"))
    assert on("tags", "is", ["c"]) == bound.IsSet(TAGS, frozenset("c"))
    seen = read("seen_at", ValueType.TIMESTAMP)
    assert on("seen_at", "within", {"from": "2026-01-01"}) == bound.Within(seen, Fixed("2026-01-01", None))
    assert on("seen_at", "more_than", {"ago": DAY}) == bound.MoreThan(seen, "ago", Duration(1, Unit.DAYS))
    home = {"km": 2.5, "of": {"latitude": 1, "longitude": -2}}
    assert on("home", "within_km", home) == bound.Near(read("home", ValueType.LOCATION), 2.5, 1.0, -2.0)


NEGATIVES: list[tuple[str, str, str, Any]] = [
    ("city", "is_present", "is_missing", None),
    ("city", "is_not", "is", "x"),
    ("city", "not_in", "in", ["x", "y"]),
    ("city", "not_contains", "contains", "x"),
    ("city", "not_starts_with", "starts_with", "x"),
    ("city", "not_ends_with", "ends_with", "x"),
    ("city", "not_like", "like", "x%"),
    ("city", "not_matches", "matches", "x$"),
    ("age", "!=", "=", 3),
    ("age", "not_in", "in", [3]),
    ("age", "not_between", "between", [3, 5]),
    ("birthdate", "!=", "=", "2026-01-01"),
    ("tags", "has_none", "has_any", ["a"]),
]


@pytest.mark.parametrize(("attribute", "negative", "positive", "value"), NEGATIVES, ids=str)
def test_a_negative_operator_is_the_complement_of_its_positive(
    attribute: str, negative: str, positive: str, value: Any
) -> None:
    assert on(attribute, negative, value) == bound.Not(on(attribute, positive, value))


LITERALS: list[tuple[str, str, Any, Any, ValueType]] = [
    ("city", "is", "Cafe\u0301", "Café", ValueType.TEXT),
    ("age", "=", 3.0, 3, ValueType.INTEGER),
    ("age", "=", 2.5, Decimal("2.5"), ValueType.DECIMAL),
    ("age", ">", -(2**63), -(2**63), ValueType.INTEGER),
    ("spent", "=", 0.33333333, Decimal("0.33333333"), ValueType.DECIMAL),
    ("spent", "=", 99_999_999_999_999, 99_999_999_999_999, ValueType.INTEGER),
    ("score", "<", 1e308, Decimal("1E+308"), ValueType.DECIMAL),
    ("vip", "is", False, False, ValueType.BOOLEAN),
    ("tier", "is", "gold", "gold", ValueType.CHOICE),
    ("account", "is", "acme", "acme", ValueType.REFERENCE),
    ("account", "is", "old", "new", ValueType.REFERENCE),
    ("id", "is", "c-1", "c-1", ValueType.REFERENCE),
    ("birthdate", ">", "2026-01-31", dt.date(2026, 1, 31), ValueType.DATE),
    ("birthdate", ">", "2026-01-31T12:00Z", parse_instant("2026-01-31T12:00Z", UTC), ValueType.TIMESTAMP),
    ("seen_at", ">", "2026-01-31", dt.date(2026, 1, 31), ValueType.DATE),
    ("seen_at", ">", "2026-01-31T12:00", parse_instant("2026-01-31T11:00Z", UTC), ValueType.TIMESTAMP),
]


@pytest.mark.parametrize(("attribute", "op", "written", "value", "value_type"), LITERALS, ids=str)
def test_a_literal_is_typed_by_what_it_is_compared_with(
    attribute: str, op: str, written: Any, value: Any, value_type: ValueType
) -> None:
    right = on(attribute, op, written).right
    assert right == bound.Constant(value, value_type)
    assert type(right.value) is type(value)


def test_times_without_offset_are_read_in_the_definitions_zone() -> None:
    where = {"attribute": "seen_at", "op": ">", "value": "2026-01-31T12:00"}
    found = bound_where({"where": where, "timezone": "America/New_York"})
    assert found.right.value == parse_instant("2026-01-31T17:00Z", UTC)
    definition = check({"where": where}).definition
    assert definition is not None
    assert (definition.timezone, definition.catalog_version) == ("Europe/Berlin", SHOP.version)


def test_keys_in_lists_are_resolved_to_those_that_stayed() -> None:
    values = on("account", "in", ["old", "new", "acme"]).values
    assert [one.value for one in values] == ["new", "acme"]


def test_paths_cross_references_and_take_the_longest_name() -> None:
    industry = on("account.parent.industry", "is_missing").read
    assert industry.by_type == (
        (None, bound.Path((CONTACT["account"], ACCOUNT["parent"]), ACCOUNT["industry"])),
    )
    assert on("favourite.colour", "is", "red").read.by_type == (
        (None, bound.Path((), CONTACT["favourite.colour"])),
    )
    assert on("account.id", "is", "acme").read.by_type == (
        (None, bound.Path((CONTACT["account"],), Builtin.KEY)),
    )
    assert on("account", "is", "acme").read.by_type == ((None, bound.Path((), CONTACT["account"])),)


def test_an_interaction_has_an_id_a_time_an_hour_and_a_weekday() -> None:
    assert bought("id", "is", "p-1").exact
    assert bought("id", "is", "p-1").read.type is ValueType.TEXT
    assert bought("occurred_at", ">", "2026-01-01").read.by_type[0][1].leaf is Builtin.OCCURRED_AT
    assert bought("hour", "<", 12).read.type is ValueType.INTEGER
    assert bought("weekday", "in", ["saturday", "sunday"]).read.type is ValueType.CHOICE
    assert bought("product.department", "is", "toys").read.by_type[0][0] == "purchase"
    assert bought("product.id", "is", "p").read.by_type[0][1].leaf is Builtin.KEY


def test_operands_read_the_subject_its_member_and_the_clock() -> None:
    spent = on("spent", ">", {"attribute": "score", "plus": 1.0}).right
    assert spent == bound.Shifted(read("score", ValueType.NUMBER), plus=1)
    assert on("renewal", "<=", {"today": True, "plus": DAY}).right == bound.Today(Duration(1, Unit.DAYS))
    assert on("seen_at", "<=", {"now": True}).right == bound.Now()
    member = bought("delivered_at", ">", {"member": "created_at", "plus": {"hours": -2}}).right
    assert member == bound.Shifted(
        read("created_at", ValueType.TIMESTAMP), of_member=True, plus=Duration(-2, Unit.HOURS)
    )
    other = bought("delivered_at", ">", {"attribute": "occurred_at"}).right
    assert other.of_member is False
    assert other.read.by_type[0][0] == "purchase"
    assert on("friend", "is", {"attribute": "id"}).right.read.type is ValueType.REFERENCE
    assert on("tier", "is", {"attribute": "rank"}).right.read.type is ValueType.CHOICE
    assert on("birthdate", "<", {"attribute": "seen_at"}).right.read.type is ValueType.TIMESTAMP
    assert on("city", "contains", {"attribute": "street"}).right.read.name == "street"


def test_patterns_and_lists_stand_for_types_of_the_subjects_audience() -> None:
    def types(*names: str, **more: Any) -> list[str]:
        return [one.name for one in bound_where({"did": list(names), **more}).types]

    assert types("page_*") == ["page_shared", "page_viewed"]
    assert types("*") == ["odd*name", "page_shared", "page_viewed", "purchase"]
    assert types(r"odd\*name", "odd*", "purchase") == ["odd*name", "purchase"]
    assert types("sms_*", "purchase") == ["purchase"]
    assert types("*", of="account.contacts") == types("*")


def test_an_attribute_is_read_of_each_type_that_has_it_by_a_common_type() -> None:
    def where(types: list[str], attribute: str, op: str, value: Any) -> Any:
        return bound_where(
            {"did": types, "where": {"attribute": attribute, "op": op, "value": value}}
        ).where.read

    url = where(["page_*", "purchase"], "url", "is", "x")
    assert [name for name, _ in url.by_type] == ["page_shared", "page_viewed"]
    assert where(["purchase", "page_viewed"], "amount", ">", 3).type is ValueType.DECIMAL
    assert where(["page_viewed"], "amount", ">", 3).type is ValueType.INTEGER
    channels = ["purchase", "page_shared"]
    assert where(channels, "channel", "is", "app").type is ValueType.CHOICE
    assert where(channels, "channel", "is", "web").type is ValueType.CHOICE


MEASURES: list[tuple[Any, str, Any, MeasureKind, ValueType]] = [
    ("count", "=", 1, MeasureKind.COUNT, ValueType.INTEGER),
    ({"count_distinct": "product"}, "=", 1, MeasureKind.COUNT_DISTINCT, ValueType.INTEGER),
    ({"count_days": True}, "=", 1, MeasureKind.COUNT_DAYS, ValueType.INTEGER),
    ({"sum": "amount"}, ">", 10**36, MeasureKind.SUM, ValueType.DECIMAL),
    ({"sum": "quantity"}, ">", 1, MeasureKind.SUM, ValueType.INTEGER),
    ({"sum": "product.price"}, ">", 1, MeasureKind.SUM, ValueType.DECIMAL),
    ({"average": "quantity"}, ">", 1.5, MeasureKind.AVERAGE, ValueType.DECIMAL),
    ({"average": "weight"}, ">", 1.5, MeasureKind.AVERAGE, ValueType.NUMBER),
    ({"minimum": "paid_on"}, "within", {"last": DAY}, MeasureKind.MINIMUM, ValueType.DATE),
    ({"maximum": "occurred_at"}, ">", "2026-01-01", MeasureKind.MAXIMUM, ValueType.TIMESTAMP),
    ({"latest": "channel"}, "=", "web", MeasureKind.LATEST, ValueType.CHOICE),
    ({"first": "product"}, "!=", "p-1", MeasureKind.FIRST, ValueType.REFERENCE),
    ("first_time", "between", ["2026-01-01", {"now": True}], MeasureKind.FIRST_TIME, ValueType.TIMESTAMP),
    ("latest_time", "within", {"last": {"hours": 1}}, MeasureKind.LATEST_TIME, ValueType.TIMESTAMP),
    ("latest_time", "<", {"attribute": "created_at"}, MeasureKind.LATEST_TIME, ValueType.TIMESTAMP),
    (
        {"active_periods": {"length": DAY, "of_last": 366}},
        "<",
        3,
        MeasureKind.ACTIVE_PERIODS,
        ValueType.INTEGER,
    ),
]


@pytest.mark.parametrize(("measure", "op", "value", "kind", "value_type"), MEASURES, ids=str)
def test_a_measure_has_a_kind_and_a_type(
    measure: Any, op: str, value: Any, kind: MeasureKind, value_type: ValueType
) -> None:
    found = bound_where({"did": "purchase", "measure": measure, "is": {"op": op, "value": value}})
    assert (found.measure.kind, found.measure.type) == (kind, value_type)
    assert found.test.negated == (op == "!=")
    assert (found.test.high is not None) == (op == "between")
    assert (found.test.window is not None) == (op == "within")


def test_a_condition_without_measure_asks_for_at_least_one() -> None:
    found = bound_where({"did": "purchase"})
    assert found.measure == bound.Measure(MeasureKind.COUNT, ValueType.INTEGER)
    assert found.test == bound.Test(Cmp.GE, bound.Constant(1, ValueType.INTEGER))
    assert (found.types, found.of, found.where, found.during) == ((PURCHASE,), None, None, None)


def test_related_walks_both_ways() -> None:
    found = bound_where({"related": "account.contacts", "where": {"segment": "VIP"}})
    contact, account = SHOP.entities["contact"], SHOP.entities["account"]
    assert found.path == (
        bound.Step(CONTACT["account"], False, account),
        bound.Step(CONTACT["account"], True, contact),
    )
    assert found.target == contact
    assert found.where == bound.InSegment(1, "VIP")


def test_anniversaries_are_offsets_from_today_or_parts_of_a_date() -> None:
    def days(value: Any) -> Any:
        found = on("birthdate", "anniversary", value)
        return found.days or (found.month, found.day, found.weekday)

    assert days("today") == (0, 0)
    assert days({"next": {"weeks": 2}}) == (1, 14)
    assert days({"last": {"days": 1}}) == (0, 0)
    assert days({"last": {"days": 7}}) == (-6, 0)
    assert days({"month": 5}) == (5, None, None)
    assert days({"month": 2, "day": 29}) == (2, 29, None)
    assert days({"weekday": "sunday"}) == (None, None, 6)


def test_what_stands_still_may_stand_in_a_condition_on_interactions_and_inside_held() -> None:
    still: list[tuple[str, Any]] = [
        ("within", {"from": "2026-01-01", "to": "2026-02-01"}),
        ("anniversary", {"month": 5}),
        ("anniversary", {"month": 5, "day": 17}),
        ("between", ["2026-01-01", "2026-02-01T09:30"]),
    ]
    for op, value in still:
        assert bought("delivered_at", op, value)
        held = {"held": {"attribute": "seen_at", "op": op, "value": value}, "for": {"op": "<", "value": DAY}}
        assert isinstance(bound_where(held), bound.Held)


def test_sequences_rankings_and_samples() -> None:
    found = bound_where(
        {
            "sequence": [
                {"did": "purchase"},
                {"did": "page_*", "within": DAY, "not_did": {"did": "purchase", "where": {"all": []}}},
                {"not_did": {"did": "purchase"}, "within": {"hours": 3}},
            ],
            "same": ["channel"],
        }
    )
    assert [len(step.pattern.types) for step in found.steps] == [1, 2]
    assert found.steps[1].blocker == bound.Pattern((PURCHASE,), bound.All(()))
    assert found.absence == bound.Absence(bound.Pattern((PURCHASE,), None), Duration(3, Unit.HOURS))
    assert [name for name, _ in found.same[0].by_type] == ["page_shared", "purchase"]
    top = bound_where({"top": {"percent": 7.5}, "by": "count", "did": "purchase", "order": "lowest"})
    assert (top.percent, top.count, top.lowest) == (Decimal("7.5"), None, True)
    assert isinstance(top.of, bound.Did)
    by_attribute = bound_where({"top": {"count": 3}, "by": {"attribute": "account.revenue"}})
    assert isinstance(by_attribute.of, bound.Read)
    assert bound_where({"sample": {"percent": 10, "from": 2.5, "salt": "s"}}) == bound.Sample(
        25_000, 125_000, "s"
    )


def test_other_audiences_have_their_own_types_segments_and_lists() -> None:
    found = bound_where(
        {"audience": "partner", "where": {"all": [{"did": "*"}, {"segment": "Resellers"}, {"list": "Trade"}]}}
    )
    assert [one.name for one in found.conditions[0].types] == ["signed"]
    assert found.conditions[1:] == (bound.InSegment(3, "Resellers"), bound.InList(2, "Trade"))
