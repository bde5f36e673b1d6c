"""Where 64 bits, doubles or the stored width end, the kernels still answer as the reference does."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from satsuma.catalog import change, declare
from satsuma.catalog.model import Catalog
from satsuma.evaluation import kernels, reference
from satsuma.evaluation.reference import Database
from satsuma.evaluation.reference.literals import database
from satsuma.language import tree
from satsuma.language.binding import bind
from satsuma.language.text import parse_text
from tests.conformance.load_record import keys_of, record_of
from tests.index.reading import index_of

CATALOG, _ = change.apply(
    Catalog(),
    declare.read(
        {
            "timezone": "UTC",
            "entities": {
                "contact": {
                    "audience": True,
                    "attributes": {"limit": "number", "n": "integer", "d": "decimal"},
                }
            },
            "interactions": {
                "small": {
                    "audience": "contact",
                    "attributes": {"n": "integer", "x": "number", "d": "decimal"},
                },
                "wide": {"audience": "contact", "attributes": {"n": "decimal"}},
            },
        }
    ),
)
KEYS = "abc"
integers = st.one_of(st.integers(-3, 3), st.sampled_from([2**63 - 1, -(2**63), 2**53, 2**53 + 1, 10**15]))
decimals = st.one_of(
    st.integers(-30_000, 30_000).map(lambda n: Decimal(n).scaleb(-4)),
    st.sampled_from([Decimal("99999999999999.9999"), Decimal("-99999999999999.9999")]),
)
numbers = st.one_of(
    st.sampled_from([0.0, -0.0, 0.1, 0.2, 0.3, 1e16, 1.0, -1e16, 1.7e308, -1.7e308, 5e-324, 2.0**53]),
    st.floats(allow_nan=False, allow_infinity=False),
)
WHERE = (
    "sum of n over small > 9223372036854775807",
    "sum of n over small = 0",
    "sum of n over any of (small, wide) > 9223372036854775807.5",
    "sum of n over any of (small, wide) <= attribute n",
    "average of n over small > 0.3333",
    "average of n over any of (small, wide) between -1 and 1.5",
    "average of n over small >= attribute d",
    "average of d over small = attribute limit",
    "sum of x over small = 0.3",
    "sum of x over small > 0",
    "sum of x over small >= attribute limit",
    "average of x over small < 1",
    "minimum of n over any of (small, wide) < 0",
    "maximum of d over small >= attribute n",
    "maximum of x over small <= attribute limit",
    "number of distinct n over any of (small, wide) = 2",
    "top 1 by sum of n over any of (small, wide)",
    "top 2 by average of n over small",
    "lowest 1 by average of n over any of (small, wide)",
    "top 2 by sum of x over small",
    "top 34% by average of x over small",
    "n > attribute d",
    "n = attribute limit",
    "d <= attribute n plus 0.5",
)


def parsed(text: str) -> Any:
    binding = bind(tree.Source(where=parse_text(text), audience="contact"), CATALOG)
    assert binding.definition is not None, (text, binding.errors)
    return binding.definition


@st.composite
def states(draw: st.DrawFn) -> Database:
    def attributes(**of: st.SearchStrategy[Any]) -> Mapping[str, Any]:
        return {name: value for name, values in of.items() if (value := draw(st.none() | values)) is not None}

    contacts = {key: attributes(limit=numbers, n=integers, d=decimals) for key in KEYS}
    happened: list[list[Any]] = []
    for place in range(draw(st.integers(0, 8))):
        of = draw(st.sampled_from(["small", "wide"]))
        given_ = attributes(n=integers, x=numbers, d=decimals) if of == "small" else attributes(n=decimals)
        happened.append([of, draw(st.sampled_from(KEYS)), f"2026-01-0{place + 1}", given_])
    return database(CATALOG, "2026-02-01T00:00Z", records={"contact": contacts}, interactions=happened)


@settings(max_examples=40, deadline=None)
@given(state=states())
def test_kernels_answer_as_the_reference_does(state: Database) -> None:
    with record_of(state) as connection, TemporaryDirectory() as folder:
        index = index_of(connection, CATALOG, state.now, Path(folder))
        for text in WHERE:
            definition = parsed(text)
            found = kernels.members(index, definition, cursor=connection, now=state.now)
            expected = reference.members(definition, state)
            assert keys_of(connection, definition.audience, found.tolist()) == expected, text
