"""Messages of webhooks: of one segment and version, one for those who entered, one for those who left.

{"type": "segment.entered", "timestamp": "2026-01-01T00:00:00Z",
 "data": {"segment": {"id": 3, "name": "VIP"}, "audience": "contact", "version": 41, "keys": ["c-1"]}}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from satsuma.commit.changes import MembershipChange, Place
from satsuma.kernel.instants import format_instant


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one endpoint.

    Attributes:
        id: The same whenever it is sent.
        after: The place that the endpoint has reached once it is delivered.
        count: Of how many records it tells.
    """

    id: str
    body: bytes
    after: Place
    version: int
    segment: int
    count: int


def messages_of(webhook: int, found: Sequence[MembershipChange], wanted: Iterable[str]) -> Iterator[Message]:
    """The messages that changes make, in order.

    Args:
        webhook: Id of the endpoint.
        found: In their order.
        wanted: `entered`, `left`, or both. Of a record that is gone nothing is told.
    """
    for _, group in groupby(found, key=lambda one: (one.version, one.segment, one.change)):
        changes = list(group)
        one, told = changes[0], [other.key for other in changes if other.key is not None]
        if one.change in wanted and told:
            id = f"msg_{webhook}_{one.version}_{one.segment}_{one.place.member}_{one.change}"
            yield Message(id, _body(one, told), changes[-1].place, one.version, one.segment, len(told))


def _body(one: MembershipChange, keys: list[str]) -> bytes:
    content = {
        "type": f"segment.{one.change}",
        "timestamp": format_instant(one.at),
        "data": {
            "segment": {"id": one.segment, "name": one.name},
            "audience": one.audience,
            "version": one.version,
            "keys": keys,
        },
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def test_message(webhook: int, at: int) -> Message:
    """A message that says nothing, to see whether an endpoint takes it."""
    content = {"type": "webhook.test", "timestamp": format_instant(at), "data": {"webhook": webhook}}
    return Message(f"msg_{webhook}_test_{at}", json.dumps(content).encode(), Place(0), 0, 0, 0)
