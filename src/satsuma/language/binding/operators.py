"""Operators: which there are for each type, and which are the complement of another."""

from __future__ import annotations

from collections.abc import Mapping

from satsuma.catalog.model import ValueType
from satsuma.language import bound
from satsuma.language.tree import Op

NEGATED: Mapping[Op, Op] = {
    Op.IS_PRESENT: Op.IS_MISSING,
    Op.IS_NOT: Op.IS,
    Op.NOT_IN: Op.IN,
    Op.NOT_CONTAINS: Op.CONTAINS,
    Op.NOT_STARTS_WITH: Op.STARTS_WITH,
    Op.NOT_ENDS_WITH: Op.ENDS_WITH,
    Op.NOT_LIKE: Op.LIKE,
    Op.NOT_MATCHES: Op.MATCHES,
    Op.NE: Op.EQ,
    Op.NOT_BETWEEN: Op.BETWEEN,
    Op.HAS_NONE: Op.HAS_ANY,
}
"""Every operator that is the exact complement of another, with that one."""

_ANY = (Op.IS_MISSING, Op.IS_PRESENT)
_EQUAL = (Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN)
_ORDERED = (Op.EQ, Op.NE, Op.GT, Op.GE, Op.LT, Op.LE, Op.BETWEEN)
_NUMERIC = (*_ORDERED, Op.NOT_BETWEEN, Op.IN, Op.NOT_IN)
_TIME = (*_ORDERED, Op.WITHIN, Op.MORE_THAN, Op.ANNIVERSARY)
TEXT_TESTS: Mapping[Op, bound.TextOp] = {
    Op.CONTAINS: bound.TextOp.CONTAINS,
    Op.STARTS_WITH: bound.TextOp.STARTS_WITH,
    Op.ENDS_WITH: bound.TextOp.ENDS_WITH,
    Op.LIKE: bound.TextOp.LIKE,
    Op.MATCHES: bound.TextOp.MATCHES,
}
_NOT_TEXT = tuple(negative for negative, op in NEGATED.items() if op in TEXT_TESTS)

OPERATORS: Mapping[ValueType, tuple[Op, ...]] = {
    ValueType.TEXT: (*_ANY, *_EQUAL, *TEXT_TESTS, *_NOT_TEXT),
    ValueType.INTEGER: (*_ANY, *_NUMERIC),
    ValueType.NUMBER: (*_ANY, *_NUMERIC),
    ValueType.DECIMAL: (*_ANY, *_NUMERIC),
    ValueType.BOOLEAN: (*_ANY, Op.IS),
    ValueType.CHOICE: (*_ANY, *_EQUAL),
    ValueType.REFERENCE: (*_ANY, *_EQUAL),
    ValueType.CHOICES: (*_ANY, Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE, Op.IS),
    ValueType.DATE: (*_ANY, *_TIME),
    ValueType.TIMESTAMP: (*_ANY, *_TIME),
    ValueType.LOCATION: (*_ANY, Op.WITHIN_KM),
}
"""The operators of each type."""

CMP: Mapping[Op, bound.Cmp] = {
    Op.IS: bound.Cmp.EQ,
    Op.EQ: bound.Cmp.EQ,
    Op.GT: bound.Cmp.GT,
    Op.GE: bound.Cmp.GE,
    Op.LT: bound.Cmp.LT,
    Op.LE: bound.Cmp.LE,
}
SAME: Mapping[Op, Op] = {Op.EQ: Op.IS, Op.NE: Op.IS_NOT, Op.IS: Op.EQ, Op.IS_NOT: Op.NE}
"""What is meant by an operator that other types write differently."""
