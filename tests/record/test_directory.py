"""The directory: keys are found by hashes, which are the same however many are made at once."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from satsuma.record.directory import hashes_of

ODD = ["", "ä", "a\u0308", "日本", "x" * 5_000, "a\x00b", "\U0001f34a"]


def test_hashes_are_the_same_whether_few_texts_or_many_are_asked_for() -> None:
    few = [*ODD, *(f"c-{number}" for number in range(300))]
    many = [*few, *(f"d-{number}" for number in range(5_000))]
    with duckdb.connect() as connection:
        of_few, of_many, of_none = (
            hashes_of(connection, pa.array(texts, pa.string())) for texts in (few, many, [])
        )
    assert of_few.dtype == of_many.dtype == of_none.dtype == np.uint64
    assert of_few.tolist() == of_many[: len(few)].tolist()
    assert len(of_none) == 0
    assert len(set(of_many.tolist())) == len(many)
