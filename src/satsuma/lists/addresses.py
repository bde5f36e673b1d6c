"""Addresses: which attribute holds a record's e-mail address, and what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, Catalog, Entity, ValueType
from satsuma.kernel.errors import NotFoundError, UsageError
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import fold, nfc
from satsuma.lists import settings
from satsuma.record.arrow import table_of
from satsuma.record.change import Change
from satsuma.record.layout import column, entity_table, folded_column
from satsuma.record.sql import lent, quote

NAMES = ("email", "e-mail", "email_address", "emailaddress1", "mail")
"""Attributes that are taken for the address where nobody has said which it is: the first that there is."""

PATTERN = r"^[^@\s,;<>\x00-\x1f]{1,64}@[^@\s,;<>\x00-\x1f]+\.[^@\s,;<>.\x00-\x1f]{2,}$"
"""What looks like an address that a message can be sent to (RE2): no more than that can be told from it."""

ADDRESS_CHARS_MAX = 254

_PATTERN = re.compile(PATTERN)


def is_address(text: str) -> bool:
    """Whether a message could be sent to it.

    >>> is_address("ada@example.org"), is_address("ada@example"), is_address("a b@example.org")
    (True, False, False)
    """
    return _PATTERN.match(text) is not None


def attribute_of(connection: duckdb.DuckDBPyConnection, catalog: Catalog, entity: Entity) -> Attribute | None:
    """The attribute that holds the e-mail addresses of an entity; None where it has none."""
    chosen = settings.read(connection, _key(entity))
    if chosen is not None:
        return next((one for one in entity.attributes.values() if str(one.number) == chosen), None)
    by_name = {fold(name): one for name, one in catalog.entities[entity.name].attributes.items()}
    found = [by_name[name] for name in NAMES if name in by_name]
    return next((one for one in found if one.type is ValueType.TEXT), None)


def is_chosen(connection: duckdb.DuckDBPyConnection, entity: Entity) -> bool:
    """Whether somebody has said which attribute it is; otherwise it is found by its name."""
    return settings.read(connection, _key(entity)) is not None


def choose(change: Change, entity: Entity, name: str) -> None:
    """Say which attribute holds the addresses; with an empty name, that it is found by its name again.

    Raises:
        NotFoundError: The entity has no such attribute.
        UsageError: It is no text.
    """
    if not name:
        settings.write(change, _key(entity), None)
        return
    attribute = entity.attributes.get(nfc(name))
    if attribute is None:
        hint = did_you_mean(name, entity.attributes)
        raise NotFoundError(f"no attribute “{name}” on {entity.name}", code="not_found.attribute", hint=hint)
    if attribute.type is not ValueType.TEXT:
        raise UsageError(
            f"attribute “{name}” is a {attribute.type.value}, expected text", code="usage.address"
        )
    settings.write(change, _key(entity), str(attribute.number))


def addresses_of(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, entity: Entity, numbers: Sequence[int]
) -> list[str | None]:
    """For each record its address; None where it has none that looks like one."""
    attribute = attribute_of(connection, catalog, entity)
    if attribute is None:
        return [None] * len(numbers)
    wanted = table_of({"i": np.arange(len(numbers)), "number": np.asarray(numbers, dtype=np.uint32)})
    name = quote(column(attribute))
    with lent(connection, _wanted=wanted):
        found = connection.execute(
            f"SELECT w.i, e.{name} FROM _wanted w JOIN {quote(entity_table(entity))} e"
            f" ON e._number = w.number WHERE regexp_matches(e.{name}, ?)",
            [PATTERN],
        ).fetchall()
    by_place = dict(found)
    return [by_place.get(place) for place in range(len(numbers))]


def with_address(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, entity: Entity, address: str
) -> NDArray[np.uint32]:
    """Numbers of the records that have an address, ascending; case does not count."""
    attribute = attribute_of(connection, catalog, entity)
    if attribute is None:
        return np.empty(0, dtype=np.uint32)
    rows = connection.execute(
        f"SELECT _number FROM {quote(entity_table(entity))} WHERE {quote(folded_column(attribute))} = ?"
        " ORDER BY _number",
        [fold(nfc(address.strip()))],
    ).fetchall()
    return np.array([number for (number,) in rows], dtype=np.uint32)


def _key(entity: Entity) -> str:
    return f"address:{entity.number}"
