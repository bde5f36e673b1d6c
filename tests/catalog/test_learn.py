"""Learning from what arrives: the types of columns, and what a catalog takes up."""

import datetime as dt
import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satsuma.catalog.change import apply
from satsuma.catalog.declare import read
from satsuma.catalog.learn import (
    common_type,
    infer_text,
    infer_text_columns,
    learn_attributes,
    learn_entity,
    learn_interaction,
    learned_type,
)
from satsuma.catalog.model import Catalog, OwnerKind, ValueType
from satsuma.kernel.errors import CatalogError

T = ValueType
CATALOG, _ = apply(
    Catalog(),
    read(
        {
            "entities": {
                "contact": {
                    "attributes": {
                        "n": "integer",
                        "x": "number",
                        "account": {"type": "reference", "to": "account", "inverse": "contacts"},
                    }
                },
                "account": None,
            },
            "interactions": {"opened": {"audience": "contact"}},
        }
    ),
)


@pytest.mark.parametrize(
    ("arrow", "expected"),
    [
        (pa.string(), T.TEXT),
        (pa.large_string(), T.TEXT),
        (pa.string_view(), T.TEXT),
        (pa.dictionary(pa.int8(), pa.string()), T.TEXT),
        (pa.int8(), T.INTEGER),
        (pa.uint64(), T.INTEGER),
        (pa.float16(), T.NUMBER),
        (pa.float64(), T.NUMBER),
        (pa.decimal128(10, 2), T.DECIMAL),
        (pa.decimal256(50, 2), T.DECIMAL),
        (pa.decimal128(38, 0), T.INTEGER),
        (pa.bool_(), T.BOOLEAN),
        (pa.date32(), T.DATE),
        (pa.date64(), T.DATE),
        (pa.timestamp("ns"), T.TIMESTAMP),
        (pa.timestamp("s", "Asia/Tokyo"), T.TIMESTAMP),
        (pa.list_(pa.string()), T.CHOICES),
        (pa.large_list(pa.int64()), T.CHOICES),
        (pa.list_(pa.bool_(), 2), T.CHOICES),
        (pa.struct([("longitude", pa.float64()), ("latitude", pa.float64())]), T.LOCATION),
        (pa.struct([("latitude", pa.float64())]), None),
        (pa.list_(pa.list_(pa.string())), None),
        (pa.list_(pa.struct([("a", pa.int8())])), None),
        (pa.list_(pa.null()), None),
        (pa.map_(pa.string(), pa.string()), None),
        (pa.binary(), None),
        (pa.time32("s"), None),
        (pa.duration("s"), None),
        (pa.null(), None),
    ],
)
def test_each_arrow_type_is_learned_as(arrow: pa.DataType, expected: ValueType | None) -> None:
    assert learned_type(arrow) is expected


def test_integers_widen_to_numbers_and_nothing_else_widens() -> None:
    assert common_type([T.INTEGER, T.NUMBER]) is T.NUMBER
    assert common_type([T.NUMBER, T.INTEGER]) is T.NUMBER
    assert common_type([T.INTEGER, T.TEXT, T.NUMBER]) is T.NUMBER
    assert common_type([T.TEXT, T.INTEGER]) is T.TEXT
    assert common_type([T.INTEGER, T.DECIMAL]) is T.INTEGER
    assert common_type([]) is None


def slowly(values: list[str | None]) -> ValueType | None:
    """What text holds, value by value."""
    kinds = {kind_of(value) for value in values if value}
    if not kinds:
        return None
    if kinds in ({"integer", "number"}, {"number"}):
        return T.NUMBER
    return (
        T(kinds.pop()) if len(kinds) == 1 and kinds <= {"integer", "boolean", "date", "timestamp"} else T.TEXT
    )


def kind_of(value: str) -> str:
    if value in ("true", "false"):
        return "boolean"
    if re.fullmatch(r"-?(0|[1-9][0-9]*)", value):
        return "integer" if -(2**63) <= int(value) < 2**63 else "large"
    if re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", value):
        return "number"
    try:
        day = dt.datetime.strptime(value[:10], "%Y-%m-%d").date()  # noqa: DTZ007 - only the day is used
    except ValueError:
        return "text"
    if day.isoformat() == value:
        return "date"
    clock = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?(Z|[-+][01][0-9]:[0-5][0-9])?"
    return "timestamp" if re.fullmatch(clock, value[11:]) and value[10] in "T " else "text"


samples = st.sampled_from(
    [
        *["0", "-1", "12", "007", "1.5", "-0.25", "1e3", "1.", "+1", "9223372036854775807"],
        *[
            "true",
            "false",
            "True",
            "yes",
            "2026-01-31",
            "2026-02-30",
            "2026-01-31T10:00",
            "2026-01-31 10:00:00.5Z",
        ],
        *["2026-02-30T10:00", "2026-01-31T24:00", "2026-01-31T10:00:00+02:00", "abc", "\uff11"],
    ]
)


@given(st.lists(st.one_of(samples, st.sampled_from([None, ""])), max_size=4))
def test_text_without_types_holds_what_all_its_values_are_written_as(values: list[str | None]) -> None:
    assert infer_text(pa.array(values, pa.string())) is slowly(values)


def test_text_that_would_lose_something_stays_text() -> None:
    assert infer_text(pa.array(["01067", "80331"])) is T.TEXT
    assert infer_text(pa.array(["9223372036854775808", "1"])) is T.TEXT
    assert infer_text(pa.array(["1e999", "1"])) is T.TEXT
    assert infer_text(pa.array(["0000-01-01"])) is T.TEXT


def test_one_odd_value_among_many_makes_text() -> None:
    assert infer_text(pa.array(["1"] * 5_000)) is T.INTEGER
    assert infer_text(pa.chunked_array([["1"] * 5_000, ["x"]])) is T.TEXT


def test_only_text_columns_are_looked_at() -> None:
    table = pa.table({"a": ["1"], "b": [1], "c": pa.array([None], pa.string())})
    assert infer_text_columns(table) == {"a": T.INTEGER, "c": None}


def test_a_new_column_becomes_an_attribute_and_a_known_one_stays() -> None:
    after, faults = learn_attributes(CATALOG, OwnerKind.ENTITY, "contact", {"city": T.TEXT, "x": T.TEXT})
    assert faults == {}
    assert after.entities["contact"].attributes["city"].type is T.TEXT
    assert after.entities["contact"].attributes["x"].type is T.NUMBER
    assert after.version == CATALOG.version + 1
    assert learn_attributes(after, OwnerKind.ENTITY, "contact", {"city": T.DATE}) == (after, {})


def test_an_integer_that_meets_numbers_becomes_one_unless_it_is_locked() -> None:
    number = CATALOG.entities["contact"].attributes["n"].number
    after, _ = learn_attributes(CATALOG, OwnerKind.ENTITY, "contact", {"n": T.NUMBER})
    assert after.entities["contact"].attributes["n"].type is T.NUMBER
    assert after.entities["contact"].attributes["n"].number == number
    assert (
        learn_attributes(CATALOG, OwnerKind.ENTITY, "contact", {"n": T.NUMBER}, frozenset({number}))[0]
        is CATALOG
    )
    assert learn_attributes(CATALOG, OwnerKind.ENTITY, "contact", {"n": T.DECIMAL})[0] is CATALOG


def test_names_that_cannot_be_attributes_are_told_with_the_reason() -> None:
    after, faults = learn_attributes(
        CATALOG, OwnerKind.ENTITY, "account", {"contacts": T.TEXT, "id": T.TEXT, "": T.TEXT}
    )
    assert after is CATALOG
    assert sorted(faults) == ["", "contacts", "id"]
    assert "reads back" in faults["contacts"]
    after, faults = learn_attributes(
        CATALOG, OwnerKind.INTERACTION, "opened", {"hour": T.TEXT, "contact": T.TEXT}
    )
    assert sorted(faults) == ["contact", "hour"]


def test_entities_and_interaction_types_are_learned_once() -> None:
    assert learn_entity(CATALOG, "contact") is CATALOG
    assert not learn_entity(CATALOG, "lead").entities["lead"].audience
    assert learn_entity(Catalog(), "contact").entities["contact"].audience
    after = learn_interaction(Catalog(), "opened", "contact")
    assert after.entities["contact"].audience
    assert after.version == 1
    assert learn_interaction(CATALOG, "signed", "account").entities["account"].audience
    assert learn_interaction(CATALOG, "opened", "contact") is CATALOG


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 121])
def test_what_cannot_be_named_is_not_learned(name: str) -> None:
    with pytest.raises(CatalogError):
        learn_entity(CATALOG, name)
    with pytest.raises(CatalogError):
        learn_interaction(CATALOG, name, "contact")
    with pytest.raises(CatalogError):
        learn_interaction(CATALOG, "seen", name)
