"""Picking: of each record's matches the first or the last in the total order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from satsuma.evaluation.kernels import compiled
from satsuma.evaluation.kernels.matching import Matches, chosen
from satsuma.evaluation.kernels.scope import Bools, Ints
from satsuma.evaluation.kernels.vectors import texts_at


def picked(found: Sequence[Matches], records: int, *, last: bool) -> list[Matches]:
    """Of each owner the one match that comes first, or last: by type, those that are it.

    Instants decide; where several matches of an owner share the instant, their ids do, then their types.
    """
    found = [one for one in found if len(one.owner)]
    if not found:
        return []
    owner = np.concatenate([one.owner for one in found])
    at = np.concatenate([one.frame.table.only.occurred_at[one.frame.rows] for one in found])
    best, _ = compiled.extremes(owner, at, records, greatest=last)
    kept = [chosen(one, one.frame.table.only.occurred_at[one.frame.rows] == best[one.owner]) for one in found]
    several = np.bincount(np.concatenate([one.owner for one in kept]), minlength=records) > 1
    if not several.any():
        return kept
    return _by_id(kept, several, last=last)


def _by_id(kept: list[Matches], several: Bools, *, last: bool) -> list[Matches]:
    best: dict[int, tuple[str, str, int]] = {}
    for one in kept:
        places = np.flatnonzero(several[one.owner])
        ids = ids_of(one, places)
        for place, owner, own_id in zip(places.tolist(), one.owner[places].tolist(), ids, strict=True):
            order = (own_id, one.frame.table.type.name, place)
            if owner not in best or (order[:2] > best[owner][:2]) == last:
                best[owner] = order
    result = []
    for one in kept:
        keep = ~several[one.owner]
        name = one.frame.table.type.name
        keep[[place for _, type_name, place in best.values() if type_name == name]] = True
        result.append(chosen(one, keep))
    return result


def ids_of(of: Matches, places: Ints) -> list[str]:
    """The ids of some matches."""
    return texts_at(of.frame.table.only.ids, of.frame.rows[places])
