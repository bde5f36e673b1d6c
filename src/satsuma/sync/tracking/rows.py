"""Rows: what messages say of one entity or type of interactions, on its way into the record."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from satsuma.record.intake import RowSource, Shape
from satsuma.sync.tracking.shapes import joined


@dataclass(slots=True)
class Rows:
    """Rows of one entity or type.

    Attributes:
        rows: One by one.
        places: For each of them the place of its message; -1 where it came of none.
        shapes: Rows by columns, whose places are those of their messages.
    """

    rows: list[dict[str, object]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)

    def add(self, place: int, row: dict[str, object]) -> None:
        """Add a row."""
        self.rows.append(row)
        self.places.append(place)

    def in_order(self) -> tuple[RowSource, list[int]]:
        """All rows in the order of their messages, and the place of the message of each."""
        if not self.shapes:
            order = sorted(range(len(self.rows)), key=self.places.__getitem__)
            return RowSource([self.rows[at] for at in order]), [self.places[at] for at in order]
        shapes = joined(self.shapes)
        own = np.array(self.places, dtype=np.int64)
        order = np.argsort(own).tolist()
        places = np.sort(np.concatenate([own, *(shape.places for shape in shapes)]))
        source = RowSource(
            [self.rows[at] for at in order],
            np.searchsorted(places, own[order]),
            tuple(replace(shape, places=np.searchsorted(places, shape.places)) for shape in shapes),
        )
        return source, places.tolist()
