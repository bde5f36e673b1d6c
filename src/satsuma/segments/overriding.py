"""Overrides: people who are always, or never, in a segment, whatever its definition says."""

from __future__ import annotations

from collections.abc import Iterable

from satsuma.catalog.model import Entity
from satsuma.kernel.errors import ConflictError, NotFoundError
from satsuma.language import tree
from satsuma.record import overrides
from satsuma.record.arrow import texts
from satsuma.record.change import Change
from satsuma.record.definitions import SegmentRow
from satsuma.record.resolve import numbers_among
from satsuma.segments.rooms import audience_of


def set_rule(change: Change, row: SegmentRow, keys: Iterable[str], rule: str | None) -> None:
    """Set `always` or `never` for keys, or with None take both back. A key with the other rule changes over.

    Keys hold whether or not a record has them, and wait for it. Whoever sees some records only names those.

    Raises:
        ConflictError: The segment is static: its members are edited themselves.
    """
    if row.kind == tree.Kind.STATIC:
        raise ConflictError(
            f"segment “{row.name}” is static: there is no definition to override",
            code="segment.kind",
            hint="add or remove the members themselves",
        )
    wanted = list(dict.fromkeys(keys))
    if change.sight is not None:
        _check_sight(change, audience_of(change.catalog, row.audience), wanted)
    overrides.remove(change, row.id, wanted)
    if rule is not None:
        overrides.put(change, row.id, wanted, rule)


def _check_sight(change: Change, audience: Entity, keys: list[str]) -> None:
    for key, number in zip(keys, numbers_among(change, audience, texts(keys)).tolist(), strict=True):
        if number < 0:
            raise NotFoundError(f"no {audience.name} “{key}”", code="not_found.record")
