"""Members of a segment: read when asked for, as keys, numbers, Arrow, pandas or a Roaring bitmap."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyroaring import BitMap

from satsuma.catalog.model import Catalog
from satsuma.kernel.errors import UsageError
from satsuma.record.store import Record
from satsuma.segments.columns import Choice, table_of
from satsuma.segments.exporting import ExportFormat, format_of, write_bytes, write_table
from satsuma.segments.rooms import audience_of

if TYPE_CHECKING:
    import pandas as pd


class Members:
    """The members at one version. Keys come in the order of their code points."""

    def __init__(self, record: Record, catalog: Catalog, audience: int, numbers: NDArray[np.uint32]) -> None:
        """Hold the numbers; keys are looked up when first needed.

        Args:
            record: Where the keys are.
            catalog: Of the version.
            audience: Number of the audience entity.
            numbers: Of the members, distinct.
        """
        self._record = record
        self._entity = audience_of(catalog, audience)
        self._numbers = np.sort(numbers)
        self._keys: tuple[str, ...] | None = None

    def __len__(self) -> int:
        """How many."""
        return len(self._numbers)

    def __iter__(self) -> Iterator[str]:
        """Keys, ascending by code point."""
        return iter(self.keys())

    def __contains__(self, key: object) -> bool:
        """Whether the record of a key, or alias, is a member."""
        if not isinstance(key, str):
            return False
        number = int(self._record.number_of(self._entity.name, [key])[0])
        place = int(np.searchsorted(self._numbers, number)) if number >= 0 else len(self._numbers)
        return place < len(self._numbers) and int(self._numbers[place]) == number

    def __repr__(self) -> str:
        """Who they are and how many."""
        return f"<{len(self)} members of {self._entity.name}>"

    def keys(self) -> tuple[str, ...]:
        """Keys, ascending by code point. A member that has been deleted since has none and is left out."""
        if self._keys is None:
            found = self._record.keys_of(self._entity.name, self._numbers)
            self._keys = tuple(sorted(key for key in found.to_pylist() if key is not None))
        return self._keys

    def numbers(self) -> NDArray[np.uint32]:
        """Member numbers, ascending, uint32."""
        return self._numbers.copy()

    def to_arrow(
        self,
        columns: Iterable[str] = (),
        *,
        search: str | None = None,
        sort: str = "id",
        descending: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> pa.Table:
        """A table with the column `id`, the keys, and attributes as they are now.

        Args:
            columns: Attributes beside the key, in order.
            search: Only members whose key, or text among the columns, contains this, in any case.
            sort: `id` or an attribute; ties by key, those without a value last.
            descending: Whether the largest come first.
            limit: At most so many.
            offset: So many are left out first.

        Raises:
            UsageError: There is no such attribute.
        """
        choice = Choice(tuple(columns), search, sort, descending, limit, offset)
        with self._record.cursor() as cursor:
            return table_of(cursor, self._entity, self._numbers, choice)

    def to_pandas(self, columns: Iterable[str] = ()) -> pd.DataFrame:
        """As `to_arrow`, as a DataFrame; pandas must be installed."""
        return self.to_arrow(columns).to_pandas()

    def export(self, path: str | Path, *, form: str | None = None, columns: Iterable[str] = ()) -> int:
        """Write the members to a file, which appears when it is whole; gives how many.

        Args:
            path: The file.
            form: `csv`, `jsonl`, `parquet` or `roaring` (member numbers, portable); default by its ending.
            columns: Attributes beside the key; none for `roaring`.
        """
        path = Path(path)
        chosen = format_of(path, form)
        if chosen is ExportFormat.ROARING:
            if tuple(columns):
                raise UsageError("a Roaring bitmap has no columns", code="usage.format")
            write_bytes(self.bitmap().serialize(), path)
            return len(self)
        table = self.to_arrow(columns)
        write_table(table, path, chosen)
        return table.num_rows

    def bitmap(self) -> BitMap:
        """Member numbers as a Roaring bitmap, which serialises to the portable format."""
        return BitMap(array("I", self._numbers.tobytes()))
