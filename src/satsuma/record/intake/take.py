"""Taking rows in: from whatever people hand over to rows that fit the catalog, and refused rows with their reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from satsuma.catalog.learn import learn_entity, learn_interaction
from satsuma.catalog.model import Attribute, Catalog, Mode, OwnerKind
from satsuma.catalog.rules import DEFAULT_AUDIENCE
from satsuma.kernel.errors import CatalogError, DataError
from satsuma.kernel.instants import instant_of
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import nfc
from satsuma.kernel.zones import Zone, zone
from satsuma.record import layout
from satsuma.record.intake.columns import Block, Column, blocks_of_rows, blocks_of_table, present
from satsuma.record.intake.fit import fit_attribute, fit_instant_column, fit_key_column
from satsuma.record.intake.fit_texts import TEXT
from satsuma.record.intake.fit_times import INSTANT
from satsuma.record.intake.fitted import Fitted, Refusal, Rows, Values, pc, rows_where
from satsuma.record.intake.learning import learn_from_blocks
from satsuma.record.intake.results import (
    MEMBER_KEY,
    POSITION,
    Intake,
    RefusedRow,
    RowGroup,
    refused_table,
)
from satsuma.record.intake.sources import RowSource, TableSource, open_source

OCCURRED_AT = "occurred_at"
ID = "id"

_KEY_MISSING = Refusal("key.missing", "a key")
_TIME_MISSING = Refusal("occurred_at.missing", "the time at which it occurred")
_FUTURE = Refusal("observed_at.future", "a time that is not in the future")


def take_records(
    rows: Any,
    entity: str,
    catalog: Catalog,
    *,
    now: int,
    observed_at: str | int | None = None,
    key: str = "id",
    locked: frozenset[int] = frozenset(),
    first_position: int = 0,
    untyped: bool = False,
) -> Intake:
    """Rows of an entity's records, made to fit.

    Args:
        rows: An Arrow table, a pandas or Polars frame, a DuckDB relation, or a list of dicts. A table gives
        every
            column, and null clears; a dict gives what is in it, and None clears.
        entity: Its name; in mode `learn` it is added where it is unknown.
        catalog: What is known so far.
        now: The instant of the commit, microseconds UTC.
        observed_at: A column with the instants at which the rows were observed, or one instant for all of
        them, as
            text or microseconds UTC; None, or null in a row, means the commit's.
        key: The column of the records' keys.
        locked: Numbers of attributes whose type must not change, since live definitions read them.
        first_position: What the position of the first row is.
        untyped: Text columns come from a source without types, such as CSV: new attributes get the type that
        their
            values are written as.

    Raises:
        UsageError: These are no rows, or `observed_at` is neither a column nor an instant.
        DataError: A table lacks the column of keys, or has two columns for one attribute.
    """
    return _Take(rows, nfc(entity), OwnerKind.ENTITY, catalog, now, locked, first_position, untyped).records(
        nfc(key), observed_at
    )


def take_interactions(
    rows: Any,
    type: str,
    catalog: Catalog,
    *,
    now: int,
    first_position: int = 0,
    member: str | None = None,
    audience: str | None = None,
    locked: frozenset[int] = frozenset(),
    untyped: bool = False,
) -> Intake:
    """Interactions of one type, made to fit; arguments as of `take_records`.

    Args:
        rows: With columns for the member's key, `occurred_at`, and where there is one `id`; all others are
        attributes. type: The interaction type; in mode `learn` it is added where it is unknown. member: The
        column of the members' keys; by default that named like the audience. audience: Whose interactions
        these are, for a type that is new; by default the audience that a column is named
            for, or the only one.
    """
    return _Take(
        rows, nfc(type), OwnerKind.INTERACTION, catalog, now, locked, first_position, untyped
    ).interactions(None if member is None else nfc(member), None if audience is None else nfc(audience))


@dataclass(slots=True)
class _Bad:
    """The first fault of each bad row of a block."""

    faults: dict[int, tuple[str, str]] = field(default_factory=dict)

    def add(self, column: Column | None, name: str, rows: Rows, refusal: Refusal) -> None:
        new = np.array([row for row in rows.tolist() if row not in self.faults], dtype=np.int64)
        found = ["nothing"] * len(new) if column is None else column.found(new)
        for row, text in zip(new.tolist(), found, strict=True):
            self.faults[row] = (refusal.code, f"{name}: found {text}, expected {refusal.expected}")


class _Take:
    """One batch being taken in."""

    def __init__(
        self,
        rows: Any,
        owner: str,
        kind: OwnerKind,
        catalog: Catalog,
        now: int,
        locked: frozenset[int],
        first_position: int,
        untyped: bool,
    ) -> None:
        self._source = open_source(rows)
        self._owner = owner
        self._kind = kind
        self._catalog = catalog
        self._now = now
        self._locked = locked
        self._first_position = first_position
        self._untyped = untyped
        self._refused: list[RefusedRow] = []
        self._zone: Zone = zone(catalog.timezone)

    def records(self, key: str, observed_at: str | int | None) -> Intake:
        if self._owner not in self._catalog.entities:
            refusal = self._learn_owner(lambda catalog: learn_entity(catalog, self._owner), "entity")
            if refusal is not None:
                return self._refuse_all(refusal)
        blocks = self._blocks()
        self._require(blocks, key, "the key of each record")
        constant: int | None = None
        column = None
        if isinstance(observed_at, str) and any(
            c.name == nfc(observed_at) for b in blocks for c in b.columns
        ):
            column = nfc(observed_at)
        elif observed_at is not None and self._source.length:
            constant = instant_of(observed_at, self._zone)
        taken = frozenset({key} if column is None else {key, column})
        faults = self._learn(blocks, taken)

        def special(block: Block, by_name: Mapping[str, Column], bad: _Bad) -> dict[str, Values]:
            length = len(block.places)
            observed = self._observed(by_name.get(column or ""), column, constant, length, bad)
            return {layout.KEY: self._keys(by_name.get(key), key, length, bad), layout.OBSERVED_AT: observed}

        return self._finish(blocks, taken, faults, special)

    def interactions(self, member: str | None, audience: str | None) -> Intake:
        there = self._catalog.interactions.get(self._owner)
        if there is None:
            chosen = audience or self._audience(member)
            refusal = self._learn_owner(
                lambda catalog: learn_interaction(catalog, self._owner, chosen), "interaction type"
            )
            if refusal is not None:
                return self._refuse_all(refusal)
        name = member or self._catalog.interactions[self._owner].audience
        blocks = self._blocks()
        self._require(blocks, name, "the key of each member")
        self._require(blocks, OCCURRED_AT, "the time at which each occurred")
        taken = frozenset({name, OCCURRED_AT, ID})
        faults = self._learn(blocks, taken)

        def special(block: Block, by_name: Mapping[str, Column], bad: _Bad) -> dict[str, Values]:
            length = len(block.places)
            members = self._keys(by_name.get(name), name, length, bad)
            occurred = self._occurred(by_name.get(OCCURRED_AT), length, bad)
            ids: Values = pa.nulls(length, TEXT)
            if (column := by_name.get(ID)) is not None:
                ids = _note(column, fit_key_column(column, "id", length), bad)[0]
            return {layout.ID: ids, MEMBER_KEY: members, layout.OCCURRED_AT: occurred}

        return self._finish(blocks, taken, faults, special)

    # --- what the owner is ---

    def _learn_owner(self, learn: Any, what: str) -> Refusal | None:
        """Take an unknown owner into the catalog, or give the reason why its rows cannot be taken."""
        code = "entity" if self._kind is OwnerKind.ENTITY else "type"
        known = self._catalog.entities if self._kind is OwnerKind.ENTITY else self._catalog.interactions
        if self._catalog.mode is Mode.STRICT:
            near = did_you_mean(self._owner, known)
            expected = f"a declared {what}" + (f" ({near})" if near else "")
            return Refusal(f"{code}.unknown", f"{what}: found {self._owner!r}, expected {expected}")
        try:
            self._catalog = learn(self._catalog)
        except CatalogError as error:
            return Refusal(f"{code}.name", error.message)
        return None

    def _audience(self, member: str | None) -> str:
        """Whose interactions a new type holds."""
        audiences = [entity.name for entity in self._catalog.audiences()]
        if member is not None:
            return member if member in audiences or len(audiences) != 1 else audiences[0]
        source = self._source
        if isinstance(source, TableSource):
            names = {nfc(name) for name in source.names}
        else:
            names = {
                nfc(key)
                for row in source.given
                if isinstance(row, Mapping)
                for key in row
                if type(key) is str
            }
        fitting = [name for name in audiences if name in names]
        if len(fitting) == 1:
            return fitting[0]
        if len(fitting) > 1:
            raise DataError(
                f"found columns {', '.join(map(repr, fitting))}, each the name of an audience; expected one",
                code="data.audience",
                hint=f"declare the interaction type {self._owner!r} with its audience",
            )
        return audiences[0] if len(audiences) == 1 else DEFAULT_AUDIENCE

    def _known(self) -> Mapping[str, Attribute]:
        catalog = self._catalog
        owners: Mapping[str, Any] = (
            catalog.entities if self._kind is OwnerKind.ENTITY else catalog.interactions
        )
        attributes: Mapping[str, Attribute] = owners[self._owner].attributes
        return attributes

    # --- from rows to columns ---

    def _blocks(self) -> list[Block]:
        if isinstance(self._source, RowSource):
            blocks, refused = blocks_of_rows(self._source, self._known())
            self._refused += [
                RefusedRow(row.position + self._first_position, row.code, row.message, row.row)
                for row in refused
            ]
            return blocks
        return blocks_of_table(self._source, self._known())

    def _require(self, blocks: list[Block], name: str, what: str) -> None:
        if isinstance(self._source, RowSource) or any(column.name == name for column in blocks[0].columns):
            return
        names = [column.name for column in blocks[0].columns]
        raise DataError(
            f"found no column {name!r}, expected it to hold {what}; the columns are {', '.join(names) or 'none'}",
            code="data.column_missing",
            hint=did_you_mean(name, names),
        )

    def _learn(self, blocks: list[Block], taken: frozenset[str]) -> dict[str, str]:
        if self._catalog.mode is Mode.STRICT:
            return {}
        self._catalog, faults = learn_from_blocks(
            self._catalog,
            self._kind,
            self._owner,
            self._known(),
            blocks,
            taken=taken,
            locked=self._locked,
            untyped=self._untyped,
        )
        return faults

    # --- keys and times ---

    def _keys(self, column: Column | None, name: str, length: int, bad: _Bad) -> Values:
        if column is None:
            bad.add(None, name, np.arange(length, dtype=np.int64), _KEY_MISSING)
            return pa.nulls(length, TEXT)
        keys = _note(column, fit_key_column(column, "key", length), bad)[0]
        bad.add(column, name, rows_where(keys.is_null()), _KEY_MISSING)
        return keys

    def _occurred(self, column: Column | None, length: int, bad: _Bad) -> Values:
        if column is None:
            bad.add(None, OCCURRED_AT, np.arange(length, dtype=np.int64), _TIME_MISSING)
            return pa.nulls(length, INSTANT)
        times = _note(column, fit_instant_column(column, OCCURRED_AT, self._zone, length), bad)[0]
        bad.add(column, OCCURRED_AT, rows_where(times.is_null()), _TIME_MISSING)
        return times

    def _observed(
        self, column: Column | None, name: str | None, constant: int | None, length: int, bad: _Bad
    ) -> Values:
        if column is not None and name is not None:
            times = _note(column, fit_instant_column(column, "observed_at", self._zone, length), bad)[0]
            late = pc.greater(pc.cast(times, pa.int64()), self._now)
            bad.add(column, name, rows_where(late), _FUTURE)
            return times
        if constant is None:
            return pa.nulls(length, INSTANT)
        if constant > self._now:
            bad.add(None, "observed_at", np.arange(length, dtype=np.int64), _FUTURE)
        return pa.array(np.full(length, constant, dtype=np.int64)).cast(INSTANT)

    # --- from columns to groups ---

    def _finish(
        self, blocks: list[Block], taken: frozenset[str], faults: Mapping[str, str], special: Any
    ) -> Intake:
        groups = []
        for block in blocks:
            bad = _Bad()
            by_name = {column.name: column for column in block.columns}
            first = special(block, by_name, bad)
            given: list[Attribute] = []
            arrays: dict[str, Values] = {}
            for column in block.columns:
                if column.name not in taken:
                    self._attribute(column, len(block.places), faults, bad, given, arrays)
            positions = pa.array(block.places + self._first_position)
            table = pa.table({**first, POSITION: positions, **arrays})
            if bad.faults:
                table = table.filter(pa.array(_good(len(block.places), bad)))
                self._refuse(block, bad)
            if table.num_rows:
                groups.append(RowGroup(tuple(given), table))
        return Intake(tuple(groups), refused_table(self._refused), self._catalog)

    def _attribute(
        self,
        column: Column,
        length: int,
        faults: Mapping[str, str],
        bad: _Bad,
        given: list[Attribute],
        arrays: dict[str, Values],
    ) -> None:
        attribute = self._known().get(column.name)
        if attribute is None:
            bad.add(column, column.name, present(column), self._unknown(column.name, faults))
            return
        fitted = _note(column, fit_attribute(column, attribute, self._zone, length), bad)
        given.append(attribute)
        names = [name for name, _ in layout.columns(attribute)]
        arrays.update(zip(names, fitted, strict=True))

    def _unknown(self, name: str, faults: Mapping[str, str]) -> Refusal:
        if name in faults:
            return Refusal("attribute.name", f"no value there, since {faults[name]}")
        if self._catalog.mode is Mode.STRICT:
            near = did_you_mean(name, self._known())
            expected = f"a declared attribute of {self._owner!r}" + (f" ({near})" if near else "")
            return Refusal("attribute.unknown", expected)
        return Refusal("value.type", "a value of a type that attributes have")

    def _refuse(self, block: Block, bad: _Bad) -> None:
        rows = sorted(bad.faults)
        places = [int(block.places[row]) for row in rows]
        for row, place, came in zip(rows, places, self._source.rows(places), strict=True):
            code, message = bad.faults[row]
            self._refused.append(RefusedRow(place + self._first_position, code, message, came))

    def _refuse_all(self, refusal: Refusal) -> Intake:
        places = list(range(self._source.length))
        refused = [
            RefusedRow(place + self._first_position, refusal.code, refusal.expected, came)
            for place, came in zip(places, self._source.rows(places), strict=True)
        ]
        return Intake((), refused_table(refused), self._catalog)


def _note(column: Column, fitted: Fitted, bad: _Bad) -> tuple[Values, ...]:
    for fault in fitted.faults:
        bad.add(column, column.name, fault.rows, fault.refusal)
    return fitted.arrays


def _good(length: int, bad: _Bad) -> Any:
    mask = np.ones(length, dtype=bool)
    mask[list(bad.faults)] = False
    return mask
