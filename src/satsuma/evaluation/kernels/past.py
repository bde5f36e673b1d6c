"""Past: the states that records have been in, as far as a condition speaks of them, from their history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, assert_never

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute
from satsuma.evaluation.kernels import vectors
from satsuma.evaluation.kernels.memberships import members_given
from satsuma.evaluation.kernels.scope import Bools, Ints, Records, Scope, States
from satsuma.evaluation.kernels.vectors import Vector
from satsuma.evaluation.sql.history import Membership, carried_by
from satsuma.index.building import selected, values_of
from satsuma.index.columns import CODED
from satsuma.language import bound
from satsuma.record import layout
from satsuma.record.arrow import ints_of
from satsuma.record.sql import fetch, quote


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """States before now, by owner and time; two of one record never begin at the same instant.

    Attributes:
        owner: Row of the record in its frame, ascending.
        at: When the state began, microseconds UTC.
    """

    owner: Ints
    at: Ints
    states: States


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """What one source says of records, row by row, in the order in which it was said.

    Attributes:
        owner: Rows of the records in their frame.
        at: Microseconds UTC.
        gives: By attribute number, or membership, in which rows it says something of it.
    """

    owner: Ints
    at: Ints
    gives: dict[object, Bools]


def states_of(condition: bound.Condition, frame: Records, scope: Scope) -> Past:
    """The states before now that records have been in; the first begins when the record came to be."""
    spoken_of = carried_by(condition)
    attributes, memberships = spoken_of.attributes, spoken_of.memberships
    values: dict[object, Any] = {}
    said = [_beginnings(frame, scope)]
    if attributes:
        said.append(_observations(attributes, frame, scope, values))
    said += [_changes(one, frame, scope, values) for one in memberships]
    owner = np.concatenate([one.owner for one in said])
    at = np.concatenate([one.at for one in said])
    # The sources are asked in turn, so that of what was said at one instant theirs is the order.
    order = np.lexsort((np.arange(len(owner)), at, owner))
    owner, at = owner[order], at[order]
    existed = np.full(len(frame), scope.now)
    existed[said[0].owner] = said[0].at
    at = np.maximum(at, existed[owner])
    is_last = np.append((owner[1:] != owner[:-1]) | (at[1:] != at[:-1]), True)[: len(owner)]
    kept = np.flatnonzero(is_last & (at < scope.now))
    places = {key: _latest(key, said, order, owner)[kept] for key in values}
    states = States(
        frame.table,
        frame.numbers_of(owner[kept]),
        {one.number: vectors.reached(values[one.number], places[one.number]) for one in attributes},
        {one: _held(one, values[one], places[one]) for one in memberships},
    )
    return Past(owner[kept], at[kept], states)


def _latest(key: object, said: list[_Said], order: Ints, owner: Ints) -> Ints:
    """In each row, in order, where the latest value of something is among those given; -1: nowhere."""
    gives = np.concatenate([one.gives.get(key, np.zeros(len(one.owner), dtype=np.bool_)) for one in said])
    source = np.cumsum(gives) - 1
    row = np.arange(len(order))
    last = np.maximum.accumulate(np.where(gives[order], row, -1)) if len(order) else row
    begins = np.searchsorted(owner, owner)
    return np.where(last >= begins, source[order][last], -1)


def _held(membership: Membership, values: NDArray[Any], places: Ints) -> Bools:
    """What a membership said, given what was said of it and where its latest stands."""
    said = np.append(values, "" if isinstance(membership, bound.Consent) else 0)[places]
    if not isinstance(membership, bound.Consent):
        entered: Bools = said > 0
        return entered
    found: Bools = said == ("" if membership.state == "unknown" else membership.state)
    return found


def _beginnings(frame: Records, scope: Scope) -> _Said:
    given, numbers = members_given(layout.NUMBER, frame)
    found = fetch(
        scope.memberships.connection,
        f"SELECT {layout.NUMBER} AS member, epoch_us({layout.FIRST_OBSERVED_AT}) AS at"
        f" FROM {quote(layout.entity_table(frame.table.entity))} WHERE true{given}",
        numbers,
    )
    owner, rows = _rows(found, frame)
    return _Said(owner, ints_of(found, "at")[rows], {})


def _observations(
    attributes: Sequence[Attribute], frame: Records, scope: Scope, values: dict[object, Any]
) -> _Said:
    """Observations say something of an attribute only if they gave it, be it as missing."""
    given, numbers = members_given(layout.NUMBER, frame)
    columns = [(one, selected(one)) for one in attributes]
    flat = [f"{sql} AS v{one.number}_{i}" for one, parts in columns for i, sql in enumerate(parts)]
    gives = [f"list_contains(given.attributes, {one.number}) AS g{one.number}" for one in attributes]
    found = fetch(
        scope.memberships.connection,
        f"SELECT {layout.NUMBER} AS member, epoch_us({layout.OBSERVED_AT}) AS at,"
        f" {', '.join([*gives, *flat])}"
        f" FROM {quote(layout.history_table(frame.table.entity))}"
        f" JOIN attribute_sets given ON given.id = {layout.SHAPE}"
        f" WHERE epoch_us({layout.OBSERVED_AT}) < ?{given} ORDER BY {layout.OBSERVED_AT}, {layout.SEQ}",
        [scope.now, *numbers],
    )
    owner, rows = _rows(found, frame)
    said = _Said(owner, ints_of(found, "at")[rows], {})
    for one, parts in columns:
        gave = _array(found, f"g{one.number}").to_numpy(zero_copy_only=False)[rows].astype(np.bool_)
        said.gives[one.number] = gave
        whole = _vector(one, [_array(found, f"v{one.number}_{i}") for i in range(len(parts))])
        values[one.number] = whole.at(rows[gave])
    return said


def _vector(attribute: Attribute, columns: list[Any]) -> Vector:
    scale = vectors.SCALE.get(attribute.type, 1)
    if attribute.type not in CODED:
        arrays = values_of(attribute.type, columns)
        return Vector(attribute.type, arrays.values, arrays.valid, None, arrays.longitude, scale)
    encoded = pc.fill_null(columns[0], "").dictionary_encode()
    texts = ["", *(text for text in encoded.dictionary.to_pylist() if text)]
    code = {text: place for place, text in enumerate(texts)}
    codes = np.array([code[text] for text in encoded.dictionary.to_pylist()], dtype=np.int64)
    data = codes[encoded.indices.to_numpy(zero_copy_only=False)]
    return Vector(attribute.type, data, dictionary=vectors.dictionary_of(texts))


def _changes(membership: Membership, frame: Records, scope: Scope, values: dict[object, Any]) -> _Said:
    """Changes of a membership, with their sign; or ledger entries, with their state, denials last."""
    table, where, own, what, order = _ledger(membership, frame)
    given, numbers = members_given("member", frame)
    found = fetch(
        scope.memberships.connection,
        f'SELECT member, epoch_us("at") AS at, {what} AS said FROM {table}'
        f' WHERE {where} AND epoch_us("at") < ?{given} ORDER BY "at", {order}',
        [*own, scope.now, *numbers],
    )
    owner, rows = _rows(found, frame)
    said: NDArray[Any] = np.array(found.column("said").to_pylist(), dtype=object)
    values[membership] = said[rows]
    return _Said(owner, ints_of(found, "at")[rows], {membership: np.ones(len(rows), dtype=np.bool_)})


def _ledger(membership: Membership, frame: Records) -> tuple[str, str, list[object], str, str]:
    """Where the changes of a membership stand: table, condition and what it binds, what is said, order."""
    match membership:
        case bound.InSegment(segment):
            return "membership_changes", "segment = ?", [segment], "sign", "version"
        case bound.InList(list_):
            return "list_changes", "list = ?", [list_], "sign", "version"
        case bound.Consent(topic):
            own: list[object] = [frame.table.entity.number, topic]
            return "consent_ledger", "audience = ? AND topic = ?", own, "state", "state = 'denied', seq"
        case _:
            assert_never(membership)


def _rows(found: Any, frame: Records) -> tuple[Ints, Ints]:
    """The rows of the frame that are told of, and where in the answer each stands."""
    located = frame.located(ints_of(found, "member"))
    rows = np.flatnonzero(located >= 0)
    return located[rows], rows


def _array(found: Any, name: str) -> Any:
    return found.column(name).combine_chunks()
