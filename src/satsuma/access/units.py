"""Units: which attribute tells whose contacts are whose, and what a person or a key sees by that.

One attribute of an audience names the unit of each record, and people and keys may be limited to some units.
Another may name the owner of each record by e-mail address; sellers then see what is theirs. `Sight` says
what comes of both, and `record.limited` carries it out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from satsuma.access.roles import Role
from satsuma.access.rooms import AccessRooms
from satsuma.catalog.model import Attribute, Catalog, Entity
from satsuma.kernel.errors import ConflictError, NotFoundError, UsageError
from satsuma.kernel.suggest import did_you_mean
from satsuma.record.change import Change
from satsuma.record.migrations import Migration
from satsuma.record.sight import TESTED, Among, Sight

UNIT = "unit"
OWNER = "owner"

NOTHING = 2**32 - 1
"""The number of no entity and no attribute."""

UNITS_MAX = 100
NAME_CHARS_MAX = 200


def _tables(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "CREATE TABLE sight_settings (what VARCHAR NOT NULL, entity UINTEGER NOT NULL,"
        " attribute UINTEGER NOT NULL)"
    )
    connection.execute("ALTER TABLE people RENAME COLUMN unit TO units")
    connection.execute(
        "ALTER TABLE people ALTER COLUMN units TYPE VARCHAR[] USING"
        " CASE WHEN units IS NULL THEN NULL ELSE [units] END"
    )
    connection.execute("ALTER TABLE api_keys ADD COLUMN units VARCHAR[]")


MIGRATIONS = (Migration("units", 1, "attributes that limit sight, units of people and keys", _tables),)


@dataclass(frozen=True, slots=True)
class UnitSettings:
    """The attributes that limit sight, as `entity.attribute`; None where sight is not limited so.

    Attributes:
        unit: Names the unit of each record.
        owner: Names the owner of each record, by the e-mail address of a person.
    """

    unit: str | None
    owner: str | None


@dataclass(frozen=True, slots=True)
class _Chosen:
    """An attribute by numbers, which a rename leaves as they are."""

    entity: int
    attribute: int


class Units:
    """`ws.access.units`."""

    def __init__(self, rooms: AccessRooms) -> None:
        self._rooms = rooms
        self._chosen: dict[str, _Chosen] = {}
        self.reload()

    def reload(self) -> None:
        """Read the settings anew."""
        with self._rooms.record.cursor() as cursor:
            self._chosen = _read(cursor)

    @property
    def settings(self) -> UnitSettings:
        """The attributes that limit sight, by the names that they have now."""
        catalog = self._rooms.record.catalog
        return UnitSettings(self._name(catalog, UNIT), self._name(catalog, OWNER))

    def set_unit(self, attribute: str | None, *, actor: str) -> UnitSettings:
        """Say which attribute names the unit of each record.

        Args:
            attribute: Of an audience, such as `contact.unit`: a text, a choice or choices. None for none.
            actor: Who does it.

        Raises:
            NotFoundError: There is no such attribute.
            UsageError: It is not of an audience, its type does not fit, or owners are of another audience.
            ConflictError: People or keys are limited to units, and there would be none.
        """
        return self._set(UNIT, attribute, actor)

    def set_owner(self, attribute: str | None, *, actor: str) -> UnitSettings:
        """Say which attribute names the owner of each record by e-mail address: sellers see what is theirs.

        Args:
            attribute: As for `set_unit`.
            actor: Who does it.
        """
        return self._set(OWNER, attribute, actor)

    def sight_of(self, units: Iterable[str] | None, owner: str | None) -> Sight | None:
        """What comes of being limited to units, and to what an address owns; None for no limit."""
        tests, unit, owning = [], self._chosen.get(UNIT), self._chosen.get(OWNER)
        if units is not None:
            # Where nothing tells units any more, nobody is of any.
            tests.append(Among(NOTHING if unit is None else unit.attribute, frozenset(units)))
        if owner is not None and owning is not None:
            tests.append(Among(owning.attribute, frozenset({owner})))
        if not tests:
            return None
        chosen = unit or owning
        return Sight(NOTHING if chosen is None else chosen.entity, tuple(tests))

    def _set(self, what: str, attribute: str | None, actor: str) -> UnitSettings:
        def work(change: Change) -> None:
            chosen = _read(change.connection)
            chosen.pop(what, None)
            if attribute is not None:
                chosen[what] = _attribute(change.catalog, attribute)
            if len({one.entity for one in chosen.values()}) > 1:
                raise UsageError("units and owners would be of two audiences", code="usage.units")
            if UNIT not in chosen and _is_anybody_limited(change.connection):
                raise ConflictError(
                    "people or keys are limited to units",
                    code="access.units_used",
                    hint="let them see every contact first, or take them away",
                )
            change.connection.execute("DELETE FROM sight_settings WHERE what = ?", [what])
            if what in chosen:
                change.connection.execute(
                    "INSERT INTO sight_settings VALUES (?, ?, ?)",
                    [what, chosen[what].entity, chosen[what].attribute],
                )

        self._rooms.writer.commit(
            work, actor=actor, kind="access", detail=f"{what}s by {attribute or 'nothing'}"
        )
        self.reload()
        return self.settings

    def _name(self, catalog: Catalog, what: str) -> str | None:
        chosen = self._chosen.get(what)
        if chosen is None:
            return None
        for entity in catalog.entities.values():
            for attribute in entity.attributes.values():
                if (entity.number, attribute.number) == (chosen.entity, chosen.attribute):
                    return f"{entity.name}.{attribute.name}"
        return "(an attribute that is gone)"


def checked_units(
    connection: duckdb.DuckDBPyConnection, units: Iterable[str] | None, role: Role
) -> tuple[str, ...] | None:
    """Units to which somebody may be limited, each once.

    Raises:
        UsageError: There are none, or one is empty; or it is an administrator.
        ConflictError: It is not said which attribute tells units.
    """
    if units is None:
        return None
    named = tuple(dict.fromkeys(one.strip() for one in units))
    if not 0 < len(named) <= UNITS_MAX or not all(0 < len(one) <= NAME_CHARS_MAX for one in named):
        raise UsageError(
            f"expected 1 to {UNITS_MAX} units, each of 1 to {NAME_CHARS_MAX} characters",
            code="usage.units",
            hint="whoever is limited to none sees every contact",
        )
    if role is Role.ADMIN:
        raise UsageError("administrators see every contact", code="usage.units", hint="choose another role")
    if UNIT not in _read(connection):
        raise ConflictError(
            "it is not set which attribute tells the unit of a contact",
            code="access.units_unset",
            hint="set it first, such as `satsuma user units contact.unit`",
        )
    return named


def _attribute(catalog: Catalog, name: str) -> _Chosen:
    entity, attribute = _found(catalog, name)
    if not entity.audience:
        raise UsageError(f"{entity.name} is no audience: sight is of those", code="usage.units")
    if attribute.type not in TESTED:
        known = ", ".join(sorted(TESTED))
        raise UsageError(f"{name} is of type {attribute.type}, expected one of {known}", code="usage.units")
    return _Chosen(entity.number, attribute.number)


def _found(catalog: Catalog, name: str) -> tuple[Entity, Attribute]:
    known = {
        f"{entity.name}.{attribute.name}": (entity, attribute)
        for entity in catalog.entities.values()
        for attribute in entity.attributes.values()
    }
    if name not in known:
        raise NotFoundError(
            f"no attribute {name!r}",
            code="not_found.attribute",
            hint=did_you_mean(name, known) or "write it as `entity.attribute`",
        )
    return known[name]


def _is_anybody_limited(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute(
        "SELECT count(*) FROM (SELECT units FROM people UNION ALL SELECT units FROM api_keys)"
        " WHERE units IS NOT NULL"
    ).fetchall()
    return bool(found[0][0])


def _read(connection: duckdb.DuckDBPyConnection) -> dict[str, _Chosen]:
    rows = connection.execute("SELECT what, entity, attribute FROM sight_settings").fetchall()
    return {what: _Chosen(entity, attribute) for what, entity, attribute in rows}
