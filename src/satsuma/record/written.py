"""Written: what a version in the making has written, for whoever keeps it elsewhere.

Reading a thousand records back from a table of a million costs as much as writing them; here they are still
at hand, and so are interactions. What other paths have written of records `Touches.unmarked` tells, and has
to be read; of interactions `Touches.rewritten` and `Touches.gone`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """Current values of some records of one entity, or new interactions of one type, written at once.

    Attributes:
        attributes: Those written.
        numbers: Of the records, ascending, uint32; of interactions their members, in any order.
        rows: Their stored columns, and flags; of interactions besides `_id`, `_member` and `_occurred_at`.
        flags: Stored column → name of the boolean column of `rows` that says for which records it was
            written; those without one were written for all.
    """

    attributes: tuple[Attribute, ...]
    numbers: NDArray[np.uint32]
    rows: pa.Table
    flags: Mapping[str, str]
