"""Messages: one call of the Segment tracking API, read from JSON; or the reason why it is none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from satsuma.kernel.civil import US_PER_SECOND
from satsuma.kernel.errors import UsageError
from satsuma.kernel.ids import derived_id
from satsuma.kernel.instants import parse_instant
from satsuma.kernel.limits import DEPTH_LEVELS_MAX
from satsuma.kernel.text import is_well_formed, nfc
from satsuma.kernel.zones import UTC
from satsuma.record.intake.kept import shown

CLOCK_ERROR_MAX_US = 60 * US_PER_SECOND
"""A sender's clock that is off by less is not corrected: networks and queues take that long, and times that
a program gives on purpose, such as those of an import, stay as they are."""


_CONTAINERS = (dict, list)


class MessageType(StrEnum):
    """The calls of the API."""

    IDENTIFY = "identify"
    TRACK = "track"
    PAGE = "page"
    SCREEN = "screen"
    GROUP = "group"
    ALIAS = "alias"


_TYPES = {kind.value: kind for kind in MessageType}
_WITH_PROPERTIES = frozenset({MessageType.TRACK, MessageType.PAGE, MessageType.SCREEN})


@dataclass(frozen=True, slots=True)
class Message:
    """One call.

    Attributes:
        user, anonymous: The ids of whom it is about; either may be missing.
        at: When it happened, microseconds UTC, by the receiver's clock.
        id: Unique to the message, the same when it is sent again; None where nothing tells it from others.
        values: Traits or properties as they came.
        name: Of the event, page or screen.
        category: Of the page or screen.
        group, previous: The id of the group; the id that the user had before.
        context: What the client says of its surroundings.
    """

    type: MessageType
    user: str | None
    anonymous: str | None
    at: int
    id: str | None
    values: Mapping[str, Any]
    name: str | None = None
    category: str | None = None
    group: str | None = None
    previous: str | None = None
    context: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why something is no message, under a code of `record.quarantine.UNREADABLE`."""

    code: str
    message: str
    type: str


class Refused(Exception):  # noqa: N818 - carries a refusal to the one place that returns it
    """Something is no message."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message


def read_message(found: object, *, sent_at: object, received_us: int) -> Message | Unreadable:
    """One message of a request.

    Args:
        found: What stood in the request, parsed from JSON.
        sent_at: When the request says that it was sent, where the message itself does not say it.
        received_us: When it came, microseconds UTC.
    """
    kind = found.get("type") if isinstance(found, Mapping) else None
    try:
        return _read(found, sent_at, received_us)
    except Refused as refused:
        known = kind if isinstance(kind, str) and kind in _TYPES else "message"
        return Unreadable(refused.code, refused.message, known)


def _read(found: object, sent_at: object, received_us: int) -> Message:
    if not isinstance(found, Mapping):
        raise Refused("row.type", f"found {shown(found)}, expected an object with a type")
    if is_deeper(found, DEPTH_LEVELS_MAX):
        raise Refused("row.type", f"found more than {DEPTH_LEVELS_MAX} levels of nesting")
    kind = _type(found.get("type"))
    sent = found.get("sentAt") if found.get("sentAt") is not None else sent_at
    stated = found.get("originalTimestamp")
    stated = found.get("timestamp") if stated is None else stated
    fields = "properties" if kind in _WITH_PROPERTIES else "traits"
    return Message(
        kind,
        _key(found, "userId"),
        _key(found, "anonymousId"),
        _happened(stated, sent, received_us),
        _id(found, is_dated=stated is not None),
        _object(found, fields),
        _text(found, "event" if kind is MessageType.TRACK else "name"),
        _text(found, "category"),
        _key(found, "groupId"),
        _key(found, "previousId"),
        _object(found, "context"),
    )


def _type(found: object) -> MessageType:
    kind = _TYPES.get(found) if isinstance(found, str) else None
    if kind is None:
        listed = ", ".join(MessageType)
        raise Refused("type.missing", f"type: found {shown(found)}, expected one of {listed}")
    return kind


def key_of(name: str, value: object) -> str | None:
    """An id: text, or a whole number; None where there is none.

    Raises:
        Refused: It is neither.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise Refused("row.type", f"{name}: found {shown(value)}, expected a text or a whole number")
    if value == "":
        return None
    text = str(value)
    if not is_well_formed(text):
        raise Refused("row.type", f"{name}: found {shown(text)}, expected text of Unicode characters")
    return nfc(text)


def _key(found: Mapping[str, Any], name: str) -> str | None:
    return key_of(name, found.get(name))


def _text(found: Mapping[str, Any], name: str) -> str | None:
    value = found.get(name)
    if value is not None and not isinstance(value, str):
        raise Refused("row.type", f"{name}: found {shown(value)}, expected a text")
    return value or None


def _object(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = found.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Refused("row.type", f"{name}: found {shown(value)}, expected an object")
    return value


def _happened(stated: object, sent: object, received_us: int) -> int:
    """When it happened: what the sender says, corrected by how far its clock is off from ours."""
    if stated is None:
        return received_us
    at = _instant("timestamp", stated)
    if sent is not None:
        error_us = _instant("sentAt", sent) - received_us
        if abs(error_us) > CLOCK_ERROR_MAX_US:
            return at - error_us
    return min(at, received_us) if at - received_us <= CLOCK_ERROR_MAX_US else at


def _instant(name: str, found: object) -> int:
    if not isinstance(found, str):
        raise Refused(
            "value.time", f"{name}: found {shown(found)}, expected a time such as 2026-01-31T09:30:00Z"
        )
    try:
        return parse_instant(found, UTC)
    except UsageError as error:
        raise Refused("value.time", f"{name}: {error.message}") from None


def _id(found: Mapping[str, Any], *, is_dated: bool) -> str | None:
    """The id of a message: its own; or, where it says when it was made, one derived from all that it says."""
    own = _key(found, "messageId")
    if own is not None or not is_dated:
        return own
    said = {name: value for name, value in found.items() if name != "sentAt"}
    return derived_id(json.dumps(said, sort_keys=True), 0)


def is_deeper(found: Mapping[str, Any] | Sequence[Any], levels: int) -> bool:
    """Whether something holds more levels of objects and lists than so many, its own included."""
    level: list[Any] = [found]
    for _ in range(levels):
        level = [
            one
            for container in level
            for one in (container.values() if isinstance(container, Mapping) else container)
            if isinstance(one, _CONTAINERS)
        ]
        if not level:
            return False
    return True
