"""Deciding: what is asked of texts, decided once for each distinct one, and remembered as long as they are.

A decision is remembered with the values of the files that a dictionary begins with, so that it also serves
later versions: only for what has been added since is it made again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.evaluation.kernels import compiled
from satsuma.evaluation.kernels.scope import Bools
from satsuma.evaluation.kernels.vectors import Vector
from satsuma.index.dictionaries import Dictionary
from satsuma.kernel.text import fold

REMEMBERED_MAX = 1024
REMEMBERED_BYTES_MAX = 32 << 20
"""So many decisions, and so many bytes of them, are remembered for one dictionary; then all are forgotten."""

FEW = 4
"""Where a frame has at most one row for so many texts, only the texts of its rows are decided."""

_remembered: WeakKeyDictionary[object, dict[Hashable, Bools]] = WeakKeyDictionary()

Ask = Callable[[Any], Any]
"""For each of some texts (an Arrow array) whether it passes, as an Arrow array. Empty text never does."""


def decided(vector: Vector, question: Hashable, ask: Ask, *, folded: bool) -> Bools:
    """Where a text passes.

    Args:
        question: What is asked, the same for the same `ask`.
        folded: Whether the folded forms of the texts are asked.
    """
    dictionary = vector.dictionary
    if dictionary is None:
        return np.zeros(len(vector), dtype=np.bool_)
    known = _remembered.setdefault(dictionary.family, {})
    by_code = known.get((question, folded))
    if by_code is None and dictionary.family is not dictionary.base:
        by_code = _remembered.get(dictionary.base, {}).get((question, folded))
    if by_code is None and len(vector) * FEW <= len(dictionary):
        used, place = np.unique(vector.data, return_inverse=True)
        some: Bools = _ask(dictionary, used, ask, folded=folded)[place]
        return some
    if by_code is None or len(by_code) < len(dictionary):
        by_code = _all(dictionary, by_code, ask, folded=folded)
        if len(known) >= REMEMBERED_MAX or (len(known) + 1) * len(by_code) > REMEMBERED_BYTES_MAX:
            known.clear()
        known[question, folded] = by_code
    return compiled.gathered(by_code, vector.data)


def _all(dictionary: Dictionary, before: Bools | None, ask: Ask, *, folded: bool) -> Bools:
    """For each code; those of an earlier version of the dictionary are known."""
    if before is not None:
        added = np.arange(len(before), len(dictionary))
        return np.concatenate([before, _ask(dictionary, added, ask, folded=folded)])
    if not folded or dictionary.folded is None or dictionary.folded_code is None:
        return _ask(dictionary, np.arange(len(dictionary)), ask, folded=False)
    by_form = _bools(ask(dictionary.folded))
    by_form[0] = False
    found: Bools = by_form[dictionary.folded_code]
    return found


def _ask(dictionary: Dictionary, codes: NDArray[Any], ask: Ask, *, folded: bool) -> Bools:
    texts = dictionary.take(codes)
    if folded:
        texts = pa.array([fold(text) for text in dictionary.texts(codes)], pa.large_string())
    found = _bools(ask(texts))
    found[codes == 0] = False
    return found


def _bools(answer: Any) -> Bools:
    found: Bools = answer.to_numpy(zero_copy_only=False)
    return found.astype(np.bool_)
