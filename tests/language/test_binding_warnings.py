"""What the checker warns of: never true, always true, contradictions, what the data does not have."""

from __future__ import annotations

from typing import Any

import pytest

from satsuma.language.binding import SegmentEntry
from tests.language.shop import NAMES, ShopNames, ShopStatistics, check

DAY = {"days": 1}
PURCHASED = {"did": "purchase"}


def on(attribute: str, op: str, value: Any = None) -> dict[str, Any]:
    """A comparison."""
    return {"attribute": attribute, "op": op} | ({} if value is None else {"value": value})


def counted(op: str, value: Any, **more: Any) -> dict[str, Any]:
    """A comparison of the number of purchases."""
    return {"did": "purchase", "is": {"op": op, "value": value}, **more}


def both(*conditions: dict[str, Any]) -> dict[str, Any]:
    """All of them."""
    return {"all": list(conditions)}


NEVER: list[tuple[dict[str, Any], str]] = [
    ({"any": []}, "where"),
    ({"not": {"all": []}}, "where"),
    (both(PURCHASED, {"any": []}), "where.all[1]"),
    (on("age", "=", 2.5), "where"),
    (on("age", "in", [0.5, 1.5]), "where"),
    (on("age", "between", [5, 3]), "where"),
    (on("spent", "=", 0.00001), "where"),
    (on("birthdate", "between", ["2026-02-01", "2026-01-01"]), "where"),
    (on("seen_at", "within", {"from": "2026-02-01", "to": "2026-02-01"}), "where"),
    ({"did": "purchase", "where": on("hour", ">", 23)}, "where.where"),
    ({"did": "purchase", "where": on("hour", "=", 24)}, "where.where"),
    (counted("<", 0), "where"),
    (counted("=", 1.5), "where"),
    (counted("between", [3, 2]), "where"),
    (counted(">=", 4, measure={"active_periods": {"length": DAY, "of_last": 3}}), "where"),
    ({"did": "purchase", "during": {"next": DAY}}, "where"),
    ({"did": "purchase", "during": {"calendar": "tomorrow"}}, "where"),
    ({"did": "purchase", "during": {"between_ago": [{"days": 30}, {"days": 60}]}}, "where"),
    (counted(">", 0, during={"from": "2026-02-01", "to": "2026-01-01"}), "where"),
    (counted(">", "2026-01-01", measure="first_time", during={"next": DAY}), "where"),
    (counted(">", 0, measure={"sum": "amount"}, during={"next": DAY}), "where"),
    ({"latest": "purchase", "during": {"next": DAY}, "has": {"all": []}}, "where"),
    ({"latest": "purchase", "has": on("quantity", "=", 1.5)}, "where.has"),
    ({"sequence": [PURCHASED, {**PURCHASED, "where": on("quantity", "=", 1.5)}]}, "where.sequence[1].where"),
    ({"entered": "VIP", "during": {"calendar": "next_month"}}, "where"),
    ({"related": "account", "where": {"all": []}, "is": {"op": ">", "value": 1}}, "where"),
    (
        {"held": {"not": {"any": [{"not": on("age", "=", 0.5)}]}}, "for": {"op": "<", "value": DAY}},
        "where.held.not.any[0].not",
    ),
    ({"top": {"count": 3}, "by": {"attribute": "age"}, "among": on("age", "=", 0.5)}, "where.among"),
]

ALWAYS: list[tuple[dict[str, Any], str]] = [
    (counted(">=", 0), "where"),
    (counted("!=", 2.5), "where"),
    (counted("<=", 3, measure={"active_periods": {"length": DAY, "of_last": 3}}), "where"),
    (counted("=", 0, during={"next": DAY}), "where"),
    (counted("!=", "2026-01-01", measure="latest_time", during={"next": DAY}), "where"),
    ({"any": [PURCHASED, {"all": []}]}, "where"),
    ({"any": [on("city", "is", "a"), on("city", "is_not", "a")]}, "where"),
    ({"any": [on("age", ">", 5), on("age", "<=", 5), on("age", "is_missing")]}, "where"),
    ({"any": [on("age", "is_missing"), on("age", "is_present")]}, "where"),
    ({"any": [PURCHASED, {"not": PURCHASED}]}, "where"),
    (on("age", "!=", 2.5), "where"),
    (on("age", "not_between", [5, 3]), "where"),
    ({"sample": {"percent": 100, "salt": "s"}}, "where"),
    ({"top": {"percent": 100}, "by": "count", "did": "purchase"}, "where"),
]

CONTRADICTORY: list[dict[str, Any]] = [
    both(on("city", "is", "Paris"), on("city", "is", "Rome")),
    both(on("city", "is", "Paris"), PURCHASED, on("city", "is_not", "PARIS")),
    both(on("city", "in", ["a", "b"]), on("city", "in", ["c", "d"])),
    both(on("city", "is", "a"), on("city", "is_missing")),
    both(on("city", "contains", "a"), on("city", "is_missing")),
    both(on("age", ">", 5), on("age", "<", 6)),
    both(on("age", ">", 5), both(PURCHASED, on("age", "<", 3))),
    both(on("spent", ">", 5), on("spent", "<", 5.0001)),
    both(on("score", ">", 5), on("score", "<=", 5)),
    both(on("birthdate", ">", "2026-01-01"), on("birthdate", "<", "2026-01-02")),
    both(on("seen_at", "=", "2026-01-01"), on("seen_at", ">=", "2026-01-02T00:00")),
    both(on("seen_at", "=", "2026-01-01"), on("seen_at", "within", {"from": "2026-02-01"})),
    both(on("vip", "is", True), on("vip", "is", False)),
    both(on("tier", "is_not", "gold"), on("tier", "is_present"), on("tier", "not_in", ["silver", "bronze"])),
    both(on("account", "is", "a"), on("account", "is", "b")),
    both(on("account.industry", "is", "a"), on("account.industry", "is", "b")),
    both(on("city", "is", "a"), {"not": {"any": [on("city", "is", "a"), on("age", "=", 1)]}}),
    both({"segment": "VIP"}, {"not": {"segment": {"id": 1}}}),
    both(PURCHASED, {"not": PURCHASED}),
    both(on("tags", "has_any", ["a"]), on("tags", "has_none", ["a"])),
    both({"consent": "email", "is": "granted"}, {"not": {"consent": "email", "is": "granted"}}),
]

QUIET: list[dict[str, Any]] = [
    {"all": []},
    {"all": [{"all": []}]},
    both({"all": []}, {"not": {"segment": "VIP"}}),
    {"related": "befriended by", "where": {"all": []}},
    {"any": [on("age", ">", 5), on("age", "<=", 5)]},
    {"any": [on("city", "is", "a"), on("city", "is", "b")]},
    both(on("city", "is_not", "a"), on("city", "is_missing")),
    both(on("city", "is_not", "a"), on("city", "is_not", "b")),
    both(on("city", "is", "paris"), {"attribute": "city", "op": "is_not", "value": "Paris", "case": "exact"}),
    both(on("city", "is", "a"), on("street", "is", "b")),
    both(on("city", "is", "a"), on("account.industry", "is", "b"), on("friend.city", "is", "b")),
    both(on("account.industry", "is", "a"), on("former.industry", "is", "b")),
    both(on("age", ">=", 5), on("age", "<=", 5)),
    both(on("score", ">", 5), on("score", "<", 5.1)),
    both(on("spent", ">", 5), on("spent", "<", 5.0002)),
    both(on("birthdate", ">=", "2026-01-01"), on("birthdate", "<", "2026-01-02")),
    both(on("seen_at", "=", "2026-01-01"), on("seen_at", "<", "2026-01-02T00:00")),
    both(on("seen_at", "within", {"last": DAY}), on("seen_at", ">", "2026-01-01")),
    both(on("age", ">", {"attribute": "score"}), on("age", "<", 3)),
    both(on("tags", "has_any", ["a"]), on("tags", "has_any", ["b"])),
    both(counted(">", 3), counted("<", 2, during={"last": DAY})),
    counted("<=", 2),
    {"did": "page_*", "where": on("url", "is", "x")},
    {"did": "purchase", "during": {"calendar": "today"}},
    {"did": "purchase", "during": {"between_ago": [{"months": 1}, {"days": 60}]}},
    {"entered": "VIP", "during": {"last": DAY}},
    {"top": {"percent": 100}, "by": {"average": "amount"}, "did": "purchase"},
    {"sample": {"percent": 50, "from": 50, "salt": "s"}},
]


def warned(condition: dict[str, Any], **given: Any) -> list[tuple[str, str]]:
    """Codes and places of the warnings."""
    found = check(condition, **given)
    assert found.errors == ()
    assert found.definition is not None
    return [(problem.code, problem.path) for problem in found.warnings]


@pytest.mark.parametrize(("condition", "path"), NEVER, ids=str)
def test_what_can_never_be_true_is_told_at_its_innermost_place(condition: dict[str, Any], path: str) -> None:
    assert warned(condition) == [("warning.never_true", path)]


@pytest.mark.parametrize(("condition", "path"), ALWAYS, ids=str)
def test_what_is_always_true_is_told(condition: dict[str, Any], path: str) -> None:
    assert warned(condition) == [("warning.always_true", path)]


@pytest.mark.parametrize("condition", CONTRADICTORY, ids=str)
def test_conditions_that_exclude_each_other_are_told(condition: dict[str, Any]) -> None:
    assert warned(condition) == [("warning.contradiction", "where")]


@pytest.mark.parametrize("condition", QUIET, ids=str)
def test_what_makes_sense_is_not_warned_of(condition: dict[str, Any]) -> None:
    assert warned(condition) == []


def test_several_findings_are_told_each_at_its_place() -> None:
    condition = {"any": [both(on("age", ">", 5), on("age", "<", 3)), both(PURCHASED, on("age", "=", 0.5))]}
    assert warned(condition) == [
        ("warning.contradiction", "where.any[0]"),
        ("warning.never_true", "where.any[1].all[1]"),
    ]


def test_the_same_relationship_twice_may_be_two_records() -> None:
    one = {"related": "befriended by", "where": on("age", ">", 5)}
    other = {"related": "befriended by", "where": on("city", "is", "x")}
    assert warned(both(one, PURCHASED, other)) == [("warning.related_twice", "where.all[2]")]
    assert warned({"any": [one, other]}) == []
    assert warned(both(one, {"not": other})) == []
    account = {"related": "account", "where": on("industry", "is", "x")}
    assert warned(both(account, {**account, "where": on("revenue", ">", 3)})) == []


def test_a_pattern_that_fits_nothing_yet_is_told() -> None:
    assert warned({"did": ["purchase", "sms_*"]}) == [("warning.never_occurred", "where.did[1]")]


def test_what_the_data_does_not_have_is_told_where_it_is_first_used() -> None:
    statistics = ShopStatistics(
        missing=frozenset({"street", "price", "industry"}), never=frozenset({"page_viewed"})
    )
    condition = both(
        on("city", "is", "x"),
        {"any": [on("street", "is", "x"), on("account.industry", "is", "x")]},
        {
            "did": ["purchase", "page_viewed"],
            "where": both(on("product.price", ">", 3), on("quantity", ">", 1)),
        },
        on("street", "is", "y"),
    )
    assert sorted(warned(condition, statistics=statistics)) == [
        ("warning.missing_for_all", "where.all[1].any[0]"),
        ("warning.missing_for_all", "where.all[1].any[1]"),
        ("warning.missing_for_all", "where.all[2].where.all[0]"),
        ("warning.never_occurred", "where.all[2]"),
    ]
    assert warned(condition) == []


def test_a_live_segment_with_the_same_definition_is_told_however_it_is_written() -> None:
    first = check(both({"segment": "VIP"}, counted("=", 0, during={"last": {"weeks": 1}})))
    assert first.canonical_hash is not None
    twin = SegmentEntry(9, "Twin", "contact", live=True)
    names = ShopNames((*NAMES.segments, twin), NAMES.lists, live_hashes={first.canonical_hash: (9,)})
    again = both({"not": {"did": "purchase", "during": {"last": {"days": 7}}}}, {"segment": {"id": 1}})
    found = check(again, names=names)
    assert [(one.code, one.path) for one in found.warnings] == [("warning.same_as_live", "where")]
    assert "'Twin'" in found.warnings[0].message
    assert warned(again, names=names, own_id=9) == []
    assert warned({"where": again, "timezone": "UTC"}, names=names) == []
