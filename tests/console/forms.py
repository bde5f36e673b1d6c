"""Definitions that together have every form of the language, as JSON for the tests of the builder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from satsuma.catalog.model import Attribute, Catalog
from satsuma.language import wire
from satsuma.language.binding import bind
from tests.oracle.building import built
from tests.oracle.definitions import Definitions
from tests.oracle.pools import Draw
from tests.oracle.tally import everything, forms
from tests.oracle.worlds import LISTS, SEGMENTS, TOPICS, random_world

DRAWN_MAX = 20_000


def every_form(seed: int) -> dict[str, Any]:
    """A catalog, names, and definitions on it in which each form of the language occurs at least once.

    Raises:
        AssertionError: Some forms did not come.
    """
    draw = Draw(seed)
    world, pools = random_world(draw)
    wanted = set(everything())
    kept: list[dict[str, Any]] = []
    with built(world) as one:
        drawing = Definitions(draw, pools, one.catalog)
        for _ in range(DRAWN_MAX):
            if not wanted:
                break
            drawn = drawing.definition()
            binding = bind(drawn.source, one.catalog, one.names)
            where = drawn.source.where
            if binding.definition is None or where is None:
                continue
            had = forms(binding.definition.where, drawn.noted)
            if had & wanted:
                wanted -= had
                kept.append({"audience": drawn.source.audience, "where": wire.to_json(where)})
        catalog = _catalog(one.catalog)
    assert not wanted, sorted(wanted)
    names = {"segments": list(SEGMENTS), "lists": list(LISTS), "topics": list(TOPICS)}
    return {"catalog": catalog, "names": names, "definitions": kept}


def _catalog(catalog: Catalog) -> dict[str, Any]:
    return {
        "version": catalog.version,
        "timezone": catalog.timezone,
        "mode": catalog.mode.value,
        "entities": [
            {"name": one.name, "audience": one.audience, "attributes": _attributes(one.attributes.values())}
            for one in catalog.entities.values()
        ],
        "interactions": [
            {"name": one.name, "audience": one.audience, "attributes": _attributes(one.attributes.values())}
            for one in catalog.interactions.values()
        ],
    }


def _attributes(attributes: Iterable[Attribute]) -> list[dict[str, Any]]:
    optional = ("options", "to", "inverse")
    return [
        {"name": one.name, "type": one.type.value}
        | {name: getattr(one, name) for name in optional if getattr(one, name) is not None}
        for one in attributes
    ]
