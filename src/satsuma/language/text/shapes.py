"""Shapes: which values go with which operators, and which conditions with set words."""

from __future__ import annotations

from satsuma.kernel.windows import Window
from satsuma.language import tree
from satsuma.language.tree import Op


def fits(op: Op, value: tree.Value) -> bool:
    """Whether an operator can have such a value on its right."""
    match op:
        case Op.IS_MISSING | Op.IS_PRESENT:
            return value is None
        case Op.IS | Op.IS_NOT:
            return isinstance(value, tree.Operand | tree.Several)
        case Op.IN | Op.NOT_IN | Op.HAS_ANY | Op.HAS_ALL | Op.HAS_NONE:
            return isinstance(value, tree.Several)
        case Op.BETWEEN | Op.NOT_BETWEEN:
            return isinstance(value, tree.Range)
        case Op.WITHIN:
            return isinstance(value, Window)
        case Op.MORE_THAN:
            return isinstance(value, tree.MoreThan)
        case Op.ANNIVERSARY:
            return isinstance(value, tree.Anniversary)
        case Op.WITHIN_KM:
            return isinstance(value, tree.Circle)
        case _:
            return isinstance(value, tree.Operand)


def is_set(condition: tree.Condition) -> bool:
    """Whether a condition holds only all, any, not and segment, so that set words can join it."""
    todo = [condition]
    while todo:
        match todo.pop():
            case tree.All(conditions) | tree.AnyOf(conditions):
                todo.extend(conditions)
            case tree.Not(inner):
                todo.append(inner)
            case tree.InSegment():
                pass
            case _:
                return False
    return True
