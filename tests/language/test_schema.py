"""The JSON Schema: whatever reads without problems is valid, and what has no right form is not."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from satsuma.language import tree
from satsuma.language.problems import Problems
from satsuma.language.schema import json_schema
from satsuma.language.wire import condition_from_json, dumps, source_to_json, to_json
from satsuma.language.wire.forms import FORMS
from satsuma.language.wire.shapes import CONDITIONS, SEGMENTS
from tests.language.test_wire import FORMS_READ, SEGMENT
from tests.language.test_wire_problems import REFUSED
from tests.strategies.trees import conditions

SCHEMA = json_schema()
KEYWORDS = {
    *("$defs", "$ref", "$schema", "title", "anyOf", "const", "enum", "type"),
    *("properties", "required", "additionalProperties"),
    *("items", "prefixItems", "minItems", "maxItems", "minLength", "minimum"),
}
TYPES: dict[str, Any] = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int | float | Decimal) and not isinstance(value, bool),
    "integer": lambda value: TYPES["number"](value) and value == int(value),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def is_valid(value: object, schema: dict[str, Any]) -> bool:
    """Whether a value is valid by the keywords that the schema uses; others fail the tests."""
    assert schema.keys() <= KEYWORDS
    return all(_keyword_holds(keyword, schema, value) for keyword in schema)


def _keyword_holds(keyword: str, schema: dict[str, Any], value: Any) -> bool:
    wanted: Any = schema[keyword]
    match keyword, value:
        case "$ref", _:
            return is_valid(value, SCHEMA["$defs"][wanted.removeprefix("#/$defs/")])
        case "anyOf", _:
            return any(is_valid(value, option) for option in wanted)
        case "const", _:
            return type(value) is type(wanted) and value == wanted
        case "enum", _:
            return isinstance(value, str) and value in wanted
        case "type", _:
            return any(TYPES[name](value) for name in ([wanted] if isinstance(wanted, str) else wanted))
        case "properties", dict():
            return all(is_valid(value[key], inner) for key, inner in wanted.items() if key in value)
        case "required", dict():
            return all(key in value for key in wanted)
        case "additionalProperties", dict():
            assert wanted is False
            return bool(value.keys() <= schema["properties"].keys())
        case "items", list():
            return all(is_valid(item, wanted) for item in value)
        case "prefixItems", list():
            return all(is_valid(item, inner) for item, inner in zip(value, wanted, strict=False))
        case "minItems", list():
            return bool(len(value) >= wanted)
        case "maxItems", list():
            return bool(len(value) <= wanted)
        case "minLength", str():
            return bool(len(value) >= wanted)
        case "minimum", int():
            return bool(value >= wanted)
        case _:
            return True


def test_it_is_json_and_every_definition_in_it_is_used() -> None:
    text = json.dumps(SCHEMA)
    used = set(re.findall(r"#/\$defs/(\w+)", text))
    assert used == SCHEMA["$defs"].keys()


def test_every_form_that_is_read_is_in_the_schema() -> None:
    assert list(FORMS) == list(CONDITIONS)
    for name in FORMS:
        assert f"condition_{name}" in SCHEMA["$defs"]


def test_no_key_of_a_segment_tells_a_condition() -> None:
    assert not set(SEGMENTS["segment"].keys) & FORMS.keys()


@pytest.mark.parametrize("form", FORMS_READ, ids=dumps)
def test_every_form_is_valid(form: dict[str, Any]) -> None:
    assert is_valid(form, SCHEMA)


@given(conditions())
def test_whatever_reads_is_valid(condition: tree.Condition) -> None:
    assert is_valid(to_json(condition), SCHEMA)


def test_segments_are_valid() -> None:
    assert is_valid(SEGMENT, SCHEMA)
    assert is_valid(source_to_json(tree.Source(kind=tree.Kind.STATIC, tests_in=("c-1",))), SCHEMA)


BEYOND = re.compile(r"soon|many digits|1E\+999999|found inf|found nan|not the last|an empty object")
"""What only reading finds: moments, numbers that JSON has not, the order of steps; and an empty segment."""


@pytest.mark.parametrize(("value", "code", "path", "message"), REFUSED, ids=lambda it: str(it)[:60])
def test_what_has_no_right_form_is_invalid(value: Any, code: str, path: str, message: str) -> None:
    del code, path
    assert is_valid(value, SCHEMA) == bool(BEYOND.search(message))


def test_a_telling_key_alone_is_invalid_where_more_is_needed() -> None:
    for name, shape in CONDITIONS.items():
        problems = Problems()
        condition_from_json({name: {"all": []}}, problems)
        assert is_valid({name: {"all": []}}, SCHEMA) == (not problems.found) == (name == "not")
        assert shape.needed[0] == name
