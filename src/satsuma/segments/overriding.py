"""Overrides: people who are always, or never, in a segment, whatever its definition says."""

from __future__ import annotations

from collections.abc import Iterable

from satsuma.kernel.errors import ConflictError
from satsuma.language import tree
from satsuma.record import overrides
from satsuma.record.change import Change
from satsuma.record.definitions import SegmentRow


def set_rule(change: Change, row: SegmentRow, keys: Iterable[str], rule: str | None) -> None:
    """Set `always` or `never` for keys, or with None take both back. A key with the other rule changes over.

    Keys hold whether or not a record has them, and wait for it.

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
    overrides.remove(change, row.id, wanted)
    if rule is not None:
        overrides.put(change, row.id, wanted, rule)
