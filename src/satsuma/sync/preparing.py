"""Preparing: chunks of files, read, mapped and fitted to the catalog, ready to be written."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Catalog
from satsuma.catalog.rules import OBSERVED_AT
from satsuma.record.change import Change
from satsuma.record.intake import POSITION, Intake, take_interactions, take_records
from satsuma.record.quarantine import ENTITY
from satsuma.sync.formats.base import Chunk, refused
from satsuma.sync.ledger import Position
from satsuma.sync.mapped import Part, apply
from satsuma.sync.mapping import ColumnMap
from satsuma.sync.planning import Plan, PlannedFile


@dataclass(frozen=True, slots=True)
class Fitted:
    """A part of a chunk, fitted to a catalog.

    Attributes:
        before: The catalog that it was fitted to; another one needs it fitted again.
        intake: Positions in it are the numbers of the rows in the file.
    """

    part: Part
    before: Catalog
    intake: Intake


@dataclass(frozen=True, slots=True)
class Prepared:
    """A chunk, ready to be written.

    Attributes:
        place, file: The file it is from, and its place among those of the import.
        fitted: Its parts.
        unread: Rows that could not be read far enough to belong to a type (`REFUSED_SCHEMA`).
        chunk: As it was read.
    """

    place: int
    file: PlannedFile
    fitted: tuple[Fitted, ...]
    unread: pa.Table
    chunk: Chunk

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return len(self.chunk.numbers) + self.chunk.refused.num_rows


class Preparer:
    """Prepares the chunks of a plan, in order.

    Each is fitted to the catalog that the ones before leave behind. Where another change came between,
    whoever writes the chunk fits it again (`fitted_to`), and calls `follow` for those to come.
    """

    def __init__(self, plan: Plan, catalog: Catalog, now: int) -> None:
        self._plan = plan
        self.catalog = catalog
        self._now = now
        self._followed = 0

    def chunks(self, position: Position) -> Generator[Prepared, None, None]:
        """All chunks from a position on."""
        finished = len(position.ends)
        for place, file in enumerate(self._plan.files, finished):
            from_row = max(position.row if place == position.file else 0, file.start.row)
            for chunk in file.reader.chunks(file.start, from_row):
                yield self._prepared(place, file, chunk)

    def follow(self, catalog: Catalog) -> None:
        """Fit the chunks to come to this catalog."""
        self._followed += 1
        self.catalog = catalog

    def _prepared(self, place: int, file: PlannedFile, chunk: Chunk) -> Prepared:
        catalog, followed = self.catalog, self._followed
        parts, bad = apply(self._plan.mapping, chunk, catalog)
        fitted = []
        for part in parts:
            intake = fit(self._plan.mapping, part, catalog, self._now, untyped=not file.is_typed)
            fitted.append(Fitted(part, catalog, intake))
            catalog = intake.catalog
        if followed == self._followed:
            self.catalog = catalog
        return Prepared(place, file, tuple(fitted), pa.concat_tables([chunk.refused, refused(bad)]), chunk)


def fit(
    mapping: ColumnMap,
    part: Part,
    catalog: Catalog,
    now: int,
    *,
    untyped: bool,
    locked: frozenset[int] = frozenset(),
) -> Intake:
    """Rows of one entity or type, fitted to a catalog."""
    rows: Any = part.rows
    options = mapping.options
    if mapping.target.kind == ENTITY:
        observed = options.observed_at
        if observed is not None:
            observed = mapping.names.get(observed, observed)
        intake = take_records(
            rows, part.target, catalog, now=now, observed_at=observed, untyped=untyped, locked=locked
        )
    else:
        known = catalog.interactions.get(part.target)
        intake = take_interactions(
            rows,
            part.target,
            catalog,
            now=now,
            member=mapping.audience,
            audience=mapping.audience if known is None else None,
            untyped=untyped,
            locked=locked,
        )
    return _numbered(intake, part.numbers)


def _numbered(intake: Intake, numbers: NDArray[np.int64]) -> Intake:
    """An intake whose positions are the rows' numbers in the file."""

    def moved(table: pa.Table, name: str) -> pa.Table:
        if not table.num_rows:
            return table
        place = table.column_names.index(name)
        return table.set_column(place, name, pa.array(numbers[table.column(name).to_numpy()]))

    groups = tuple(replace(group, table=moved(group.table, POSITION)) for group in intake.groups)
    return replace(intake, groups=groups, refused=moved(intake.refused, "position"))


def fitted_to(
    change: Change, fitted: Fitted, mapping: ColumnMap, locked: frozenset[int], *, untyped: bool
) -> Intake:
    """The intake of a part, made again if it is not what this change would have made of it."""
    is_learning = fitted.intake.catalog is not fitted.before
    if fitted.before is change.catalog and not _is_timed(fitted, mapping) and not (is_learning and locked):
        return fitted.intake
    return fit(mapping, fitted.part, change.catalog, change.at, untyped=untyped, locked=locked)


def _is_timed(fitted: Fitted, mapping: ColumnMap) -> bool:
    """Whether rows say when they were observed, which must not be later than the version that takes them."""
    if mapping.target.kind != ENTITY:
        return False
    rows = fitted.part.rows
    if mapping.options.observed_at is not None:
        return True
    if isinstance(rows, pa.Table):
        return OBSERVED_AT in rows.column_names
    return any(isinstance(row, dict) and OBSERVED_AT in row for row in rows)
