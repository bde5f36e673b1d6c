"""A change: everything that may be written in one version."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import pyarrow as pa

from satsuma.kernel.errors import UsageError
from satsuma.record import merging, quarantine, removal
from satsuma.record.append import append
from satsuma.record.taken import Deleted, Merged, Retracted, Taken
from satsuma.record.transaction import Transaction
from satsuma.record.upsert import upsert

if TYPE_CHECKING:
    from satsuma.record.intake import Intake


class Change(Transaction):
    """One version in the making (see `Record.begin`); of no use once its context has ended."""

    aborted = False
    place = 0
    """Which of the commands that share the version is writing, from 0."""

    @property
    def origin(self) -> str:
        """Tells what one command writes in one version from all else, for ids that derive from it."""
        return self.origin_of(self.place)

    def origin_of(self, place: int) -> str:
        """The same of the command at a place."""
        return f"version {self.version}" + (f", command {place}" if place else "")

    def abort(self) -> None:
        """Leave nothing of this change when its context ends."""
        self.aborted = True

    def upsert(
        self,
        entity: str,
        intake: Intake,
        *,
        import_id: int | None = None,
        source: str | None = None,
        replaying: Sequence[int] | None = None,
    ) -> Taken:
        """Take rows about records: what is newest becomes current, all of it enters the history.

        The catalog that the intake learned is applied first. Rows refused go to quarantine.

        Args:
            entity: Name of the entity.
            intake: What `record.intake.take_records` made of the rows.
            import_id: The import that they come with.
            source: Where they come from, noted with refused rows.
            replaying: Ids of the refused rows that these are, by position: they are settled, and none is
                added.
        """
        self.apply_catalog(intake.catalog)
        taken, refused = Taken(0, 0, intake.refused.num_rows), intake.refused
        if intake.groups:  # else nothing fits, perhaps since there is no such entity and may be none
            taken, refused = upsert(self, self.entity(entity), intake, import_id)
        self._settle(
            quarantine.ENTITY,
            entity,
            refused,
            import_id=import_id,
            source=source,
            untyped=intake.untyped,
            replaying=replaying,
        )
        return taken

    def append(
        self,
        type: str,
        intake: Intake,
        *,
        source: str | quarantine.Origins | None = None,
        import_id: int | None = None,
        replaying: Sequence[int] | None = None,
    ) -> Taken:
        """Take interactions; those whose (type, id) is there already are ignored and counted.

        An unknown key makes the record (mode `learn`) or sends the row to quarantine (`strict`).

        Args:
            type: Name of the interaction type.
            intake: What `record.intake.take_interactions` made of the rows.
            source: Where they come from: rows without an id get one derived from this and their position.
                Of rows that come from several places: where each comes from.
            import_id: The import that they come with.
            replaying: Ids of the refused rows that these are, by position: they are settled, none is added,
                and their ids derive from where they first came from.

        Raises:
            UsageError: A row has no id, and there is no source.
        """
        self.apply_catalog(intake.catalog)
        origins = source if replaying is None else quarantine.origins(self.connection, replaying)
        [(taken, refused)] = self._append([(type, intake)], origins, import_id)
        self._settle(
            quarantine.INTERACTIONS,
            type,
            refused,
            import_id=import_id,
            source=source if isinstance(source, str) else None,
            untyped=intake.untyped,
            replaying=replaying,
        )
        return taken

    def append_each(self, arriving: Sequence[tuple[str, Intake]], *, source: str) -> list[Taken]:
        """Take interactions of several types, as `append` does one after another; what became of each.

        Args:
            arriving: Types, each once, and the rows of each. What their intakes learned is in the catalog
                already.
            source: As in `append`.
        """
        found = self._append(arriving, source, None)
        for (type_, intake), (_, refused) in zip(arriving, found, strict=True):
            self._settle(
                quarantine.INTERACTIONS,
                type_,
                refused,
                import_id=None,
                source=source,
                untyped=intake.untyped,
                replaying=None,
            )
        return [taken for taken, _ in found]

    def _append(
        self,
        arriving: Sequence[tuple[str, Intake]],
        origins: str | quarantine.Origins | None,
        import_id: int | None,
    ) -> list[tuple[Taken, pa.Table]]:
        # Where nothing fits, there may be no such type, and none can be.
        fitting = [(self.interaction(type_), intake) for type_, intake in arriving if intake.groups]
        found = iter(
            [
                taken
                for _, alike in groupby(fitting, lambda one: one[0].audience)
                for taken in append(self, list(alike), origins, import_id)
            ]
        )
        return [
            next(found) if intake.groups else (Taken(0, 0, intake.refused.num_rows), intake.refused)
            for _, intake in arriving
        ]

    def delete(self, entity: str, keys: Sequence[str]) -> Deleted:
        """Remove records with history, interactions, list and static memberships, consent and aliases.

        A key may be an alias. What refers to a removed record refers to nothing from then on. The members of
        live segments are not touched here: whoever keeps them gets the numbers.
        """
        return removal.delete(self, self.entity(entity), keys)

    def retract(self, type: str, ids: Sequence[str]) -> Retracted:
        """Remove interactions of a type by id; the ids may come again."""
        return removal.retract(self, self.interaction(type), ids)

    def merge(self, entity: str, *, keep: str, drop: str) -> Merged:
        """Give one record all that another has; the other's key becomes an alias (see `record.merging`)."""
        return merging.merge(self, self.entity(entity), keep, drop)

    def quarantine(
        self,
        kind: str,
        target: str,
        refused: pa.Table,
        *,
        import_id: int | None = None,
        source: str | None = None,
    ) -> int:
        """Keep rows that could not even be read as rows of a type (`quarantine.REFUSED`)."""
        if kind not in (quarantine.ENTITY, quarantine.INTERACTIONS):
            raise UsageError(f"quarantine holds rows of kind 'entity' or 'interactions', not {kind!r}")
        return quarantine.add(self, kind, target, refused, import_id=import_id, source=source)

    def _settle(
        self,
        kind: str,
        target: str,
        refused: pa.Table,
        *,
        import_id: int | None,
        source: str | None,
        untyped: bool,
        replaying: Sequence[int] | None,
    ) -> None:
        if replaying is None:
            quarantine.add(self, kind, target, refused, import_id=import_id, source=source, untyped=untyped)
        else:
            quarantine.settle(self, replaying, refused)
