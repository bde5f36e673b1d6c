"""Finding lists and records by what callers give."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from satsuma.catalog.audiences import audience_named
from satsuma.catalog.model import Catalog, Entity
from satsuma.kernel.errors import NotFoundError
from satsuma.kernel.names import key_given
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import fold
from satsuma.record.lists import ListRow
from satsuma.record.resolve import numbers_of_keys


def by_id(found: Iterable[ListRow], list_id: int) -> ListRow:
    """The list of an id.

    Raises:
        NotFoundError: It is gone.
    """
    for row in found:
        if row.id == list_id:
            return row
    raise deleted(list_id)


def deleted(list_id: int) -> NotFoundError:
    """The error of whoever holds a list that is gone."""
    return NotFoundError(f"no list with id {list_id}: it was deleted", code="not_found.list")


def named(found: Iterable[ListRow], name: str | int) -> ListRow:
    """The list of a name, without regard to case, or of an id.

    Raises:
        NotFoundError: There is none.
    """
    known = list(found)
    for row in known:
        if row.id == name or (isinstance(name, str) and fold(row.name) == fold(name)):
            return row
    hint = did_you_mean(name, [row.name for row in known]) if isinstance(name, str) else ""
    raise NotFoundError(f"no list “{name}”", code="not_found.list", hint=hint)


def find(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, key: str, audience: str | None
) -> tuple[Entity, int]:
    """The record of a key, or alias.

    Raises:
        NotFoundError: There is none.
    """
    entity = audience_named(catalog, audience)
    number = int(numbers_of_keys(connection, entity, pa.array([key_given(key)], pa.string()))[0])
    if number < 0:
        raise NotFoundError(f"no {entity.name} “{key}”", code="not_found.record")
    return entity, number
