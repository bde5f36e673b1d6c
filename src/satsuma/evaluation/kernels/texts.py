"""Texts: text operators, decided once for each distinct text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from satsuma.evaluation.kernels import vectors
from satsuma.evaluation.kernels.deciding import decided
from satsuma.evaluation.kernels.reading import Right, Scalar
from satsuma.evaluation.kernels.scope import Bools
from satsuma.evaluation.kernels.vectors import Vector
from satsuma.kernel.errors import InvariantError
from satsuma.kernel.text import fold
from satsuma.language.bound import TextOp


def text_test(value: Vector, op: TextOp, right: Right, *, folded: bool) -> Bools:
    """Where a text operator holds; false where either side is missing."""
    folded = folded and not value.exact
    if isinstance(right, Scalar):
        wanted = str(right.value)
        return decided(
            value, (op, wanted), lambda texts: _passes(texts, op, wanted, folded=folded), folded=folded
        )
    return _pairwise(value, op, right, folded=folded)


def _passes(texts: Any, op: TextOp, right: str, *, folded: bool) -> Any:
    """For each text whether it passes. Texts that are compared folded are folded already."""
    if op is TextOp.MATCHES:
        return pc.match_substring_regex(texts, right, ignore_case=folded)
    if folded:
        right = fold(right)
    match op:
        case TextOp.CONTAINS:
            return pc.match_substring(texts, right)
        case TextOp.STARTS_WITH:
            return pc.starts_with(texts, right)
        case TextOp.ENDS_WITH:
            return pc.ends_with(texts, right)
        case TextOp.LIKE:
            return pc.match_substring_regex(texts, _like(right))


def _like(pattern: str) -> str:
    """A `like` pattern as a regular expression for the whole text, line ends too."""
    found: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if character == "%":
            found.append(".*")
        elif character == "_":
            found.append(".")
        else:
            plain = next(characters, "\\") if character == "\\" else character
            found.append(f"\\x{{{ord(plain):x}}}")
    return rf"(?s)\A{''.join(found)}\z"


def _pairwise(value: Vector, op: TextOp, right: Vector, *, folded: bool) -> Bools:
    """Decided once for each distinct pair of texts."""
    both = np.stack([value.data.astype(np.int64), right.data.astype(np.int64)], axis=1)
    pairs, place = np.unique(both, axis=0, return_inverse=True)
    texts = vectors.texts_of(value, pairs[:, 0])
    others = vectors.texts_of(right, pairs[:, 1])
    answers = [
        bool(text and other)
        and bool(_passes(pa.array([fold(text) if folded else text]), op, other, folded=folded)[0].as_py())
        for text, other in zip(texts, others, strict=True)
    ]
    if op in (TextOp.LIKE, TextOp.MATCHES):
        raise InvariantError(f"{op.value!r} takes a literal; found another attribute")
    return np.array(answers, dtype=np.bool_)[place.reshape(-1)]
