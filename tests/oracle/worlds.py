"""Worlds: a catalog and a history of writes, as plain JSON, and random ones.

A write is a list that begins with its word:

    ["upsert", entity, rows]            rows as dicts; `observed_at` among them may be late, equal or refused
    ["append", type, rows]              interactions; duplicates and unknown members among them
    ["delete", entity, keys]            ["merge", entity, keep, drop]       ["retract", type, ids]
    ["join" | "leave", list, keys]      ["enter" | "exit", segment, keys]
    ["consent", audience, key, topic, "granted" | "denied", at]
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from satsuma.catalog import change, declare
from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, ValueType
from satsuma.kernel.instants import format_instant
from satsuma.kernel.zones import zone
from tests.oracle.catalogs import declaration
from tests.oracle.pools import Draw, Json, Pools

Write = list[Any]

KEYS = {
    "contact": (
        "a", "b", "c", "B", "é", "İ", "😀", "\uffee", "10", "9", "it's", '"', "%", "c-17", "c 18", "aa",
        "ß", "z",
    ),
    "account": ("acme", "Acme", "ΑΣ", "sub", "sub/2", "alone"),
    "partner": ("p", "q", "a", "😀"),
    "product": ("book", "Pen", "x'y", "z"),
}  # fmt: skip
TOPICS = ("email", "E-Mail", "it's")
SEGMENTS = {"Trial": "contact", 'Büro "A"': "contact", "ΑΣ 100%": "contact", "Resellers": "partner"}
LISTS = {"News": "contact", "Do not contact": "contact", "Trade": "partner"}
VERSIONS = 9


@dataclass(frozen=True, slots=True)
class Version:
    """Writes that are committed together, at an instant (microseconds UTC)."""

    at: int
    writes: tuple[Write, ...]


@dataclass(frozen=True, slots=True)
class World:
    """A history.

    Attributes:
        catalog: As declared.
        segments, lists: Audiences by name; their numbers are those of their places, from 0.
        versions: In order; the first makes the workspace.
    """

    catalog: dict[str, Any]
    versions: tuple[Version, ...]
    segments: dict[str, str] = field(default_factory=lambda: dict(SEGMENTS))
    lists: dict[str, str] = field(default_factory=lambda: dict(LISTS))

    @property
    def now(self) -> int:
        """The instant of the last version."""
        return self.versions[-1].at


def declared(world: World) -> Catalog:
    """The catalog of a world, at its first version."""
    return change.apply(Catalog(), declare.read(world.catalog))[0]


def random_world(draw: Draw) -> tuple[World, Pools]:
    """A world, and what it was made of."""
    written = declaration(draw)
    pools = Pools(draw, zone(written["timezone"]))
    catalog = change.apply(Catalog(), declare.read(written))[0]
    history = _History(draw, pools, catalog)
    return World(written, tuple(history.versions())), pools


class _History:
    """The writes of one world."""

    def __init__(self, draw: Draw, pools: Pools, catalog: Catalog) -> None:
        self.draw = draw
        self.pools = pools
        self.catalog = catalog
        self.number = 0

    def versions(self) -> list[Version]:
        draw, pools = self.draw, self.pools
        instants = sorted({pools.now, *(pools.past() for _ in range(VERSIONS - 1))})
        first = [["upsert", name, self._rows(entity, 1.0)] for name, entity in self.catalog.entities.items()]
        again = [pools.now] if draw.chance(0.3) else []
        later = [Version(at, tuple(self._writes())) for at in [*instants, *again]]
        return [Version(instants[0], tuple(first)), *later]

    def _writes(self) -> list[Write]:
        draw = self.draw
        entities, types = self.catalog.entities, self.catalog.interactions
        found: list[Write] = [["upsert", "contact", self._rows(entities["contact"], 0.4)]]
        found += [
            ["upsert", name, self._rows(entities[name], 0.4)] for name in draw.some(sorted(entities), 0, 2)
        ]
        found += [["append", name, self._happened(types[name])] for name in draw.some(sorted(types), 1, 4)]
        found += [self._membership(SEGMENTS, "enter", "exit") for _ in range(draw.randint(1, 6))]
        found += [self._membership(LISTS, "join", "leave") for _ in range(draw.randint(0, 2))]
        found += [self._consent() for _ in range(draw.randint(0, 4))]
        if draw.chance(0.12):
            name = draw.choice(("contact", "contact", "account"))
            found.append(["delete", name, draw.some(KEYS[name], 1, 1)])
        if draw.chance(0.25):
            name = draw.choice(("contact", "contact", "account"))
            found.append(["merge", name, *draw.some(KEYS[name], 2, 2)])
        if draw.chance(0.2):
            found.append(["retract", draw.choice(sorted(types)), [f"a{draw.randrange(40)}", "b7"]])
        draw.shuffle(found)
        return found

    def _rows(self, entity: Entity, share: float) -> list[dict[str, Any]]:
        draw = self.draw
        keys = [key for key in KEYS[entity.name] if draw.chance(share)]
        whole = share == 1.0
        rows = []
        for key in keys:
            row: dict[str, Any] = {"id": key}
            for name, attribute in entity.attributes.items():
                if draw.chance(0.8 if whole else 0.25):
                    row[name] = None if draw.chance(0.12) else self._value(attribute)
            if draw.chance(0.1 if whole else 0.5):
                row["observed_at"] = format_instant(self.pools.instant())
            rows.append(row)
        return rows

    def _value(self, attribute: Attribute) -> Json:
        if attribute.type is not ValueType.REFERENCE:
            return self.draw.choice(self.pools.of(attribute))
        known = KEYS[attribute.to or ""]
        return "nobody" if self.draw.chance(0.1) else self.draw.choice(known[:6])

    def _happened(self, of_type: InteractionType) -> list[dict[str, Any]]:
        draw = self.draw
        rows = []
        for _ in range(draw.randint(4, 16)):
            self.number += 1
            own = draw.choice(("a", "A", "b", "é", "😀", "\uffee")) + str(
                draw.randrange(40) if draw.chance(0.15) else 100 + self.number
            )
            keys = KEYS[of_type.audience]
            member = draw.choice(keys[:5]) if draw.chance(0.7) else draw.choice(keys)
            if draw.chance(0.02):
                member = "new one"
            row: dict[str, Any] = {
                of_type.audience: member,
                "occurred_at": format_instant(self.pools.instant()),
            }
            if draw.chance(0.95):
                row["id"] = own
            for name, attribute in of_type.attributes.items():
                if draw.chance(0.75):
                    row[name] = self._value(attribute)
            rows.append(row)
        return rows

    def _membership(self, which: dict[str, str], into: str, out: str) -> Write:
        name = self.draw.choice(sorted(which))
        word = into if self.draw.chance(0.65) else out
        return [word, name, self.draw.some(KEYS[which[name]], 1, 8)]

    def _consent(self) -> Write:
        key, topic = self.draw.choice(KEYS["contact"]), self.draw.choice(TOPICS[:2])
        state = self.draw.choice(("granted", "denied"))
        return ["consent", "contact", key, topic, state, format_instant(self.pools.instant())]
