"""Picking: of each record's matches the first or the last in the total order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from satsuma.evaluation.kernels import compiled
from satsuma.evaluation.kernels.matching import Matches, chosen
from satsuma.evaluation.kernels.scope import Bools, Ints
from satsuma.evaluation.kernels.vectors import texts_at


def picked(found: Sequence[Matches], records: int, *, last: bool) -> list[Matches]:
    """Of each owner the one match that comes first, or last: by type and part, those that are it.

    Instants decide; where several matches of an owner share the instant, their ids do, then their types.
    """
    found = [one for one in found if len(one.owner)]
    if not found:
        return []
    owner = np.concatenate([one.owner for one in found])
    times = [one.frame.at() for one in found]
    best, _ = compiled.extremes(owner, np.concatenate(times), records, greatest=last)
    kept = [chosen(one, at == best[one.owner]) for one, at in zip(found, times, strict=True)]
    several = np.bincount(np.concatenate([one.owner for one in kept]), minlength=records) > 1
    if not several.any():
        return kept
    return _by_id(kept, several, last=last)


def _by_id(kept: list[Matches], several: Bools, *, last: bool) -> list[Matches]:
    best: dict[int, tuple[str, str, int, int]] = {}
    for number, one in enumerate(kept):
        places = np.flatnonzero(several[one.owner])
        ids = ids_of(one, places)
        for place, owner, own_id in zip(places.tolist(), one.owner[places].tolist(), ids, strict=True):
            order = (own_id, one.frame.type.name, number, place)
            if owner not in best or (order[:2] > best[owner][:2]) == last:
                best[owner] = order
    result = []
    for number, one in enumerate(kept):
        keep = ~several[one.owner]
        keep[[place for _, _, of, place in best.values() if of == number]] = True
        result.append(chosen(one, keep))
    return result


def ids_of(of: Matches, places: Ints) -> list[str]:
    """The ids of some matches."""
    return texts_at(of.frame.part.ids, of.frame.rows[places])
