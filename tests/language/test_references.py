"""What a definition uses: segments and lists, attributes and types; and what it is based on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from satsuma.language import tree
from satsuma.language.references import (
    Basis,
    attributes_in,
    basis,
    list_ids_in,
    lists_in,
    segment_ids_in,
    segments_in,
    types_in,
    with_ids,
    with_names,
)
from satsuma.language.walk import all_conditions, with_inner
from satsuma.language.wire import source_from_json
from tests.language.shop import bound_where
from tests.strategies.trees import conditions

DAY = {"days": 1}
DEEP: dict[str, Any] = {
    "any": [
        {"segment": "VIP"},
        {"held": {"not": {"list": "Newsletter"}}, "for": {"op": "<", "value": DAY}},
        {"related": "befriended by", "where": {"all": [{"left": {"id": 4}}, {"segment": "VIP"}]}},
        {
            "top": {"count": 1},
            "by": {"attribute": "age"},
            "among": {"entered": "VIP", "during": {"last": DAY}},
        },
        {
            "sequence": [
                {"did": "purchase"},
                {
                    "did": "page_*",
                    "where": {"attribute": "url", "op": "is_present"},
                    "not_did": {"did": "odd*"},
                },
            ]
        },
    ]
}


def where(form: dict[str, Any]) -> tree.Condition:
    """The tree of a form."""
    found = source_from_json(form).where
    assert found is not None
    return found


def test_segments_and_lists_are_found_at_any_depth_once_in_order() -> None:
    assert segments_in(where(DEEP)) == ("VIP", tree.RefId(4))
    assert lists_in(where(DEEP)) == ("Newsletter",)
    assert segment_ids_in(bound_where(DEEP)) == (1, 4)
    assert list_ids_in(bound_where(DEEP)) == (1,)


def test_names_become_numbers_and_numbers_names_again() -> None:
    stored = with_ids(where(DEEP), {"VIP": 1}.get, {"Newsletter": 2}.get)
    assert segments_in(stored) == (tree.RefId(1), tree.RefId(4))
    assert lists_in(stored) == (tree.RefId(2),)
    shown = with_names(stored, {1: "Very important", 4: "Other"}.get, {2: "Weekly"}.get)
    assert segments_in(shown) == ("Very important", "Other")
    assert lists_in(shown) == ("Weekly",)


def test_a_reference_without_number_or_name_is_left() -> None:
    def nothing(_: object) -> None:
        return None

    assert with_ids(where(DEEP), nothing, nothing) == where(DEEP)
    assert with_names(where(DEEP), nothing, nothing) == where(DEEP)


@given(conditions())
def test_every_condition_is_walked_and_can_be_put_in_its_place(condition: tree.Condition) -> None:
    seen: list[tree.Condition] = []

    def copied(node: tree.Condition) -> tree.Condition:
        seen.append(node)
        return with_inner(node, copied)

    assert copied(condition) == condition
    assert list(map(id, seen)) == list(map(id, all_conditions(condition)))


def test_attributes_and_types_are_those_read_crossed_and_named() -> None:
    found = bound_where(
        {
            "all": [
                {"attribute": "account.industry", "op": "is", "value": {"attribute": "city"}},
                {"related": "befriended by", "where": {"attribute": "age", "op": ">", "value": 3}},
                {
                    "did": ["purchase", "page_*"],
                    "where": {"attribute": "url", "op": "is_present"},
                    "measure": {"sum": "quantity"},
                    "of": "account.contacts",
                },
            ]
        }
    )
    names = {f"{attribute.owner}.{attribute.name}" for attribute in attributes_in(found)}
    assert names == {
        "account.industry",
        "contact.account",
        "contact.age",
        "contact.city",
        "contact.friend",
        "page_shared.url",
        "page_viewed.url",
        "purchase.quantity",
    }
    assert [one.name for one in types_in(found)] == ["page_shared", "page_viewed", "purchase"]


CITY = {"attribute": "city", "op": "is", "value": "x"}
DID = {"did": "purchase", "where": {"attribute": "product.department", "op": "is", "value": "toys"}}
BASES: list[tuple[dict[str, Any], Basis]] = [
    ({"all": []}, Basis.PROFILE),
    ({"segment": "VIP"}, Basis.PROFILE),
    (CITY, Basis.PROFILE),
    ({"not": {"any": [CITY, {"list": "Newsletter"}]}}, Basis.PROFILE),
    ({"related": "account", "where": {"all": []}}, Basis.PROFILE),
    ({"top": {"count": 1}, "by": {"attribute": "age"}}, Basis.PROFILE),
    (DID, Basis.INTERACTION),
    ({"all": [DID, {"segment": "VIP"}]}, Basis.INTERACTION),
    ({"latest": "purchase", "has": {"all": []}}, Basis.INTERACTION),
    ({"top": {"count": 1}, "by": "count", "did": "purchase"}, Basis.INTERACTION),
    ({"all": [DID, {"not": CITY}]}, Basis.MIXED),
    ({"related": "befriended by", "where": DID}, Basis.MIXED),
    ({"top": {"count": 1}, "by": "count", "did": "purchase", "among": CITY}, Basis.MIXED),
]


@pytest.mark.parametrize(("form", "expected"), BASES, ids=str)
def test_the_basis_tells_profiles_from_interactions(form: dict[str, Any], expected: Basis) -> None:
    assert basis(bound_where(form)) is expected
