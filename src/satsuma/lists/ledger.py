"""The ledger as it is written: entries, the interactions that tell of them, messages that may not go out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from satsuma.catalog.model import Entity
from satsuma.lists import happened, outbox
from satsuma.lists.levels import DO_NOT_EMAIL
from satsuma.record import consent
from satsuma.record.change import Change
from satsuma.record.consent import DENIED, ConsentEntry
from satsuma.record.resolve import keys_of_numbers


def write(change: Change, entity: Entity, entries: Sequence[ConsentEntry]) -> None:
    """Write entries about records of an entity, in order, each with its interaction.

    The interaction occurs when the entry says that the state began; so one that is noted later does not look
    as if it had happened today.
    """
    if not entries:
        return
    consent.add_all(change, entity.number, entries)
    numbers = np.array([entry.member for entry in entries], dtype=np.uint32)
    happened.note(
        change,
        entity,
        happened.CONSENT,
        keys_of_numbers(change.connection, entity, numbers),
        {
            "topic": [entry.topic for entry in entries],
            "state": [entry.state for entry in entries],
            "through": [entry.source for entry in entries],
            "contact_point": [entry.contact_point for entry in entries],
        },
        at=[entry.at for entry in entries],
    )
    for entry in entries:
        if entry.topic == DO_NOT_EMAIL and entry.state == DENIED and entry.at <= change.at:
            outbox.cancel(change, entity, entry.member)
