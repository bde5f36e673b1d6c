"""The canonical form: one for what means the same, stable, blind to order, never one for what differs."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satsuma.language import tree
from satsuma.language.canonical import canonical, canonical_hash, canonical_text
from satsuma.language.walk import with_inner
from satsuma.language.wire import dumps, source_from_json, to_json
from tests.strategies.trees import conditions

DAY = {"days": 1}
A, B, C = {"segment": "a"}, {"segment": "b"}, {"list": "c"}


def on(op: str, value: Any = None, **more: Any) -> dict[str, Any]:
    """A comparison."""
    return {"attribute": "x", "op": op, **more} | ({} if value is None else {"value": value})


def counted(op: str, value: Any, **more: Any) -> dict[str, Any]:
    """A comparison of a count."""
    return {"did": "p", "is": {"op": op, "value": value}, **more}


def within(window: Any) -> dict[str, Any]:
    """A count in a window."""
    return {"did": "p", "during": window}


def related(op: str, value: Any) -> dict[str, Any]:
    """A comparison of a number of related records."""
    return {"related": "r", "where": A, "is": {"op": op, "value": value}}


def top(among: Any = None, order: str | None = None, **many: Any) -> dict[str, Any]:
    """A ranking by an attribute."""
    more = {key: part for key, part in (("among", among), ("order", order)) if part is not None}
    return {"top": many, "by": {"attribute": "x"}, **more}


def sequence(*types: str, **more: Any) -> dict[str, Any]:
    """Interactions of these types one after another."""
    return {"sequence": [{"did": name} for name in types], **more}


def condition(form: dict[str, Any]) -> tree.Condition:
    """The tree of a form."""
    where = source_from_json(form).where
    assert where is not None
    return where


SAME: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"all": [A, B]}, {"all": [B, A]}),
    ({"all": [A, A, B]}, {"all": [A, B]}),
    ({"all": [A, {"all": [B, {"all": [C]}]}]}, {"all": [A, B, C]}),
    ({"any": [{"any": [A, B]}, C]}, {"any": [C, B, A]}),
    ({"all": [A]}, A),
    ({"any": [A, A]}, A),
    ({"all": [A, {"all": []}]}, A),
    ({"all": [A, {"any": []}]}, {"any": []}),
    ({"any": [A, {"all": []}]}, {"all": []}),
    ({"not": {"not": A}}, A),
    ({"not": {"all": []}}, {"any": []}),
    (on("is_not", "a"), {"not": on("is", "a")}),
    (on("is_present"), {"not": on("is_missing")}),
    ({"not": on("is_present")}, on("is_missing")),
    (on("has_none", ["a"]), {"not": on("has_any", ["a"])}),
    (on("not_in", ["a", "b"]), {"not": on("in", ["b", "a", "a"])}),
    (on("in", ["a"]), on("is", "a")),
    (on("in", [5]), on("=", 5.0)),
    (on("not_in", [5]), on("!=", 5)),
    (on("has_all", ["a"]), on("has_any", ["a"])),
    (on("is_missing", case="exact"), on("is_missing")),
    (on("is", "Cafe\u0301"), on("is", "Café")),
    (on("=", 1.50), on("=", 1.5)),
    (on("between", [1.0, 2]), on("between", [1, 2.0])),
    (on(">", {"attribute": "y", "plus": {"weeks": -1}}), on(">", {"attribute": "y", "plus": {"days": -7}})),
    (on("more_than", {"ago": {"hours": 48}}), on("more_than", {"ago": {"days": 2}})),
    (on("anniversary", {"next": {"weeks": 1}}), on("anniversary", {"next": {"days": 7}})),
    (within({"last": {"seconds": 7200}}), within({"last": {"hours": 2}})),
    (within({"last": {"years": 1}}), within({"last": {"months": 12}})),
    (within({"last": {"quarters": 2}}), within({"last": {"months": 6}})),
    (within({"calendar": {"unit": "day", "offset": 0}}), within({"calendar": "today"})),
    ({"did": ["b", "a", "b"]}, {"did": ["a", "b"]}),
    ({"did": "p", "where": {"all": []}}, {"did": "p"}),
    ({"did": "p", "where": {"all": [on("is", "a")]}}, {"did": "p", "where": on("is", "a")}),
    ({"did": "p"}, counted(">=", 1)),
    ({"did": "p"}, counted(">", 0)),
    ({"did": "p"}, counted("!=", 0)),
    ({"not": {"did": "p"}}, counted("=", 0)),
    ({"not": {"did": "p"}}, counted("<", 1)),
    ({"not": {"did": "p"}}, counted("<=", 0)),
    (counted("<=", 3), {"not": counted(">=", 4)}),
    (counted("!=", 3), {"not": counted("=", 3)}),
    (counted("!=", 3, measure={"sum": "y"}), {"not": counted("=", 3, measure={"sum": "y"})}),
    (related(">", 2), related(">=", 3)),
    ({"segment": "Straße"}, {"segment": "STRAßE"}),
    (top(percent=5.0, among={"all": []}), top(percent=5)),
    ({"sample": {"percent": 5, "from": 0, "salt": "s"}}, {"sample": {"percent": 5.00, "salt": "s"}}),
    (sequence("a", "b", same=["y", "x", "x"]), sequence("a", "b", same=["x", "y"])),
]  # fmt: skip

DIFFERENT: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"all": [A, B]}, {"any": [A, B]}),
    (A, {"segment": {"id": 1}}),
    ({"entered": "a"}, {"left": "a"}),
    (on("is", "a"), on("is", "a", case="exact")),
    (on("is", "1"), on("is", True)),
    (on("in", [1]), on("in", [True])),
    (on("is", True), on("=", 1)),
    (on("is", "a"), on("is", "A")),
    (within({"last": {"days": 30}}), within({"last": {"months": 1}})),
    (within({"last": {"hours": 36}}), within({"last": {"days": 1}})),
    (counted("<", 0), {"not": {"did": "p"}}),
    (counted("<", 0), counted("<=", 0)),
    (counted("=", 0, measure={"sum": "y"}), {"not": {"did": "p"}}),
    (counted(">", 0, measure={"sum": "y"}), counted(">=", 1, measure={"sum": "y"})),
    (counted("=", 0, measure={"minimum": "y"}), counted("<", 1, measure={"minimum": "y"})),
    (sequence("a", "b"), sequence("b", "a")),
    ({"held": A, "for": {"op": "<", "value": DAY}}, {"not": {"held": A, "for": {"op": ">=", "value": DAY}}}),
    (top(count=1), top(count=1, order="lowest")),
    ({"sample": {"percent": 5, "salt": "s"}}, {"sample": {"percent": 5, "salt": "t"}}),
    (on(">", {"attribute": "y"}), on(">", {"member": "y"})),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME, ids=lambda form: dumps(form)[:60])
def test_what_means_the_same_has_one_form(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert canonical_text(condition(one)) == canonical_text(condition(other))
    assert canonical_hash(condition(one), "UTC", "contact") == canonical_hash(
        condition(other), "UTC", "contact"
    )


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=lambda form: dumps(form)[:60])
def test_what_differs_stays_apart(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert canonical_text(condition(one)) != canonical_text(condition(other))


@given(conditions())
def test_the_canonical_form_of_a_canonical_form_is_itself(given_condition: tree.Condition) -> None:
    once = canonical(given_condition)
    assert dumps(to_json(canonical(once))) == dumps(to_json(once))


@given(conditions(), st.randoms(use_true_random=False))
def test_order_nesting_and_repetition_of_what_is_joined_do_not_matter(
    given_condition: tree.Condition, chance: random.Random
) -> None:
    def scrambled(node: tree.Condition) -> tree.Condition:
        node = with_inner(node, scrambled)
        if not isinstance(node, tree.All | tree.AnyOf):
            return tree.Not(tree.Not(node)) if chance.random() < 0.2 else node
        parts = [*node.conditions, *chance.sample(node.conditions, chance.randint(0, len(node.conditions)))]
        chance.shuffle(parts)
        cut = chance.randint(0, len(parts))
        return type(node)((*parts[:cut], type(node)(tuple(parts[cut:]))))

    assert canonical_text(scrambled(given_condition)) == canonical_text(given_condition)


@given(conditions())
def test_a_canonical_form_reads_back_from_json(given_condition: tree.Condition) -> None:
    once = canonical(given_condition)
    assert source_from_json(to_json(once)).where == once


def test_the_hash_depends_on_zone_and_audience_and_is_the_same_for_ever() -> None:
    vip = condition({"all": [{"segment": {"id": 1}}, {"did": "purchase", "during": {"last": {"weeks": 1}}}]})
    hashes = {
        canonical_hash(vip, zone, audience) for zone in ("UTC", None) for audience in ("contact", "lead")
    }
    assert len(hashes) == 4
    assert canonical_hash(vip, "UTC", "contact") == "750fc686b6d5321b103be911503f6c6f"
