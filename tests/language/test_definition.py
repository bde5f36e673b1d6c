"""Definitions as people hold them: from text or JSON, to text and JSON, checked, compared, hashed."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from satsuma.kernel.errors import DefinitionError, UsageError
from satsuma.language import tree
from satsuma.language.definition import Definition
from tests.language.shop import NAMES, SHOP
from tests.strategies.trees import conditions

CITY = {"attribute": "city", "op": "is", "value": "Paris"}


def test_text_and_json_give_the_same_definition() -> None:
    parsed, read = Definition.parse('city is "Paris"'), Definition.from_json(CITY)
    assert parsed == read == Definition.from_json(json.dumps(CITY)) == Definition.from_json({"where": CITY})
    assert hash(parsed) == hash(read)
    assert parsed.to_json() == CITY
    assert read.to_text() == 'city is "Paris"'


def test_definitions_are_equal_by_their_trees_and_not_by_what_they_mean() -> None:
    assert Definition.parse('not city is "Paris"') != Definition.parse('city is not "Paris"')
    assert Definition.from_json({**CITY, "value": True}) != Definition.from_json({**CITY, "value": 1})
    assert Definition.from_json({**CITY, "value": 1.0}) == Definition.from_json({**CITY, "value": 1})
    assert Definition.from_json(CITY) != Definition.from_json({"where": CITY, "name": "Parisians"})
    assert Definition.from_json(CITY) != CITY


def test_what_means_the_same_has_the_same_canonical_hash() -> None:
    one, other = Definition.parse('not city is "Paris"'), Definition.parse('city is not "Paris"')
    assert one.canonical_hash == other.canonical_hash
    assert one.canonical_hash != Definition.parse('city is "Paris"').canonical_hash
    in_utc = Definition.from_json({"where": CITY, "timezone": "UTC"})
    assert in_utc.canonical_hash != Definition.from_json(CITY).canonical_hash


def test_a_segment_keeps_what_stands_beside_its_condition() -> None:
    segment: dict[str, Any] = {"name": "VIP", "kind": "static", "tests": {"in": ["c-1"]}}
    found = Definition.from_json(segment)
    assert found.to_json() == segment
    assert found.where is None
    with pytest.raises(UsageError, match="no condition"):
        found.to_text()


def test_compound_segments_print_with_set_words() -> None:
    where = {"all": [{"segment": "A"}, {"not": {"segment": "B"}}]}
    compound = Definition.from_json({"kind": "compound", "where": where})
    assert compound.to_text() == 'segment "A" except segment "B"'
    assert "except" not in Definition.from_json(where).to_text()


@given(conditions())
def test_json_text_keeps_every_digit(condition: tree.Condition) -> None:
    definition = Definition(tree.Source(where=condition))
    assert Definition.from_json(definition.to_json_text()) == definition


def test_digits_beyond_a_doubles_are_kept() -> None:
    text = '{"attribute": "spent", "op": "=", "value": 12345678901234.5678}'
    assert Definition.from_json(text).to_json()["value"] == Decimal("12345678901234.5678")
    assert Definition.from_json(text).to_json_text() == text


def test_problems_of_a_text_have_line_and_column() -> None:
    definition = Definition.parse('city is "Paris"\n  and ctiy is "Rome"\n  and did purchse')
    found = definition.check(SHOP, NAMES)
    assert [(problem.path, problem.line, problem.column) for problem in found.problems] == [
        ("where.all[1].attribute", 2, 7),
        ("where.all[2].did", 3, 7),
    ]
    assert str(found.problems[0]).startswith("line 2, column 7: no attribute 'ctiy' on 'contact'")
    assert Definition.from_json(definition.to_json()).check(SHOP, NAMES).problems[0].line is None


def test_checking_binds() -> None:
    binding = Definition.parse('in segment "VIP"').check(SHOP, NAMES)
    assert binding.problems == ()
    assert binding.definition is not None


@pytest.mark.parametrize("text", ["{", "[]", "3", '{"did": []}', '{"all": [{"any": 1}, {"not": 2}]}'])
def test_what_cannot_be_read_is_refused_with_all_its_problems(text: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        Definition.from_json(text)
    assert refused.value.code == "definition"
    assert len(refused.value.problems) == (2 if "any" in text else 1)
    listed = refused.value.details["problems"]
    assert isinstance(listed, list)
    assert len(listed) == len(refused.value.problems)


def test_a_tree_too_deep_to_be_handled_is_refused() -> None:
    deep: tree.Condition = tree.EVERYONE
    for _ in range(10_000):
        deep = tree.Not(deep)
    with pytest.raises(DefinitionError, match="32 levels"):
        Definition(tree.Source(where=deep))
