"""Paths lead through references to what they name, or say precisely where they stop."""

from typing import Any

import pytest

from satsuma.catalog.change import apply
from satsuma.catalog.declare import read
from satsuma.catalog.model import Attribute, Catalog
from satsuma.catalog.paths import Hop, PathFault, Resolved, records, resolve

CATALOG, _ = apply(
    Catalog(),
    read(
        """
entities:
  contact:
    attributes:
      city: text
      address.city: text
      account: {type: reference, to: account, inverse: contacts}
      account.kind: text
      a.b.c: text
      a.b: {type: reference, to: account, inverse: ab}
      café: text
  account:
    attributes:
      industry: text
      parent: {type: reference, to: account, inverse: children}
interactions:
  purchase:
    attributes: {amount: decimal, product: {type: reference, to: product}}
"""
    ),
)
CONTACT, ACCOUNT = CATALOG.entities["contact"], CATALOG.entities["account"]
PURCHASE = CATALOG.interactions["purchase"]


def shape(found: Any) -> Any:
    """A result as names: of its steps, with `~` before inverses, and of its leaf."""
    assert isinstance(found, Resolved)
    steps = [("~" if hop.inverse else "") + f"{hop.attribute.name}>{hop.target.name}" for hop in found.hops]
    return steps, found.leaf.name if isinstance(found.leaf, Attribute) else found.leaf


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("city", ([], "city")),
        ("id", ([], "id")),
        ("address.city", ([], "address.city")),
        ("account", ([], "account")),
        ("account.id", (["account>account"], "id")),
        ("account.industry", (["account>account"], "industry")),
        ("account.kind", ([], "account.kind")),
        (
            "account.parent.parent.industry",
            (["account>account", "parent>account", "parent>account"], "industry"),
        ),
        ("account.parent", (["account>account"], "parent")),
        ("a.b.c", ([], "a.b.c")),
        ("a.b.industry", (["a.b>account"], "industry")),
        ("account.contacts", (["account>account", "~account>contact"], None)),
        ("account.children.industry", (["account>account", "~parent>account"], "industry")),
        ("cafe\u0301", ([], "café")),
    ],
)
def test_a_path_takes_the_longest_names_that_fit(path: str, expected: Any) -> None:
    assert shape(resolve(CATALOG, CONTACT, path)) == expected


def test_a_path_from_an_interaction_knows_its_own_words() -> None:
    assert [
        shape(resolve(CATALOG, PURCHASE, word))[1] for word in ("id", "occurred_at", "hour", "weekday")
    ] == [
        "id",
        "occurred_at",
        "hour",
        "weekday",
    ]
    assert shape(resolve(CATALOG, PURCHASE, "product.id")) == (["product>product"], "id")


def test_a_whole_name_is_never_taken_apart() -> None:
    assert shape(resolve(CATALOG, CONTACT, "account.kind", whole=True)) == ([], "account.kind")
    assert isinstance(resolve(CATALOG, CONTACT, "account.industry", whole=True), PathFault)


def test_only_paths_over_inverses_are_to_many() -> None:
    to_many = resolve(CATALOG, CONTACT, "account.children.industry")
    to_one = resolve(CATALOG, CONTACT, "account.parent.industry")
    assert isinstance(to_many, Resolved)
    assert isinstance(to_one, Resolved)
    assert (to_many.is_to_many, to_one.is_to_many) == (True, False)


@pytest.mark.parametrize(
    ("path", "owner", "rest", "near"),
    [
        ("ctiy", "contact", "ctiy", "city"),
        ("account.industri", "account", "industri", "industry"),
        ("acount.turnover", "contact", "acount.turnover", "account"),
        ("city.name", "contact", "name", None),
        ("id.name", "contact", "id.name", None),
        ("zzzz", "contact", "zzzz", None),
        ("", "contact", "", None),
        ("account.", "account", "", None),
        ("account..id", "account", ".id", "id"),
    ],
)
def test_a_fault_says_where_it_stopped_and_what_is_near(
    path: str, owner: str, rest: str, near: str | None
) -> None:
    fault = resolve(CATALOG, CONTACT, path)
    assert isinstance(fault, PathFault)
    assert (fault.owner, fault.rest, fault.near) == (owner, rest, near)
    assert fault.owner in fault.message


def test_a_fault_names_all_that_exists_there() -> None:
    fault = resolve(CATALOG, ACCOUNT, "x")
    assert isinstance(fault, PathFault)
    assert fault.existing == ("ab", "children", "contacts", "id", "industry", "parent")


def test_a_path_to_records_ends_at_a_reference_or_an_inverse() -> None:
    contact, account = CONTACT, ACCOUNT
    assert records(CATALOG, contact, "account") == (Hop(contact.attributes["account"], False, account),)
    assert records(CATALOG, account, "contacts") == (Hop(contact.attributes["account"], True, contact),)
    fault = records(CATALOG, contact, "account.industry")
    assert isinstance(fault, PathFault)
    assert (fault.owner, fault.rest, fault.existing) == (
        "account",
        "industry",
        ("ab", "children", "contacts", "parent"),
    )
