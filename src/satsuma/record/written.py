"""Written: values of records as a version in the making has written them, for whoever keeps them elsewhere.

Reading a thousand records back from a table of a million costs as much as writing them; here they are still
at hand. What other paths have written `Touches.unmarked` tells, and has to be read.
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
    """Current values of some records of one entity, written at once.

    Attributes:
        attributes: Those written.
        numbers: Of the records, ascending, uint32.
        rows: Their stored columns, and flags.
        flags: Stored column → name of the boolean column of `rows` that says for which records it was
            written; those without one were written for all.
    """

    attributes: tuple[Attribute, ...]
    numbers: NDArray[np.uint32]
    rows: pa.Table
    flags: Mapping[str, str]
