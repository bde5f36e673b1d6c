"""One block being made to fit: its stored columns so far, and the first fault of each of its bad rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from satsuma.catalog.model import Attribute
from satsuma.kernel.zones import Zone
from satsuma.record import layout
from satsuma.record.intake.columns import Block, Column
from satsuma.record.intake.fit import fit_attribute, fit_instant_column, fit_key_column
from satsuma.record.intake.fit_texts import TEXT
from satsuma.record.intake.fit_times import INSTANT
from satsuma.record.intake.fitted import Fitted, Refusal, Rows, Values, nulls, rows_where
from satsuma.record.intake.results import POSITION, RowGroup


class Fitting:
    """Columns are fitted in the order in which their faults count: a row is refused for the first one."""

    def __init__(self, block: Block, zone: Zone) -> None:
        self.block = block
        self.length = len(block.places)
        self.faults: dict[int, tuple[str, str]] = {}
        """By row of the block: the code and the message."""
        self._zone = zone
        self._by_name = {column.name: column for column in block.columns}
        self._given: list[Attribute] = []
        self._arrays: dict[str, Values] = {}

    def keys(self, name: str, stored: str) -> None:
        """Take the keys in a column, which every row must have."""
        column = self._by_name.get(name)
        keys = nulls(self.length, TEXT)
        if column is not None:
            keys = self._noted(column, fit_key_column(column, "key", self.length))[0]
        self.refuse(name, rows_where(keys.is_null()), Refusal("key.missing", "a key"))
        self._arrays[stored] = keys

    def ids(self, name: str, stored: str) -> None:
        """Take the ids in a column, which a row may have."""
        column = self._by_name.get(name)
        ids = nulls(self.length, TEXT)
        if column is not None:
            ids = self._noted(column, fit_key_column(column, "id", self.length))[0]
        self._arrays[stored] = ids

    def instants(self, name: str, stored: str, code: str) -> Values:
        """Take the instants in a column, which a row may have; codes begin with `code`."""
        column = self._by_name.get(name)
        instants = nulls(self.length, INSTANT)
        if column is not None:
            instants = self._noted(column, fit_instant_column(column, code, self._zone, self.length))[0]
        self._arrays[stored] = instants
        return instants

    def instant(self, at: int | None, stored: str) -> None:
        """Take one instant for all rows, or none."""
        if at is None:
            self._arrays[stored] = nulls(self.length, INSTANT)
        else:
            self._arrays[stored] = pa.array(np.full(self.length, at, dtype=np.int64)).cast(INSTANT)

    def attribute(self, column: Column, attribute: Attribute) -> None:
        """Take a column as an attribute."""
        arrays = self._noted(column, fit_attribute(column, attribute, self._zone, self.length))
        self._given.append(attribute)
        names = [name for name, _ in layout.columns(attribute)]
        self._arrays.update(zip(names, arrays, strict=True))

    def refuse(self, name: str, rows: Rows, refusal: Refusal) -> None:
        """Note a fault of some rows, unless they have one already."""
        new = np.array([row for row in rows.tolist() if row not in self.faults], dtype=np.int64)
        if not len(new):
            return
        column = self._by_name.get(name)
        found = ["nothing"] * len(new) if column is None else column.found(new)
        for row, text in zip(new.tolist(), found, strict=True):
            self.faults[row] = (refusal.code, f"{name}: found {text}, expected {refusal.expected}")

    def group(self, first_position: int) -> RowGroup | None:
        """The rows without a fault; None where there is none."""
        positions = pa.array(self.block.places + first_position)
        table = pa.table({**self._arrays, POSITION: positions})
        if self.faults:
            good = np.ones(self.length, dtype=bool)
            good[list(self.faults)] = False
            table = table.filter(pa.array(good))
        return RowGroup(tuple(self._given), table) if table.num_rows else None

    def _noted(self, column: Column, fitted: Fitted) -> tuple[Values, ...]:
        for fault in fitted.faults:
            self.refuse(column.name, fault.rows, fault.refusal)
        return fitted.arrays
