"""Whose: which ids are of one record, as messages that link two say it, and as it was known before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from satsuma.record.aliases import has_aliases, through_aliases
from satsuma.record.change import Change
from satsuma.record.resolve import numbers_of_keys
from satsuma.sync.tracking.messages import Refused, key_of

_IDS = ("userId", "anonymousId", "previousId")


@dataclass(frozen=True, slots=True)
class _Link:
    """Two ids that are of one record from now on."""

    keep: str
    drop: str


class Whose:
    """Ids of one audience, in one version."""

    def __init__(self, change: Change, audience: str) -> None:
        self._change = change
        self._audience = audience
        self._links: list[_Link] = []
        self.now_of: dict[str, str] = {}
        """Ids that were linked before, and whose they are now."""

    def look_up(self, messages: Iterable[object]) -> None:
        """Find the ids that are another's already."""
        entity, connection = self._change.catalog.entities.get(self._audience), self._change.connection
        if entity is None or not has_aliases(connection, entity.number):
            return
        named = {
            value
            for found in messages
            if isinstance(found, Mapping)
            for name in _IDS
            if isinstance(value := found.get(name), str | int)
        }
        ids = sorted({id for value in named if (id := _id_of(value)) is not None})
        through: Any = through_aliases(connection, entity.number, pa.array(ids, pa.string()))
        self.now_of = {id: now for id, now in zip(ids, through.to_pylist(), strict=True) if id != now}

    def is_anothers(self, found: object) -> bool:
        """Whether whose a message is has to be looked up among the ids that are another's."""
        if type(found) is dict:
            for name in ("userId", "anonymousId"):
                id = found.get(name)
                if id is not None and id != "":
                    return type(id) is not str or not id.isascii() or id in self.now_of
        return False

    def link(self, user: str | None, other: str | None, *, firm: bool) -> None:
        """Let another id be a user's; not firmly where it is left to whoever has it already."""
        if user is None or other is None:
            return
        keep = self.now_of.get(user, user)
        if self.now_of.get(other, other) == keep or (other in self.now_of and not firm):
            return
        self._links.append(_Link(keep, other))
        before = self.now_of.get(other, other)
        for key, now in list(self.now_of.items()):
            if now == before:
                self.now_of[key] = keep
        self.now_of[other] = self.now_of[before] = keep

    def without_record(self) -> list[str]:
        """Linked ids that no record has yet."""
        wanted = {key: None for link in self._links for key in (link.keep, link.drop)}
        entity = self._change.catalog.entities.get(self._audience)
        keys = list(wanted)
        numbers = [-1] * len(keys)
        if entity is not None and keys:
            found = numbers_of_keys(self._change.connection, entity, pa.array(keys, pa.string()))
            numbers = found.tolist()
        return [key for key, number in zip(keys, numbers, strict=True) if number < 0]

    def join(self) -> None:
        """Make one record of each two whose ids are linked."""
        for link in self._links:
            self._join(link)

    def _join(self, link: _Link) -> None:
        entity = self._change.catalog.entities[self._audience]
        keys = pa.array([link.keep, link.drop], pa.string())
        keep, drop = numbers_of_keys(self._change.connection, entity, keys).tolist()
        if keep >= 0 and drop >= 0 and keep != drop:  # a refused row made no record
            self._change.merge(self._audience, keep=link.keep, drop=link.drop)


def _id_of(value: object) -> str | None:
    try:
        return key_of("", value)
    except Refused:
        return None
