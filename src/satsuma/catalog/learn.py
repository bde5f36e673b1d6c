"""Learning: what a catalog takes up, in mode `learn`, from the rows that arrive.

An attribute gets the type of the column it first arrives in. From then on only one thing changes by itself:
an integer that meets numbers becomes a number. Text from sources without types, such as CSV, is looked at
value by value (`infer_text`): what every value can be read as, it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute

from satsuma.catalog.draft import Draft
from satsuma.catalog.model import Attribute, Catalog, OwnerKind, ValueType
from satsuma.catalog.rules import DEFAULT_AUDIENCE, attribute_name_fault, entity_fault, interaction_fault
from satsuma.kernel.errors import CatalogError
from satsuma.kernel.text import nfc

# The stubs know narrower overloads than the functions have: `not_equal(array, "")` is one of theirs.
pc: Any = pyarrow.compute

_INTEGER = r"^-?(0|[1-9][0-9]*)$"
_NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$"
_BOOLEAN = r"^(true|false)$"
_DATE = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_TIMESTAMP = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]"
    r"(:[0-5][0-9]([.,][0-9]{1,6}0*)?)?([Zz]|[-+]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?$"
)
_SAMPLE_ROWS = 1_000


def learned_type(arrow: pa.DataType) -> ValueType | None:
    """The attribute type that a column of an Arrow type is learned as; None where it is learned as nothing.

    Structs are not asked about: of a latitude and a longitude alone they are locations (`is_location`), else
    each of their fields is a column by itself.
    """
    if isinstance(arrow, pa.DictionaryType):
        return learned_type(arrow.value_type)
    if is_location(arrow):
        return ValueType.LOCATION
    if is_list(arrow):
        of: Any = arrow
        scalar = learned_type(of.value_type) not in (None, ValueType.LOCATION, ValueType.CHOICES)
        return ValueType.CHOICES if scalar else None
    return next((kind for is_kind, kind in _SCALARS if is_kind(arrow)), None)


def is_text(arrow: pa.DataType) -> bool:
    """Whether a column holds text, of whatever layout."""
    t = pa.types
    return t.is_string(arrow) or t.is_large_string(arrow) or t.is_string_view(arrow)


def is_list(arrow: pa.DataType) -> bool:
    """Whether a column holds lists, of whatever layout."""
    layouts = (pa.ListType, pa.LargeListType, pa.FixedSizeListType, pa.ListViewType, pa.LargeListViewType)
    return isinstance(arrow, layouts)


def is_location(arrow: pa.DataType) -> bool:
    """Whether a column holds structs of a latitude and a longitude and nothing else."""
    return isinstance(arrow, pa.StructType) and sorted(arrow.names) == ["latitude", "longitude"]


def _is_whole_decimal(arrow: pa.DataType) -> bool:
    """Whether a column holds decimals without a fraction, as engines write integers wider than 64 bits."""
    return bool(pa.types.is_decimal(arrow)) and cast(pa.Decimal128Type, arrow).scale <= 0


_SCALARS: tuple[tuple[Callable[[pa.DataType], bool], ValueType], ...] = (
    (is_text, ValueType.TEXT),
    (pa.types.is_boolean, ValueType.BOOLEAN),
    (pa.types.is_integer, ValueType.INTEGER),
    (pa.types.is_floating, ValueType.NUMBER),
    (_is_whole_decimal, ValueType.INTEGER),
    (pa.types.is_decimal, ValueType.DECIMAL),
    (pa.types.is_date, ValueType.DATE),
    (pa.types.is_timestamp, ValueType.TIMESTAMP),
)


def common_type(types: Iterable[ValueType]) -> ValueType | None:
    """The type learned from values of several types: the first, but a number where integers meet numbers."""
    found: ValueType | None = None
    for kind in types:
        if found is None or {found, kind} == {ValueType.INTEGER, ValueType.NUMBER}:
            found = kind if found is None else ValueType.NUMBER
    return found


def infer_text_columns(table: pa.Table) -> dict[str, ValueType | None]:
    """What each text column of a source without types holds; None where it holds nothing but missing values.

    Columns of other types are left out.
    """
    return {
        name: infer_text(column)
        for name, column in zip(table.column_names, table.columns, strict=True)
        if is_text(column.type)
    }


def infer_text(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> ValueType | None:
    """What a text column of a source without types holds.

    Boolean, date, timestamp, integer or number where every value is written as one; else text. Digits with a
    zero before them are text (post codes, phone numbers), and so are whole numbers beyond 64 bits. Empty
    texts count as missing. None where nothing is there.
    """
    present = column.filter(pc.not_equal(column, ""))
    if len(present) == 0:
        return None
    for kind, pattern in (
        (ValueType.BOOLEAN, _BOOLEAN),
        (ValueType.DATE, _DATE),
        (ValueType.TIMESTAMP, _TIMESTAMP),
        (ValueType.INTEGER, _INTEGER),
        (ValueType.NUMBER, _NUMBER),
    ):
        if _all_match(present, pattern):
            return kind if _all_read(present, kind) else ValueType.TEXT
    return ValueType.TEXT


def _all_match(column: pa.Array[Any] | pa.ChunkedArray[Any], pattern: str) -> bool:
    # Most patterns fail on the first few values, and then the rest need not be looked at.
    for part in (column.slice(0, _SAMPLE_ROWS), column):
        if not pc.all(pc.match_substring_regex(part, pattern)).as_py():
            return False
    return True


def _all_read(column: pa.Array[Any] | pa.ChunkedArray[Any], kind: ValueType) -> bool:
    """Whether what is written as a type is of it: days that exist, integers of 64 bits, no infinity."""
    try:
        match kind:
            case ValueType.INTEGER:
                pc.cast(column, pa.int64())
            case ValueType.NUMBER:
                return bool(pc.all(pc.is_finite(pc.cast(column, pa.float64()))).as_py())
            case ValueType.DATE | ValueType.TIMESTAMP:
                days = pc.cast(pc.utf8_slice_codeunits(column, 0, 10), pa.date32())
                return bool(pc.all(pc.greater_equal(pc.year(days), 1)).as_py())
            case _:
                pass
    except pa.ArrowInvalid:
        return False
    return True


def learn_entity(catalog: Catalog, name: str) -> Catalog:
    """The catalog with an entity of this name.

    Raises:
        CatalogError: There cannot be one of this name.
    """
    name = nfc(name)
    if name in catalog.entities:
        return catalog
    _refuse(entity_fault(name, catalog))
    draft = Draft(catalog)
    draft.add_entity(name, audience=name == DEFAULT_AUDIENCE)
    return draft.finish()


def learn_interaction(catalog: Catalog, name: str, audience: str) -> Catalog:
    """The catalog with an interaction type of this name; its audience is added, or made one, if need be.

    Raises:
        CatalogError: There cannot be one of this name, or it is of another audience.
    """
    name, audience = nfc(name), nfc(audience)
    there = catalog.interactions.get(name)
    if there is not None:
        if there.audience != audience:
            _refuse(f"interaction type {name!r} is of {there.audience!r}, not of {audience!r}")
        return catalog
    _refuse(interaction_fault(name, catalog))
    draft = Draft(catalog)
    if audience not in catalog.entities:
        _refuse(entity_fault(audience, catalog))
        draft.add_entity(audience, audience=True)
    elif not catalog.entities[audience].audience:
        draft.set_audience(audience)
    draft.add_interaction(name, audience)
    return draft.finish()


def learn_attributes(
    catalog: Catalog,
    kind: OwnerKind,
    owner: str,
    arrived: Mapping[str, ValueType],
    locked: frozenset[int] = frozenset(),
) -> tuple[Catalog, dict[str, str]]:
    """The catalog after columns have arrived for an entity or interaction type.

    Args:
        arrived: Attribute name → type of what arrived; an integer attribute for which numbers arrived becomes
        one of
            numbers, other attributes that are there stay as they are.
        locked: Numbers of attributes whose type must not change.

    Returns:
        The catalog, and for each new name that cannot be an attribute the reason.
    """
    draft, faults = Draft(catalog), {}
    for name, kind_arrived in arrived.items():
        there = draft.owner(kind, owner).attributes.get(name)
        if there is None:
            fault = attribute_name_fault(name, draft.owner(kind, owner), draft.catalog)
            if fault is None:
                draft.add_attribute(kind, owner, name, kind_arrived)
            else:
                faults[name] = fault
        elif (there.type, kind_arrived) == (
            ValueType.INTEGER,
            ValueType.NUMBER,
        ) and there.number not in locked:
            draft.put_attribute(replace(there, type=ValueType.NUMBER))
    return draft.finish(), faults


def widens(attribute: Attribute, arrived: ValueType, locked: frozenset[int]) -> bool:
    """Whether an attribute changes its type by itself when values of another type arrive for it."""
    is_wider = attribute.type is ValueType.INTEGER and arrived is ValueType.NUMBER
    return is_wider and attribute.number not in locked


def _refuse(fault: str | None) -> None:
    if fault is not None:
        raise CatalogError(fault, code="catalog.name")
