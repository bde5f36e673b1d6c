"""The catalog as people change it: each change that alters anything is a version."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from satsuma.catalog import change as catalog_change
from satsuma.catalog.declare import read
from satsuma.catalog.model import Catalog, Entity, InteractionType
from satsuma.catalog.yaml_form import catalog_to_yaml
from satsuma.commit.writer import Writer
from satsuma.record.change import Change
from satsuma.record.store import Record


class Catalogs:
    """`ws.catalog`."""

    def __init__(self, record: Record, writer: Writer, actor: str) -> None:
        self._record = record
        self._writer = writer
        self._actor = actor

    def __repr__(self) -> str:
        """Its version and what is in it."""
        now = self.current
        parts = f"{len(now.entities)} entities, {len(now.interactions)} interaction types"
        return f"<catalog {now.version}: {parts}>"

    @property
    def current(self) -> Catalog:
        """The catalog of the last version, as a value."""
        return self._record.catalog

    @property
    def entities(self) -> Mapping[str, Entity]:
        """The entities by name."""
        return self.current.entities

    @property
    def interactions(self) -> Mapping[str, InteractionType]:
        """The interaction types by name."""
        return self.current.interactions

    @property
    def timezone(self) -> str:
        """The workspace's zone."""
        return self.current.timezone

    def to_yaml(self) -> str:
        """As `apply` reads it."""
        return catalog_to_yaml(self.current)

    def apply(self, declared: Mapping[str, Any] | str | Path) -> Catalog:
        """Add and change what is declared; what is not mentioned stays.

        Args:
            declared: A dict, YAML text, or the path of a YAML file.

        Raises:
            CatalogError: It contradicts itself, or what is stored; every problem is in `.details`.
        """
        parts = read(declared)
        if catalog_change.apply(self.current, parts)[0] is self.current:
            return self.current

        def work(change: Change) -> None:
            change.apply_catalog(catalog_change.apply(change.catalog, parts)[0])

        self._writer.commit(work, actor=self._actor, kind="catalog", detail="apply catalog")
        return self.current
