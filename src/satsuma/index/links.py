"""Links: where references lead, and back: from each record to those that refer to it.

A reference is a key, and a key may come before its record does. So what is kept is, by code of the
reference's column, the record that has the key; by record, the code of its key; and by code, the records
that refer with it. When a record comes or goes, one code changes its target, and nothing about those that
refer. Links are made in memory when an index is opened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, ValueType
from satsuma.index.columns import Arrays, Column, among
from satsuma.index.entities import EntityTable
from satsuma.kernel.errors import InvariantError

Ints = NDArray[np.int64]

_MOVED_PART = 4
_MOVED_MIN = 65_536


@dataclass(frozen=True, slots=True, eq=False)
class Referrers:
    """Records by the code with which they refer, as at one version.

    Attributes:
        offsets: Where each code's begin and the last one's end, int64.
        records: Ascending for each code, uint32.
    """

    offsets: Ints
    records: NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class Moved:
    """Records whose reference is another than `Referrers` has, with its present code.

    Attributes:
        records: Ascending, int64.
        codes: Of each, int64; 0 where it has no reference now.
    """

    records: Ints
    codes: Ints

    @cached_property
    def by_code(self) -> tuple[Ints, Ints]:
        """Codes, ascending, and the record of each."""
        order = np.argsort(self.codes, kind="stable")
        return self.codes[order], self.records[order]

    def with_(self, records: Ints, codes: Ints) -> Moved:
        """With others (ascending) that have moved since."""
        kept = np.flatnonzero(~among(self.records, records))
        both = np.concatenate([self.records[kept], records])
        order = np.argsort(both, kind="stable")
        return Moved(both[order], np.concatenate([self.codes[kept], codes])[order])


@dataclass(frozen=True, eq=False)
class Links:
    """Of one reference attribute; they never change.

    Attributes:
        attribute: The reference.
        to: Number of the entity it refers to; None where the catalog has none.
        column: The attribute's, of an entity; None for an interaction type's.
        target: By code, the number of the record that has the key, plus 1; 0 where there is none.
        code: By number of a record referred to, the code of its key; 0 where no reference has it.
        base: Who refers with which code, as when the links were made. None for an interaction type's.
        moved: Whose reference is another since.
    """

    attribute: Attribute
    to: int | None
    column: Column | None
    target: Column
    code: Column
    base: Referrers | None
    moved: Moved

    @property
    def targets(self) -> Ints:
        """By code, the number of the record that the key is of; -1 where there is none. int64."""
        return self.target.values.astype(np.int64) - 1

    def targets_of(self, codes: NDArray[Any]) -> Ints:
        """As `targets`, of some codes."""
        found: Ints = self.target.take(codes).values.astype(np.int64) - 1
        return found

    def codes_of(self, numbers: NDArray[Any]) -> Ints:
        """The codes with which references lead to some records; 0 where no reference has their key."""
        return self.code.take(numbers).values.astype(np.int64)

    def across(self, numbers: NDArray[Any]) -> tuple[Ints, Ints]:
        """From records to those that they refer to.

        Returns:
            Pairs: the place in `numbers`, ascending, and the number of the record at the end. int64.
        """
        if self.column is None:
            raise InvariantError("only an entity's references lead from record to record")
        led_to = self.targets_of(self.column.take(numbers).values)
        pair = np.flatnonzero(led_to >= 0)
        return pair, led_to[pair]

    def referrers(self, numbers: NDArray[Any]) -> tuple[Ints, Ints]:
        """From records back to those that refer to them.

        Returns:
            Pairs: the place in `numbers`, ascending, and the number of the record that refers. int64.
        """
        return self.referring_by(self.codes_of(numbers))

    def referring_by(self, codes: Ints) -> tuple[Ints, Ints]:
        """From codes (0: none) to the records that refer with them; pairs as of `referrers`."""
        if self.base is None:
            raise InvariantError("the index has no way back along an interaction's reference")
        wanted = np.where(codes > 0, codes, len(self.base.offsets))
        last = len(self.base.offsets) - 1
        offsets = self.base.offsets
        pair, rows = expand(offsets[np.minimum(wanted, last)], offsets[np.minimum(wanted + 1, last)])
        found = self.base.records[rows].astype(np.int64)
        if not len(self.moved.records):
            return pair, found
        stays = ~among(found, self.moved.records)
        moved_codes, moved_records = self.moved.by_code
        first = np.searchsorted(moved_codes, codes)
        after = np.where(codes > 0, np.searchsorted(moved_codes, codes, side="right"), first)
        more, places = expand(first, after)
        pair, found = (
            np.concatenate([pair[stays], more]),
            np.concatenate([found[stays], moved_records[places]]),
        )
        order = np.lexsort((found, pair))
        return pair[order], found[order]


def expand(first: Ints, after: Ints) -> tuple[Ints, Ints]:
    """Of ranges of places, the range of each place, and the places, one range after another. int64."""
    counts = after - first
    of_range = np.repeat(np.arange(len(first)), counts)
    begins = np.cumsum(counts) - counts
    return of_range, np.arange(len(of_range)) + (first - begins)[of_range]


def links_of(attribute: Attribute, column: Column, target: EntityTable | None, *, both_ways: bool) -> Links:
    """The links of a reference attribute, made anew.

    Args:
        column: Its column, or for an interaction type's one that has its dictionary.
        target: The entity it refers to; None where the catalog has none.
        both_ways: Whether the column is an entity's.
    """
    count = 1 if column.dictionary is None else len(column.dictionary)
    found = np.full(count, -1, dtype=np.int64)
    if target is not None and target.size and column.dictionary is not None:
        found = target.find(column.dictionary.exact)
        found[0] = -1
    code = np.zeros(target.size if target else 0, dtype=np.uint32)
    codes = np.flatnonzero(found >= 0)
    code[found[codes]] = codes
    return Links(
        attribute,
        target.entity.number if target else None,
        column if both_ways else None,
        _plain((found + 1).astype(np.uint32)),
        _plain(code),
        referrers_of(column, count) if both_ways else None,
        Moved(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)),
    )


def referrers_of(column: Column, codes: int) -> Referrers:
    """Who refers with which of so many codes."""
    values = column.values
    counts = np.bincount(values, minlength=codes)
    # Those without a reference, which have code 0, are not asked for.
    counts[0] = 0
    offsets = np.zeros(codes + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    some = np.flatnonzero(values)
    return Referrers(offsets, some[np.argsort(values[some], kind="stable")].astype(np.uint32))


def _plain(values: NDArray[np.uint32]) -> Column:
    return Column(ValueType.REFERENCE, Arrays(values))


def moved_on(
    links: Links, column: Column, changed: Ints, gone: Ints, created: Ints, target: EntityTable | None
) -> tuple[Links, Ints]:
    """Links of the next version, and the codes whose target is another now.

    Args:
        column: As it is now (see `links_of`).
        changed: Records whose reference may be another now, ascending; of an interaction type's, none.
        gone, created: Records referred to, as they came and went, ascending.
        target: The entity referred to, as it is now.
    """
    if target is None or column.dictionary is None:
        return links, np.zeros(0, dtype=np.int64)
    size, known = len(column.dictionary), len(links.target)
    gone = gone[gone < len(links.code)]
    old = links.codes_of(gone)
    left, old = gone[old > 0], old[old > 0]
    new_codes = np.arange(known, size)
    new_targets = target.find(column.dictionary.take(new_codes)) if size > known else new_codes
    there = created[target.alive[created]]
    codes_there = column.dictionary.find(target.names.take(there)) if len(there) else there
    there, codes_there = there[codes_there > 0], codes_there[codes_there > 0]
    turned, at = _last(
        np.concatenate([new_codes, old, codes_there]),
        np.concatenate([new_targets, np.full(len(old), -1), there]),
    )
    targets = links.target.patched(turned, _codes(at + 1), size, None) if len(turned) else links.target
    code = links.code.resized(target.size)
    named, with_code = _last(
        np.concatenate([left, at[at >= 0]]),
        np.concatenate([np.zeros(len(left), dtype=np.int64), turned[at >= 0]]),
    )
    if len(named):
        code = code.patched(named, _codes(with_code), target.size, None)
    own = None if links.column is None else column
    made = replace(links, column=own, target=targets, code=code)
    if links.base is not None and len(changed):
        made = _with_moved(made, column, changed)
    return made, np.union1d(old, codes_there)


def _with_moved(links: Links, column: Column, changed: Ints) -> Links:
    moved = links.moved.with_(changed, column.take(changed).values.astype(np.int64))
    base = links.base
    if len(moved.records) > max(_MOVED_MIN, len(column) // _MOVED_PART):
        base, moved = referrers_of(column, len(links.target)), Moved(changed[:0], changed[:0])
    return replace(links, base=base, moved=moved)


def _last(keys: Ints, values: Ints) -> tuple[Ints, Ints]:
    """Distinct keys, ascending, each with the last of its values."""
    found, place = np.unique(keys[::-1], return_index=True)
    return found, values[::-1][place]


def _codes(values: Ints) -> Arrays:
    return Arrays(values.astype(np.uint32))
