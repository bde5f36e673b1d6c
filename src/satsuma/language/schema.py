"""Schema: the JSON Schema (2020-12) of definitions, for editors and clients, from the tables that read them.

It says what has the right form; which names exist, and what fits their types, only the checker knows. So
whatever is read without problems is valid here, but not the other way round: limits on the whole, such as the
number of conditions, cannot be said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from satsuma.kernel.durations import Unit
from satsuma.kernel.limits import (
    ATTRIBUTES_PER_INTERACTION_MAX,
    INTERACTION_TYPES_MAX,
    OPERANDS_MAX,
    SEQUENCE_STEPS_MAX,
    TESTS_PER_SEGMENT_MAX,
)
from satsuma.kernel.window_forms import CALENDAR_WORDS
from satsuma.kernel.windows import Period
from satsuma.language import tree
from satsuma.language.tree import Op
from satsuma.language.wire.measures import KEYED_MEASURES, PLAIN_MEASURES, TEST_OPS
from satsuma.language.wire.shapes import CONDITIONS, PARTS, SEGMENTS, Shape

Schema: TypeAlias = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1}
_NUMBER: Schema = {"type": "number"}
_WHOLE: Schema = {"type": "integer"}
_TRUE: Schema = {"const": True}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _any(*schemas: Schema) -> Schema:
    return {"anyOf": list(schemas)}


def _list(of: Schema, most: int | None = None, least: int = 1) -> Schema:
    found: Schema = {"type": "array", "items": of}
    if least:
        found["minItems"] = least
    return found if most is None else found | {"maxItems": most}


def _object(needed: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**needed, **(optional or {})},
        "required": list(needed),
        "additionalProperties": False,
    }


def _shaped(shape: Shape, properties: Mapping[str, Schema]) -> Schema:
    """An object of a shape; each of its keys must have a schema."""
    return _object(
        {key: properties[key] for key in shape.needed}, {key: properties[key] for key in shape.optional}
    )


_REFERENCE = _any(_TEXT, _ref("reference"))
_COMMON: Mapping[str, Schema] = {
    "where": _ref("condition"),
    "during": _ref("window"),
    "measure": _ref("measure"),
    "is": _ref("test"),
}
_PROPERTIES: Mapping[str, Mapping[str, Schema]] = {
    "all": {"all": _list(_ref("condition"), least=0)},
    "any": {"any": _list(_ref("condition"), least=0)},
    "not": {"not": _ref("condition")},
    "related": {"related": _TEXT},
    "did": {"did": _ref("types"), "of": _TEXT},
    "latest": {"latest": _ref("types"), "has": _ref("condition")},
    "first": {"first": _ref("types"), "has": _ref("condition")},
    "sequence": {
        "sequence": _list(_any(_ref("step"), _ref("absence")), SEQUENCE_STEPS_MAX),
        "same": _list(_TEXT, ATTRIBUTES_PER_INTERACTION_MAX),
    },
    "held": {"held": _ref("condition"), "for": _ref("held_for")},
    "segment": {"segment": _REFERENCE},
    "list": {"list": _REFERENCE},
    "entered": {"entered": _REFERENCE},
    "left": {"left": _REFERENCE},
    "consent": {"consent": _TEXT, "is": {"enum": ["granted", "denied", "unknown"]}},
    "top": {
        "top": _any(_object({"percent": _NUMBER}), _object({"count": _WHOLE})),
        "by": _any(_ref("measure"), _ref("by_attribute")),
        "did": _ref("types"),
        "among": _ref("condition"),
        "order": {"enum": ["lowest", "highest"]},
    },
    "sample": {"sample": _ref("sample_part")},
    "operand_attribute": {"attribute": _TEXT, "plus": _any(_NUMBER, _ref("signed_duration"))},
    "operand_member": {"member": _TEXT, "plus": _any(_NUMBER, _ref("signed_duration"))},
    "operand_now": {"now": _TRUE, "plus": _ref("signed_duration")},
    "operand_today": {"today": _TRUE, "plus": _ref("signed_duration")},
    "circle": {"km": _NUMBER, "of": _ref("centre")},
    "centre": {"latitude": _NUMBER, "longitude": _NUMBER},
    "active_periods": {"length": _ref("duration"), "of_last": _WHOLE, "count": _ref("test")},
    "step": {
        "did": _ref("types"),
        "within": _ref("duration"),
        "not_did": _any(_ref("blocker"), _ref("types")),
    },
    "absence": {"not_did": _any(_ref("blocker"), _ref("types")), "within": _ref("duration")},
    "blocker": {"did": _ref("types")},
    "held_for": {"op": {"enum": [">=", "<"]}, "value": _ref("duration")},
    "reference": {"id": _WHOLE},
    "by_attribute": {"attribute": _TEXT},
    "sample_part": {"percent": _NUMBER, "salt": _TEXT, "from": _NUMBER},
}
"""What stands under each key of a shape; keys that mean the same everywhere are in `_COMMON`."""

_VALUES: Sequence[tuple[Sequence[Op], Schema | None]] = (
    ((Op.IS_MISSING, Op.IS_PRESENT), None),
    ((Op.IS,), _any(_ref("operand"), _ref("several"))),
    ((Op.IN, Op.NOT_IN, Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE), _ref("several")),
    ((Op.BETWEEN, Op.NOT_BETWEEN), _ref("range")),
    ((Op.WITHIN,), _ref("window")),
    (
        (Op.MORE_THAN,),
        _any(_object({"ago": _ref("duration")}), _object({"ahead": _ref("duration")})),
    ),
    ((Op.ANNIVERSARY,), _ref("anniversary")),
    ((Op.WITHIN_KM,), _ref("circle")),
)
"""Operators with what they take; all others take one operand."""


def json_schema() -> Schema:
    """The schema of what `Definition.from_json` takes: a condition alone, or a segment."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Segment definition",
        **_any(_ref("condition"), _ref("segment")),
        "$defs": {
            **_segments(),
            "condition": _any(*(_ref(f"condition_{name}") for name in CONDITIONS)),
            **{f"condition_{name}": _condition(name, shape) for name, shape in CONDITIONS.items()},
            **{name: _part(name, shape) for name, shape in PARTS.items()},
            **_values(),
        },
    }


def _segments() -> dict[str, Schema]:
    tests = _shaped(SEGMENTS["tests"], dict.fromkeys(("in", "out"), _list(_TEXT, TESTS_PER_SEGMENT_MAX, 0)))
    properties: Mapping[str, Schema] = {
        **dict.fromkeys(("name", "audience", "timezone"), _TEXT),
        "kind": {"enum": [kind.value for kind in tree.Kind]},
        "where": _ref("condition"),
        "tests": _ref("tests"),
    }
    return {"segment": _shaped(SEGMENTS["segment"], properties), "tests": tests}


def _condition(name: str, shape: Shape) -> Schema:
    if name == "attribute":
        return _comparison()
    return _shaped(shape, {**_COMMON, **_PROPERTIES[name]})


def _comparison() -> Schema:
    """An attribute's comparison: what stands on the right goes by the operator."""
    special = {op for ops, _ in _VALUES for op in ops}
    plain = [op for op in Op if op not in special]
    forms = []
    for ops, value in (*_VALUES, (plain, _ref("operand"))):
        needed: dict[str, Schema] = {"attribute": _TEXT, "op": {"enum": [op.value for op in ops]}}
        if value is not None:
            needed["value"] = value
        forms.append(_object(needed, {"case": {"const": "exact"}}))
    return _any(*forms)


def _part(name: str, shape: Shape) -> Schema:
    if name != "test":
        return _shaped(shape, {**_COMMON, **_PROPERTIES[name]})
    special = {Op.BETWEEN: _ref("range"), Op.WITHIN: _ref("window")}
    plain = {"enum": [op.value for op in TEST_OPS if op not in special]}
    forms = [_object({"op": {"const": op.value}, "value": value}) for op, value in special.items()]
    return _any(_object({"op": plain, "value": _ref("operand")}), *forms)


def _values() -> dict[str, Schema]:
    units = [unit.value for unit in Unit]
    keyed: Mapping[str, Schema] = {"count_days": _TRUE, "active_periods": _ref("active_periods")}
    measures = [_object({key: keyed.get(key, _TEXT)}) for key in KEYED_MEASURES]
    calendar = _any(
        {"enum": list(CALENDAR_WORDS)},
        _object({"unit": {"enum": [period.value for period in Period]}, "offset": _WHOLE}),
    )
    pair = {
        "type": "array",
        "prefixItems": [_ref("duration"), _ref("duration")],
        "minItems": 2,
        "maxItems": 2,
    }
    ends = {"type": "array", "prefixItems": [_ref("operand"), _ref("operand")], "minItems": 2, "maxItems": 2}
    month: Schema = {"type": "integer"}
    return {
        "duration": _any(*(_object({unit: {"type": "integer", "minimum": 1}}) for unit in units)),
        "signed_duration": _any(*(_object({unit: _WHOLE}) for unit in units)),
        "window": _any(
            *(_object({key: _ref("duration")}) for key in ("last", "before", "next")),
            _object({"between_ago": pair}),
            _object({"from": _TEXT}, {"to": _TEXT}),
            _object({"to": _TEXT}),
            _object({"calendar": calendar}),
        ),
        "literal": {"type": ["string", "number", "boolean"]},
        "several": _list(_ref("literal"), OPERANDS_MAX),
        "operand": _any(
            _ref("literal"), *(_ref(f"operand_{key}") for key in ("attribute", "member", "now", "today"))
        ),
        "range": ends,
        "anniversary": _any(
            {"const": "today"},
            _object({"next": _ref("duration")}),
            _object({"last": _ref("duration")}),
            _object({"month": month}, {"day": month}),
            _object({"weekday": _TEXT}),
        ),
        "measure": _any({"enum": list(PLAIN_MEASURES)}, *measures),
        "types": _any(_TEXT, _list(_TEXT, INTERACTION_TYPES_MAX)),
    }
