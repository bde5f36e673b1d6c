"""What happened to lists and consent, as interactions: on the timeline, and for segments to use.

They belong to the audience whose list or consent it is. The default audience has the plain names, another one
has its own name before them (`account_list_subscribed`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog import change as catalog_change
from satsuma.catalog.audiences import default_audience
from satsuma.catalog.declare import read
from satsuma.catalog.model import Entity
from satsuma.kernel.ids import POSITION_DIGITS
from satsuma.record.arrow import Column
from satsuma.record.change import Change
from satsuma.record.intake import take_interactions

SUBSCRIBED = "list_subscribed"
UNSUBSCRIBED = "list_unsubscribed"
CONSENT = "consent_changed"
CENTER = "subscription_center_submitted"
FORM = "form_submitted"

ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    SUBSCRIBED: {"list": "text", "through": "text"},
    UNSUBSCRIBED: {"list": "text", "through": "text"},
    CONSENT: {"topic": "text", "state": "text", "through": "text", "contact_point": "text"},
    CENTER: {"center": "text", "joined": "choices", "left": "choices", "do_not_email": "boolean"},
    FORM: {"form": "text", "list": "text", "page": "text"},
}
"""The attributes of each type, with their types."""

_COUNTER = "lists:interactions"


def note(
    change: Change,
    audience: Entity,
    type: str,
    keys: Sequence[str | None] | Column,
    rows: Mapping[str, Any],
    places: NDArray[np.int64] | None = None,
    *,
    at: Sequence[int] | None = None,
) -> None:
    """Write interactions of one of the types above.

    Args:
        change: The version that makes the change which they tell of.
        audience: Whose they are.
        type: One of `ATTRIBUTES`.
        keys: The members' keys, in the order in which it happened.
        rows: Attribute → a value for each, or one value for all.
        places: Numbers that their ids take (see `take_places`), where they stand among others.
        at: When each occurred, microseconds UTC; default the version's instant.
    """
    count = len(keys)
    if not count:
        return
    name = _ready(change, audience, type)
    if places is None:
        places = take_places(change, count)
    table = {
        audience.name: pa.array(keys, pa.string()) if isinstance(keys, list | tuple) else keys,
        "occurred_at": pa.array([change.at] * count if at is None else at, pa.timestamp("us", tz="UTC")),
        "id": pa.array([f"list-{place:0{POSITION_DIGITS}}" for place in places.tolist()], pa.string()),
    }
    for attribute, values in rows.items():
        whole = not isinstance(values, list | pa.Array)
        table[attribute] = pa.array([values] * count) if whole else pa.array(values)
    intake = take_interactions(pa.table(table), name, change.catalog, now=change.at, member=audience.name)
    change.append(name, intake)


def declare(change: Change, audience: Entity, *types: str) -> None:
    """Put types into the catalog before anything of them happens, so that segments can be written of them."""
    for type_ in types:
        _ready(change, audience, type_)


def take_places(change: Change, count: int) -> NDArray[np.int64]:
    """Numbers for the ids of so many interactions: at one instant they order what happened."""
    first = change.memory.counters.take(_COUNTER, count)
    return np.arange(first, first + count, dtype=np.int64)


def type_name(change: Change, audience: Entity, type: str) -> str:
    """What a type is called for an audience."""
    known = change.catalog.interactions.get(type)
    if known is not None:
        return type if known.audience == audience.name else f"{audience.name}_{type}"
    return type if default_audience(change.catalog) in (audience, None) else f"{audience.name}_{type}"


def _ready(change: Change, audience: Entity, type: str) -> str:
    """Declare what the catalog lacks of a type, in whatever mode it is; what is there stays as it is."""
    name = type_name(change, audience, type)
    known = change.catalog.interactions.get(name)
    had = frozenset() if known is None else frozenset(known.attributes)
    lacking = {one: kind for one, kind in ATTRIBUTES[type].items() if one not in had}
    if lacking or known is None:
        declared = read({"interactions": {name: {"audience": audience.name, "attributes": lacking}}})
        change.apply_catalog(catalog_change.apply(change.catalog, declared)[0])
    return name
