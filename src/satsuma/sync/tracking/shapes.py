"""Shapes: messages that say the same things of one event, read by columns.

Most messages of a sender are alike: the same fields, the same properties, plain values. What has to be looked
at in each of them is then looked at once for all: what a field is called, whether there is such an attribute,
of which types its values are. Whatever is not that plain, or says nothing that a column could tell better,
is left to be read by itself (`messages`), which alone says what a message means.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute
from satsuma.kernel.civil import MAX_INSTANT_US, MIN_INSTANT_US
from satsuma.kernel.errors import UsageError
from satsuma.kernel.instants import parse_instant
from satsuma.kernel.limits import DEPTH_LEVELS_MAX
from satsuma.kernel.zones import UTC
from satsuma.record.intake import Instants, Shape, instants_of_texts
from satsuma.sync.tracking.messages import CLOCK_ERROR_MAX_US, Refused, is_deeper, key_of
from satsuma.sync.tracking.values import context_of

ROWS_MIN = 8
"""Fewer messages of a shape are read one by one: columns cost something by themselves."""

_SAID = ("name", "category")
_CONTAINERS = frozenset({dict, list})
_TEXT = frozenset({str})
_TEXT_OR_NONE = frozenset({str, type(None)})

Column: TypeAlias = Sequence[Any]


class Key(NamedTuple):
    """What messages of one shape have in common.

    Attributes:
        event: The type of interactions, as it is spelled.
        is_page: Whether they are pages or screens, whose name and category are kept.
        fields, properties, context: Names of what each says, in order; of the context only what is kept.
    """

    event: str
    is_page: bool
    fields: tuple[str, ...]
    properties: tuple[str, ...]
    context: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """A type of interactions.

    Attributes:
        known: Its attributes.
        reserved: Names that none can have.
        declared: The only names that may be given; None where any may.
    """

    known: Mapping[str, Attribute]
    reserved: Collection[str]
    declared: Collection[str] | None


@dataclass(frozen=True, slots=True)
class Sent:
    """Messages of one shape.

    Attributes:
        messages: As they came.
        places: Theirs in the version, ascending.
        received_us: When each came, microseconds UTC.
        sent_at: When the request of each says that it was sent.
    """

    messages: Sequence[Mapping[str, Any]]
    places: NDArray[np.int64]
    received_us: NDArray[np.int64]
    sent_at: Sequence[object]


def key_of_shape(found: object) -> Key | None:
    """The shape of a message; None where it has to be read by itself."""
    if type(found) is not dict or not found.get("messageId"):
        return None  # without an id of its own, what it says is its id, or how many there were before
    kind, event = found.get("type"), found.get("event")
    is_page = kind in ("page", "screen")
    if is_page:
        event = kind
    elif kind != "track":
        return None
    properties, context = found.get("properties"), found.get("context")
    if type(event) is not str or not event or (properties is not None and type(properties) is not dict):
        return None
    kept: tuple[str, ...] = ()
    if context is not None:
        if type(context) is not dict:
            return None
        kept = tuple(context_of(context, None)) if context else ()
    return Key(event, is_page, tuple(found), tuple(properties) if properties else (), kept)


def read_shape(key: Key, sent: Sent, owner: Owner, audience: str) -> Shape | None:
    """Rows of messages of one shape; None where they have to be read one by one."""
    known, reserved = owner.known, owner.reserved
    fields = dict(zip(key.fields, zip(*(one.values() for one in sent.messages), strict=True), strict=True))
    columns: dict[str, Column] = {}
    context = tuple(name for name in key.context if owner.declared is None or name in owner.declared)
    if context:
        parts = [context_of(one["context"], owner.declared) for one in sent.messages]
        columns.update(zip(context, zip(*(one.values() for one in parts), strict=True), strict=True))
    given = len(context) + len(key.properties)
    if key.properties:
        properties = fields.pop("properties")
        columns.update(
            zip(key.properties, zip(*(one.values() for one in properties), strict=True), strict=True)
        )
    if key.is_page:
        said = {name: fields[name] for name in _SAID if any(fields.get(name, ()))}
        if any(not all(values) or set(map(type, values)) != _TEXT for values in said.values()):
            return None
        columns.update(said)
        given += len(said)
    if len(columns) < given or not all(name in known and name not in reserved for name in columns):
        return None
    if any(_CONTAINERS & set(map(type, values)) for values in columns.values()):
        return None
    happened = _happened(fields, sent)
    if happened is None or not _are_sound(fields, _SAID if key.is_page else ("category",)):
        return None
    who, ids = _who(fields), _keys(fields.get("messageId", (None,)))
    if who is None or ids is None or None in ids:
        return None
    columns |= {audience: who, "occurred_at": Instants(happened), "id": ids}
    return Shape(tuple(columns), tuple(columns.values()), sent.places)


def joined(shapes: Sequence[Shape]) -> list[Shape]:
    """Shapes of one type of interactions: those with the same names as one."""
    alike: dict[tuple[str, ...], list[Shape]] = {}
    for shape in shapes:
        alike.setdefault(shape.names, []).append(shape)
    return [some[0] if len(some) == 1 else _one(some) for some in alike.values()]


def _one(shapes: Sequence[Shape]) -> Shape:
    """Shapes of the same names as one, in the order of their places."""
    places = np.concatenate([shape.places for shape in shapes])
    order = np.argsort(places, kind="stable")
    rows, columns = order.tolist(), list[Column]()
    for parts in zip(*(shape.columns for shape in shapes), strict=True):
        times = [part.us for part in parts if isinstance(part, Instants)]
        if times:
            columns.append(Instants(np.concatenate(times)[order]))
        else:
            values = list(chain.from_iterable(parts))
            columns.append([values[row] for row in rows])
    return Shape(shapes[0].names, tuple(columns), places[order])


def _are_sound(fields: Mapping[str, Column], texts: Iterable[str]) -> bool:
    """Whether what is said beside is of the types that it must have, and not too deep."""
    if any(not set(map(type, fields.get(name, ()))) <= _TEXT_OR_NONE for name in texts):
        return False
    if any(name in fields and _keys(fields[name]) is None for name in ("groupId", "previousId")):
        return False
    deep = [values for values in fields.values() if _CONTAINERS & set(map(type, values))]
    # A column is the level that its messages are.
    return not any(is_deeper(values, DEPTH_LEVELS_MAX) for values in deep)


def _who(fields: Mapping[str, Column]) -> Column | None:
    """Whose each is; None where somebody's is not known, or no id."""
    users, anonymous = (fields.get(name) for name in ("userId", "anonymousId"))
    found = None if users is None else _keys(users)
    others = None if anonymous is None else _keys(anonymous)
    if (users is not None and found is None) or (anonymous is not None and others is None):
        return None
    if found is None:
        found = others
    elif others is not None and None in found:
        found = [one if one is not None else other for one, other in zip(found, others, strict=True)]
    return None if found is None or None in found else found


def _keys(values: Column) -> Sequence[str | None] | None:
    """Ids as `messages.key_of` reads them; None where one is none."""
    if set(map(type, values)) == _TEXT and all(values) and "".join(values).isascii():
        return values
    try:
        return [key_of("", value) for value in values]
    except Refused:
        return None


def _happened(fields: Mapping[str, Column], sent: Sent) -> NDArray[np.int64] | None:
    """When each happened, as `messages` tells it; None where one does not say it, or not as a time."""
    received_us, count = sent.received_us, len(sent.messages)
    nothing: Column = (None,) * count
    first, second = (fields.get(name, nothing) for name in ("originalTimestamp", "timestamp"))
    stated = [one if one is not None else other for one, other in zip(first, second, strict=True)]
    if all(one is None for one in stated):
        return received_us
    at = _instants(stated)
    own = fields.get("sentAt", nothing)
    said = [one if one is not None else other for one, other in zip(own, sent.sent_at, strict=True)]
    errors_us = _errors(said, received_us)
    if at is None or errors_us is None:
        return None
    near = np.where(at - received_us <= CLOCK_ERROR_MAX_US, np.minimum(at, received_us), at)
    happened: NDArray[np.int64] = np.where(np.abs(errors_us) > CLOCK_ERROR_MAX_US, at - errors_us, near)
    return happened if ((happened >= MIN_INSTANT_US) & (happened <= MAX_INSTANT_US)).all() else None


def _errors(said: Sequence[object], received_us: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """How far the clock of each sender is off; 0 where it is not known."""
    kinds = set(map(type, said))
    if kinds == {type(None)}:
        return np.zeros(len(said), dtype=np.int64)
    if not kinds <= _TEXT_OR_NONE:
        return None
    try:
        known = {text: parse_instant(text, UTC) for text in set(said) if isinstance(text, str)}
    except UsageError:
        return None
    own_us = [known[text] if isinstance(text, str) else None for text in said]
    return np.array(
        [
            0 if at is None else at - received
            for at, received in zip(own_us, received_us.tolist(), strict=True)
        ],
        dtype=np.int64,
    )


def _instants(texts: Sequence[Any]) -> NDArray[np.int64] | None:
    """Instants of text, microseconds UTC; None where one of them is none."""
    if set(map(type, texts)) != _TEXT:
        return None
    try:
        return instants_of_texts(pa.array(texts, pa.string()))
    except (pa.ArrowException, ValueError):
        return None
