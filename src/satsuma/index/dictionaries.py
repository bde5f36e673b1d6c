"""Dictionaries: the distinct values of coded columns, which grow as new values come and never lose a code.

The first codes are of the values in the files; those that came since stand in a `Growth`, which the
dictionaries of all later versions share: each reads as many of it as it has codes.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.record.arrow import Column as Strings


class Dictionary:
    """The distinct values of a coded column, by code; code 0 is missing, and stands for empty text.

    Equal values have equal codes, in every version of a column. What is read whole is made when it is first
    asked for and kept.
    """

    def __init__(
        self,
        exact: Strings,
        folded: Strings | None = None,
        folded_code: NDArray[np.uint32] | None = None,
    ) -> None:
        """A dictionary of values that are all known.

        Args:
            exact: The values, as stored. A set of choices is a JSON array in ascending order of code points.
            folded: Their distinct folded forms, by folded code; None where values never compare folded.
            folded_code: For each code the code of its folded form, uint32.
        """
        self._exact = exact
        self._folded = folded
        self._folded_code = folded_code

    def __len__(self) -> int:
        return len(self._exact)

    @cached_property
    def exact(self) -> Strings:
        """All values, by code."""
        return self._exact

    @cached_property
    def folded(self) -> Strings | None:
        """All distinct folded forms, by folded code; None where values never compare folded."""
        return self._folded

    @cached_property
    def folded_code(self) -> NDArray[np.uint32] | None:
        """For each code the code of its folded form; None where values never compare folded."""
        return self._folded_code

    @cached_property
    def sets(self) -> tuple[frozenset[str], ...]:
        """The values of a column of choices, by code."""
        written: list[Any] = self.exact.to_pylist()
        return tuple(frozenset(json.loads(one)) if one else frozenset() for one in written)

    def take(self, codes: NDArray[Any]) -> Strings:
        """The values of some codes, at a cost that does not grow with the dictionary."""
        whole: Any = self._exact
        found: Strings = whole.take(pa.array(codes.astype(np.int64)))
        return found

    def texts(self, codes: NDArray[Any]) -> list[str]:
        """As `take`, as Python's texts."""
        found: list[Any] = self.take(codes).to_pylist()
        return found

    def folded_codes(self, codes: NDArray[Any]) -> NDArray[Any]:
        """The folded codes of some codes; the codes themselves where values never compare folded."""
        if self._folded_code is None:
            return codes
        found: NDArray[Any] = self._folded_code[codes]
        return found
