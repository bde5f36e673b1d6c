"""Learning from blocks: which attributes the arriving columns are, or become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from satsuma.catalog.learn import common_type, infer_text, is_text, learn_attributes, learned_type
from satsuma.catalog.model import Attribute, Catalog, OwnerKind, ValueType
from satsuma.record.intake.columns import Block, Part, present
from satsuma.record.intake.fitted import pc


def learn_from_blocks(
    catalog: Catalog,
    kind: OwnerKind,
    owner: str,
    known: Mapping[str, Attribute],
    blocks: Sequence[Block],
    *,
    taken: frozenset[str],
    locked: frozenset[int],
    untyped: bool,
) -> tuple[Catalog, dict[str, str]]:
    """The catalog after the blocks, and the reason for each new name that cannot be an attribute.

    Args:
        known: The attributes of the owner so far.
        taken: Names of columns that are keys and times, not attributes.
        locked: Numbers of attributes whose type must not change.
        untyped: Text columns come from a source without types, and may hold anything.
    """
    seen: dict[str, list[tuple[int, ValueType]]] = {}
    for block in blocks:
        for column in block.columns:
            attribute = known.get(column.name)
            if column.name in taken or (attribute and attribute.type is not ValueType.INTEGER):
                continue
            if not len(present(column)):
                continue
            for part in column.parts:
                found = _arrived(part, untyped=untyped, integer=attribute is not None)
                if found is not None:
                    place = int(block.places[_first_row(part)])
                    seen.setdefault(column.name, []).append((place, found))
    arrived = {}
    for name, types in seen.items():
        common = common_type(found for _, found in sorted(types))
        if common is not None:
            arrived[name] = common
    return learn_attributes(catalog, kind, owner, arrived, locked)


def _arrived(part: Part, *, untyped: bool, integer: bool) -> ValueType | None:
    """The type of the values in a part; for an integer attribute, floats that are all whole are integers."""
    if untyped and is_text(part.values.type):
        return infer_text(part.values)
    if len(part.values) == part.values.null_count or _is_empty_text(part.values):
        return None
    found = learned_type(part.values.type)
    if integer and found is ValueType.NUMBER:
        floats = pc.cast(part.values, pa.float64())
        fraction = pc.and_(pc.is_finite(floats), pc.not_equal(pc.floor(floats), floats))
        return ValueType.NUMBER if pc.any(fraction).as_py() else ValueType.INTEGER
    return found


def _is_empty_text(values: Any) -> bool:
    return is_text(values.type) and not pc.any(pc.not_equal(values, "")).as_py()


def _first_row(part: Part) -> int:
    valid = part.values.is_valid()
    if is_text(part.values.type):
        valid = pc.and_(valid, pc.fill_null(pc.not_equal(part.values, ""), False))
    index = int(np.argmax(valid.to_numpy(zero_copy_only=False)))
    return index if part.rows is None else int(part.rows[index])
