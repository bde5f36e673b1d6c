"""Summing: sums of one attribute over all members' interactions, in time order or as the rows lie."""

from __future__ import annotations

import numpy as np

from satsuma.catalog.model import Attribute, InteractionType, ValueType
from satsuma.evaluation.kernels import searching
from satsuma.evaluation.kernels.counting import placed_in_time
from satsuma.evaluation.kernels.in_time import add_values, in_time
from satsuma.evaluation.kernels.parallel import in_pieces
from satsuma.evaluation.kernels.scope import Bools, Ints, Records, Scope
from satsuma.index.parts import Part
from satsuma.language import bound

_INT64_END = 2**63

BY_TIME_MAX = 8
"""Up to so many rows in the window for each member it costs less to add them in time order than by member."""


def exact_sums(
    types: tuple[InteractionType, ...],
    what: bound.Read,
    span: tuple[int, int],
    frame: Records,
    among: Bools,
    scope: Scope,
) -> Ints | None:
    """The sum of each member's values in a span of time; None where that takes another way.

    Only integers and decimals that are stored as what is read are summed so, where 64 bits hold the sums.
    """
    total = np.zeros(len(frame), dtype=np.int64)
    greatest = most = 0
    for type_ in types:
        path = next((path for name, path in what.by_type if name == type_.name), None)
        if path is None:
            continue
        if path.hops or not isinstance(path.leaf, Attribute) or path.leaf.type is not what.type:
            return None
        if what.type not in (ValueType.INTEGER, ValueType.DECIMAL):
            return None
        for part in scope.interactions(type_).parts:
            found = _add_in_time(part, path.leaf.number, span, total)
            largest, longest = found or _add_sums(part, path.leaf.number, span, among, total)
            greatest, most = max(greatest, largest), most + longest
    return total if greatest * most < _INT64_END else None


def _add_in_time(part: Part, attribute: int, span: tuple[int, int], total: Ints) -> tuple[int, int] | None:
    """As `_add_sums`, reading the rows of the span alone; None where that takes another way."""
    first, after = placed_in_time(part, span)
    if part.owners is not None or after - first > BY_TIME_MAX * len(total):
        return None
    found = in_time(part, attribute)
    if found is None or found.greatest * (after - first) >= _INT64_END:
        return None
    kept = total[part.out]
    add_values(part.time_member[first:after], found.values[first:after], total)
    # In time order also the rows stand that do not count any more.
    total[part.out] = kept
    return found.greatest, after - first


def _add_sums(
    part: Part, attribute: int, span: tuple[int, int], among: Bools, total: Ints
) -> tuple[int, int]:
    """Add a part's sums; gives the greatest size of a value, and the most values that a member has."""
    owners = part.owners
    begins, ends = part.ranges(owners)
    asked = among if owners is None else among[owners]
    column = part.columns[attribute].whole
    valid = np.zeros(0, dtype=np.bool_) if column.valid is None else column.valid

    def of_piece(piece: slice) -> tuple[int, int]:
        sums, least, greatest, most = searching.window_sums(
            begins[piece], ends[piece], part.occurred_at, column.values, valid, asked[piece], *span
        )
        total[piece if owners is None else owners[piece]] += sums
        return max(greatest, -least), most

    found = in_pieces(of_piece, len(begins))
    return max(one for one, _ in found), max(one for _, one in found)
