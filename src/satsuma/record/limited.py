"""Limited reading: a connection on which only those records are there that somebody may see.

Views stand in front of the stored tables, under their names, with only the rows that are about records in
sight; a connection finds them first. Whatever reads through it is exact for whom it is read, and filters
nothing itself. What a table is to a limited reader is said once, in `_FIXED`; a table that nobody has ruled
on is empty to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache, wraps
from hashlib import sha256
from threading import Lock
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, assert_never

import duckdb
import pyarrow as pa

from satsuma.catalog.model import Attribute, Catalog, ValueType
from satsuma.kernel.errors import ForbiddenError, InvariantError
from satsuma.record.counters import members
from satsuma.record.layout import (
    KEY,
    MEMBER,
    NUMBER,
    column,
    entity_table,
    history_table,
    interaction_table,
)
from satsuma.record.sight import Sight, condition
from satsuma.record.sql import quote, scalar
from satsuma.record.store import Record

BESIDE = "_sights"
"""The database in memory that holds the views, beside the file's."""

SCHEMAS_MAX = 500
"""Beyond them the oldest are dropped; who reads through one goes on, and who comes again makes it again."""

_MAKING = Lock()


class Limitable(Protocol):
    """What may be limited to a sight."""

    sight: Sight | None


S = TypeVar("S", bound=Limitable)
P = ParamSpec("P")
T = TypeVar("T")


class LimitedRecord(Record):
    """A record as somebody sees it who may not see all of it. It only reads."""

    def __init__(self, whole: Record, sight: Sight) -> None:
        """Limit a record; both see the same versions, and the whole one is opened and closed."""
        self.whole = whole
        self.sight = sight

    def __getattr__(self, name: str) -> Any:
        """What is not here is as it is in the whole record, at every moment."""
        if name == "_connection":
            raise InvariantError("somebody who may not see every record was to be read for past their limits")
        return getattr(self.whole, name)

    @contextmanager
    def reading(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, int]]:
        """As of the whole record; what is out of sight is not there."""
        with self.whole.snapshot() as (cursor, state):
            limit(cursor, self.sight, state.catalog)
            yield cursor, state.version

    def query(self, *_: Any, **__: Any) -> pa.Table:
        """Refused: a statement may name what stands behind the views."""
        raise refused("SQL")

    def begin(self, **_: Any) -> Any:
        """Refused: the writer has the whole record."""
        raise refused("writing past the writer")

    def rewrite(self, **_: Any) -> None:
        """Refused."""
        raise refused("rewriting the file")

    def close(self) -> None:
        """Refused."""
        raise refused("closing the workspace")


def not_limited(what: str) -> Any:
    """Stands for a part that cannot be limited to some records: refused, whatever is asked of it."""
    return _NotLimited(what)


class _NotLimited:
    """Stands where something is that cannot be limited to some records."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __getattr__(self, name: str) -> Any:
        """Refused, whatever is asked of it."""
        raise refused(self._what)


def for_everyone(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """A method that is refused where its object has a `sight`, for it cannot be limited to that."""

    @wraps(method)
    def checked(self: S, /, *arguments: P.args, **named: P.kwargs) -> T:
        if self.sight is not None:
            raise refused(f"`{method.__name__}`")
        return method(self, *arguments, **named)

    return checked


def refused(what: str) -> ForbiddenError:
    """The error of what cannot be limited to some records."""
    return ForbiddenError(
        f"{what} is for those who may see every contact",
        code="access.units",
        hint="ask somebody who is not limited to some units",
    )


def limit(connection: duckdb.DuckDBPyConnection, sight: Sight, catalog: Catalog) -> None:
    """Put views in front of the tables of a connection that only reads, for as long as it lasts.

    They are made once for a sight and a catalog, in a database in memory.

    Args:
        connection: In the transaction of one version.
        sight: What stays.
        catalog: Of the version.
    """
    database = str(scalar(connection, "SELECT current_database()"))
    given = scalar(connection, "SELECT next FROM counters WHERE name = ?", [members(sight.audience)])
    # Rounded up, so that few versions need views of their own.
    bits = 1 << max(10, int(given or 0).bit_length())
    aliases = scalar(connection, "SELECT 1 FROM aliases WHERE entity = ? LIMIT 1", [sight.audience])
    # By another connection: this one sees what there is from the first time on that it looks there.
    with connection.cursor() as beside:
        names = tuple(name for (name,) in beside.execute(_TABLES, [database]).fetchall())
        views = _views(sight, _Same(catalog), database, bits, names, aliases is not None)
        _make(beside, views)
    connection.execute(f"SET search_path = '{BESIDE}.{views.schema},{quote(database)}.main'")


_TABLES = (
    "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND database_name = $1"
    " UNION ALL SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND database_name = $1"
    " AND NOT internal ORDER BY ALL"
)


def _make(connection: duckdb.DuckDBPyConnection, views: _Views) -> None:
    """Make a schema of views in a database in memory, for all connections that come, unless it is there."""
    there = "SELECT 1 FROM duckdb_schemas() WHERE database_name = ? AND schema_name = ?"
    if scalar(connection, there, [BESIDE, views.schema]) is not None:
        return
    schema = f"{BESIDE}.{views.schema}"
    with _MAKING:
        connection.execute(f"ATTACH IF NOT EXISTS ':memory:' AS {BESIDE}")
        connection.execute("BEGIN TRANSACTION")
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for name, query in views.queries:
            connection.execute(f"CREATE OR REPLACE VIEW {schema}.{quote(name)} AS {query}")
        older = connection.execute(
            "SELECT schema_name FROM duckdb_schemas() WHERE database_name = ? AND NOT internal"
            " AND schema_name <> 'main' ORDER BY oid DESC OFFSET ?",
            [BESIDE, SCHEMAS_MAX],
        ).fetchall()
        for (name,) in older:
            connection.execute(f"DROP SCHEMA {BESIDE}.{quote(name)} CASCADE")
        connection.execute("COMMIT")


class _Is(Enum):
    """What a table is to a limited reader."""

    OPEN = auto()
    """It says nothing of single records."""
    HIDDEN = auto()
    OF_SEGMENT = auto()
    """Rows have a `segment` and a `member`."""
    OF_LIST = auto()
    """Rows have a `list` and a `member`."""
    OF_AUDIENCE = auto()
    """Rows have an `audience` (number of the entity) and a `member`."""
    KEYS_OF_SEGMENT = auto()
    """Rows have a `segment` and the `key` of a record."""
    ALIASES = auto()
    DELETIONS = auto()
    SNAPSHOTS = auto()
    """Rows have a `segment` and bits of members."""


_FIXED: Mapping[str, _Is] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                *(
                    "actors",
                    "attribute_sets",
                    "catalogs",
                    "counters",
                    "meta",
                    "migrations",
                    "uses",
                    "versions",
                ),
                *("definitions", "segment_tags", "segments", "templates"),
                *("join_forms", "list_settings", "lists", "mail_settings", "subscription_centers"),
            ),
            _Is.OPEN,
        ),
        **dict.fromkeys(("membership_changes", "segment_members", "static_members"), _Is.OF_SEGMENT),
        **dict.fromkeys(("list_changes", "list_members", "opt_ins"), _Is.OF_LIST),
        **dict.fromkeys(("consent_ledger", "link_epochs", "outbox"), _Is.OF_AUDIENCE),
        **dict.fromkeys(("segment_overrides", "segment_tests"), _Is.KEYS_OF_SEGMENT),
        "aliases": _Is.ALIASES,
        "deletions": _Is.DELETIONS,
        "membership_snapshots": _Is.SNAPSHOTS,
    }
)
"""The tables whose shape is fixed and that are not hidden."""


@dataclass(frozen=True, slots=True)
class _Same:
    """A catalog as part of a cache's key: the very same one, of which there is one in a version."""

    catalog: Catalog

    def __hash__(self) -> int:
        return self.catalog.version

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.catalog is self.catalog


@dataclass(frozen=True, slots=True)
class _Views:
    """The views of one sight and catalog, and the name of a schema that no others have."""

    schema: str
    queries: tuple[tuple[str, str], ...]


@lru_cache(maxsize=256)
def _views(
    sight: Sight, of: _Same, database: str, bits: int, tables: tuple[str, ...], has_aliases: bool
) -> _Views:
    writing = _Writing(sight, of.catalog, database, bits, has_aliases)
    by_catalog = writing.by_catalog()
    found = []
    for name in tables:
        query = by_catalog[name] if name in by_catalog else writing.fixed(name, _FIXED.get(name, _Is.HIDDEN))
        if query is not None:
            found.append((name, query))
    return _Views(f"s{sha256(repr(found).encode()).hexdigest()[:32]}", tuple(found))


@dataclass(frozen=True, slots=True)
class _Writing:
    """Writes the views of one sight; `has_aliases` says whether keys of the audience have any."""

    sight: Sight
    catalog: Catalog
    database: str
    bits: int
    has_aliases: bool

    def fixed(self, name: str, kind: _Is) -> str | None:
        """The query of a table of fixed shape; None where the table itself is to be read."""
        stored, audience = self.stored(name), self.sight.audience
        match kind:
            case _Is.OPEN:
                return None
            case _Is.HIDDEN:
                test = "false"
            case _Is.OF_SEGMENT:
                test = self.of_member(self.owned_by("segment"))
            case _Is.OF_LIST:
                test = self.of_member(self.owned_by("list"))
            case _Is.OF_AUDIENCE:
                test = self.of_member(f"x.audience <> {audience}")
            case _Is.KEYS_OF_SEGMENT:
                test = f"{self.owned_by('segment')} OR {self.of_key('x.key')}"
            case _Is.ALIASES if not self.has_aliases:
                return None
            case _Is.ALIASES:
                test = f"x.entity <> {audience} OR x.target IN {self.in_sight(KEY)}"
            case _Is.DELETIONS:
                test = f"x.entity <> {audience}"
            case _Is.SNAPSHOTS:
                return self.snapshots(stored)
            case _:
                assert_never(kind)
        return f"SELECT x.* FROM {stored} x WHERE {test}"

    def by_catalog(self) -> Mapping[str, str | None]:
        """The queries of the tables of entities and interaction types."""
        found: dict[str, str | None] = {}
        for entity in self.catalog.entities.values():
            shown = self.shown(entity.attributes)
            is_own = entity.number == self.sight.audience
            current = condition(self.sight, entity) if is_own else None
            past = f"x.{NUMBER} IN {self.in_sight()}" if is_own else None
            found[entity_table(entity)] = self.table(entity_table(entity), shown, current)
            found[history_table(entity)] = self.table(history_table(entity), shown, past)
        for type_ in self.catalog.interactions.values():
            is_own = self.catalog.entities[type_.audience].number == self.sight.audience
            test = f"x.{MEMBER} IN {self.in_sight()}" if is_own else None
            name = interaction_table(type_)
            found[name] = self.table(name, self.shown(type_.attributes), test)
        return found

    def table(self, name: str, shown: str, test: str | None) -> str | None:
        if shown == "x.*" and test is None:
            return None
        return f"SELECT {shown} FROM {self.stored(name)} x WHERE {test or 'true'}"

    def shown(self, attributes: Mapping[str, Attribute]) -> str:
        """All columns; what refers to a record out of sight refers to nothing."""
        audience = self.sight.of(self.catalog)
        names = [
            quote(column(one))
            for one in attributes.values()
            if one.type is ValueType.REFERENCE and audience is not None and one.to == audience.name
        ]
        if not names:
            return "x.*"
        kept = (f"CASE WHEN {self.of_key(f'x.{name}')} THEN x.{name} END AS {name}" for name in names)
        return f"x.* REPLACE ({', '.join(kept)})"

    def stored(self, table: str) -> str:
        """The name that means a stored table, whatever view stands in front of it."""
        return f"{quote(self.database)}.main.{quote(table)}"

    def in_sight(self, what: str = NUMBER) -> str:
        """A query of the numbers, or of another column, of all records in sight."""
        audience = self.sight.of(self.catalog)
        if audience is None:
            return f"(SELECT NULL AS {what} WHERE false)"
        table = self.stored(entity_table(audience))
        return f"(SELECT {what} FROM {table} WHERE {condition(self.sight, audience)})"

    def of_member(self, of_others: str) -> str:
        """A row's member is in sight, or the row is of another audience, whose numbers are its own."""
        return f"{of_others} OR x.member IN {self.in_sight()}"

    def of_key(self, key: str) -> str:
        """A column has the key, or an alias, of a record in sight."""
        if not self.has_aliases:
            return f"{key} IN {self.in_sight(KEY)}"
        aliases = (
            f"SELECT key FROM {self.stored('aliases')} WHERE entity = {self.sight.audience}"
            f" AND target IN {self.in_sight(KEY)}"
        )
        return f"({key} IN {self.in_sight(KEY)} OR {key} IN ({aliases}))"

    def owned_by(self, what: str) -> str:
        """A row is of a segment, or a list, of another audience."""
        if all(
            not one.audience or one.number == self.sight.audience for one in self.catalog.entities.values()
        ):
            return "false"
        table = self.stored(f"{what}s")
        return f"x.{what} IN (SELECT id FROM {table} WHERE audience <> {self.sight.audience})"

    def snapshots(self, stored: str) -> str:
        """Bits of members, those in sight kept: one bit for each number that was ever given."""
        bits = (
            f"SELECT coalesce(bitstring_agg({NUMBER}, 0, {self.bits - 1}), repeat('0', {self.bits})::BIT)"
            f" AS bits FROM {self.in_sight()}"
        )
        kept = f"rpad(x.members::VARCHAR, {self.bits}, '0')::BIT & s.bits"
        return (
            f"SELECT x.segment, x.version, CASE WHEN {self.owned_by('segment')} THEN x.members"
            f" ELSE {kept} END AS members, x.is_first FROM {stored} x, ({bits}) s"
        )
