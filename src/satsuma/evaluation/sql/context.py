"""Context: what every family of conditions is handed while one definition is compiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from satsuma.catalog.model import Catalog, Entity
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql
from satsuma.evaluation.sql.dialects.base import Dialect
from satsuma.kernel.errors import InvariantError
from satsuma.kernel.zones import Zone
from satsuma.language.bound import Condition

if TYPE_CHECKING:
    from satsuma.evaluation.sql.scope import Scope

    Truth: TypeAlias = Callable[[Condition, Scope, "Context"], Sql]


_SHORT_NODES = 24  # an expression of so many nodes may be repeated


@dataclass(frozen=True, slots=True)
class Context:
    """One compilation.

    `truth` (the dispatch of `compiler`) is passed along rather than imported, so that each family stands in a
    module of its own although conditions contain each other.

    Attributes:
        now: The instant at which the definition is evaluated; all that depends on it becomes constants.
    """

    dialect: Dialect
    catalog: Catalog
    zone: Zone
    now: int
    truth: Truth
    _aliases: dict[str, int] = field(default_factory=dict)

    def alias(self, base: str) -> str:
        """A name for a table in the query that no other has: the base, from the second on with a number."""
        count = self._aliases.get(base, 0) + 1
        self._aliases[base] = count
        return base if count == 1 else f"{base}~{count}"

    def entity(self, name: str | None) -> Entity:
        """The entity of a name that the bound tree holds."""
        found = None if name is None else self.catalog.entities.get(name)
        if found is None:
            raise InvariantError(f"a bound definition names the entity {name!r}, which its catalog lacks")
        return found

    def let(self, value: Sql, body: Callable[[Sql], Sql], *, short: bool = True) -> Sql:
        """What `body` makes of a value it needs more than once; a long one is worked out only once.

        Args:
            short: Whether a short one may be repeated.
        """
        if short and sum(1 for _ in value.walk()) <= _SHORT_NODES:
            return body(value)
        name = self.alias("let")
        return self.dialect.let(value, name, body(build.plain(name)))
