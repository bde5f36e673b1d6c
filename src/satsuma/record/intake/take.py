"""Taking rows in: from whatever people hand over to rows that fit, and refused rows with their reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from satsuma.catalog.learn import learn_entity, learn_interaction
from satsuma.catalog.model import Attribute, Catalog, Mode, OwnerKind
from satsuma.catalog.rules import DEFAULT_AUDIENCE, OBSERVED_AT
from satsuma.kernel.errors import CatalogError, DataError, UsageError
from satsuma.kernel.instants import format_instant, instant_of
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import nfc
from satsuma.kernel.zones import Zone, zone
from satsuma.record import layout
from satsuma.record.intake.columns import Block, blocks_of_rows, blocks_of_table, present
from satsuma.record.intake.fitted import Refusal, pc, rows_where
from satsuma.record.intake.fitting import Fitting
from satsuma.record.intake.learning import learn_from_blocks
from satsuma.record.intake.results import MEMBER_KEY, Intake, RefusedRow, RowGroup, refused_table
from satsuma.record.intake.sources import RowSource, TableSource, open_source
from satsuma.record.intake.standard import standard_row

OCCURRED_AT = "occurred_at"
ID = "id"


def take_records(
    rows: Any,
    entity: str,
    catalog: Catalog,
    *,
    now: int,
    observed_at: str | int | None = None,
    key: str = ID,
    locked: frozenset[int] = frozenset(),
    first_position: int = 0,
    untyped: bool = False,
) -> Intake:
    """Rows of an entity's records, made to fit.

    Args:
        rows: An Arrow table, a pandas or Polars frame, a DuckDB relation, or a list of dicts. A table gives
            every column, and null clears; a dict gives what is in it, and None clears.
        entity: Its name; in mode `learn` it is added where it is unknown.
        catalog: What is known so far.
        now: The instant of the commit, microseconds UTC.
        observed_at: A column with the instants at which the rows were observed, or one instant for all of
            them, as text or microseconds UTC; None means the column `observed_at`. Without one, and where it
            is null, a row counts at the commit.
        key: The column of the records' keys.
        locked: Numbers of attributes whose type must not change, since live definitions read them.
        first_position: What the position of the first row is.
        untyped: Text columns come from a source without types, such as CSV: new attributes get the type that
            their values are written as.

    Raises:
        UsageError: These are no rows, or `observed_at` is neither a column nor an instant.
        DataError: A table lacks the column of keys, or has two columns for one attribute, or for the keys.
    """
    batch = _Batch(
        source=open_source(rows),
        owner=nfc(entity),
        kind=OwnerKind.ENTITY,
        before=catalog,
        locked=locked,
        first_position=first_position,
        untyped=untyped,
    )
    return _take_records(batch, nfc(key), observed_at, now)


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
    """Interactions of one type, made to fit; what is not said here is as in `take_records`.

    Args:
        rows: With columns for the member's key, `occurred_at`, perhaps `id`; all others are attributes.
        type: The interaction type; in mode `learn` it is added where it is unknown.
        now: Not looked at, since interactions may be in the future; all takers of rows have it.
        member: The column of the members' keys; by default that named like the audience.
        audience: Whose interactions these are, for a new type; by default the audience that a column is
            named for, or the only one there is.
    """
    del now
    batch = _Batch(
        source=open_source(rows),
        owner=nfc(type),
        kind=OwnerKind.INTERACTION,
        before=catalog,
        locked=locked,
        first_position=first_position,
        untyped=untyped,
    )
    return _take_interactions(batch, None if member is None else nfc(member), audience)


def _take_records(batch: _Batch, key: str, observed_at: str | int | None, now: int) -> Intake:
    refusal = None
    if batch.owner not in batch.catalog.entities:
        refusal = batch.learn_owner(lambda catalog: learn_entity(catalog, batch.owner), "entity")
    blocks = batch.blocks()
    at, observed = None, OBSERVED_AT
    if isinstance(observed_at, str) and _has(blocks, nfc(observed_at)):
        observed = nfc(observed_at)
    elif observed_at is not None and batch.source.length:
        at = _moment(observed_at, zone(batch.catalog.timezone))
    if at is None:
        batch.name({ID: key, OBSERVED_AT: observed})
    else:
        batch.name({ID: key}, {OBSERVED_AT: format_instant(at)})
    if refusal is not None:
        return batch.refuse_all(refusal)
    batch.require(blocks, key, "the key of each record")
    future = Refusal("observed_at.future", "a time that is not in the future")

    def fit_first(fitting: Fitting) -> None:
        fitting.keys(key, layout.KEY)
        if at is None:
            instants = fitting.instants(observed, layout.OBSERVED_AT, "observed_at")
            late = pc.greater(pc.cast(instants, pa.int64()), now)
            fitting.refuse(observed, rows_where(late), future)
        else:
            fitting.instant(at, layout.OBSERVED_AT)
            if at > now:
                fitting.refuse("observed_at", np.arange(fitting.length, dtype=np.int64), future)

    return batch.take(blocks, frozenset({key, observed} if at is None else {key}), fit_first)


def _take_interactions(batch: _Batch, member: str | None, audience: str | None) -> Intake:
    refusal = None
    known = batch.catalog.interactions.get(batch.owner)
    if known is not None:
        of = known.audience
    else:
        of = nfc(audience) if audience is not None else _audience(batch, member)
        refusal = batch.learn_owner(
            lambda catalog: learn_interaction(catalog, batch.owner, of), "interaction type"
        )
    name = member or of
    batch.name({of: name})
    blocks = batch.blocks()
    if refusal is not None:
        return batch.refuse_all(refusal)
    batch.require(blocks, name, "the key of each member")
    batch.require(blocks, OCCURRED_AT, "the time at which each occurred")
    missing = Refusal("occurred_at.missing", "the time at which it occurred")

    def fit_first(fitting: Fitting) -> None:
        fitting.ids(ID, layout.ID)
        fitting.keys(name, MEMBER_KEY)
        instants = fitting.instants(OCCURRED_AT, layout.OCCURRED_AT, OCCURRED_AT)
        fitting.refuse(OCCURRED_AT, rows_where(instants.is_null()), missing)

    return batch.take(blocks, frozenset({name, OCCURRED_AT, ID}), fit_first)


def _audience(batch: _Batch, member: str | None) -> str:
    """Whose interactions a new type holds."""
    audiences = [entity.name for entity in batch.catalog.audiences()]
    if member is not None:
        return member if member in audiences or len(audiences) != 1 else audiences[0]
    source = batch.source
    if isinstance(source, TableSource):
        names = {nfc(name) for name in source.names}
    else:
        dicts = (row for row in source.given if isinstance(row, Mapping))
        names = {nfc(name) for row in dicts for name in row if isinstance(name, str)}
    fitting = [name for name in audiences if name in names]
    if len(fitting) > 1:
        raise DataError(
            f"found columns {', '.join(map(repr, fitting))}, each the name of an audience; expected one",
            code="data.audience",
            hint=f"declare the interaction type {batch.owner!r} with its audience",
        )
    if fitting:
        return fitting[0]
    return audiences[0] if len(audiences) == 1 else DEFAULT_AUDIENCE


def _has(blocks: list[Block], name: str) -> bool:
    return any(column.name == name for block in blocks for column in block.columns)


@dataclass(slots=True, kw_only=True)
class _Batch:
    """Rows being taken in for one entity or interaction type."""

    source: TableSource | RowSource
    owner: str
    kind: OwnerKind
    before: Catalog
    locked: frozenset[int]
    first_position: int
    untyped: bool
    catalog: Catalog = field(init=False)
    columns: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, object] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.catalog = self.before

    def learn_owner(self, learn: Callable[[Catalog], Catalog], what: str) -> Refusal | None:
        """Take an unknown owner into the catalog, or give the reason why its rows cannot be taken."""
        is_entity = self.kind is OwnerKind.ENTITY
        code = "entity" if is_entity else "type"
        if self.catalog.mode is Mode.STRICT:
            near = did_you_mean(self.owner, self.catalog.entities if is_entity else self.catalog.interactions)
            expected = f"a declared {what}" + (f" ({near})" if near else "")
            return Refusal(f"{code}.unknown", f"{what}: found {self.owner!r}, expected {expected}")
        try:
            self.catalog = learn(self.catalog)
        except CatalogError as error:
            return Refusal(f"{code}.name", error.message)
        return None

    def name(self, columns: Mapping[str, str], fixed: Mapping[str, object] | None = None) -> None:
        """Say in which columns keys and times stand, by their standard names, and what is said of all rows.

        Raises:
            DataError: A table has a column of a standard name, and another one, or all rows, in its stead.
        """
        self.columns, self.fixed = columns, fixed or {}
        if isinstance(self.source, RowSource):
            return
        names = {nfc(name) for name in self.source.names}
        for name in [*(name for name, column in columns.items() if column != name), *self.fixed]:
            if name in names:
                raise DataError(
                    f"found a column {name!r}, expected none, since {self._instead(name)}",
                    code="data.columns",
                    hint="leave the column out, or give it another name",
                )

    def _instead(self, name: str) -> str:
        if name in self.fixed:
            return f"all rows are said to be of {self.fixed[name]}"
        return f"that is what the column {self.columns[name]!r} is taken for"

    def blocks(self) -> list[Block]:
        """The rows as blocks of columns; what is no row is refused."""
        if isinstance(self.source, TableSource):
            return blocks_of_table(self.source, self._known())
        blocks, refused = blocks_of_rows(self.source, self._known())
        self.refused += [replace(row, position=row.position + self.first_position) for row in refused]
        return blocks

    def require(self, blocks: list[Block], name: str, what: str) -> None:
        """Refuse a table as a whole if it lacks a column that every row needs."""
        if isinstance(self.source, RowSource) or _has(blocks, name):
            return
        names = [column.name for column in blocks[0].columns]
        listed = ", ".join(names) or "none"
        raise DataError(
            f"found no column {name!r}, expected it to hold {what}; the columns are {listed}",
            code="data.column_missing",
            hint=did_you_mean(name, names),
        )

    def take(
        self, blocks: list[Block], taken: frozenset[str], fit_first: Callable[[Fitting], None]
    ) -> Intake:
        """Learn from the blocks and fit them.

        Args:
            taken: Names of the columns that are no attributes.
            fit_first: Fits these.
        """
        faults: Mapping[str, str] = {}
        if self.catalog.mode is Mode.LEARN:
            self.catalog, faults = learn_from_blocks(
                self.catalog,
                self.kind,
                self.owner,
                self._known(),
                blocks,
                taken=taken,
                locked=self.locked,
                untyped=self.untyped,
            )
        known, groups = self._known(), []
        for block in blocks:
            fitting = Fitting(block, zone(self.catalog.timezone))
            fit_first(fitting)
            for column in block.columns:
                if column.name in taken:
                    continue
                attribute = known.get(column.name)
                if attribute is not None:
                    fitting.attribute(column, attribute)
                else:
                    fitting.refuse(column.name, present(column), self._unknown(column.name, faults))
            self._refuse(fitting)
            groups.append(fitting.group(self.first_position))
        return self._intake(tuple(group for group in groups if group is not None))

    def refuse_all(self, refusal: Refusal) -> Intake:
        """Refuse every row for one reason."""
        refused = {row.position - self.first_position for row in self.refused}
        places = [place for place in range(self.source.length) if place not in refused]
        for place, came in zip(places, self.source.rows(places), strict=True):
            self._refuse_row(place, refusal.code, refusal.expected, came)
        return self._intake(())

    def _known(self) -> Mapping[str, Attribute]:
        owners = self.catalog.entities if self.kind is OwnerKind.ENTITY else self.catalog.interactions
        return owners[self.owner].attributes if self.owner in owners else {}

    def _unknown(self, name: str, faults: Mapping[str, str]) -> Refusal:
        """Why a value of no attribute cannot be taken."""
        if name in faults:
            return Refusal("attribute.name", f"no value there, since {faults[name]}")
        if self.catalog.mode is Mode.STRICT:
            near = did_you_mean(name, self._known())
            expected = f"a declared attribute of {self.owner!r}" + (f" ({near})" if near else "")
            return Refusal("attribute.unknown", expected)
        return Refusal("value.type", "a value of a type that attributes have")

    def _refuse(self, fitting: Fitting) -> None:
        rows = sorted(fitting.faults)
        places = [int(fitting.block.places[row]) for row in rows]
        for row, place, came in zip(rows, places, self.source.rows(places), strict=True):
            self._refuse_row(place, *fitting.faults[row], came)

    def _refuse_row(self, place: int, code: str, message: str, came: object) -> None:
        """Keep a row so that it can be tried again: under standard names, with what was said of all rows."""
        kept = came
        if isinstance(came, Mapping):
            standard = standard_row(came, self.columns, self.fixed)
            if isinstance(standard, str):
                code = "row.duplicate"
                message = f"found {standard!r}, expected none, since {self._instead(standard)}"
            else:
                kept = standard
        self.refused.append(RefusedRow(place + self.first_position, code, message, kept))

    def _intake(self, groups: tuple[RowGroup, ...]) -> Intake:
        # However many steps were learned, they are one change of the catalog.
        learned = self.catalog is not self.before
        catalog = replace(self.catalog, version=self.before.version + 1) if learned else self.before
        return Intake(groups, refused_table(self.refused), catalog, self.untyped)


def _moment(observed_at: str | int, clocks: Zone) -> int:
    """The one instant at which all rows were observed."""
    try:
        return instant_of(observed_at, clocks)
    except UsageError as error:
        raise UsageError(
            f"observed_at={observed_at!r} is neither a column of the rows nor a moment: {error.message}",
            code=error.code,
            hint=error.hint,
        ) from error
