"""Definition: the one people hold, which also prints itself as SQL and in plain English."""

from __future__ import annotations

from dataclasses import dataclass, field

from satsuma.catalog.model import Catalog
from satsuma.evaluation import sql
from satsuma.kernel.errors import UsageError
from satsuma.kernel.instants import instant_of
from satsuma.kernel.zones import zone
from satsuma.language import definition
from satsuma.language.binding import NO_NAMES, Names
from satsuma.language.english import english
from satsuma.language.problems import definition_error


@dataclass(frozen=True, slots=True, eq=False)
class Definition(definition.Definition):
    """A definition, and where it comes from a workspace, what its names mean there.

    Attributes:
        catalog: The workspace's; None for one that was parsed by itself.
        names: The workspace's segments and lists.
        now: The instant of the version that it was read at, microseconds UTC.
    """

    catalog: Catalog | None = field(default=None, repr=False)
    names: Names = field(default=NO_NAMES, repr=False)
    now: int | None = field(default=None, repr=False)

    def to_english(self) -> str:
        """The definition as one sentence of plain English."""
        return english(self.source, catalog=self.catalog)

    def to_sql(
        self,
        engine: str = "duckdb",
        *,
        catalog: Catalog | None = None,
        now: str | int | None = None,
        pretty: bool = True,
    ) -> str:
        """A query over the tables of the record that gives the numbers (`_number`) of the members.

        Args:
            engine: `duckdb` or `clickhouse`.
            catalog: What the names mean, where the definition was parsed by itself.
            now: The instant of evaluation, which is a constant of the query; default the version's at which
                the definition was read. Text without an offset is read in the catalog's zone.
            pretty: Whether to print over several lines.

        Raises:
            UsageError: No catalog or no instant is known, or there is no such engine.
            DefinitionError: The definition has errors.
        """
        catalog = catalog or self.catalog
        if catalog is None:
            raise UsageError(
                "the definition has no catalog to be read against", hint="give catalog=ws.catalog.current"
            )
        instant = self.now if now is None else instant_of(now, zone(catalog.timezone))
        if instant is None:
            raise UsageError("no instant to evaluate at is known", hint="give now='2026-01-01T00:00:00Z'")
        binding = self.check(catalog, self.names)
        if binding.definition is None:
            raise definition_error(binding.problems)
        return sql.to_sql(binding.definition, catalog=catalog, now=instant, engine=engine, pretty=pretty)
