"""Warnings and canonical forms against the meaning: judged for records with every value that matters."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from satsuma.evaluation.reference import members
from satsuma.evaluation.reference.literals import database
from satsuma.language import tree
from satsuma.language.canonical import canonical
from satsuma.language.problems import Problems
from satsuma.language.wire import condition_from_json
from tests.language.shop import SHOP, check

NUMBERS = [1, 2, 3]
DAYS = ["2026-01-01", "2026-01-02", "2026-01-03"]
TIMES = [f"{day}T{time}" for day in DAYS for time in ("00:00", "12:00", "23:59:59.999999")]
VALUES: dict[str, list[Any]] = {
    "age": [None, 0, 1, 2, 3, 4],
    "score": [None, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0],
    "spent": [None, "0.9999", "1", "1.0001", "2", "2.5", "3"],
    "city": [None, "a", "A", "b", "B", "c"],
    "vip": [None, True, False],
    "tier": [None, "bronze", "silver", "gold"],
    "birthdate": [None, "2025-12-31", *DAYS, "2026-01-04"],
    "seen_at": [None, *TIMES],
}
"""Values of each attribute: all that conditions speak of, and what lies between and beyond."""

EVERYONE = {f"{name} {value}": {name: value} for name, values in VALUES.items() for value in values}
"""A contact for each value; all else is missing."""

PAIRS = {f"{a} {b}": {"age": a, "city": b} for a, b in product(VALUES["age"], VALUES["city"])}
DATABASE = database(SHOP, "2026-02-01T00:00Z", records={"contact": EVERYONE | PAIRS})


def _ordered(name: str, values: list[Any]) -> SearchStrategy[dict[str, Any]]:
    one = st.sampled_from(values)
    return st.one_of(
        st.builds(
            lambda op, value: {"attribute": name, "op": op, "value": value},
            st.sampled_from(["=", "!=", ">", ">=", "<", "<="]),
            one,
        ),
        st.builds(lambda low, high: {"attribute": name, "op": "between", "value": [low, high]}, one, one),
    )


def _equal(name: str, values: list[Any], ops: list[str]) -> SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda op, value: {"attribute": name, "op": op, "value": value},
        st.sampled_from(ops),
        st.sampled_from(values),
    )


def _listed(name: str, values: list[Any]) -> SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda op, some: {"attribute": name, "op": op, "value": some},
        st.sampled_from(["in", "not_in"]),
        st.lists(st.sampled_from(values), min_size=1, max_size=3),
    )


COMPARISONS: dict[str, SearchStrategy[dict[str, Any]]] = {
    "age": _ordered("age", [*NUMBERS, 1.5]) | _listed("age", [*NUMBERS, 1.5]),
    "score": _ordered("score", [*NUMBERS, 1.5]),
    "spent": _ordered("spent", [*NUMBERS, 1.0001, 2.50001]),
    "city": _equal("city", ["a", "B"], ["is", "is_not", "contains"])
    | _listed("city", ["a", "b", "C"])
    | _equal("city", ["a", "B"], ["is", "is_not"]).map(lambda form: {**form, "case": "exact"}),
    "vip": _equal("vip", [True, False], ["is"]),
    "tier": _equal("tier", ["bronze", "gold"], ["is", "is_not"])
    | _listed("tier", ["bronze", "silver", "gold"]),
    "birthdate": _ordered("birthdate", DAYS),
    "seen_at": _ordered("seen_at", [*DAYS, *TIMES])
    | st.builds(
        lambda first, last: {"attribute": "seen_at", "op": "within", "value": {"from": first, "to": last}},
        st.sampled_from(DAYS),
        st.sampled_from(TIMES),
    ),
}


def _presence(name: str) -> SearchStrategy[dict[str, Any]]:
    return st.sampled_from(["is_missing", "is_present"]).map(lambda op: {"attribute": name, "op": op})


def _joined(inner: SearchStrategy[dict[str, Any]]) -> SearchStrategy[dict[str, Any]]:
    several = st.lists(inner, min_size=1, max_size=4)
    return st.one_of(
        several.map(lambda parts: {"all": parts}),
        several.map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    )


def about(*names: str) -> SearchStrategy[dict[str, Any]]:
    """Conditions on a few attributes, joined in all ways: many contradict themselves."""
    leaves = st.one_of(*(COMPARISONS[name] for name in names), *map(_presence, names))
    return st.recursive(leaves, _joined, max_leaves=8)


forms = st.one_of(*map(about, VALUES), about("age", "city"))


@given(forms)
def test_what_is_warned_of_is_so_for_every_record(form: dict[str, Any]) -> None:
    found = check({"where": form, "timezone": "UTC"})
    assert found.definition is not None
    meet = members(found.definition, DATABASE)
    for warning in found.warnings:
        if warning.path == "where":
            assert meet == (
                DATABASE.records["contact"].keys() if warning.code == "warning.always_true" else set()
            )


@given(forms)
def test_a_canonical_form_is_met_by_the_same_records(form: dict[str, Any]) -> None:
    written = check({"where": form, "timezone": "UTC"}).definition
    where = canonical(_tree(form))
    rewritten = check(tree.Source(where, timezone="UTC")).definition
    assert written is not None
    assert rewritten is not None
    assert members(rewritten, DATABASE) == members(written, DATABASE)


def _tree(form: dict[str, Any]) -> tree.Condition:
    return condition_from_json(form, Problems())
