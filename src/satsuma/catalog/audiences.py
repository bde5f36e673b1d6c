"""Which audience is meant where none is named: the only one, or else `contact`."""

from __future__ import annotations

from satsuma.catalog.model import Catalog, Entity
from satsuma.catalog.rules import DEFAULT_AUDIENCE
from satsuma.kernel.errors import InvariantError, UsageError
from satsuma.kernel.suggest import did_you_mean


def default_audience(catalog: Catalog) -> Entity | None:
    """The audience that is meant where none is named; None if the catalog does not tell."""
    audiences = catalog.audiences()
    if len(audiences) == 1:
        return audiences[0]
    return next((entity for entity in audiences if entity.name == DEFAULT_AUDIENCE), None)


def audience_named(catalog: Catalog, name: str | None) -> Entity:
    """The audience of that name; of no name, the default.

    Raises:
        UsageError: There is no such audience; the message lists those that there are.
    """
    audiences = {entity.name: entity for entity in catalog.audiences()}
    found = default_audience(catalog) if name is None else audiences.get(name)
    if found is not None:
        return found
    listed = ", ".join(audiences) or "none yet: import records, or apply a catalog"
    raise UsageError(
        f"found {'no audience' if name is None else f'the audience {name!r}'}, expected one of: {listed}",
        code="usage.audience",
        hint=did_you_mean(name or DEFAULT_AUDIENCE, audiences),
    )


def entity_numbered(catalog: Catalog, number: int) -> Entity | None:
    """The entity of a catalog number."""
    return next((entity for entity in catalog.entities.values() if entity.number == number), None)


def entity_of_number(catalog: Catalog, number: int) -> Entity:
    """The entity of a catalog number that something stored refers to.

    Raises:
        InvariantError: The catalog has none.
    """
    found = entity_numbered(catalog, number)
    if found is None:
        raise InvariantError(f"the catalog has no entity {number}, which something stored refers to")
    return found
