"""Verify: all that is kept beside the record's own rows, recomputed from them and compared.

The SQL evaluator, which shares nothing with the kernels but the meaning, evaluates every live segment and
every leaf. Compared are the stored members, their history, what the engine holds in memory where it is warm,
and the columns, rows and links of its index. What tells new interactions from repeated ones is asked about
all that are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.audiences import entity_of_number
from satsuma.catalog.model import Catalog
from satsuma.evaluation import sql
from satsuma.index.verifying import wrong_in
from satsuma.membership.evaluating import Evaluate, members_of
from satsuma.membership.live import LiveSegment
from satsuma.membership.planes import Plane
from satsuma.membership.standing import KeptSegment, Standing
from satsuma.record import histories, memberships
from satsuma.record.verifying_ids import KnownIds, Untold, untold

Part: TypeAlias = Literal["members", "history", "plane", "readers", "leaf", "index", "ids"]

NAMED_MAX = 10
"""So many member numbers a difference names."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is kept, and is not what the record gives.

    Attributes:
        part: What differs: a segment's stored `members` or its `history` of signed changes; what the engine
            holds of it, its `plane` of bits or the members that `readers` get; the plane of a `leaf`; the
            `index`; or the `ids` by which interactions that come again are known.
        name: The segment; of a leaf, the segments that have it; of the index the table, and the attribute or
            what else of it; of ids the interaction type.
        missing: Numbers of members that should be there and are not.
        unwanted: Numbers of members that are there and should not be.
        detail: In words.
    """

    part: Part
    name: str
    missing: tuple[int, ...] = ()
    unwanted: tuple[int, ...] = ()
    detail: str = ""


def held(standing: Standing | None) -> Standing | None:
    """What the engine holds, with planes of its own, to be looked at while versions go on.

    To be called in the writer's turn: planes are the writer's, and turn with each version.
    """
    if standing is None:
        return None
    leaves = {key: replace(kept, plane=_copied(kept.plane)) for key, kept in standing.leaves.items()}
    segments = {
        number: replace(kept, plane=_copied(kept.plane)) for number, kept in standing.segments.items()
    }
    return replace(standing, leaves=leaves, segments=segments)


def verify(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    live: Iterable[LiveSegment],
    evaluate: Evaluate,
    standing: Standing | None,
    known: KnownIds,
    *,
    now: int,
    progress: Callable[[float], None] = lambda _: None,
) -> tuple[Difference, ...]:
    """Recompute and compare, on one version.

    Args:
        connection: On it.
        live: Its segments. Failed ones are skipped: their members stand still.
        evaluate: Gives the members of a bound definition from the record.
        standing: What the engine holds of the version (`held`); None while it is cold.
        known: What the writer knows of interaction ids.
        now: Its instant, microseconds UTC.
        progress: Told the part that is done, 0 to 1; what it raises ends it.
    """
    wanted = [one for one in live if not one.failed]
    types = tuple(catalog.interactions.values())
    steps, done = len(types) + len(wanted) + (0 if standing is None else 2 * len(standing.leaves) + 1), 0

    def tell(part: float) -> None:
        progress((done + part) / max(steps, 1))

    found: list[Difference] = []
    for interaction in types:
        found += [
            Difference("ids", interaction.name, detail=_untold(one))
            for one in untold(connection, interaction, known, lambda: tell(0))
        ]
        done += 1
    for segment in wanted:
        tell(0)
        members = members_of(connection, catalog, segment, evaluate, now)
        found += _stored(connection, segment, members)
        if standing is not None:
            found += _segment(segment, standing.segments.get(segment.id), members)
        done += 1
    if standing is not None:
        for key in standing.leaves:
            tell(0)
            found += _leaf(connection, catalog, standing, key, now)
            done += 1
        index_steps, before = len(standing.leaves) + 1, done
        for wrong in wrong_in(
            standing.index, connection, lambda part: progress((before + part * index_steps) / steps)
        ):
            rows = f"{wrong.rows} {'row differs' if wrong.rows == 1 else 'rows differ'}, {wrong.detail}"
            found.append(Difference("index", f"{wrong.table}: {wrong.part}", detail=rows))
    progress(1.0)
    return tuple(found)


def _stored(
    connection: duckdb.DuckDBPyConnection, segment: LiveSegment, members: NDArray[np.uint32]
) -> Iterator[Difference]:
    yield from _compared("members", segment.name, memberships.members(connection, segment.id), members)
    for fault in histories.faults(connection, segment.id, members):
        yield Difference("history", segment.name, detail=fault)


def _segment(
    segment: LiveSegment, kept: KeptSegment | None, members: NDArray[np.uint32]
) -> Iterator[Difference]:
    if kept is None:
        yield Difference("plane", segment.name, detail="the engine does not know the segment")
        return
    yield from _compared("plane", segment.name, kept.plane.numbers(), members)
    yield from _compared("readers", segment.name, kept.members.numbers(), members)


def _leaf(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, standing: Standing, key: str, now: int
) -> Iterator[Difference]:
    kept = standing.leaves[key]
    leaf = kept.leaf
    wanted = sql.condition_members(
        connection,
        leaf.condition,
        entity_of_number(catalog, leaf.audience),
        timezone=leaf.timezone,
        catalog=catalog,
        now=now,
    )
    users = [
        one.segment.name
        for one in standing.segments.values()
        if one.program is not None and key in one.program.leaves
    ]
    yield from _compared("leaf", ", ".join(sorted(users)), kept.plane.numbers(), wanted)


def _untold(one: Untold) -> str:
    where = {"file": "the file of ids", "memory": "what the writer holds"}[one.where]
    if not one.rows:
        return f"{where} is damaged"
    stored = "1 stored id" if one.rows == 1 else f"{one.rows} stored ids"
    return f"{where} does not tell of {stored}, such as “{one.first}”"


def _compared(
    part: Part, name: str, found: NDArray[np.uint32], wanted: NDArray[np.uint32]
) -> Iterator[Difference]:
    missing, unwanted = np.setdiff1d(wanted, found).tolist(), np.setdiff1d(found, wanted).tolist()
    if missing or unwanted:
        told = [f"{_named(missing)} should be there" if missing else ""]
        told += [f"{_named(unwanted)} should not" if unwanted else ""]
        yield Difference(part, name, tuple(missing), tuple(unwanted), "; ".join(filter(None, told)))


def _named(numbers: list[int]) -> str:
    more = f" and {len(numbers) - NAMED_MAX} more" if len(numbers) > NAMED_MAX else ""
    return ", ".join(map(str, numbers[:NAMED_MAX])) + more


def _copied(plane: Plane) -> Plane:
    return Plane(plane.packed.copy())
