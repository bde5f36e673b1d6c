"""Each type of value has its operators, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from satsuma.catalog.model import ValueType
from satsuma.language.binding.operators import OPERATORS
from satsuma.language.tree import Op
from tests.language.forms import DAY, on
from tests.language.shop import check

VALUES: dict[Op, Any] = {
    **dict.fromkeys(Op, "x"),
    Op.IS_MISSING: None,
    Op.IS_PRESENT: None,
    **{op: ["x"] for op in (Op.IN, Op.NOT_IN, Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE)},
    Op.BETWEEN: [1, 2],
    Op.NOT_BETWEEN: [1, 2],
    Op.WITHIN: {"last": DAY},
    Op.MORE_THAN: {"ago": DAY},
    Op.ANNIVERSARY: "today",
    Op.WITHIN_KM: {"km": 1, "of": {"latitude": 0, "longitude": 0}},
}
ATTRIBUTES = {
    ValueType.TEXT: "city",
    ValueType.INTEGER: "age",
    ValueType.NUMBER: "score",
    ValueType.DECIMAL: "spent",
    ValueType.BOOLEAN: "vip",
    ValueType.DATE: "birthdate",
    ValueType.TIMESTAMP: "seen_at",
    ValueType.CHOICE: "tier",
    ValueType.CHOICES: "tags",
    ValueType.REFERENCE: "account",
    ValueType.LOCATION: "home",
}


@pytest.mark.parametrize("op", Op)
@pytest.mark.parametrize("value_type", ValueType)
def test_a_type_has_the_operators_of_the_table_and_no_other(value_type: ValueType, op: Op) -> None:
    found = check(on(ATTRIBUTES[value_type], op.value, VALUES[op]))
    codes = {problem.code for problem in found.errors}
    assert ("type.operator" in codes) == (op not in OPERATORS[value_type])
