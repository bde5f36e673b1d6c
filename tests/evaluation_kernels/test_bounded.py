"""Interactions with a number between two bounds are counted as the reference counts them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from satsuma.catalog import change, declare
from satsuma.catalog.model import Catalog
from satsuma.evaluation import kernels, reference
from satsuma.evaluation.kernels.bounded import bounds_of
from satsuma.evaluation.reference.literals import database
from satsuma.language import bound, tree
from satsuma.language.binding import bind
from satsuma.language.text import parse_text
from tests.conformance.load_record import keys_of, record_of
from tests.index.reading import index_of

CATALOG, _ = change.apply(
    Catalog(),
    declare.read(
        {
            "timezone": "UTC",
            "entities": {"contact": {"audience": True, "attributes": {}}},
            "interactions": {
                "paid": {"audience": "contact", "attributes": {"amount": "decimal", "items": "integer"}},
                "used": {"audience": "contact", "attributes": {"items": "decimal", "plan": "text"}},
            },
        }
    ),
)

numbers = st.sampled_from(["-3", "0", "1", "1.5", "1.50005", "2", "2.0001", "99999999999999", "-0.0001"])
tests = st.one_of(
    st.tuples(st.sampled_from(["=", ">", ">=", "<", "<="]), numbers).map(" ".join),
    st.tuples(numbers, numbers).map(lambda two: f"between {two[0]} and {two[1]}"),
)
definitions = st.tuples(
    st.sampled_from(["did paid", "did used", "did any of (paid, used)", "did not paid"]),
    st.sampled_from(["", "at least 2 times"]),
    st.sampled_from(["", "in the last 10 days"]),
    st.sampled_from(["items", "amount"]),
    tests,
).map(lambda parts: " ".join([*filter(None, parts[:3]), "where", *parts[3:]]))
rows = st.lists(
    st.tuples(
        st.sampled_from(["paid", "used"]),
        st.integers(0, 3),
        st.integers(1, 30),
        st.sampled_from([None, 0, 1, 2, -3]),
        st.sampled_from([None, "0", "1.5", "1.5001", "2.0001", "-0.0001"]),
    ),
    max_size=20,
)


@settings(max_examples=15, deadline=None)
@given(rows, st.lists(definitions, min_size=1, max_size=5))
@example([("paid", 0, 20, 1, "1.5")], ["did paid where amount > 1.5", "did paid where items <= 1.5"])
def test_they_are_counted_as_the_reference_counts_them(
    tmp_path_factory: object, given_rows: list[tuple[str, int, int, int | None, str | None]], texts: list[str]
) -> None:
    interactions = []
    for type_, member, day, items, amount in given_rows:
        values = {"items": items} | ({"amount": amount} if type_ == "paid" else {})
        present = {name: value for name, value in values.items() if value is not None}
        interactions.append([type_, f"c{member}", f"2026-01-{day:02}", present])
    state = database(
        CATALOG,
        "2026-01-31T00:00Z",
        records={"contact": {f"c{n}": {} for n in range(4)}},
        interactions=interactions,
    )
    folder = Path(tmp_path_factory.mktemp("index"))  # type: ignore[attr-defined]
    with record_of(state) as connection:
        index = index_of(connection, CATALOG, state.now, folder)
        for text in texts:
            binding = bind(tree.Source(where=parse_text(text), audience="contact"), CATALOG)
            if binding.definition is None:
                continue
            found = kernels.members(index, binding.definition, cursor=connection, now=state.now)
            keys = keys_of(connection, binding.definition.audience, found.tolist())
            assert keys == reference.members(binding.definition, state), text


def test_other_conditions_are_not_taken_for_bounds() -> None:
    def bounds(text: str) -> object:
        binding = bind(tree.Source(where=parse_text(text), audience="contact"), CATALOG)
        assert binding.definition is not None, binding.errors
        (did,) = [one for one in _parts(binding.definition.where) if isinstance(one, bound.Did)]
        return bounds_of(did.where, did.types)

    assert bounds("did paid where amount >= 2") is not None
    assert bounds("did paid where items between 1 and 3") is not None
    assert bounds("did paid") is None
    assert bounds("did paid where items != 2") is None
    assert bounds('did used where plan is "x"') is None
    assert bounds("did paid where (items = 2 and amount = 2)") is None


def _parts(condition: bound.Condition) -> list[bound.Condition]:
    return [*condition.conditions] if isinstance(condition, bound.All) else [condition]
