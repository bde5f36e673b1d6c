"""Changing a catalog: what is not mentioned stays, and what stored data cannot follow is refused."""

from typing import Any

import pytest
from hypothesis import given

from satsuma.catalog.change import (
    CONVERSIONS,
    AddAttribute,
    AddOwner,
    Alteration,
    CheckOptions,
    ConvertAttribute,
    apply,
    difference,
)
from satsuma.catalog.declare import read
from satsuma.catalog.model import Catalog, Entity, InteractionType, Mode, ValueType
from satsuma.catalog.yaml_form import catalog_to_yaml
from satsuma.kernel.errors import CatalogError
from satsuma.kernel.limits import ATTRIBUTES_PER_INTERACTION_MAX
from tests.catalog.strategies import catalogs


def contact(**attributes: Any) -> dict[str, Any]:
    return {"entities": {"contact": {"attributes": attributes}}}


def changed(catalog: Catalog, source: Any) -> tuple[Catalog, tuple[Alteration, ...]]:
    return apply(catalog, read(source))


def attribute(catalog: Catalog, name: str) -> Any:
    return catalog.entities["contact"].attributes[name]


BASE, _ = changed(
    Catalog(),
    {
        "timezone": "Europe/Berlin",
        "entities": {
            "contact": {
                "attributes": {
                    "city": "text",
                    "n": "integer",
                    "tier": {"type": "choice", "options": ["a", "b"]},
                    "free": "choice",
                    "account": {"type": "reference", "to": "account"},
                }
            },
            "account": None,
            "lead": {"audience": True},
        },
        "interactions": {"opened": {"audience": "contact", "attributes": {"count": "integer"}}},
    },
)


@given(catalogs())
def test_declaring_what_is_there_changes_nothing(catalog: Catalog) -> None:
    again, alterations = changed(catalog, catalog_to_yaml(catalog))
    assert again is catalog
    assert alterations == ()


@given(catalogs())
def test_a_new_catalog_makes_every_table(catalog: Catalog) -> None:
    owners: list[Entity | InteractionType] = [*catalog.entities.values(), *catalog.interactions.values()]
    assert difference(Catalog(), catalog) == tuple(AddOwner(owner) for owner in owners)


def test_an_empty_declaration_changes_nothing() -> None:
    assert changed(BASE, {}) == (BASE, ())


def test_what_is_not_mentioned_stays() -> None:
    after, alterations = changed(BASE, {"mode": "strict"})
    assert (after.mode, after.version, after.timezone) == (Mode.STRICT, BASE.version + 1, "Europe/Berlin")
    assert (after.entities, after.interactions) == (BASE.entities, BASE.interactions)
    assert alterations == ()


def test_a_new_attribute_gets_a_new_number_and_adds_its_columns() -> None:
    after, alterations = changed(BASE, contact(age="integer"))
    assert alterations == (AddAttribute(attribute(after, "age")),)
    assert attribute(after, "age").number == BASE.next_number == after.next_number - 1
    assert attribute(after, "city") is attribute(BASE, "city")


def test_options_may_be_added_and_put_in_another_order() -> None:
    after, alterations = changed(BASE, contact(tier={"type": "choice", "options": ["c", "b", "a"]}))
    assert attribute(after, "tier").options == ("c", "b", "a")
    assert alterations == ()
    assert changed(after, contact(tier="choice"))[0] is after


def test_an_option_is_removed_only_where_it_is_named() -> None:
    fewer = {"type": "choice", "options": ["a"]}
    with pytest.raises(CatalogError, match=r"'b'.*remove_options: \[b\]"):
        changed(BASE, contact(tier=fewer))
    after, alterations = changed(BASE, contact(tier={**fewer, "remove_options": ["b"]}))
    assert alterations == (CheckOptions(attribute(BASE, "tier"), attribute(after, "tier")),)
    with pytest.raises(CatalogError, match="left out of `options`"):
        changed(BASE, contact(tier={"type": "choice", "options": ["a", "b"], "remove_options": ["b"]}))


def test_a_list_for_choices_that_had_none_is_checked() -> None:
    after, alterations = changed(BASE, contact(free={"type": "choice", "options": ["x"]}))
    assert alterations == (CheckOptions(attribute(BASE, "free"), attribute(after, "free")),)


@pytest.mark.parametrize("before", ValueType)
@pytest.mark.parametrize("after", ValueType)
def test_types_convert_only_in_the_ways_that_are_listed(before: ValueType, after: ValueType) -> None:
    def of(type: ValueType) -> Any:
        return contact(x={"type": type.value, "to": "account"} if type is ValueType.REFERENCE else type.value)

    catalog = changed(BASE, of(before))[0]
    if after is before:
        assert changed(catalog, of(after)) == (catalog, ())
    elif after in CONVERSIONS.get(before, ()):
        then, alterations = changed(catalog, of(after))
        assert alterations == (ConvertAttribute(attribute(catalog, "x"), attribute(then, "x")),)
        assert attribute(then, "x").number == attribute(catalog, "x").number
    else:
        with pytest.raises(CatalogError, match="declare a new attribute"):
            changed(catalog, of(after))


def test_a_conversion_takes_the_new_options() -> None:
    after, alterations = changed(BASE, contact(city={"type": "choice", "options": ["Paris"]}))
    assert attribute(after, "city").options == ("Paris",)
    assert alterations == (ConvertAttribute(attribute(BASE, "city"), attribute(after, "city")),)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (contact(account={"type": "reference", "to": "lead"}), "to stay"),
        ({"interactions": {"opened": {"audience": "lead"}}}, "to stay"),
        ({"entities": {"contact": {"audience": False}}}, "to stay"),
        ({"interactions": {"opened": {"attributes": {"contact": "text"}}}}, "audience"),
        (
            {
                "interactions": {
                    "opened": {"attributes": {"a": {"type": "reference", "to": "account", "inverse": "x"}}}
                }
            },
            "entities only",
        ),
    ],
)
def test_what_stored_data_cannot_follow_is_refused(source: Any, expected: str) -> None:
    with pytest.raises(CatalogError, match=expected):
        changed(BASE, source)


def test_an_entity_may_become_an_audience_and_a_reference_get_an_inverse() -> None:
    after, alterations = changed(BASE, {"entities": {"account": {"audience": True}}})
    assert after.entities["account"].audience
    assert alterations == ()
    after, alterations = changed(
        BASE, contact(account={"type": "reference", "to": "account", "inverse": "people"})
    )
    assert list(after.inverses("account")) == ["people"]
    assert alterations == ()


def test_there_are_limits() -> None:
    many = {f"a{n}": "text" for n in range(ATTRIBUTES_PER_INTERACTION_MAX)}
    with pytest.raises(CatalogError, match="the most there may be"):
        changed(BASE, {"interactions": {"opened": {"attributes": many}}})


def test_a_refused_change_leaves_the_catalog_as_it_was() -> None:
    before = catalog_to_yaml(BASE)
    with pytest.raises(CatalogError):
        changed(BASE, {**contact(age="integer", city="date", account="number"), "mode": "strict"})
    assert catalog_to_yaml(BASE) == before
